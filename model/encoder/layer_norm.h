/* layer_norm.h -- layer normalisation (Ba, Kiros, Hinton 2016).
**
**   y = (x - mean(x)) / sqrt(variance(x) + epsilon) * scale + shift
*/
#ifndef CLASSIFY_LAYER_NORM_H
#define CLASSIFY_LAYER_NORM_H

#include "encoder/encoder_weights.h"

/* x [rows][size] = y, row by row and in place. */
void layer_norm(size_t rows, size_t size, float epsilon, const NormWeights *weights, float *x);

/* x [rows][size] = y of x + added + bias; added [rows][size], bias [size]. */
void layer_norm_of_sum(size_t rows, size_t size, float epsilon, const NormWeights *weights, const float *added,
                       const float *bias, float *x);

/* d [rows][size]: the gradient of y becomes that of x, in place. x is what layer_norm() was given. */
void layer_norm_backward(size_t rows, size_t size, float epsilon, const NormWeights *weights, const float *x,
                         float *d);

#endif
