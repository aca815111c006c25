#include "network/output.h"

#include <math.h>
#include <string.h>

#include "base/matrix.h"
#include "base/simd.h"

static float largest_of(size_t count, const float *x) {
  float largest = x[0];
  for (size_t c = 1; c < count; c++)
    if (x[c] > largest) largest = x[c];
  return largest;
}

SIMD_VERSIONS(static, void, softmax, (size_t count, const float *logits, float *p), (count, logits, p)) {
  float largest = largest_of(count, logits), sum = 0.0f;
  for (size_t c = 0; c < count; c++) p[c] = simd_exp(logits[c] - largest);
  for (size_t c = 0; c < count; c++) sum += p[c];
  for (size_t c = 0; c < count; c++) p[c] /= sum;
}

void output_forward(const OutputWeights *w, size_t rows, const float *features, float *logits) {
  for (size_t i = 0; i < rows; i++)
    memcpy(logits + i * w->labels, w->bias, w->labels * sizeof *logits);
  matrix_product((Matrix){features, rows, w->features}, (Matrix){w->kernel, w->features, w->labels}, 1.0f, logits);
}

void output_softmax(size_t rows, size_t labels, const float *logits, float *probabilities) {
  for (size_t i = 0; i < rows; i++)
    softmax(labels, logits + i * labels, probabilities + i * labels);
}

SIMD_VERSIONS(static, void, sigmoid, (size_t count, const float *logits, float *p), (count, logits, p)) {
  for (size_t c = 0; c < count; c++) p[c] = 1.0f / (1.0f + simd_exp(-logits[c]));
}

void output_sigmoid(size_t rows, size_t labels, const float *logits, float *probabilities) {
  sigmoid(rows * labels, logits, probabilities);
}

uint32_t output_argmax(const float *p, size_t count) {
  uint32_t best = 0;
  for (uint32_t c = 1; c < count; c++)
    if (p[c] > p[best]) best = c;
  return best;
}

/* A probability may round to 0; NaN is kept, since it ends the training. */
static double log_of(float p) { return log(p < 1e-37f ? 1e-37f : p); }

static double loss_of_row(size_t labels, const float *p, uint32_t target, const float *likely) {
  double loss = 0.0;
  if (!likely) return target == LABELS_NONE ? 0.0 : -log_of(p[target]);
  for (size_t c = 0; c < labels; c++)
    if (likely[c] > 0) loss -= (double)likely[c] * log_of(p[c]);
  return loss;
}

double output_loss(const OutputWeights *w, size_t rows, const float *probabilities, const Targets *targets,
                   float scale, float *d_logits) {
  double loss = 0.0;
  for (size_t i = 0; i < rows; i++) {
    const float *p = probabilities + i * w->labels, *likely = targets->likely ? targets->likely[i] : NULL;
    uint32_t target = targets->labels[i];
    float weight = target == LABELS_NONE ? 0.0f : scale;
    if (target != LABELS_NONE && targets->label_weights) weight *= targets->label_weights[target];
    loss += weight * loss_of_row(w->labels, p, target, likely);
    for (size_t c = 0; d_logits && c < w->labels; c++)
      d_logits[i * w->labels + c] = weight * (p[c] - (likely ? likely[c] : c == target ? 1.0f : 0.0f));
  }
  return loss;
}

static bool is_right_set(LabelSet set, size_t labels, const float *p) {
  size_t given = 0, known = 0;
  for (size_t c = 0; c < labels; c++) given += p[c] >= 0.5f;
  for (size_t i = 0; i < set.count; i++) {
    if (set.labels[i] >= labels || p[set.labels[i]] < 0.5f) return false;
    known++;
  }
  return given == known;
}

bool output_is_right(const Targets *targets, size_t text, size_t labels, const float *p) {
  uint32_t target = targets->labels[text];
  if (!targets->sets) return target == output_argmax(p, labels);
  return target != LABELS_NONE && is_right_set(label_sets_get(targets->sets, target), labels, p);
}

/* log(1 + e^x): of x = z it is -log(1 - p), of x = -z it is -log p. */
static double softplus(float x) { return fmax((double)x, 0.0) + log1p(exp(-fabs((double)x))); }

double output_loss_of_sets(size_t rows, size_t labels, const float *logits, const float *probabilities,
                           const Targets *targets, float scale, float *d_logits) {
  double loss = 0.0;
  for (size_t i = 0; i < rows; i++) {
    const float *z = logits + i * labels, *p = probabilities + i * labels;
    bool known = targets->labels[i] != LABELS_NONE;
    LabelSet set = known ? label_sets_get(targets->sets, targets->labels[i]) : (LabelSet){0};
    float weight = known ? scale : 0.0f;
    for (size_t c = 0, k = 0; c < labels; c++) {
      bool has = k < set.count && set.labels[k] == c;
      k += has;
      if (known) loss += weight * softplus(has ? -z[c] : z[c]);
      if (d_logits) d_logits[i * labels + c] = weight * (p[c] - (has ? 1.0f : 0.0f));
    }
  }
  return loss;
}

void output_backward(const OutputWeights *w, size_t rows, const float *features,
                     const float *d_logits, float *d_features, OutputWeights *gradient) {
  Matrix upstream = {d_logits, rows, w->labels};
  matrix_product_at((Matrix){features, rows, w->features}, upstream, 1.0f, gradient->kernel);
  matrix_add_columns(upstream, gradient->bias);
  matrix_product_bt(upstream, (Matrix){w->kernel, w->features, w->labels}, 0.0f, d_features);
}
