#include "card/card_sections.h"

#include <math.h>
#include <stdlib.h>

#include "card/plot.h"
#include "functions/classify_highlight.h"
#include "host/cache.h"
#include "host/html.h"
#include "host/value.h"

/* ---- labels ---------------------------------------------------------------------------------- */

enum { TALL = 30 };          /* a table with more rows scrolls by itself */
enum { LABEL_COLUMNS = 80 }; /* longer labels are cut                    */

static void begin_table(Page *page, size_t rows) {
  sqlite3_str_appendf(page->out, "<div class=\"table%s\" tabindex=\"0\"><table>", rows > TALL ? " tall" : "");
}

static void end_table(Page *page) { page_put(page, "</tbody></table></div>\n"); }

static void put_share(Page *page, double share) {
  page_put(page, "<td class=\"number\">");
  html_figure(page->out, share, 3);
  page_put(page, "</td>");
}

static void put_label(Page *page, uint32_t number) {
  Label label = labels_get(&page->metrics.labels, number);
  page_put(page, "<bdi>");
  if (label.kind == LABEL_TEXT)
    html_short(page->out, label.text, label.length, LABEL_COLUMNS);
  else
    html_label(page->out, label);
  page_put(page, "</bdi>");
}

/* Returns the counts of held-out rows that have the label or were given it. */
static ScoreLabel score_of(const Page *page, uint32_t label) {
  const Score *score = &page->metrics.score;
  return label < score->labels ? score->label[label] : (ScoreLabel){0};
}

/* Returns NAN where it is not known, as for labels that the model does not have. */
static double rows_of(const Page *page, uint32_t label) {
  return label < page->model->labels.keys.count ? page->metrics.label_rows[label] : NAN;
}

static void label_row(Page *page, uint32_t number, double most) {
  ScoreLabel label = score_of(page, number);
  double rows = rows_of(page, number);
  bool occurs = label.actual + label.predicted > 0;
  page_put(page, "<tr><th scope=\"row\">");
  put_label(page, number);
  page_put(page, "</th>");
  if (most > 0.0) {
    page_put(page, "<td class=\"number\">");
    html_count(page->out, rows);
    page_put(page, "</td><td class=\"bar\">");
    if (rows > 0.0) sqlite3_str_appendf(page->out, "<i style=\"width:%.1f%%\"></i>", 100.0 * rows / most);
    page_put(page, "</td>");
  }
  if (page->metrics.score.rows) {
    put_share(page, occurs ? score_precision(&label) : NAN);
    put_share(page, occurs ? score_recall(&label) : NAN);
    put_share(page, occurs ? score_f1(&label) : NAN);
    page_put(page, "<td class=\"number\">");
    html_count(page->out, (double)label.actual);
    page_put(page, "</td>");
  }
  page_put(page, "</tr>\n");
}

void card_section_labels(Page *page) {
  size_t labels = page->metrics.labels.keys.count;
  bool held_out = page->metrics.score.rows > 0;
  double most = 0.0;
  for (uint32_t l = 0; l < labels; l++) most = fmax(most, rows_of(page, l));
  page_begin_section(page, "Labels");
  begin_table(page, labels);
  page_put(page, "<thead><tr><th scope=\"col\">label</th>");
  if (most > 0.0) page_put(page, "<th scope=\"col\" class=\"number\">rows</th><th></th>");
  if (held_out)
    page_put(page, "<th scope=\"col\" class=\"number\">precision</th><th scope=\"col\" class=\"number\">recall</th>"
              "<th scope=\"col\" class=\"number\">F1</th><th scope=\"col\" class=\"number\">held out</th>");
  page_put(page, "</tr></thead><tbody>\n");
  for (size_t i = 0; i < labels; i++) label_row(page, page->order[i], most);
  end_table(page);
  if (held_out)
    page_put(page, "<p class=\"note\">Precision: of the held-out rows that were given the label, the share that has "
              "it. Recall: of those that have it, the share that was given it.</p>\n");
  page_end_section(page);
}

