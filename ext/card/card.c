#include "card/card.h"

#include <math.h>
#include <string.h>

#include "card/card_sections.h"
#include "card/plot.h"
#include "card_style.h"
#include "functions/classify_debug.h"
#include "host/html.h"
#include "host/json.h"
#include "host/query.h"

/* ---- head ---------------------------------------------------------------------------------- */

/* Puts the model's name. The format takes schema, dot, name and version. */
static void put_name(Page *page, const char *format) {
  bool in_main = strcmp(page->row.schema, "main") == 0;
  char *name = sqlite3_mprintf(format, in_main ? "" : page->row.schema, in_main ? "" : ".", page->row.name,
                               page->row.version);
  if (name) html_text(page->out, name, strlen(name));
  else page->rc = failure_no_memory(&page->error);
  sqlite3_free(name);
}

static void tile(Page *page, const char *name, const char *title) {
  sqlite3_str_appendf(page->out, "<div title=\"%s\"><dt>%s</dt><dd>", title, name);
}

static void end_tile(Page *page) { page_put(page, "</dd></div>"); }

static void figure_tile(Page *page, const char *name, double value, const char *title) {
  if (isnan(value)) return;
  tile(page, name, title);
  html_figure(page->out, value, 3);
  end_tile(page);
}

static void count_tile(Page *page, const char *name, double value, const char *title) {
  if (isnan(value)) return;
  tile(page, name, title);
  html_count(page->out, value);
  end_tile(page);
}

static void put_tiles(Page *page) {
  const Metrics *m = &page->metrics;
  page_put(page, "<dl class=\"tiles\">");
  bool sets = model_is_multilabel(page->model);
  figure_tile(page, "Accuracy", m->accuracy,
              sets ? "Share of held-out rows whose labels are all right" : "Share of held-out rows labelled right");
  if (sets && m->score.rows)
    figure_tile(page, "Micro-F1", score_micro_f1(&m->score), "F1 of all labels of all rows together");
  figure_tile(page, "Macro-F1", m->macro_f1, "Mean of the labels' F1, each label counting the same");
  if (sets) figure_tile(page, "Ranking", m->ranking, "Label ranking average precision (LRAP)");
  figure_tile(page, "Log loss", m->log_loss,
              sets ? "Mean over rows and labels of -ln(probability of what the row says of the label)"
                   : "Mean of -ln(probability of the right label)");
  figure_tile(page, "Calibration error", m->calibration_error,
              "How far confidence is from the share that is right, on average");
  count_tile(page, "Rows", m->rows, "With a text and a label, also those held out");
  count_tile(page, "Labels", (double)page->model->labels.keys.count, "What the model tells apart");
  count_tile(page, "Words", (double)page->model->vocabulary.words.count, "That the model knows");
  tile(page, "Size", "Of the weights");
  html_size(page->out, (double)page->row.size);
  end_tile(page);
  page_put(page, "</dl>\n");
}

static void put_held_out(Page *page) {
  page_put(page, "<p class=\"note\">");
  if (sqlite3_value_type(page->row.metrics) == SQLITE_NULL) {
    page_put(page, "The column metrics of this model holds no JSON, so nothing is known of its training.");
  } else if (page->metrics.held_out > 0.0) {
    bool folds = page->metrics.folds > 0.0;
    page_put(page, folds ? "Measured by cross-validation on " : "Measured on ");
    html_count(page->out, page->metrics.held_out);
    page_put(page, folds ? " rows: each was held out of a model that then judged it." : " rows that were held out.");
  } else {
    page_put(page, "No rows are known to have been held out, so nothing was measured.");
  }
  page_put(page, "</p>\n");
}

static void put_warnings(Page *page) {
  const Metrics *m = &page->metrics;
  for (size_t i = 0; i < m->warning_count; i++) {
    page_put(page, i ? "<li>" : "<ul class=\"warnings\"><li>");
    page_put_value(page, m->warnings[i]);
    page_put(page, "</li>\n");
  }
  if (m->warning_count) page_put(page, "</ul>\n");
}

static void put_head(Page *page) {
  sqlite3_value *created = page->row.created;
  page_put(page, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
            "<meta name=\"color-scheme\" content=\"light dark\"><title>");
  put_name(page, "%s%s%s@%lld");
  page_put(page, " - model card</title><style>\n");
  page_put(page, CARD_CSS);
  page_put(page, "</style></head><body><main>\n<header><p class=\"kind\">Model card</p><h1><bdi>");
  put_name(page, "%s%s%s@%lld");
  page_put(page, "</bdi></h1><p>A classifier of texts");
  if (sqlite3_value_type(created) == SQLITE_TEXT && sqlite3_value_bytes(created) > 0) {
    page_put(page, ", created <bdi>");
    page_put_value(page, created);
    page_put(page, "</bdi>");
  }
  page_put(page, ". This card was written by sqlite-classify " ABOUT_VERSION ".</p></header>\n");
  put_tiles(page);
  put_held_out(page);
  put_warnings(page);
}

/* ---- training --------------------------------------------------------------------------------- */

