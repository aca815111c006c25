#include "card/card.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "card/card_sections.h"
#include "card/plot.h"
#include "card_style.h"
#include "functions/classify_debug.h"
#include "host/cache.h"
#include "host/html.h"
#include "host/query.h"

/* ---- head ---------------------------------------------------------------------------------- */

/* The model's name in a format of three texts, schema, dot and name, and the version. */
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
  page_put(page, "<dl class=\"tiles\">");
  figure_tile(page, "Accuracy", page_number_of(page, "$.validation.accuracy", "$.validation_accuracy"), "Share of held-out rows labelled right");
  figure_tile(page, "Macro-F1", page_number_of(page, "$.validation.macro_f1", "$.validation_f1"), "Mean of the labels' F1, each label counting the same");
  figure_tile(page, "Log loss", page_number(page, "$.validation.log_loss"), "Mean of -ln(probability of the right label)");
  figure_tile(page, "Calibration error", page_number(page, "$.validation.calibration_error"), "How far confidence is from the share that is right, on average");
  count_tile(page, "Rows", page_number(page, "$.rows"), "With a text and a label, also those held out");
  count_tile(page, "Labels", (double)page->model->labels.keys.count, "What the model tells apart");
  count_tile(page, "Words", (double)page->model->vocabulary.words.count, "That the model knows");
  tile(page, "Size", "Of the weights");
  html_size(page->out, (double)page->row.size);
  end_tile(page);
  page_put(page, "</dl>\n");
}

static void put_held_out(Page *page) {
  double rows = page_number_of(page, "$.validation.rows", "$.validation_rows");
  page_put(page, "<p class=\"note\">");
  if (sqlite3_value_type(page->row.metrics) == SQLITE_NULL) {
    page_put(page, "The column metrics of this model holds no JSON, so nothing is known of its training.");
  } else if (rows > 0.0) {
    page_put(page, "Measured on ");
    html_count(page->out, rows);
    page_put(page, " rows that were held out.");
  } else {
    page_put(page, "No rows are known to have been held out, so nothing was measured.");
  }
  page_put(page, "</p>\n");
}

