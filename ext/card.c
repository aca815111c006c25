#include "card.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../model/memory.h"
#include "about.h"
#include "cache.h"
#include "card_style.h"
#include "highlight.h"
#include "html.h"
#include "models.h"
#include "plot.h"
#include "query.h"
#include "tally.h"
#include "value.h"

typedef struct Card {
  Connection *connection;
  const Model *model;
  ModelRow row;
  Tally tally;
  sqlite3_str *out;
  int rc; /* sticky: once it is set no more is asked, and nothing of `out` is used */
  Error error;
} Card;

static void put(Card *card, const char *html) { sqlite3_str_appendall(card->out, html); }

/* ---- what the row says --------------------------------------------------------------- */

/* A statement with the JSON as ?1; NULL where something has failed. */
static sqlite3_stmt *ask(Card *card, const char *sql, sqlite3_value *json) {
  sqlite3_stmt *stmt = NULL;
  if (!card->rc) card->rc = connection_statement(card->connection, sql, &stmt, &card->error);
  if (card->rc) return NULL;
  int rc = sqlite3_bind_value(stmt, 1, json);
  if (rc) card->rc = failure_sqlite(&card->error, card->connection->db, rc);
  return stmt;
}

/* Whether there is a row. After the last one, or where something has failed, the
** statement is done with.
*/
static bool next(Card *card, sqlite3_stmt *stmt) {
  int step = stmt && !card->rc ? sqlite3_step(stmt) : SQLITE_DONE;
  if (step == SQLITE_ROW) return true;
  if (step != SQLITE_DONE) card->rc = failure_sqlite(&card->error, card->connection->db, step);
  sqlite3_reset(stmt);
  if (stmt) sqlite3_clear_bindings(stmt);
  return false;
}

/* NAN for what is not a number, or one that no figure has. */
static double column_number(sqlite3_stmt *stmt, int column) {
  int type = sqlite3_column_type(stmt, column);
  double value = type == SQLITE_INTEGER || type == SQLITE_FLOAT ? sqlite3_column_double(stmt, column) : NAN;
  return fabs(value) < (double)TALLY_MOST ? value : NAN;
}

static double number(Card *card, const char *path) {
  double value = NAN;
  sqlite3_stmt *stmt = ask(card, "SELECT json_extract(?1, ?2)", card->row.metrics);
  if (stmt) sqlite3_bind_text(stmt, 2, path, -1, SQLITE_STATIC);
  while (next(card, stmt)) value = column_number(stmt, 0);
  return value;
}

/* The first that is known. */
static double number_of(Card *card, const char *path, const char *other) {
  double value = number(card, path);
  return isnan(value) ? number(card, other) : value;
}

static void put_column(Card *card, sqlite3_stmt *stmt, int column) {
  const char *text = (const char *)sqlite3_column_text(stmt, column);
  if (text)
    html_text(card->out, text, (size_t)sqlite3_column_bytes(stmt, column));
  else if (sqlite3_column_type(stmt, column) != SQLITE_NULL)
    card->rc = failure(&card->error, SQLITE_NOMEM, "out of memory");
}

/* The model's name in a format of three texts, schema, dot and name, and the version. */
static void put_name(Card *card, const char *format) {
  bool in_main = strcmp(card->row.schema, "main") == 0;
  char *name = sqlite3_mprintf(format, in_main ? "" : card->row.schema, in_main ? "" : ".", card->row.name,
                               card->row.version);
  if (name) html_text(card->out, name, strlen(name));
  else card->rc = failure(&card->error, SQLITE_NOMEM, "out of memory");
  sqlite3_free(name);
}

static void begin_section(Card *card, const char *title) {
  sqlite3_str_appendf(card->out, "<section><h2>%s</h2>\n", title);
}

static void end_section(Card *card) { put(card, "</section>\n"); }

/* ---- head ---------------------------------------------------------------------------------- */

static void tile(Card *card, const char *name, const char *title) {
  sqlite3_str_appendf(card->out, "<div title=\"%s\"><dt>%s</dt><dd>", title, name);
}

static void end_tile(Card *card) { put(card, "</dd></div>"); }

static void figure_tile(Card *card, const char *name, double value, const char *title) {
  if (isnan(value)) return;
  tile(card, name, title);
  html_figure(card->out, value, 3);
  end_tile(card);
}