static void fact(Page *page, const char *name) {
  sqlite3_str_appendf(page->out, "<div><dt>%s</dt><dd>", name);
}

static void end_fact(Page *page) { page_put(page, "</dd></div>\n"); }

static void count_fact(Page *page, const char *name, double value, const char *after) {
  if (isnan(value)) return;
  fact(page, name);
  html_count(page->out, value);
  page_put(page, after);
  end_fact(page);
}

/* `element` is the HTML element around the text. */
static void text_fact(Page *page, const char *name, sqlite3_value *text, const char *element) {
  if (!text) return;
  fact(page, name);
  sqlite3_str_appendf(page->out, "<%s>", element);
  page_put_value(page, text);
  sqlite3_str_appendf(page->out, "</%s>", element);
  end_fact(page);
}

/* What a pretrained encoder did in training, if there was one. */
static void put_teacher(Page *page) {
  const Metrics *m = &page->metrics;
  if (isnan(m->judged)) return;
  fact(page, "Teacher");
  page_put(page, "sure of ");
  html_count(page->out, m->sure);
  page_put(page, " of these labels");
  if (m->judged > 0.0) {
    page_put(page, "; right on ");
    html_count(page->out, m->judged_right);
    page_put(page, " of ");
    html_count(page->out, m->judged);
    page_put(page, " rows whose labels were hidden from it");
  }
  end_fact(page);
}

static void put_rows(Page *page) {
  const Metrics *m = &page->metrics;
  if (!isnan(m->rows)) {
    fact(page, "Rows");
    html_count(page->out, m->rows);
    if (m->validation_rows > 0.0 && !(m->folds > 0.0)) {
      page_put(page, ", of which ");
      html_count(page->out, m->validation_rows);
      page_put(page, " held out");
    }
    end_fact(page);
  }
  if (m->skipped > 0.0) count_fact(page, "Skipped", m->skipped, " rows without a text or a label");
  count_fact(page, "Guessed", m->guessed, " texts had no label and were given one");
  put_teacher(page);
  if (m->cut > 0.0) {
    fact(page, "Cut");
    html_figure(page->out, 100.0 * m->cut, 1);
    sqlite3_str_appendf(page->out, "%% of the texts are longer than the %d tokens that the network reads",
                        (int)page->model->reading.max_tokens);
    end_fact(page);
  }
}

static void put_epochs(Page *page) {
  const Metrics *m = &page->metrics;
  if (!isnan(m->epochs)) {
    fact(page, "Epochs");
    html_count(page->out, m->epochs);
    if (m->score.rows && m->best_epoch > 0.0 && !(m->folds > 0.0)) {
      page_put(page, "; held-out rows were judged after epoch ");
      html_count(page->out, m->best_epoch);
    }
    end_fact(page);
  }
  if (!isnan(m->seconds)) {
    fact(page, "Time");
    html_figure(page->out, m->seconds, 1);
    page_put(page, " seconds");
    end_fact(page);
  }
}

static void put_decision(Page *page) {
  if (!model_is_multilabel(page->model)) return;
  fact(page, "Decides");
  page_put(page, "on each label by itself: a text may have several, or none");
  end_fact(page);
}

static void put_network(Page *page) {
  const Model *m = page->model;
  const Shape *s = &m->parameters.shape;
  fact(page, "Network");
  sqlite3_str_appendf(page->out, "words of %d numbers%s, ", (int)s->embedding,
                      s->buckets ? " with their character n-grams" : "");
  if (s->hidden) sqlite3_str_appendf(page->out, "a GRU of %d both ways, ", (int)s->hidden);
  sqlite3_str_appendf(page->out, "attention%s%s%s", s->pooled ? ", a max-pool" : "",
                      linear_exists(&m->linear) ? "; and a linear branch on words and pairs of words" : "",
                      m->precision == PRECISION_INT8 ? "; 8-bit integers where the processor has them" : "");
  end_fact(page);
}

static void put_markup(Page *page) {
  if (page->model->markup != MARKUP_HTML) return;
  fact(page, "Texts");
  page_put(page, "HTML; each tag is a token");
  end_fact(page);
}

/* How a model from elsewhere reads a text; nothing of one that was trained here. */
static void put_reading(Page *page) {
  const Model *m = page->model;
  const Reading *r = &m->reading;
  bool from_elsewhere = r->padded_length || r->keeps_last || r->skips_unknown;
  if (!from_elsewhere) return;
  fact(page, "Reads");
  sqlite3_str_appendf(page->out, "the %s %d tokens of a text", r->keeps_last ? "last" : "first", (int)r->max_tokens);
  if (r->skips_unknown) page_put(page, ", without words that it does not know");
  if (r->padded_length)
    sqlite3_str_appendf(page->out, "; shorter texts are padded to %d tokens, %s the text", (int)r->padded_length,
                        r->pads_before ? "before" : "after");
  end_fact(page);
}

/* ---- curves ------------------------------------------------------------------------------------ */

static bool has_values(const Metrics *m, int series) {
  for (size_t e = 0; e < m->epochs_listed; e++)
    if (!isnan(m->history[e * METRICS_SERIES + (size_t)series])) return true;
  return false;
}

