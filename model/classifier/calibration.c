#include "classifier/calibration.h"

#include <math.h>
#include <string.h>

enum {
  NEWTON_STEPS = 30,
  MOST_LOGITS = 1 << 22 /* that a fit looks at: of more rows, every so many */
};
static const double PRIOR_ROWS = 10.0; /* that the prior counts as */
static const double LEAST = 0.05; /* that a scale may become, relative to its prior */

void calibration_forward(const Calibration *calibration, size_t labels, const float *margins, float *logits) {
  for (size_t c = 0; c < labels; c++)
    logits[c] = calibration->network * logits[c] + (margins ? calibration->linear * margins[c] : 0.0f);
}

/* The gradient and the Hessian of the log-loss with respect to the two scales. */
typedef struct Curve {
  double g[2], h[2][2];
} Curve;

/* Adds a row. Its gradient is the mean of the labels' logits minus the logit of the target,
** its Hessian their covariance, both under the predicted probabilities.
*/
static void curve_add(Curve *curve, const double scale[2], size_t labels, const float *network,
                      const float *margins, uint32_t target) {
  double largest = -INFINITY, sum = 0.0, mean[2] = {0}, square[2][2] = {{0}};
  for (size_t c = 0; c < labels; c++) {
    double logit = scale[0] * network[c] + scale[1] * (margins ? margins[c] : 0.0f);
    if (logit > largest) largest = logit;
  }
  for (size_t c = 0; c < labels; c++) {
    double z[2] = {network[c], margins ? margins[c] : 0.0f};
    double p = exp(scale[0] * z[0] + scale[1] * z[1] - largest);
    sum += p;
    for (int i = 0; i < 2; i++) {
      mean[i] += p * z[i];
      for (int j = 0; j < 2; j++) square[i][j] += p * z[i] * z[j];
    }
  }
  double of_target[2] = {network[target], margins ? margins[target] : 0.0f};
  for (int i = 0; i < 2; i++) {
    curve->g[i] += mean[i] / sum - of_target[i];
    for (int j = 0; j < 2; j++)
      curve->h[i][j] += square[i][j] / sum - mean[i] / sum * (mean[j] / sum);
  }
}

void calibration_fit(Calibration *calibration, size_t rows, size_t labels, const float *network, const float *margins,
                     const uint32_t *targets) {
  double prior[2] = {calibration->network, calibration->linear}, scale[2] = {prior[0], prior[1]};
  size_t apart = rows * labels / MOST_LOGITS + 1;
  for (int step = 0; step < NEWTON_STEPS; step++) {
    Curve curve = {{0}, {{0}}};
    for (size_t i = 0; i < rows; i += apart)
      if (targets[i] < labels)
        curve_add(&curve, scale, labels, network + i * labels, margins ? margins + i * labels : NULL, targets[i]);
    for (int i = 0; i < 2; i++) {
      curve.g[i] += PRIOR_ROWS * (scale[i] - prior[i]) / (prior[i] * prior[i]);
      curve.h[i][i] += PRIOR_ROWS / (prior[i] * prior[i]);
    }
    double determinant = curve.h[0][0] * curve.h[1][1] - curve.h[0][1] * curve.h[1][0];
    double move[2] = {(curve.h[1][1] * curve.g[0] - curve.h[0][1] * curve.g[1]) / determinant,
                      (curve.h[0][0] * curve.g[1] - curve.h[1][0] * curve.g[0]) / determinant};
    for (int i = 0; i < 2; i++) {
      double held = fmax(-0.5 * scale[i], fmin(move[i], 0.5 * scale[i]));
      scale[i] = fmax(scale[i] - held, LEAST * prior[i]);
    }
    if (fabs(move[0]) < 1e-4 * prior[0] && fabs(move[1]) < 1e-4 * prior[1]) break;
  }
  calibration->network = (float)scale[0];
  calibration->linear = (float)scale[1];
}
