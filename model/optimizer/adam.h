/* adam.h -- Adam (Kingma, Ba 2015) for an array of parameters.
**
**   m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g^2
**   parameter -= rate sqrt(1 - b2^t) / (1 - b1^t)  m / (sqrt(v) + epsilon)
**
** with b1 0.9, b2 0.999 and epsilon 1e-7, in Keras's form. A row of the embedding is updated
** only if the minibatch contains it; the moments of other rows do not decay.
*/
#ifndef CLASSIFY_ADAM_H
#define CLASSIFY_ADAM_H

#include <stddef.h>
#include <stdint.h>

/* Returns rate sqrt(1 - b2^t) / (1 - b1^t) of step t, which counts from 1. */
float adam_rate(float learning_rate, uint64_t step);

/* Updates `count` parameters and their moments m and v; `rate` is from adam_rate(). The
** gradient is scale * g: `scale` is below 1 if it is clipped.
*/
void adam_update(size_t count, float rate, float scale, const float *g, float *m, float *v, float *parameters);

#endif
