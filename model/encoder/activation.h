/* activation.h -- the function between the two dense products of an encoder's layer.
**
**   gelu        x (1 + erf(x / sqrt 2)) / 2
**   gelu tanh   x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2      an approximation of it
**   relu        max(x, 0)
**
** Hendrycks, Gimpel 2016.
*/
#ifndef CLASSIFY_ACTIVATION_H
#define CLASSIFY_ACTIVATION_H

#include "encoder/encoder_config.h"

/* x [rows][columns] = f(x + bias), in place; bias [columns]. */
void activation_apply(Activation activation, size_t rows, size_t columns, const float *bias, float *x);

/* d [rows][columns] *= f'(x + bias), in place: the gradient of f's result becomes that of its argument. */
void activation_backward(Activation activation, size_t rows, size_t columns, const float *bias, const float *x,
                         float *d);

#endif