static void count_tile(Card *card, const char *name, double value, const char *title) {
  if (isnan(value)) return;
  tile(card, name, title);
  html_count(card->out, value);
  end_tile(card);
}

static void put_tiles(Card *card) {
  put(card, "<dl class=\"tiles\">");
  figure_tile(card, "Accuracy", number_of(card, "$.validation.accuracy", "$.validation_accuracy"), "Share of held-out rows labelled right");
  figure_tile(card, "Macro-F1", number_of(card, "$.validation.macro_f1", "$.validation_f1"), "Mean of the labels' F1, each label counting the same");
  figure_tile(card, "Log loss", number(card, "$.validation.log_loss"), "Mean of -ln(probability of the right label)");
  figure_tile(card, "Calibration error", number(card, "$.validation.calibration_error"), "How far confidence is from the share that is right, on average");
  count_tile(card, "Rows", number(card, "$.rows"), "With a text and a label, also those held out");
  count_tile(card, "Labels", (double)card->model->labels.keys.count, "What the model tells apart");
  count_tile(card, "Words", (double)card->model->vocabulary.words.count, "That the model knows");
  tile(card, "Size", "Of the weights");
  html_size(card->out, (double)card->row.size);
  end_tile(card);
  put(card, "</dl>\n");
}

static void put_held_out(Card *card) {
  double rows = number_of(card, "$.validation.rows", "$.validation_rows");
  put(card, "<p class=\"note\">");
  if (sqlite3_value_type(card->row.metrics) == SQLITE_NULL) {
    put(card, "The column metrics of this model holds no JSON, so nothing is known of its training.");
  } else if (rows > 0.0) {
    put(card, "Measured on ");
    html_count(card->out, rows);
    put(card, " rows that were held out.");
  } else {
    put(card, "No rows are known to have been held out, so nothing was measured.");
  }
  put(card, "</p>\n");
}

static void put_head(Card *card) {
  sqlite3_value *created = card->row.created;
  put(card, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
            "<meta name=\"color-scheme\" content=\"light dark\"><title>");
  put_name(card, "%s%s%s@%lld");
  put(card, " - model card</title><style>\n");
  put(card, CARD_CSS);
  put(card, "</style></head><body><main>\n<header><p class=\"kind\">Model card</p><h1><bdi>");
  put_name(card, "%s%s%s@%lld");
  put(card, "</bdi></h1><p>A classifier of texts");
  if (sqlite3_value_type(created) == SQLITE_TEXT && sqlite3_value_bytes(created) > 0) {
    put(card, ", created <bdi>");
    html_text(card->out, (const char *)sqlite3_value_text(created), (size_t)sqlite3_value_bytes(created));
    put(card, "</bdi>");
  }
  put(card, ". This card was written by sqlite-classify " ABOUT_VERSION ".</p></header>\n");
  put_tiles(card);
  put_held_out(card);
}

/* ---- training --------------------------------------------------------------------------------- */

static void fact(Card *card, const char *name) {
  sqlite3_str_appendf(card->out, "<div><dt>%s</dt><dd>", name);
}

static void end_fact(Card *card) { put(card, "</dd></div>\n"); }

static void count_fact(Card *card, const char *name, double value, const char *after) {
  if (isnan(value)) return;
  fact(card, name);
  html_count(card->out, value);
  put(card, after);
  end_fact(card);
}

/* A text of metrics, as a fact; no such fact without it. */
static void text_fact(Card *card, const char *name, const char *path, const char *element) {
  sqlite3_stmt *stmt = ask(card, "SELECT json_extract(?1, ?2)", card->row.metrics);
  if (stmt) sqlite3_bind_text(stmt, 2, path, -1, SQLITE_STATIC);
  while (next(card, stmt)) {
    if (sqlite3_column_type(stmt, 0) != SQLITE_TEXT) continue;
    fact(card, name);
    sqlite3_str_appendf(card->out, "<%s>", element);
    put_column(card, stmt, 0);
    sqlite3_str_appendf(card->out, "</%s>", element);
    end_fact(card);
  }
}

