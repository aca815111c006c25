#include "attention.h"

#include <stdlib.h>
#include <string.h>

#include "../model/memory.h"
#include "cache.h"
#include "json.h"
#include "models.h"
#include "query.h"
#include "value.h"

enum { COL_POSITION, COL_TOKEN, COL_START, COL_LENGTH, COL_WEIGHT, COL_CONTRIBUTION,
       COL_LEAVE_ONE_OUT, VISIBLE };
enum { ARG_TEXT, ARG_MODEL, ARG_LABEL, ARGUMENTS };

typedef struct Reasons {
  const Model *model;
  Tokens tokens;
  size_t count;           /* of tokens with a span: those of the text */
  char *text;             /* a copy: leave_one_out does not need it, start does */
  uint32_t label;
  float *weights;         /* [tokens.count] */
  float *contributions;   /* [tokens.count] */
  float *drops;           /* [tokens.count] or NULL until it is asked for */
  size_t at;
  size_t start;           /* characters before the token at `at`, and */
  size_t counted;         /* the bytes they were counted over         */
} Reasons;

static int unknown_label(const Model *m, Label asked, Error *error) {
  sqlite3_str *list = sqlite3_str_new(NULL);
  json_label(list, asked);
  char *name = sqlite3_str_finish(list);
  list = sqlite3_str_new(NULL);
  for (uint32_t l = 0; l < m->labels.keys.count && l < 20; l++) {
    if (l) sqlite3_str_appendall(list, ", ");
    json_label(list, labels_get(&m->labels, l));
  }
  if (m->labels.keys.count > 20) sqlite3_str_appendall(list, ", ...");
  char *known = sqlite3_str_finish(list);
  int rc = name && known ? failure(error, SQLITE_ERROR, "the model has no label %.60s (labels: %s)", name, known)
                         : failure(error, SQLITE_NOMEM, "out of memory");
  sqlite3_free(name);
  sqlite3_free(known);
  return rc;
}

/* The label that was asked for, else the most probable one. */
static int choose_label(Reasons *r, Connection *c, sqlite3_value *asked, Error *error) {
  size_t labels = r->model->labels.keys.count;
  Text words = tokens_text(&r->tokens);
  Lexicon lexicon = tokens_lexicon(&r->tokens);
  Label label;
  if (asked && sqlite3_value_type(asked) != SQLITE_NULL) {
    int rc = value_label(asked, &label, error);
    if (rc) return rc;
    r->label = labels_find(&r->model->labels, label);
    return r->label == LABELS_NONE ? unknown_label(r->model, label, error) : SQLITE_OK;
  }
  if (!memory_grow(&c->probabilities, &c->probabilities_capacity, labels, sizeof *c->probabilities))
    return failure(error, SQLITE_NOMEM, "out of memory");
  int rc = failure_code(predict(r->model, &lexicon, &words, 1, &c->scratch, c->probabilities, error));
  if (!rc) r->label = predict_best(c->probabilities, labels);
  return rc;
}

static int explain(Reasons *r, Connection *c, Error *error) {
  r->weights = calloc(r->tokens.count + 1, sizeof *r->weights);
  r->contributions = calloc(r->tokens.count + 1, sizeof *r->contributions);
  if (!r->weights || !r->contributions) return failure(error, SQLITE_NOMEM, "out of memory");
  Lexicon lexicon = tokens_lexicon(&r->tokens);
  return failure_code(predict_contributions(r->model, &lexicon, tokens_text(&r->tokens), r->label, &c->scratch,
                                            r->weights, r->contributions, error));
}

/* Counts on from the token before: tokens come in the order of the text. */
static void place_token(Reasons *r) {
  if (r->at == r->count) return;
  size_t begin = r->tokens.spans[r->at].start;
  if (begin < r->counted) r->start = r->counted = 0; /* a tokenizer that goes back */
  r->start += tokens_characters(r->text + r->counted, begin - r->counted);
  r->counted = begin;
}

