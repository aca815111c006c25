#include "functions/classify.h"

#include "functions/decision.h"
#include "functions/probabilities.h"
#include "host/cache.h"

void classify_confidence(sqlite3_context *context, int argc, sqlite3_value **argv) {
  Connection *c = sqlite3_user_data(context);
  const Model *model;
  Prediction prediction;
  Error error;
  int rc = probabilities_of_arguments(context, argc, argv, &model, &error);
  if (!rc && model) rc = decision_make(c, model, &prediction, &error);
  if (rc)
    failure_result(context, "classify_confidence", rc, &error);
  else if (model)
    sqlite3_result_double(context, prediction.confidence);
  cache_release(model);
}
