#include "functions/classify_highlight.h"

#include <math.h>
#include <string.h>
#include <utf8proc.h>

#include "base/text_poll.h"
#include "base/utf8.h"
#include "functions/decision.h"
#include "host/html.h"
#include "host/json.h"
#include "host/printable.h"
#include "host/query.h"
#include "models/statement_models.h"

enum { STEPS = HTML_MARK_STEPS };

/* What stands above the text. */
typedef struct Head {
  Label label;       /* whose contributions are marked */
  float probability;
  const char *set;   /* of a multi-label model: the labels of the text, as JSON; else NULL */
  size_t set_length;
  float confidence;  /* in the set */
} Head;

/* `step` is from -STEPS (against the label) to STEPS (for it). */
typedef struct Format {
  const char *name;
  void (*head)(sqlite3_str *out, const Head *head);
  const char *text_begin;
  void (*mark_begin)(sqlite3_str *out, int step, float contribution);
  void (*text)(sqlite3_str *out, const char *text, size_t length);
  void (*mark_end)(sqlite3_str *out, int step);
  const char *text_end, *tail;
} Format;

/* ---- on a terminal ------------------------------------------------------------------ */

static void ansi_label(sqlite3_str *out, Label label) {
  if (label.kind == LABEL_TEXT)
    printable_text(out, label.text, label.length);
  else
    json_label(out, label);
}

static void ansi_head(sqlite3_str *out, const Head *head) {
  sqlite3_str_appendall(out, "\x1B[1m");
  if (head->set) {
    printable_text(out, head->set, head->set_length);
    sqlite3_str_appendf(out, "\x1B[0m %.3f, marked for ", head->confidence);
    ansi_label(out, head->label);
    sqlite3_str_appendf(out, " %.3f\n", head->probability);
  } else {
    ansi_label(out, head->label);
    sqlite3_str_appendf(out, "\x1B[0m %.3f\n", head->probability);
  }
}

/* Black on colours of the 6x6x6 cube, which every terminal shows alike: from a
** greyish one to a full one, so that weak marks are weak on dark and on light.
*/
static void ansi_mark_begin(sqlite3_str *out, int step, float contribution) {
  static const unsigned char FOR[] = {146, 110, 75, 33}, AGAINST[] = {187, 180, 215, 208};
  (void)contribution;
  if (step > 0) sqlite3_str_appendf(out, "\x1B[38;5;16;48;5;%dm", FOR[step - 1]);
  if (step < 0) sqlite3_str_appendf(out, "\x1B[4;38;5;16;48;5;%dm", AGAINST[-step - 1]);
}

static void ansi_mark_end(sqlite3_str *out, int step) {
  if (step) sqlite3_str_appendall(out, "\x1B[0m");
}

static const Format ANSI = {
    .name = "ansi",
    .head = ansi_head,
    .text_begin = "",
    .mark_begin = ansi_mark_begin,
    .text = printable_text,
    .mark_end = ansi_mark_end,
    .text_end = "",
    .tail = "",
};

/* ---- on a page ------------------------------------------------------------------------ */

static void html_head(sqlite3_str *out, const Head *head) {
  sqlite3_str_appendall(out, "<div class=\"classify-highlight\"><div><b>");
  if (head->set) {
    html_bdi(out, (Label){.kind = LABEL_TEXT, .text = head->set, .length = head->set_length});
    sqlite3_str_appendf(out, "</b> %.3f, marked for <b>", head->confidence);
  }
  html_bdi(out, head->label);
  sqlite3_str_appendf(out, "</b> %.3f</div>", head->probability);
}

static void html_mark_begin(sqlite3_str *out, int step, float contribution) {
  sqlite3_str_appendall(out, "<span");
  html_mark_style(out, step);
  sqlite3_str_appendf(out, " title=\"%+.2f\">", contribution);
}

static void html_mark_end(sqlite3_str *out, int step) {
  (void)step;
  sqlite3_str_appendall(out, "</span>");
}

static const Format HTML = {
    .name = "html",
    .head = html_head,
    .text_begin = "<div dir=\"auto\" style=\"white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:plaintext\">",
    .mark_begin = html_mark_begin,
    .text = html_text,
    .mark_end = html_mark_end,
    .text_end = "</div>",
    .tail = "</div>",
};

/* ---- marks ------------------------------------------------------------------------------ */

/* A text while it is written. */
typedef struct Marking {
  sqlite3_str *out;
  const Format *format;
  const char *text;
  size_t length;
  TextPoll found, written; /* as far as clusters are looked for, and as the text is written */
} Marking;

/* Returns where the grapheme cluster that begins at `at` ends. */
static size_t cluster_end(Marking *m, size_t at) {
  int32_t before, code, state = 0;
  size_t end = at + printable_read(m->text + at, m->length - at, &before);
  while (end < m->length && text_poll_goes_on(&m->found, end)) {
    size_t n = printable_read(m->text + end, m->length - end, &code);
    if (utf8proc_grapheme_break_stateful(before, code, &state)) break;
    before = code;
    end += n;
  }
  return end;
}

/* Returns where a piece of the text from .. to ends that has whole characters, and no line break's first half. */
static size_t piece_end(const char *text, size_t from, size_t to) {
  if (to - from <= TEXT_POLL_BYTES) return to;
  size_t end = from + TEXT_POLL_BYTES;
  while (end < to && utf8_continues(text[end])) end++;
  return end < to && text[end - 1] == '\r' && text[end] == '\n' ? end + 1 : end;
}

