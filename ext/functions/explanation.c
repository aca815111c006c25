#include "functions/explanation.h"

#include <math.h>
#include <stdlib.h>

#include "host/cache.h"
#include "host/value.h"
#include "models/labelling.h"

static int choose_label(Explanation *r, sqlite3_value *asked, const float *probabilities, Error *error) {
  if (asked && sqlite3_value_type(asked) != SQLITE_NULL)
    return value_find_label(asked, &r->model->labels, &r->label, error);
  r->label = output_argmax(probabilities, r->model->labels.keys.count);
  return SQLITE_OK;
}

static int predict_label(Explanation *r, Connection *c, sqlite3_value *asked, Error *error) {
  int rc = labelling_predict(c, r->model, &r->tokens, error);
  if (!rc) rc = choose_label(r, asked, c->probabilities, error);
  if (!rc) r->probability = c->probabilities[r->label];
  return rc;
}

static int find_contributions(Explanation *r, Connection *c, Error *error) {
  r->weights = calloc(r->tokens.count + 1, sizeof *r->weights);
  r->contributions = calloc(r->tokens.count + 1, sizeof *r->contributions);
  if (!r->weights || !r->contributions) return failure_no_memory(error);
  Lexicon lexicon = tokens_lexicon(&r->tokens);
  Question question = {tokens_text(&r->tokens), &lexicon, r->label};
  return failure_code(explain_contributions(r->model, &question, &c->scratch, r->weights, r->contributions,
                                            &r->padding, error));
}

int explanation_find(Explanation *r, Connection *c, const Model *model, const char *text,
                     size_t length, sqlite3_value *label, Error *error) {
  *r = (Explanation){.model = model, .tokens.with_spans = true};
  int rc = labelling_tokens(c, model, text, length, &r->tokens, error);
  if (!rc) rc = predict_label(r, c, label, error);
  if (!rc) rc = find_contributions(r, c, error);
  connection_trim(c);
  return rc;
}

void explanation_free(Explanation *r) {
  cache_release(r->model);
  tokens_free(&r->tokens);
  free(r->weights);
  free(r->contributions);
  *r = (Explanation){0};
}

float explanation_strongest(const Explanation *r) {
  float strongest = 0.0f;
  for (size_t i = 0; i < r->tokens.count; i++) strongest = fmaxf(strongest, fabsf(r->contributions[i]));
  return strongest;
}
