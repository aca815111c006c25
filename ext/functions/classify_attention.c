#include "functions/classify_attention.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "classifier/explain.h"
#include "functions/explanation.h"
#include "host/query.h"
#include "models/loading.h"

enum { COL_POSITION, COL_TOKEN, COL_START, COL_LENGTH, COL_WEIGHT, COL_CONTRIBUTION,
       COL_LEAVE_ONE_OUT, VISIBLE };
enum { ARG_TEXT, ARG_MODEL, ARG_LABEL, ARGUMENTS };

typedef struct Listing {
  Explanation reasons;
  char *text;     /* a copy: start and length count its characters */
  float *drops;   /* [tokens.count] or NULL until it is asked for  */
  size_t at;
  size_t start;   /* characters before the token at `at`, and */
  size_t counted; /* the bytes they were counted over         */
} Listing;

/* Counts on from the token before: tokens come in the order of the text. */
static void place_token(Listing *l) {
  if (l->at == l->reasons.count) return;
  size_t begin = l->reasons.tokens.spans[l->at].start;
  if (begin < l->counted) l->start = l->counted = 0; /* a tokenizer that goes back */
  l->start += utf8_characters(l->text + l->counted, begin - l->counted);
  l->counted = begin;
}

static int listing_begin(TableCall *call, sqlite3_value **arguments, Error *error) {
  Listing *l = call->state;
  const Model *model;
  const char *text, *spec;
  size_t length;
  if (!arguments[ARG_TEXT])
    return failure(error, SQLITE_ERROR, "no text given, expected classify_attention(text [, model [, label]])");
  int rc = query_text(arguments[ARG_TEXT], "text", &text, &length, error);
  if (!rc) rc = query_text(arguments[ARG_MODEL], "model's name", &spec, NULL, error);
  call->done = true;
  if (rc || !text) return rc;
  l->text = malloc(length + 1);
  if (!l->text) return failure_no_memory(error);
  memcpy(l->text, text, length);
  rc = loading_load(call->connection, spec, &model, error);
  if (!rc) rc = explanation_find(&l->reasons, call->connection, model, text, length, arguments[ARG_LABEL], error);
  if (rc) return rc;
  call->done = l->reasons.count == 0;
  place_token(l);
  return SQLITE_OK;
}

static int listing_step(TableCall *call, Error *error) {
  (void)error;
  Listing *l = call->state;
  call->done = ++l->at == l->reasons.count;
  place_token(l);
  return SQLITE_OK;
}

static int result_leave_one_out(Listing *l, Connection *c, sqlite3_context *context, Error *error) {
  const Explanation *r = &l->reasons;
  if (!l->drops) {
    float *drops = calloc(r->tokens.count + 1, sizeof *drops);
    if (!drops) return failure_no_memory(error);
    Lexicon lexicon = tokens_lexicon(&r->tokens);
    Question question = {tokens_text(&r->tokens), &lexicon, r->label};
    int rc = failure_code(explain_leave_one_out(r->model, &question, r->count, &c->scratch, connection_poll(c), drops,
                                                error));
    if (rc) {
      free(drops);
      return rc;
    }
    l->drops = drops;
  }
  sqlite3_result_double(context, l->drops[l->at]);
  return SQLITE_OK;
}

static int listing_column(TableCall *call, sqlite3_context *context, int column, Error *error) {
  Listing *l = call->state;
  const Explanation *r = &l->reasons;
  const struct TokenSpan *span = &r->tokens.spans[l->at];
  switch (column) {
    case COL_POSITION:
      sqlite3_result_int64(context, (sqlite3_int64)l->at + 1);
      break;
    case COL_TOKEN:
      sqlite3_result_text64(context, r->tokens.folded + span->token, span->length, SQLITE_TRANSIENT,
                            SQLITE_UTF8);
      break;
    case COL_START:
      sqlite3_result_int64(context, (sqlite3_int64)l->start + 1);
      break;
    case COL_LENGTH:
      sqlite3_result_int64(context, (sqlite3_int64)utf8_characters(l->text + span->start,
                                                                     span->end - span->start));
      break;
    case COL_WEIGHT:
      sqlite3_result_double(context, r->weights[l->at]);
      break;
    case COL_CONTRIBUTION:
      sqlite3_result_double(context, r->contributions[l->at]);
      break;
    case COL_LEAVE_ONE_OUT:
      return result_leave_one_out(l, call->connection, context, error);
  }
  return SQLITE_OK;
}

static void listing_end(TableCall *call) {
  Listing *l = call->state;
  explanation_free(&l->reasons);
  free(l->text);
  free(l->drops);
}

const TableFunction CLASSIFY_ATTENTION = {
    .name = "classify_attention",
    .schema = "CREATE TABLE x(position INTEGER, token TEXT, start INTEGER, length INTEGER, weight REAL, "
              "contribution REAL, leave_one_out REAL, for_text HIDDEN, "
              "for_model HIDDEN, for_label HIDDEN)",
    .visible = VISIBLE,
    .arguments = ARGUMENTS,
    .state_size = sizeof(Listing),
    .begin = listing_begin,
    .step = listing_step,
    .column = listing_column,
    .end = listing_end,
};
