#include "functions/classify_attention.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "classifier/explain.h"
#include "functions/explanation.h"
#include "host/query.h"
#include "host/value.h"
#include "models/loading.h"

enum { COL_POSITION, COL_TOKEN, COL_START, COL_LENGTH, COL_WEIGHT, COL_CONTRIBUTION, COL_LEAVE_ONE_OUT, VISIBLE };
enum { ARG_TEXT, ARG_MODEL, ARG_LABEL, ARGUMENTS };

typedef struct Attention {
  Explanation reasons;
  char *text;     /* a copy: start and length count its characters */
  float *drops;   /* [tokens.count] leave_one_out, computed when first read; or NULL */
  size_t at;
  size_t start;   /* characters before the token `at` */
  size_t counted; /* bytes of these characters        */
} Attention;

/* Counts the characters from the last token on: most tokenizers go through the text in order. */
static void count_start(Attention *a) {
  if (a->at >= a->reasons.tokens.count) return;
  size_t begin = a->reasons.tokens.spans[a->at].start;
  if (begin < a->counted) a->start = a->counted = 0; /* this one went back */
  a->start += utf8_characters(a->text + a->counted, begin - a->counted);
  a->counted = begin;
}

/* Returns the number of rows: one for each token, and one for padding if it has any part. */
static size_t row_count(const Explanation *r) {
  return r->tokens.count + (r->padding.weight != 0.0f || r->padding.contribution != 0.0f);
}

static int attention_begin(TableCall *call, sqlite3_value **arguments, Error *error) {
  Attention *a = call->state;
  const Model *model;
  const char *text, *spec;
  size_t length;
  if (!arguments[ARG_TEXT])
    return failure(error, SQLITE_ERROR, "no text given, expected classify_attention(text [, model [, label]])");
  int rc = query_text(arguments[ARG_TEXT], "text", &text, &length, error);
  if (!rc) rc = query_text(arguments[ARG_MODEL], "model's name", &spec, NULL, error);
  call->done = true;
  if (rc || !text) return rc;
  a->text = malloc(length + 1);
  if (!a->text) return failure_no_memory(error);
  memcpy(a->text, text, length);
  rc = loading_load(call->connection, spec, &model, error);
  if (!rc) rc = explanation_find(&a->reasons, call->connection, model, text, length, arguments[ARG_LABEL], error);
  if (rc) return rc;
  call->done = row_count(&a->reasons) == 0;
  count_start(a);
  return SQLITE_OK;
}

static int attention_step(TableCall *call, Error *error) {
  (void)error;
  Attention *a = call->state;
  call->done = ++a->at == row_count(&a->reasons);
  count_start(a);
  return SQLITE_OK;
}

static int compute_drops(Attention *a, Connection *c, Error *error) {
  const Explanation *r = &a->reasons;
  float *drops = calloc(r->tokens.count + 1, sizeof *drops);
  if (!drops) return failure_no_memory(error);
  Lexicon lexicon = tokens_lexicon(&r->tokens);
  Question question = {tokens_text(&r->tokens), &lexicon, r->label};
  Poll poll = connection_poll(c);
  int rc = failure_code(explain_leave_one_out(r->model, &question, r->tokens.count, &c->scratch, poll, drops, error));
  connection_trim(c);
  if (rc)
    free(drops);
  else
    a->drops = drops;
  return rc;
}

static int result_leave_one_out(Attention *a, Connection *c, sqlite3_context *context, Error *error) {
  int rc = a->drops ? SQLITE_OK : compute_drops(a, c, error);
  if (!rc) sqlite3_result_double(context, a->drops[a->at]);
  return rc;
}

/* The row of padding; it has no token. */
static int padding_column(const Explanation *r, sqlite3_context *context, int column) {
  switch (column) {
    case COL_POSITION: sqlite3_result_int64(context, (sqlite3_int64)r->tokens.count + 1); break;
    case COL_WEIGHT: sqlite3_result_double(context, r->padding.weight); break;
    case COL_CONTRIBUTION: sqlite3_result_double(context, r->padding.contribution); break;
  }
  return SQLITE_OK;
}

static int attention_column(TableCall *call, sqlite3_context *context, int column, Error *error) {
  Attention *a = call->state;
  const Explanation *r = &a->reasons;
  if (a->at == r->tokens.count) return padding_column(r, context, column);
  const struct TokenSpan *span = &r->tokens.spans[a->at];
  switch (column) {
    case COL_POSITION: sqlite3_result_int64(context, (sqlite3_int64)a->at + 1); break;
    case COL_TOKEN: value_result_token(context, r->tokens.folded + span->token, span->length); break;
    case COL_START: sqlite3_result_int64(context, (sqlite3_int64)a->start + 1); break;
    case COL_LENGTH:
      sqlite3_result_int64(context, (sqlite3_int64)utf8_characters(a->text + span->start, span->end - span->start));
      break;
    case COL_WEIGHT: sqlite3_result_double(context, r->weights[a->at]); break;
    case COL_CONTRIBUTION: sqlite3_result_double(context, r->contributions[a->at]); break;
    case COL_LEAVE_ONE_OUT: return result_leave_one_out(a, call->connection, context, error);
  }
  return SQLITE_OK;
}

static void attention_end(TableCall *call) {
  Attention *a = call->state;
  explanation_free(&a->reasons);
  free(a->text);
  free(a->drops);
}

const TableFunction CLASSIFY_ATTENTION = {
    .name = "classify_attention",
    .schema = "CREATE TABLE x(position INTEGER, token TEXT, start INTEGER, length INTEGER, weight REAL, "
              "contribution REAL, leave_one_out REAL, for_text HIDDEN, "
              "for_model HIDDEN, for_label HIDDEN)",
    .visible = VISIBLE,
    .arguments = ARGUMENTS,
    .state_size = sizeof(Attention),
    .begin = attention_begin,
    .step = attention_step,
    .column = attention_column,
    .end = attention_end,
};
