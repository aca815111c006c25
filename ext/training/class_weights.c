#include "training/class_weights.h"

#include <math.h>

#include "base/utf8.h"
#include "host/json.h"
#include "training/json_members.h"

typedef struct Weighting {
  const Labels *labels;
  float *weights; /* [labels]; NaN: none yet */
} Weighting;

static int set_weight(void *context, const JsonMember *m, Error *error) {
  Weighting *w = context;
  double weight = sqlite3_value_double(m->value);
  const char *quote = json_member_is(m, "text") ? "\"" : "";
  bool number = json_member_is(m, "integer") || json_member_is(m, "real"), known = false;
  if (!number || weight < 0 || weight > 1e6)
    return failure(error, SQLITE_ERROR, "option class_weight gives '%.60s' the weight %s%.40s%s, expected "
                   "a number from 0 to 1000000", m->key, quote, m->shown, quote);
  if (!utf8_is_valid(m->key, m->key_length))
    return failure(error, SQLITE_ERROR, "option class_weight has half of a surrogate pair in '%.60s', expected whole "
                   "characters", m->key);
  for (uint32_t l = 0; l < w->labels->keys.count; l++) {
    if (!json_label_reads(labels_get(w->labels, l), m->key, m->key_length)) continue;
    w->weights[l] = (float)weight;
    known = true;
  }
  if (known) return SQLITE_OK;
  return failure(error, SQLITE_ERROR, "option class_weight has '%.60s', expected a label of the rows", m->key);
}

int class_weights_read(Connection *c, const char *json, const Labels *labels, float *weights, Error *error) {
  size_t count = labels->keys.count;
  float largest = 0.0f;
  for (size_t l = 0; l < count; l++) weights[l] = NAN;
  int rc = json_members_visit(c, json, set_weight, &(Weighting){labels, weights}, error);
  for (size_t l = 0; l < count; l++) {
    if (isnan(weights[l])) weights[l] = 1.0f;
    if (weights[l] > largest) largest = weights[l];
  }
  if (!rc && largest == 0.0f)
    rc = failure(error, SQLITE_ERROR, "option class_weight gives every label the weight 0, expected one above 0");
  return rc;
}