static void put_rows(Card *card) {
  double rows = number(card, "$.rows"), held_out = number(card, "$.validation_rows"), cut = number(card, "$.cut");
  double skipped = number(card, "$.skipped");
  if (!isnan(rows)) {
    fact(card, "Rows");
    html_count(card->out, rows);
    if (held_out > 0.0) {
      put(card, ", of which ");
      html_count(card->out, held_out);
      put(card, " held out");
    }
    end_fact(card);
  }
  if (skipped > 0.0) count_fact(card, "Skipped", skipped, " rows without a text or a label");
  count_fact(card, "Guessed", number(card, "$.guessed"), " texts had no label and were given one");
  if (cut > 0.0) {
    fact(card, "Cut");
    html_figure(card->out, 100.0 * cut, 1);
    sqlite3_str_appendf(card->out, "%% of the texts are longer than the %d tokens that the network reads",
                        (int)card->model->max_tokens);
    end_fact(card);
  }
}

static void put_epochs(Card *card) {
  double epochs = number(card, "$.epochs"), best = number(card, "$.best_epoch"), seconds = number(card, "$.seconds");
  if (!isnan(epochs)) {
    fact(card, "Epochs");
    html_count(card->out, epochs);
    if (best > 0.0) {
      put(card, ", the best of those measured being epoch ");
      html_count(card->out, best);
    }
    end_fact(card);
  }
  if (!isnan(seconds)) {
    fact(card, "Time");
    html_figure(card->out, seconds, 1);
    put(card, " seconds");
    end_fact(card);
  }
}

/* What the weights themselves say. */
static void put_network(Card *card) {
  const Model *m = card->model;
  const Shape *s = &m->parameters.shape;
  fact(card, "Network");
  sqlite3_str_appendf(card->out, "words of %d numbers%s, ", (int)s->embedding,
                      s->buckets ? " with their character n-grams" : "");
  if (s->hidden) sqlite3_str_appendf(card->out, "a GRU of %d both ways, ", (int)s->hidden);
  sqlite3_str_appendf(card->out, "attention%s%s%s", s->pooled ? ", a max-pool" : "",
                      linear_exists(&m->linear) ? "; and a linear branch on words and pairs of words" : "",
                      m->precision == PRECISION_INT8 ? "; 8-bit integers where the processor has them" : "");
  end_fact(card);
}

/* ---- curves ------------------------------------------------------------------------------------ */

enum { TRAIN_LOSS, TRAIN_ACCURACY, HELD_LOSS, HELD_ACCURACY, SERIES };

typedef struct History {
  double *values[SERIES]; /* [count] into one block */
  size_t count;
} History;

static bool add_epoch(Card *card, History *h, double **block, size_t *capacity, sqlite3_stmt *stmt) {
  bool added = memory_grow(block, capacity, (h->count + 1) * SERIES, sizeof **block);
  for (int i = 0; i < SERIES && added; i++) (*block)[h->count * SERIES + (size_t)i] = column_number(stmt, i);
  if (added) h->count++;
  else card->rc = failure(&card->error, SQLITE_NOMEM, "out of memory");
  return added;
}