static void write_text(Marking *m, size_t from, size_t to) {
  for (size_t end; from < to && text_poll_goes_on(&m->written, from); from = end) {
    end = piece_end(m->text, from, to);
    m->format->text(m->out, m->text + from, end - from);
  }
}

/* Returns 0, no mark, for less than a twentieth of the strongest contribution. */
static int step_of(float contribution, float strongest) {
  float strength = strongest > 0.0f ? fabsf(contribution) / strongest : 0.0f;
  int step = strength > 0.05f ? 1 + (int)(strength * (float)STEPS) : 0;
  if (step > STEPS) step = STEPS;
  return contribution < 0.0f ? -step : step;
}

/* Writes the text up to token i, and the token. *at is what has been written. */
static void write_token(Marking *m, const Explanation *r, size_t i, float strongest, size_t *at) {
  const struct TokenSpan *span = &r->tokens.spans[i];
  size_t plain = *at, mark = plain, next;
  while (mark < m->length && !m->found.status && (next = cluster_end(m, mark)) <= span->start) mark = next;
  write_text(m, plain, mark);
  for (*at = mark; *at < m->length && *at < span->end && !m->found.status;) *at = cluster_end(m, *at);
  int step = step_of(r->contributions[i], strongest);
  m->format->mark_begin(m->out, step, r->contributions[i]);
  write_text(m, mark, *at);
  m->format->mark_end(m->out, step);
}

static Status write_marked(Marking *m, const Explanation *r, Poll poll, Error *error) {
  float strongest = explanation_strongest(r);
  size_t at = 0;
  m->found = m->written = text_poll_begin(poll, error);
  sqlite3_str_appendall(m->out, m->format->text_begin);
  for (size_t i = 0; i < r->tokens.count && !m->found.status; i++)
    if (r->tokens.spans[i].end > at) write_token(m, r, i, strongest, &at);
  if (!m->found.status) write_text(m, at, m->length);
  sqlite3_str_appendall(m->out, m->format->text_end);
  return m->found.status ? m->found.status : m->written.status;
}

Status highlight_html(sqlite3_str *html, const Explanation *r, const char *text, size_t length, Poll poll,
                      Error *error) {
  return write_marked(&(Marking){.out = html, .format = &HTML, .text = text, .length = length}, r, poll, error);
}

/* ---- the function --------------------------------------------------------------------------- */

static int read_format(int argc, sqlite3_value **argv, const Format **format, Error *error) {
  const char *name;
  *format = &ANSI;
  int rc = query_text(argc > 2 ? argv[2] : NULL, "format", &name, NULL, error);
  if (rc || !name || strcmp(name, ANSI.name) == 0) return rc;
  *format = &HTML;
  if (strcmp(name, HTML.name) == 0) return SQLITE_OK;
  return failure(error, SQLITE_ERROR, "the format is '%.60s', expected 'ansi' or 'html'", name);
}

/* Finds the labels of the text, by the probabilities that the connection has still. The caller frees head->set. */
static int find_head(Connection *c, const Explanation *r, Head *head, Error *error) {
  Prediction prediction;
  *head = (Head){.label = labels_get(&r->model->labels, r->label), .probability = r->probability};
  if (!model_is_multilabel(r->model)) return SQLITE_OK;
  int rc = decision_make(c, r->model, &prediction, error);
  if (rc) return rc;
  sqlite3_str *json = sqlite3_str_new(c->db);
  json_labels(json, &r->model->labels, decision_given(&prediction, &c->scratch.given));
  head->confidence = prediction.confidence;
  head->set_length = (size_t)sqlite3_str_length(json);
  head->set = sqlite3_str_finish(json);
  return head->set ? SQLITE_OK : failure_no_memory(error);
}

/* *written is for sqlite3_free(). */
static int write_all(Connection *c, Marking *m, const Explanation *r, const Head *head, char **written,
                     Error *error) {
  m->out = sqlite3_str_new(c->db);
  m->format->head(m->out, head);
  int rc = failure_code(write_marked(m, r, connection_poll(c), error));
  sqlite3_str_appendall(m->out, m->format->tail);
  if (!rc) rc = sqlite3_str_errcode(m->out);
  *written = sqlite3_str_finish(m->out);
  return rc;
}

void classify_highlight(sqlite3_context *context, int argc, sqlite3_value **argv) {
  Connection *c = sqlite3_user_data(context);
  Explanation reasons = {0};
  const Format *format;
  const Model *model;
  Head head = {0};
  const char *text = NULL, *spec;
  char *out = NULL;
  size_t length;
  Error error;
  int rc = read_format(argc, argv, &format, &error);
  if (!rc) rc = query_text(argv[0], "text", &text, &length, &error);
  if (!rc) rc = query_text(argc > 1 ? argv[1] : NULL, "model's name", &spec, NULL, &error);
  if (!rc && text) rc = statement_models_load(context, spec, &model, &error);
  if (!rc && text) rc = explanation_find(&reasons, c, model, text, length, NULL, &error);
  if (!rc && text) rc = find_head(c, &reasons, &head, &error);
  if (!rc && text)
    rc = write_all(c, &(Marking){.format = format, .text = text, .length = length}, &reasons, &head, &out, &error);
  sqlite3_free((char *)head.set);
  if (rc || text) failure_or_text(context, "classify_highlight", rc, &error, out);
  explanation_free(&reasons);
}
