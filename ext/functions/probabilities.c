#include "functions/probabilities.h"

#include <stdlib.h>

#include "host/cache.h"
#include "host/query.h"
#include "models/labelling.h"
#include "models/statement_models.h"

int probabilities_of_text(Connection *c, const Model *model, const char *text, size_t length, Error *error) {
  tokens_clear(&c->tokens);
  int rc = labelling_tokens(c, model, text, length, &c->tokens, error);
  if (!rc) rc = labelling_predict(c, model, &c->tokens, error);
  connection_trim(c);
  return rc;
}

int probabilities_of_arguments(sqlite3_context *context, int argc, sqlite3_value **argv, const Model **model,
                               Error *error) {
  const char *text, *spec;
  size_t length;
  *model = NULL;
  int rc = query_text(argv[0], "text", &text, &length, error);
  if (!rc) rc = query_text(argc > 1 ? argv[1] : NULL, "model's name", &spec, NULL, error);
  if (rc || !text) return rc;
  rc = statement_models_load(context, spec, model, error);
  if (!rc) rc = probabilities_of_text(sqlite3_user_data(context), *model, text, length, error);
  if (!rc) return SQLITE_OK;
  cache_release(*model);
  *model = NULL;
  return rc;
}

static int most_probable_first(const void *a, const void *b) {
  const RankedLabel *x = a, *y = b;
  if (x->probability != y->probability) return x->probability > y->probability ? -1 : 1;
  return x->label < y->label ? -1 : 1;
}

RankedLabel *probabilities_rank(const float *probabilities, size_t count) {
  RankedLabel *ranked = malloc((count + 1) * sizeof *ranked);
  if (!ranked) return NULL;
  for (size_t l = 0; l < count; l++) ranked[l] = (RankedLabel){(uint32_t)l, probabilities[l]};
  qsort(ranked, count, sizeof *ranked, most_probable_first);
  return ranked;
}