/* ---- confusion --------------------------------------------------------------------------------- */

enum { HEAT_LABELS = 25, WORST = 10 };

static bool concerns(const Page *page, uint32_t label) {
  ScoreLabel score = score_of(page, label);
  return score.actual + score.predicted > 0;
}

/* Chooses the most frequent of the labels that held-out rows have or were given. Returns how
** many are chosen; *all is set to how many there are.
*/
static size_t choose_labels(const Page *page, uint32_t shown[HEAT_LABELS], size_t *all) {
  size_t count = 0;
  *all = 0;
  for (size_t i = 0; i < page->metrics.labels.keys.count; i++) {
    if (!concerns(page, page->order[i])) continue;
    if (count < HEAT_LABELS) shown[count++] = page->order[i];
    ++*all;
  }
  return count;
}

static size_t find_shown(const uint32_t *shown, size_t count, uint32_t label) {
  size_t i = 0;
  while (i < count && shown[i] != label) i++;
  return i;
}

static void put_heat(Page *page) {
  const Score *score = &page->metrics.score;
  uint32_t shown[HEAT_LABELS];
  double rows[HEAT_LABELS * HEAT_LABELS] = {0}, totals[HEAT_LABELS];
  size_t all, count = choose_labels(page, shown, &all);
  for (size_t i = 0; i < count; i++) totals[i] = (double)score->label[shown[i]].actual;
  for (size_t i = 0; i < score->pairs; i++) {
    size_t actual = find_shown(shown, count, score->pair[i].actual);
    size_t predicted = find_shown(shown, count, score->pair[i].predicted);
    if (actual < count && predicted < count) rows[actual * count + predicted] += (double)score->pair[i].rows;
  }
  if (all > count)
    sqlite3_str_appendf(page->out, "<p>The %d labels with the most rows, of %d.</p>\n", (int)count, (int)all);
  page_put(page, "<div class=\"scroll\" tabindex=\"0\">");
  plot_heat(page->out, &(PlotHeat){&page->metrics.labels, shown, count, rows, totals});
  page_put(page, "</div>\n");
}

static void wrong_pair(Page *page, const ScorePair *pair) {
  page_put(page, "<tr><td>");
  put_label(page, pair->actual);
  page_put(page, "</td><td>");
  put_label(page, pair->predicted);
  page_put(page, "</td><td class=\"number\">");
  html_count(page->out, (double)pair->rows);
  page_put(page, "</td><td class=\"number\">");
  html_figure(page->out, 100.0 * (double)pair->rows / (double)page->metrics.score.label[pair->actual].actual, 1);
  page_put(page, "%</td></tr>\n");
}

static int most_frequent_first(const void *a, const void *b) {
  const ScorePair *x = a, *y = b;
  if (x->rows != y->rows) return x->rows > y->rows ? -1 : 1;
  if (x->actual != y->actual) return x->actual < y->actual ? -1 : 1;
  return x->predicted < y->predicted ? -1 : x->predicted > y->predicted;
}

static void put_worst(Page *page) {
  Score *score = &page->metrics.score;
  size_t listed = 0;
  qsort(score->pair, score->pairs, sizeof *score->pair, most_frequent_first);
  for (size_t i = 0; i < score->pairs && listed < WORST; i++) {
    const ScorePair *pair = &score->pair[i];
    if (pair->actual == pair->predicted) continue;
    if (listed++ == 0) {
      page_put(page, "<h3>Most frequent confusions</h3>\n");
      begin_table(page, 0);
      page_put(page, "<thead><tr><th scope=\"col\">label</th><th scope=\"col\">was given</th><th scope=\"col\" "
                "class=\"number\">rows</th><th scope=\"col\" class=\"number\">of the label</th></tr></thead><tbody>\n");
    }
    wrong_pair(page, pair);
  }
  if (listed) end_table(page);
  else page_put(page, "<p>No held-out row was given a wrong label.</p>\n");
}