/* An epoch after the other becomes a series after the other. */
static double *read_history(Card *card, History *h) {
  double *block = NULL, *turned = NULL;
  size_t capacity = 0;
  sqlite3_stmt *stmt = ask(card,
      "SELECT json_extract(value, '$.train_loss'), json_extract(value, '$.train_accuracy'), "
      "json_extract(value, '$.validation_loss'), json_extract(value, '$.validation_accuracy') "
      "FROM json_each(?1, '$.history') WHERE type = 'object'",
      card->row.metrics);
  *h = (History){0};
  while (next(card, stmt)) add_epoch(card, h, &block, &capacity, stmt);
  if (!card->rc && h->count) {
    turned = malloc(h->count * SERIES * sizeof *turned);
    if (!turned) card->rc = failure(&card->error, SQLITE_NOMEM, "out of memory");
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
static bool put_curve(Card *card, const History *h, const char *title, int train, int held) {
  PlotLine lines[2];
  size_t count = 0;
  if (has_values(h, train)) lines[count++] = (PlotLine){"train", h->values[train]};
  if (has_values(h, held)) lines[count++] = (PlotLine){"held", h->values[held]};
  if (count == 0) return false;
  sqlite3_str_appendf(card->out, "<figure><figcaption>%s by epoch <span class=\"key\"><i class=\"train\"></i>learning"
                      "%s</span></figcaption>", title,
                      count == 2 ? "</span> <span class=\"key\"><i class=\"held\"></i>held out" : "");
  plot_lines(card->out, title, lines, count, h->count);
  put(card, "</figure>\n");
  return true;
}

static void put_curves(Card *card) {
  History h;
  double *block = read_history(card, &h);
  if (block) {
    put(card, "<div class=\"figures\">");
    bool any = put_curve(card, &h, "Loss", TRAIN_LOSS, HELD_LOSS);
    any |= put_curve(card, &h, "Accuracy", TRAIN_ACCURACY, HELD_ACCURACY);
    put(card, "</div>\n");
    if (any) put(card, "<p class=\"note\">While it learns, the network is measured alone and with dropout, so it does "
              "worse there than on held-out rows at first.</p>\n");
  }
  free(block);
}

static void put_training(Card *card) {
  begin_section(card, "Training");
  put(card, "<dl class=\"facts\">");
  text_fact(card, "Query", "$.query", "code");
  put_rows(card);
  put_epochs(card);
  count_fact(card, "Seed", number(card, "$.seed"), "");
  count_fact(card, "Threads", number(card, "$.threads"), "");
  text_fact(card, "Processor", "$.kernel", "span");
  put_network(card);
  put(card, "</dl>\n");
  put_curves(card);
  end_section(card);
}

/* ---- labels ---------------------------------------------------------------------------------- */

enum { TALL = 30 }; /* a table of more rows scrolls by itself */

static void begin_table(Card *card, size_t rows) {
  sqlite3_str_appendf(card->out, "<div class=\"table%s\" tabindex=\"0\"><table>", rows > TALL ? " tall" : "");
}

static void end_table(Card *card) { put(card, "</tbody></table></div>\n"); }

static void put_share(Card *card, double share) {
  put(card, "<td class=\"number\">");
  html_figure(card->out, share, 3);
  put(card, "</td>");
}

static void put_label(Card *card, uint32_t label) {
  if (label < card->model->labels.keys.count)
    html_bdi(card->out, labels_get(&card->model->labels, label));
  else
    put(card, "<em>a label that the model does not know</em>");
}

static void label_row(Card *card, uint32_t number, double most) {
  const TallyLabel *label = &card->tally.labels[number];
  put(card, "<tr><th scope=\"row\">");
  put_label(card, number);
  put(card, "</th><td class=\"number\">");
  html_count(card->out, label->rows);
  put(card, "</td><td class=\"bar\">");
  if (label->rows > 0.0) sqlite3_str_appendf(card->out, "<i style=\"width:%.1f%%\"></i>", 100.0 * label->rows / most);
  put(card, "</td>");
  if (card->tally.pair_count) {
    put_share(card, tally_precision(label));
    put_share(card, tally_recall(label));
    put_share(card, tally_f1(label));
    put(card, "<td class=\"number\">");
    html_count(card->out, label->support);
    put(card, "</td>");
  }
  put(card, "</tr>\n");
}

static void put_labels(Card *card) {
  const Tally *t = &card->tally;
  double most = 0.0;
  for (size_t l = 0; l < t->count; l++) most = fmax(most, t->labels[l].rows);
  begin_section(card, "Labels");
  begin_table(card, t->count);
  put(card, "<thead><tr><th scope=\"col\">label</th><th scope=\"col\" class=\"number\">rows</th><th></th>");
  if (t->pair_count)
    put(card, "<th scope=\"col\" class=\"number\">precision</th><th scope=\"col\" class=\"number\">recall</th>"
              "<th scope=\"col\" class=\"number\">F1</th><th scope=\"col\" class=\"number\">held out</th>");
  put(card, "</tr></thead><tbody>\n");
  for (size_t i = 0; i < t->count; i++) label_row(card, t->order[i], most);
  end_table(card);
  if (t->pair_count)
    put(card, "<p class=\"note\">Precision: of the held-out rows that were given the label, the share that has it. "
              "Recall: of those that have it, the share that was given it.</p>\n");
  end_section(card);
}

/* ---- confusion --------------------------------------------------------------------------------- */

enum { HEAT_LABELS = 25, WORST = 10 };

static bool concerns(const TallyLabel *label) { return label->support + label->predicted > 0.0; }

/* Of the labels that held-out rows have or were given, the most frequent ones. */
static size_t choose_labels(const Tally *t, uint32_t shown[HEAT_LABELS]) {
  size_t count = 0;
  for (size_t i = 0; i <= t->count && count < HEAT_LABELS; i++)
    if (concerns(&t->labels[t->order[i]])) shown[count++] = t->order[i];
  return count;
}

static void put_shown(Card *card) {
  size_t count = 0;
  for (size_t i = 0; i <= card->tally.count; i++) count += concerns(&card->tally.labels[i]);
  if (count > HEAT_LABELS)
    sqlite3_str_appendf(card->out, "<p>The %d labels with the most rows, of %d.</p>\n", (int)HEAT_LABELS, (int)count);
}

static size_t find_shown(const uint32_t *shown, size_t count, uint32_t label) {
  size_t i = 0;
  while (i < count && shown[i] != label) i++;
  return i;
}

static void put_heat(Card *card) {
  const Tally *t = &card->tally;
  uint32_t shown[HEAT_LABELS];
  double rows[HEAT_LABELS * HEAT_LABELS] = {0}, totals[HEAT_LABELS];
  size_t count = choose_labels(t, shown);
  for (size_t i = 0; i < count; i++) totals[i] = t->labels[shown[i]].support;
  for (size_t i = 0; i < t->pair_count; i++) {
    size_t actual = find_shown(shown, count, t->pairs[i].actual);
    size_t predicted = find_shown(shown, count, t->pairs[i].predicted);
    if (actual < count && predicted < count) rows[actual * count + predicted] += t->pairs[i].rows;
  }
  put(card, "<div class=\"scroll\" tabindex=\"0\">");
  plot_heat(card->out, &(PlotHeat){&card->model->labels, shown, count, rows, totals});
  put(card, "</div>\n");
}

static void wrong_pair(Card *card, const TallyPair *pair) {
  put(card, "<tr><td>");
  put_label(card, pair->actual);
  put(card, "</td><td>");
  put_label(card, pair->predicted);
  put(card, "</td><td class=\"number\">");
  html_count(card->out, pair->rows);
  put(card, "</td><td class=\"number\">");
  html_figure(card->out, 100.0 * pair->rows / card->tally.labels[pair->actual].support, 1);
  put(card, "%</td></tr>\n");
}

static void put_worst(Card *card) {
  const Tally *t = &card->tally;
  size_t listed = 0;
  for (size_t i = 0; i < t->pair_count && listed < WORST; i++) {
    const TallyPair *pair = &t->pairs[i];
    if (pair->actual == pair->predicted) continue;
    if (listed++ == 0) {
      put(card, "<h3>Most frequent confusions</h3>\n");
      begin_table(card, 0);
      put(card, "<thead><tr><th scope=\"col\">label</th><th scope=\"col\">was given</th><th scope=\"col\" "
                "class=\"number\">rows</th><th scope=\"col\" class=\"number\">of the label</th></tr></thead><tbody>\n");
    }
    wrong_pair(card, pair);
  }
  if (listed) end_table(card);
  else put(card, "<p>No held-out row was given a wrong label.</p>\n");
}

static void put_confusion(Card *card) {
  if (card->tally.pair_count == 0) return;
  begin_section(card, "Confusion");
  put_shown(card);
  put(card, "<div class=\"beside\">");
  put_heat(card);
  put(card, "<div>");
  put_worst(card);
  put(card, "</div></div>\n<p class=\"note\">In the picture a row is a label as it is in the held-out rows, a column one as "
            "the model gave it. Blue is right, orange wrong; the fuller, the more of the row's label.</p>\n");
  end_section(card);
}

/* ---- calibration ------------------------------------------------------------------------------ */

enum { BINS = 100 }; /* at most: there are 15 */

static bool within(double value) { return value >= 0.0 && value <= 1.0; }

static void put_calibration(Card *card) {
  PlotBin bins[BINS];
  size_t count = 0;
  sqlite3_stmt *stmt = ask(card,
      "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') "
      "FROM json_each(?1, '$.validation.calibration') WHERE type = 'array'", card->row.metrics);
  while (next(card, stmt)) {
    PlotBin bin = {column_number(stmt, 0), column_number(stmt, 1), column_number(stmt, 2)};
    if (count < BINS && bin.rows >= 1.0 && within(bin.confidence) && within(bin.right)) bins[count++] = bin;
  }
  if (count == 0) return;
  begin_section(card, "Calibration");
  put(card, "<div class=\"beside\">");
  plot_calibration(card->out, bins, count);
  put(card, "<p>Each dot is the held-out rows of about one confidence, the larger the more they are. On the dashed line "
            "confidence is what it says: of the rows with 0.8, eight in ten are right. Below it the model is too sure, "
            "above it not sure enough.</p></div>\n");
  end_section(card);
}

/* ---- words ------------------------------------------------------------------------------------- */

enum { WORD_LABELS = 30, LABEL_WORDS = 10 };

static void put_word(Card *card, size_t k, float strongest) {
  static const char *const ALPHA[] = {"1c", "34", "4c", "66"};
  const Keywords *keywords = &card->model->keywords;
  size_t length;
  const char *word = strings_get(&card->model->vocabulary.words, keywords->words[k] - 1, &length);
  float share = keywords->contributions[k] / strongest;
  int step = share < 0.25f ? 0 : share < 0.5f ? 1 : share < 0.75f ? 2 : 3;
  sqlite3_str_appendf(card->out, "<li style=\"background:#0072d0%s\" title=\"%+.2f, %u times\"><bdi>", ALPHA[step],
                      keywords->contributions[k], keywords->counts[k]);
  html_text(card->out, word, length);
  put(card, "</bdi></li>");
}

/* Those that speak for the label; false where there are none. */
static bool put_label_words(Card *card, uint32_t label) {
  const Keywords *keywords = &card->model->keywords;
  size_t begin, end, listed = 0;
  float strongest = 0.0f;
  keywords_of(keywords, label, &begin, &end);
  while (begin + listed < end && listed < LABEL_WORDS && keywords->contributions[begin + listed] > 0.0f)
    strongest = fmaxf(strongest, keywords->contributions[begin + listed++]);
  if (listed == 0) return false;
  put(card, "<div><dt>");
  put_label(card, label);
  put(card, "</dt><dd><ul>");
  for (size_t i = 0; i < listed; i++) put_word(card, begin + i, strongest);
  put(card, "</ul></dd></div>\n");
  return true;
}

static void put_words(Card *card) {
  const Tally *t = &card->tally;
  size_t listed = 0;
  begin_section(card, "Words");
  if (card->model->keywords.count == 0) {
    put(card, "<p>The weights have no list of words with them.</p>\n");
  } else {
    put(card, "<p>The words that speak most for a label: by what they add to its score, times how often.");
    if (t->count > WORD_LABELS) sqlite3_str_appendf(card->out, " The %d labels with the most rows.", WORD_LABELS);
    put(card, "</p><dl class=\"words\">\n");
    for (size_t i = 0; i < t->count && listed < WORD_LABELS; i++) listed += put_label_words(card, t->order[i]);
    put(card, "</dl>\n");
  }
  end_section(card);
}

/* ---- examples ------------------------------------------------------------------------------------ */

/* Whether the column holds a label of the model. */
static bool is_label(const Card *card, sqlite3_stmt *stmt, int column) {
  Label label;
  Error ignored;
  return sqlite3_column_type(stmt, column) != SQLITE_NULL &&
         !value_label(sqlite3_column_value(stmt, column), &label, &ignored) &&
         labels_find(&card->model->labels, label) != LABELS_NONE;
}

static void put_example(Card *card, sqlite3_stmt *stmt) {
  Reasons reasons = {0};
  const char *text = (const char *)sqlite3_column_text(stmt, 0);
  size_t length = (size_t)sqlite3_column_bytes(stmt, 0);
  sqlite3_value *predicted = is_label(card, stmt, 2) ? sqlite3_column_value(stmt, 2) : NULL;
  bool right = sqlite3_column_int(stmt, 4);
  card->rc = !text ? failure(&card->error, SQLITE_NOMEM, "out of memory")
                   : reasons_find(&reasons, card->connection, cache_retain(card->model), text, length, predicted,
                                  &card->error);
  if (!card->rc) {
    sqlite3_str_appendf(card->out, "<li class=\"%s\"><p><b><bdi>", right ? "right" : "wrong");
    put_column(card, stmt, 2);
    put(card, "</bdi></b> ");
    html_figure(card->out, column_number(stmt, 3), 2);
    put(card, right ? "" : " <span class=\"flag\">labelled <bdi>");
    if (!right) put_column(card, stmt, 1);
    put(card, right ? "</p>" : "</bdi></span></p>");
    highlight_html(card->out, &reasons, text, length);
    put(card, "</li>\n");
  }
  reasons_free(&reasons);
}

static void put_examples(Card *card) {
  bool any = false;
  sqlite3_stmt *stmt = ask(card,
      "SELECT text, label, predicted, confidence, label IS predicted FROM ("
      "SELECT json_extract(value, '$.text') AS text, json_extract(value, '$.label') AS label, "
      "json_extract(value, '$.predicted') AS predicted, json_extract(value, '$.confidence') AS confidence "
      "FROM json_each(?1, '$.validation.examples') WHERE type = 'object' LIMIT 16) WHERE typeof(text) = 'text'",
      card->row.metrics);
  while (next(card, stmt)) {
    if (!any) {
      begin_section(card, "Examples");
      put(card, "<p>Held-out rows: the label that the model gave, its confidence, and the words that speak "
                "<span class=\"for\">for it</span> and <span class=\"against\">against it</span>.</p>"
                "<ul class=\"examples\">\n");
    }
    any = true;
    put_example(card, stmt);
  }
  if (!any) return;
  put(card, "</ul>\n");
  end_section(card);
}

/* ---- options, use ---------------------------------------------------------------------------------- */

static void put_options(Card *card) {
  bool any = false;
  sqlite3_stmt *stmt = ask(card,
      "SELECT key, CASE WHEN type IN ('true', 'false') THEN type ELSE value END FROM json_each(?1) "
      "WHERE type <> 'null' AND value <> ''", card->row.options);
  begin_section(card, "Options");
  while (next(card, stmt)) {
    put(card, any ? "<div><dt>" : "<dl class=\"options\"><div><dt>");
    any = true;
    put_column(card, stmt, 0);
    put(card, "</dt><dd>");
    put_column(card, stmt, 1);
    put(card, "</dd></div>\n");
  }
  put(card, any ? "</dl>\n" : "<p>The options that the model was trained with are not known.</p>\n");
  end_section(card);
}

static void put_use(Card *card) {
  begin_section(card, "Use");
  put(card, "<pre><code>SELECT id, classify(body, ");
  put_name(card, "'%q%s%q@%lld'");
  put(card, ") FROM tickets;\nSELECT token, contribution FROM classify_attention('a text', ");
  put_name(card, "'%q%s%q@%lld'");
  put(card, ");</code></pre>\n");
  end_section(card);
}

/* ---- the page ---------------------------------------------------------------------------------------- */

static void put_page(Card *card) {
  card->rc = tally_read(&card->tally, card->connection, card->row.metrics, &card->model->labels, &card->error);
  if (card->rc) return;
  put_head(card);
  put_training(card);
  put_labels(card);
  put_confusion(card);
  put_calibration(card);
  put_words(card);
  put_examples(card);
  put_options(card);
  put_use(card);
  put(card, "</main></body></html>\n");
}

void card_page(sqlite3_context *context, int argc, sqlite3_value **argv) {
  Card card = {.connection = sqlite3_user_data(context)};
  const char *spec;
  char *page = NULL;
  card.rc = query_text(argc > 0 ? argv[0] : NULL, "model's name", &spec, NULL, &card.error);
  if (!card.rc) card.rc = models_describe(card.connection, spec, &card.model, &card.row, &card.error);
  if (!card.rc) {
    card.out = sqlite3_str_new(card.connection->db);
    put_page(&card);
    if (!card.rc) card.rc = sqlite3_str_errcode(card.out);
    page = sqlite3_str_finish(card.out);
  }
  if (card.rc == SQLITE_TOOBIG)
    sqlite3_result_error_toobig(context);
  else if (card.rc)
    failure_result(context, "classify_card", card.rc, &card.error);
  else
    sqlite3_result_text(context, page, -1, sqlite3_free);
  if (card.rc) sqlite3_free(page);
  tally_free(&card.tally);
  models_row_free(&card.row);
  cache_release(card.model);
}
