#include "training/class_weights.h"

#include <string.h>

#include "host/json.h"
#include "training/json_members.h"

typedef struct Weighting {
  const Labels *labels;
  float *weights; /* [labels] */
} Weighting;

/* Both the label 5 and the label '5' have the key "5". */
static bool label_has_key(Label label, const JsonMember *m) {
  if (label.kind == LABEL_TEXT) return label.length == m->key_length && memcmp(label.text, m->key, label.length) == 0;
  sqlite3_str *text = sqlite3_str_new(NULL);
  json_label(text, label);
  bool same = sqlite3_str_length(text) == (int)m->key_length &&
              memcmp(sqlite3_str_value(text), m->key, m->key_length) == 0;
  sqlite3_free(sqlite3_str_finish(text));
  return same;
}

static int set_weight(void *context, const JsonMember *m, Error *error) {
  Weighting *w = context;
  double weight = sqlite3_value_double(m->value);
  const char *quote = json_member_is(m, "text") ? "\"" : "";
  bool number = json_member_is(m, "integer") || json_member_is(m, "real"), known = false;
  if (!number || weight < 0 || weight > 1e6)
    return failure(error, SQLITE_ERROR, "option class_weight gives '%.60s' the weight %s%.40s%s, expected "
                   "a number from 0 to 1000000", m->key, quote, m->shown, quote);
  for (uint32_t l = 0; l < w->labels->keys.count; l++) {
    if (!label_has_key(labels_get(w->labels, l), m)) continue;
    w->weights[l] = (float)weight;
    known = true;
  }
  if (known) return SQLITE_OK;
  return failure(error, SQLITE_ERROR, "option class_weight has '%.60s', expected a label of the rows", m->key);
}

int class_weights_read(Connection *c, const char *json, const Labels *labels, float *weights, Error *error) {
  size_t count = labels->keys.count;
  float largest = 0.0f;
  for (size_t l = 0; l < count; l++) weights[l] = 1.0f;
  int rc = json_members_visit(c, json, set_weight, &(Weighting){labels, weights}, error);
  for (size_t l = 0; l < count; l++) largest = weights[l] > largest ? weights[l] : largest;
  if (!rc && largest == 0.0f)
    rc = failure(error, SQLITE_ERROR, "option class_weight gives every label the weight 0, expected one above 0");
  return rc;
}