/* Of labels that are decided each by itself: those that are most often missing or too much. */
static void label_errors(Page *page, uint32_t label) {
  ScoreLabel score = score_of(page, label);
  page_put(page, "<tr><th scope=\"row\">");
  put_label(page, label);
  page_put(page, "</th><td class=\"number\">");
  html_count(page->out, (double)score.hits);
  page_put(page, "</td><td class=\"number\">");
  html_count(page->out, (double)(score.actual - score.hits));
  page_put(page, "</td><td class=\"number\">");
  html_count(page->out, (double)(score.predicted - score.hits));
  page_put(page, "</td></tr>\n");
}

static void put_label_errors(Page *page) {
  size_t labels = page->metrics.labels.keys.count;
  page_begin_section(page, "Mistakes");
  begin_table(page, labels);
  page_put(page, "<thead><tr><th scope=\"col\">label</th><th scope=\"col\" class=\"number\">right</th><th "
            "scope=\"col\" class=\"number\">missing</th><th scope=\"col\" class=\"number\">too much</th></tr></thead>"
            "<tbody>\n");
  for (size_t i = 0; i < labels; i++)
    if (concerns(page, page->order[i])) label_errors(page, page->order[i]);
  end_table(page);
  page_put(page, "<p class=\"note\">Held-out rows that have the label and were given it, that have it and were not "
            "given it, that were given it and have it not.</p>\n");
  page_end_section(page);
}

void card_section_confusion(Page *page) {
  if (page->metrics.score.rows == 0) return;
  if (model_is_multilabel(page->model)) {
    put_label_errors(page);
    return;
  }
  page_begin_section(page, "Confusion");
  page_put(page, "<div class=\"beside\"><div>");
  put_heat(page);
  page_put(page, "</div><div>");
  put_worst(page);
  page_put(page, "</div></div>\n<p class=\"note\">In the picture a row is a label as it is in the held-out rows, a "
            "column one as the model gave it. Blue is right, orange wrong; the fuller, the more of the row's label."
            "</p>\n");
  page_end_section(page);
}

/* ---- calibration ------------------------------------------------------------------------------ */

void card_section_calibration(Page *page) {
  if (page->metrics.bin_count == 0) return;
  page_begin_section(page, "Calibration");
  page_put(page, "<div class=\"beside\">");
  plot_calibration(page->out, page->metrics.bins, page->metrics.bin_count);
  if (model_is_multilabel(page->model))
    page_put(page, "<p>Each dot is the labels that held-out rows were given with about one probability, the larger the "
              "more they are. On the dashed line it is what it says: of the labels given with 0.8, eight in ten are "
              "right. Below it the model is too sure, above it not sure enough.</p></div>\n");
  else
    page_put(page, "<p>Each dot is the held-out rows of about one confidence, the larger the more they are. On the "
              "dashed line confidence is what it says: of the rows with 0.8, eight in ten are right. Below it the "
              "model is too sure, above it not sure enough.</p></div>\n");
  page_end_section(page);
}

/* ---- words ------------------------------------------------------------------------------------- */

enum { WORD_LABELS = 30, LABEL_WORDS = 10 };

static void put_word(Page *page, size_t k, float strongest) {
  const Keywords *keywords = &page->model->keywords;
  size_t length;
  const char *word = strings_get(&page->model->vocabulary.words, keywords->words[k] - 1, &length);
  float share = keywords->contributions[k] / strongest;
  page_put(page, "<li");
  html_mark_style(page->out, (int)fminf(1.0f + share * (float)HTML_MARK_STEPS, HTML_MARK_STEPS));
  sqlite3_str_appendf(page->out, " title=\"%+.2f, %u times\"><bdi>", keywords->contributions[k], keywords->counts[k]);
  html_text(page->out, word, length);
  page_put(page, "</bdi></li>");
}

