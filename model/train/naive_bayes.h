/* naive_bayes.h -- pseudo-labels by naive Bayes and expectation-maximisation (Nigam,
** McCallum, Thrun, Mitchell 2000).
**
**   M step   P(w | c) = (0.1 + sum of r_ic over rows i with w) / (the same, summed over w)
**   E step   p_i      = softmax over c of  log P(c) + sum of log P(w | c) over w in row i
**
** r_ic is how much row i counts for label c: 3 for the label of a labelled row, 0.3 p_ic
** in a row without. The model is multinomial, and binary: a word counts once a row,
** whatever its value. P(c) is the same for all labels that some row has, and 0 for others.
** Words of one row are not independent, so the logarithms are divided by
** 1 + words / 10 before the softmax: without, nearly all posteriors are 0 or 1.
**
** Good where labels are subjects, which show in many words.
*/
#ifndef CLASSIFY_NAIVE_BAYES_H
#define CLASSIFY_NAIVE_BAYES_H

#include "base/workers.h"
#include "linear/sparse.h"

/* targets [words->count]: LABELS_NONE where a row has no label.
** predicted [words->count]: a labelled row's own label; the most probable one of a row
** without; LABELS_NONE if that row has no words. Fails only without memory. A long task:
** it ends early, with predictions that mean nothing, when the workers stop.
*/
Status naive_bayes_predict(const SparseRows *words, const uint32_t *targets, size_t labels, Workers *workers,
                           uint32_t *predicted, Error *error);

#endif
