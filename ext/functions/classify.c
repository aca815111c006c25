#include "functions/classify.h"

#include "functions/decision.h"
#include "functions/probabilities.h"
#include "host/cache.h"
#include "host/value.h"

static int read_min_confidence(int argc, sqlite3_value **argv, double *least, Error *error) {
  *least = 0.0;
  if (argc < 3 || sqlite3_value_type(argv[2]) == SQLITE_NULL) return SQLITE_OK;
  *least = sqlite3_value_double(argv[2]);
  int type = sqlite3_value_numeric_type(argv[2]);
  if ((type == SQLITE_INTEGER || type == SQLITE_FLOAT) && *least >= 0.0 && *least <= 1.0)
    return SQLITE_OK;
  return failure(error, SQLITE_ERROR, "min_confidence is %.40s, expected a number from 0 to 1",
                 sqlite3_value_type(argv[2]) == SQLITE_BLOB ? "a BLOB"
                                                            : (const char *)sqlite3_value_text(argv[2]));
}

static void give_label(sqlite3_context *context, const Connection *c, const Model *model,
                       const Prediction *prediction) {
  if (model_is_multilabel(model))
    decision_result_set(context, &model->labels, decision_given(prediction, &c->scratch.given));
  else
    value_result(context, labels_get(&model->labels, prediction->label));
}

void classify(sqlite3_context *context, int argc, sqlite3_value **argv) {
  Connection *c = sqlite3_user_data(context);
  const Model *model = NULL;
  Prediction prediction;
  double least;
  Error error;
  int rc = read_min_confidence(argc, argv, &least, &error);
  if (!rc) rc = probabilities_of_arguments(context, argc, argv, &model, &error);
  if (!rc && model) rc = decision_make(c, model, &prediction, &error);
  if (rc)
    failure_result(context, "classify", rc, &error);
  else if (model && prediction.confidence >= least)
    give_label(context, c, model, &prediction);
  cache_release(model);
}
