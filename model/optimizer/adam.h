/* adam.h -- Adam (Kingma, Ba 2015) over a flat run of parameters.
**
**   m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g^2
**   parameter -= rate sqrt(1 - b2^t) / (1 - b1^t)  m / (sqrt(v) + epsilon)
**
** b1 0.9, b2 0.999, epsilon 1e-7: Keras's form and values. Rows of the
** embedding are updated only where a batch touched them; an untouched row's
** moments do not decay.
*/
#ifndef CLASSIFY_ADAM_H
#define CLASSIFY_ADAM_H

#include <stddef.h>
#include <stdint.h>

/* The factor of step t (from 1) in front of m / (sqrt(v) + epsilon). */
float adam_rate(float learning_rate, uint64_t step);

/* g is multiplied by `scale` first (clipping), and left as it was. */
void adam_update(size_t count, float rate, float scale, const float *g, float *m, float *v,
                 float *parameters);

#endif
