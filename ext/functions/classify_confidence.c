#include "functions/classify.h"

#include "functions/probabilities.h"
#include "host/cache.h"

void classify_confidence(sqlite3_context *context, int argc, sqlite3_value **argv) {
  Connection *c = sqlite3_user_data(context);
  const Model *model;
  Error error;
  int rc = probabilities_of_arguments(context, argc, argv, &model, &error);
  if (rc)
    failure_result(context, "classify_confidence", rc, &error);
  else if (model)
    sqlite3_result_double(context, c->probabilities[output_argmax(c->probabilities, model->labels.keys.count)]);
  cache_release(model);
}