/* Puts the words that speak for the label. Returns false if there are none. */
static bool put_label_words(Page *page, uint32_t label) {
  const Keywords *keywords = &page->model->keywords;
  size_t begin, end, listed = 0;
  float strongest = 0.0f;
  keywords_of(keywords, label, &begin, &end);
  while (begin + listed < end && listed < LABEL_WORDS && keywords->contributions[begin + listed] > 0.0f)
    strongest = fmaxf(strongest, keywords->contributions[begin + listed++]);
  if (listed == 0) return false;
  page_put(page, "<div><dt>");
  put_label(page, label);
  page_put(page, "</dt><dd><ul>");
  for (size_t i = 0; i < listed; i++) put_word(page, begin + i, strongest);
  page_put(page, "</ul></dd></div>\n");
  return true;
}

void card_section_words(Page *page) {
  size_t listed = 0, labels = page->metrics.labels.keys.count;
  page_begin_section(page, "Words");
  if (page->model->keywords.count == 0) {
    page_put(page, "<p>The weights have no list of words with them.</p>\n");
  } else {
    page_put(page, "<p>The words that speak most for each label, in its own rows: the stronger the colour, the more "
              "they add to its score.");
    if (labels > WORD_LABELS) sqlite3_str_appendf(page->out, " The %d labels with the most rows.", WORD_LABELS);
    page_put(page, "</p><dl class=\"words\">\n");
    for (size_t i = 0; i < labels && listed < WORD_LABELS; i++) listed += put_label_words(page, page->order[i]);
    page_put(page, "</dl>\n");
  }
  page_end_section(page);
}

/* ---- examples ------------------------------------------------------------------------------------ */

/* Returns whether the value is a label of the model. */
static bool is_label(const Page *page, sqlite3_value *value) {
  Label label;
  Error ignored;
  return sqlite3_value_type(value) != SQLITE_NULL && !value_label(value, &label, &ignored) &&
         labels_find(&page->model->labels, label) != LABELS_NONE;
}

static void put_example(Page *page, const MetricsExample *example) {
  Explanation reasons = {0};
  const char *text = (const char *)sqlite3_value_text(example->text);
  size_t length = (size_t)sqlite3_value_bytes(example->text);
  sqlite3_value *predicted = is_label(page, example->predicted) ? example->predicted : NULL;
  page->rc = !text ? failure_no_memory(&page->error)
                   : explanation_find(&reasons, page->connection, cache_retain(page->model), text, length, predicted,
                                      &page->error);
  if (!page->rc) {
    sqlite3_str_appendf(page->out, "<li class=\"%s\"><p><b><bdi>", example->right ? "right" : "wrong");
    page_put_value(page, example->predicted);
    page_put(page, "</bdi></b> ");
    html_figure(page->out, example->confidence, 2);
    if (!example->right) {
      page_put(page, " <span class=\"flag\">labelled <bdi>");
      page_put_value(page, example->label);
      page_put(page, "</bdi></span>");
    }
    page_put(page, "</p>");
    page->rc = failure_code(highlight_html(page->out, &reasons, text, length, connection_poll(page->connection),
                                           &page->error));
    page_put(page, "</li>\n");
  }
  explanation_free(&reasons);
}

static void legend_mark(Page *page, int step, const char *words) {
  page_put(page, "<span class=\"mark\"");
  html_mark_style(page->out, step);
  sqlite3_str_appendf(page->out, ">%s</span>", words);
}

void card_section_examples(Page *page) {
  const Metrics *m = &page->metrics;
  if (m->example_count == 0) return;
  page_begin_section(page, "Examples");
  page_put(page, "<p>Held-out rows: the label that they were given, and with what confidence, by a model that had not "
            "learned them; and the words that speak ");
  legend_mark(page, HTML_MARK_STEPS - 1, "for it");
  page_put(page, " and ");
  legend_mark(page, 1 - HTML_MARK_STEPS, "against it");
  page_put(page, ", as the model is now.</p><ul class=\"examples\">\n");
  for (size_t i = 0; i < m->example_count && !page->rc; i++) put_example(page, &m->examples[i]);
  page_put(page, "</ul>\n");
  page_end_section(page);
}