static int reasons_begin(TableCall *call, sqlite3_value **arguments, Error *error) {
  Reasons *r = call->state;
  Connection *c = call->connection;
  const char *text, *spec;
  size_t length;
  if (!arguments[ARG_TEXT])
    return failure(error, SQLITE_ERROR, "no text given, expected classify_attention(text [, model [, label]])");
  int rc = query_text(arguments[ARG_TEXT], "text", &text, &length, error);
  if (!rc) rc = query_text(arguments[ARG_MODEL], "model's name", &spec, NULL, error);
  call->done = true;
  if (rc || !text) return rc;
  r->tokens.with_spans = true;
  r->text = malloc(length + 1);
  if (!r->text) return failure(error, SQLITE_NOMEM, "out of memory");
  memcpy(r->text, text, length);
  rc = models_load(c, spec, &r->model, error);
  if (!rc) rc = models_tokens(c, r->model, text, length, &r->tokens, error);
  if (!rc) rc = choose_label(r, c, arguments[ARG_LABEL], error);
  if (!rc) rc = explain(r, c, error);
  if (rc) return rc;
  r->count = r->tokens.span_count;
  call->done = r->count == 0;
  place_token(r);
  return SQLITE_OK;
}

static int reasons_step(TableCall *call, Error *error) {
  (void)error;
  Reasons *r = call->state;
  call->done = ++r->at == r->count;
  place_token(r);
  return SQLITE_OK;
}

static int result_leave_one_out(Reasons *r, Connection *c, sqlite3_context *context, Error *error) {
  if (!r->drops) {
    float *drops = calloc(r->tokens.count + 1, sizeof *drops);
    if (!drops) return failure(error, SQLITE_NOMEM, "out of memory");
    Lexicon lexicon = tokens_lexicon(&r->tokens);
    int rc = failure_code(predict_leave_one_out(r->model, &lexicon, tokens_text(&r->tokens), r->count, r->label,
                                                &c->scratch, connection_poll(c), drops, error));
    if (rc) {
      free(drops);
      return rc;
    }
    r->drops = drops;
  }
  sqlite3_result_double(context, r->drops[r->at]);
  return SQLITE_OK;
}

static int reasons_column(TableCall *call, sqlite3_context *context, int column, Error *error) {
  Reasons *r = call->state;
  const struct TokenSpan *span = &r->tokens.spans[r->at];
  switch (column) {
    case COL_POSITION:
      sqlite3_result_int64(context, (sqlite3_int64)r->at + 1);
      break;
    case COL_TOKEN:
      sqlite3_result_text64(context, r->tokens.folded + span->token, span->length, SQLITE_TRANSIENT,
                            SQLITE_UTF8);
      break;
    case COL_START:
      sqlite3_result_int64(context, (sqlite3_int64)r->start + 1);
      break;
    case COL_LENGTH:
      sqlite3_result_int64(context, (sqlite3_int64)tokens_characters(r->text + span->start,
                                                                     span->end - span->start));
      break;
    case COL_WEIGHT:
      sqlite3_result_double(context, r->weights[r->at]);
      break;
    case COL_CONTRIBUTION:
      sqlite3_result_double(context, r->contributions[r->at]);
      break;
    case COL_LEAVE_ONE_OUT:
      return result_leave_one_out(r, call->connection, context, error);
  }
  return SQLITE_OK;
}

static void reasons_end(TableCall *call) {
  Reasons *r = call->state;
  cache_release(r->model);
  tokens_free(&r->tokens);
  free(r->text);
  free(r->weights);
  free(r->contributions);
  free(r->drops);
}

const TableFunction ATTENTION_TABLE = {
    .name = "classify_attention",
    .schema = "CREATE TABLE x(position INTEGER, token TEXT, start INTEGER, length INTEGER, weight REAL, "
              "contribution REAL, leave_one_out REAL, for_text HIDDEN, "
              "for_model HIDDEN, for_label HIDDEN)",
    .visible = VISIBLE,
    .arguments = ARGUMENTS,
    .state_size = sizeof(Reasons),
    .begin = reasons_begin,
    .step = reasons_step,
    .column = reasons_column,
    .end = reasons_end,
};
