/* pair_loss.h -- texts of one label shall point the same way, those of different labels be at right angles.
**
**   loss = mean((c - 1)^2) over pairs of one label + mean(c^2) over the other pairs
**
** c is the cosine of two texts' vectors. SetFit (Tunstall et al. 2022) learns by the same loss, of pairs drawn
** one by one; here it is of all pairs of a minibatch.
*/
#ifndef CLASSIFY_PAIR_LOSS_H
#define CLASSIFY_PAIR_LOSS_H

#include "base/matrix.h"

/* Returns the loss of vectors [rows][columns], whose labels are targets [rows]. d [rows][columns] becomes its
** gradient; scratch [rows][rows + columns + 1].
*/
float pair_loss(Matrix vectors, const uint32_t *targets, float *scratch, float *d);

#endif