/* The sentences of warnings.h. */
static void put_warnings(Page *page) {
  bool any = false;
  sqlite3_stmt *stmt = page_ask(page, "SELECT value FROM json_each(?1, '$.warnings') WHERE type = 'text' LIMIT 20",
                                page->row.metrics);
  while (page_next(page, stmt)) {
    page_put(page, any ? "<li>" : "<ul class=\"warnings\"><li>");
    any = true;
    page_put_column(page, stmt, 0);
    page_put(page, "</li>\n");
  }
  if (any) page_put(page, "</ul>\n");
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
    html_text(page->out, (const char *)sqlite3_value_text(created), (size_t)sqlite3_value_bytes(created));
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

/* A text of metrics, as a fact; no such fact without it. */
static void text_fact(Page *page, const char *name, const char *path, const char *element) {
  sqlite3_stmt *stmt = page_ask(page, "SELECT json_extract(?1, ?2)", page->row.metrics);
  if (stmt) sqlite3_bind_text(stmt, 2, path, -1, SQLITE_STATIC);
  while (page_next(page, stmt)) {
    if (sqlite3_column_type(stmt, 0) != SQLITE_TEXT) continue;
    fact(page, name);
    sqlite3_str_appendf(page->out, "<%s>", element);
    page_put_column(page, stmt, 0);
    sqlite3_str_appendf(page->out, "</%s>", element);
    end_fact(page);
  }
}

static void put_rows(Page *page) {
  double rows = page_number(page, "$.rows"), held_out = page_number(page, "$.validation_rows"), cut = page_number(page, "$.cut");
  double skipped = page_number(page, "$.skipped");
  if (!isnan(rows)) {
    fact(page, "Rows");
    html_count(page->out, rows);
    if (held_out > 0.0) {
      page_put(page, ", of which ");
      html_count(page->out, held_out);
      page_put(page, " held out");
    }
    end_fact(page);
  }
  if (skipped > 0.0) count_fact(page, "Skipped", skipped, " rows without a text or a label");
  count_fact(page, "Guessed", page_number(page, "$.guessed"), " texts had no label and were given one");
  if (cut > 0.0) {
    fact(page, "Cut");
    html_figure(page->out, 100.0 * cut, 1);
    sqlite3_str_appendf(page->out, "%% of the texts are longer than the %d tokens that the network reads",
                        (int)page->model->max_tokens);
    end_fact(page);
  }
}

static void put_epochs(Page *page) {
  double epochs = page_number(page, "$.epochs"), seconds = page_number(page, "$.seconds");
  double best = page->stored.score.rows ? page_number(page, "$.best_epoch") : NAN;
  if (!isnan(epochs)) {
    fact(page, "Epochs");
    html_count(page->out, epochs);
    if (best > 0.0) {
      page_put(page, "; held-out rows were judged after epoch ");
      html_count(page->out, best);
    }
    end_fact(page);
  }
  if (!isnan(seconds)) {
    fact(page, "Time");
    html_figure(page->out, seconds, 1);
    page_put(page, " seconds");
    end_fact(page);
  }
}

/* What the weights themselves say. */
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

/* ---- curves ------------------------------------------------------------------------------------ */

enum { TRAIN_LOSS, TRAIN_ACCURACY, HELD_LOSS, HELD_ACCURACY, SERIES };

typedef struct History {
  double *values[SERIES]; /* [count] into one block */
  size_t count;
} History;

static bool add_epoch(Page *page, History *h, double **block, size_t *capacity, sqlite3_stmt *stmt) {
  bool added = memory_grow(block, capacity, (h->count + 1) * SERIES, sizeof **block);
  for (int i = 0; i < SERIES && added; i++) (*block)[h->count * SERIES + (size_t)i] = page_column(stmt, i);
  if (added) h->count++;
  else page->rc = failure_no_memory(&page->error);
  return added;
}

/* An epoch after the other becomes a series after the other. */
static double *read_history(Page *page, History *h) {
  double *block = NULL, *turned = NULL;
  size_t capacity = 0;
  sqlite3_stmt *stmt = page_ask(page,
      "SELECT json_extract(value, '$.train_loss'), json_extract(value, '$.train_accuracy'), "
      "json_extract(value, '$.validation_loss'), json_extract(value, '$.validation_accuracy') "
      "FROM json_each(?1, '$.history') WHERE type = 'object'",
      page->row.metrics);
  *h = (History){0};
  while (page_next(page, stmt)) add_epoch(page, h, &block, &capacity, stmt);
  if (!page->rc && h->count) {
    turned = malloc(h->count * SERIES * sizeof *turned);
    if (!turned) page->rc = failure_no_memory(&page->error);
  }
  for (size_t i = 0; turned && i < SERIES; i++) {
    h->values[i] = turned + i * h->count;
    for (size_t e = 0; e < h->count; e++) h->values[i][e] = block[e * SERIES + i];
  }
  free(block);
  return turned;
}

static bool has_values(const History *h, int series) {
  for (size_t e = 0; e < h->count; e++)
    if (!isnan(h->values[series][e])) return true;
  return false;
}

/* One plot; those of its lines that have values. */
static bool put_curve(Page *page, const History *h, const char *title, int train, int held) {
  PlotLine lines[2];
  size_t count = 0;
  if (has_values(h, train)) lines[count++] = (PlotLine){"train", h->values[train]};
  if (has_values(h, held)) lines[count++] = (PlotLine){"held", h->values[held]};
  if (count == 0) return false;
  sqlite3_str_appendf(page->out, "<figure><figcaption>%s by epoch <span class=\"key\"><i class=\"train\"></i>learning"
                      "%s</span></figcaption>", title,
                      count == 2 ? "</span> <span class=\"key\"><i class=\"held\"></i>held out" : "");
  plot_lines(page->out, title, lines, count, h->count);
  page_put(page, "</figure>\n");
  return true;
}

static void put_curves(Page *page) {
  History h;
  double *block = read_history(page, &h);
  if (block) {
    page_put(page, "<div class=\"figures\">");
    bool any = put_curve(page, &h, "Loss", TRAIN_LOSS, HELD_LOSS);
    any |= put_curve(page, &h, "Accuracy", TRAIN_ACCURACY, HELD_ACCURACY);
    page_put(page, "</div>\n");
    if (any) page_put(page, "<p class=\"note\">While it learns, the network is measured alone and with dropout, so it does "
              "worse there than on held-out rows at first.</p>\n");
  }
  free(block);
}

static void put_training(Page *page) {
  page_begin_section(page, "Training");
  page_put(page, "<dl class=\"facts\">");
  text_fact(page, "Query", "$.query", "code");
  put_rows(page);
  put_epochs(page);
  count_fact(page, "Seed", page_number(page, "$.seed"), "");
  count_fact(page, "Threads", page_number(page, "$.threads"), "");
  text_fact(page, "Processor", "$.kernel", "span");
  put_network(page);
  page_put(page, "</dl>\n");
  put_curves(page);
  page_end_section(page);
}

/* ---- options, use ---------------------------------------------------------------------------------- */

static void put_options(Page *page) {
  bool any = false;
  sqlite3_stmt *stmt = page_ask(page,
      "SELECT key, CASE WHEN type IN ('true', 'false') THEN type ELSE value END FROM json_each(?1) "
      "WHERE type <> 'null' AND value <> ''", page->row.options);
  page_begin_section(page, "Options");
  while (page_next(page, stmt)) {
    page_put(page, any ? "<div><dt>" : "<dl class=\"options\"><div><dt>");
    any = true;
    page_put_column(page, stmt, 0);
    page_put(page, "</dt><dd>");
    page_put_column(page, stmt, 1);
    page_put(page, "</dd></div>\n");
  }
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

static void put_all(Page *page) {
  page->rc = evaluation_read(&page->stored, page->connection, page->model, page->row.metrics, &page->error);
  if (page->rc) return;
  put_head(page);
  put_training(page);
  card_section_labels(page);
  card_section_confusion(page);
  card_section_calibration(page);
  card_section_words(page);
  card_section_examples(page);
  put_options(page);
  put_use(page);
  page_put(page, "</main></body></html>\n");
}

void classify_card(sqlite3_context *context, int argc, sqlite3_value **argv) {
  Page page = {.connection = sqlite3_user_data(context)};
  const char *spec;
  char *html = NULL;
  page.rc = query_text(argc > 0 ? argv[0] : NULL, "model's name", &spec, NULL, &page.error);
  if (!page.rc) page.rc = loading_load_with_row(page.connection, spec, &page.model, &page.row, &page.error);
  if (!page.rc) {
    page.out = sqlite3_str_new(page.connection->db);
    put_all(&page);
    if (!page.rc) page.rc = sqlite3_str_errcode(page.out);
    html = sqlite3_str_finish(page.out);
  }
  failure_or_text(context, "classify_card", page.rc, &page.error, html);
  evaluation_free(&page.stored);
  model_row_free(&page.row);
  cache_release(page.model);
}