/* Draws those of the two lines that have values. Returns false if neither has. */
static bool put_curve(Page *page, const char *title, int train, int held_out) {
  const Metrics *m = &page->metrics;
  PlotLine lines[2];
  size_t count = 0;
  if (has_values(m, train)) lines[count++] = (PlotLine){"train", m->history + train, METRICS_SERIES};
  if (has_values(m, held_out)) lines[count++] = (PlotLine){"held", m->history + held_out, METRICS_SERIES};
  if (count == 0) return false;
  sqlite3_str_appendf(page->out, "<figure><figcaption>%s by epoch <span class=\"key\"><i class=\"train\"></i>learning"
                      "%s</span></figcaption>", title,
                      count == 2 ? "</span> <span class=\"key\"><i class=\"held\"></i>held out" : "");
  plot_lines(page->out, title, lines, count, m->epochs_listed);
  page_put(page, "</figure>\n");
  return true;
}

static void put_curves(Page *page) {
  if (page->metrics.epochs_listed == 0) return;
  page_put(page, "<div class=\"figures\">");
  bool any = put_curve(page, "Loss", METRICS_SERIES_LOSS, METRICS_SERIES_HELD_OUT_LOSS);
  any |= put_curve(page, "Accuracy", METRICS_SERIES_ACCURACY, METRICS_SERIES_HELD_OUT_ACCURACY);
  page_put(page, "</div>\n");
  if (any)
    page_put(page, "<p class=\"note\">While it learns, the network is measured alone and with dropout, so it does "
              "worse there than on held-out rows at first.</p>\n");
}

static void put_training(Page *page) {
  page_begin_section(page, "Training");
  page_put(page, "<dl class=\"facts\">");
  text_fact(page, "Query", page->metrics.query, "code");
  put_rows(page);
  put_epochs(page);
  count_fact(page, "Seed", page->metrics.seed, "");
  count_fact(page, "Threads", page->metrics.threads, "");
  text_fact(page, "Processor", page->metrics.kernel, "span");
  put_network(page);
  put_markup(page);
  put_decision(page);
  put_reading(page);
  page_put(page, "</dl>\n");
  put_curves(page);
  page_end_section(page);
}

/* ---- options, use ---------------------------------------------------------------------------------- */

static const char OPTIONS[] =
    "SELECT key, CASE WHEN type IN ('true', 'false') THEN type ELSE value END FROM json_each(?1) "
    "WHERE type <> 'null' AND value <> ''";

/* Returns false if there are none. */
static bool list_options(Page *page) {
  sqlite3_stmt *row;
  bool any = false;
  int step = SQLITE_DONE;
  if (page->rc) return false;
  page->rc = connection_statement(page->connection, OPTIONS, &row, &page->error);
  if (page->rc) return false;
  if (sqlite3_bind_value(row, 1, page->row.options)) page->rc = failure_no_memory(&page->error);
  while (!page->rc && (step = json_step(row)) == SQLITE_ROW) {
    page_put(page, any ? "<div><dt>" : "<dl class=\"options\"><div><dt>");
    page_put_value(page, sqlite3_column_value(row, 0));
    page_put(page, "</dt><dd>");
    page_put_value(page, sqlite3_column_value(row, 1));
    page_put(page, "</dd></div>\n");
    any = true;
  }
  if (!page->rc && step != SQLITE_DONE) page->rc = failure_sqlite(&page->error, page->connection->db, step);
  sqlite3_reset(row);
  sqlite3_clear_bindings(row);
  return any;
}

static void put_options(Page *page) {
  page_begin_section(page, "Options");
  bool any = list_options(page);
  page_put(page, any ? "</dl>\n" : "<p>The options that the model was trained with are not known.</p>\n");
  page_end_section(page);
}

static void put_use(Page *page) {
  page_begin_section(page, "Use");
  page_put(page, "<pre><code>SELECT id, classify(body, ");
  put_name(page, "'%q%s%q@%lld'");
  page_put(page, ") FROM tickets;\nSELECT token, contribution FROM classify_attention('a text', ");
  put_name(page, "'%q%s%q@%lld'");
  page_put(page, ");</code></pre>\n");
  page_end_section(page);
}

/* ---- the page ---------------------------------------------------------------------------------------- */

void classify_card(sqlite3_context *context, int argc, sqlite3_value **argv) {
  Page page = {0};
  const char *spec;
  page.rc = query_text(argc > 0 ? argv[0] : NULL, "model's name", &spec, NULL, &page.error);
  if (!page.rc && page_begin(&page, sqlite3_user_data(context), spec) == SQLITE_OK) {
    put_head(&page);
    put_training(&page);
    card_section_labels(&page);
    card_section_confusion(&page);
    card_section_calibration(&page);
    card_section_words(&page);
    card_section_examples(&page);
    put_options(&page);
    put_use(&page);
    page_put(&page, "</main></body></html>\n");
  }
  char *html = page_end(&page);
  failure_or_text(context, "classify_card", page.rc, &page.error, html);
}
