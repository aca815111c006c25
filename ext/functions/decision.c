#include "functions/decision.h"

#include "host/json.h"

int decision_make(Connection *c, const Model *model, Prediction *prediction, Error *error) {
  c->scratch.given.count = 0;
  if (model_is_multilabel(model))
    return failure_code(
        predict_set(&model->relevance, c->probabilities, NULL, &c->scratch.given, prediction, error));
  *prediction = predict_outcome(c->probabilities, model->labels.keys.count, LABELS_NONE);
  return SQLITE_OK;
}

LabelSet decision_given(const Prediction *prediction, const GivenLabels *given) {
  return prediction->given_count ? (LabelSet){given->labels + prediction->given_begin, prediction->given_count}
                                 : (LabelSet){0};
}

void decision_result_set(sqlite3_context *context, const Labels *labels, LabelSet set) {
  sqlite3_str *json = sqlite3_str_new(sqlite3_context_db_handle(context));
  json_labels(json, labels, set);
  int rc = sqlite3_str_errcode(json);
  char *text = sqlite3_str_finish(json);
  if (rc || !text)
    sqlite3_result_error_code(context, rc ? rc : SQLITE_NOMEM);
  else
    sqlite3_result_text(context, text, -1, sqlite3_free);
}
