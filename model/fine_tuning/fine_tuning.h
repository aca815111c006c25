/* fine_tuning.h -- teaches an encoder what the labels of a table tell apart, from a few labelled texts.
**
** Each step draws a minibatch (text_pairs.h), and improves the kernels of the last layers by pair_loss.h and Adam.
** The first layers know the language and stay. So two texts of one label come together although the encoder, asked
** for likeness in general, saw them far apart.
*/
#ifndef CLASSIFY_FINE_TUNING_H
#define CLASSIFY_FINE_TUNING_H

#include "fine_tuning/text_pairs.h"

enum { FINE_TUNING_STEPS = 60 };

typedef struct FineTuning {
  const Encoder *encoder;
  LabelledTexts labelled;
  uint64_t seed;
  atomic_size_t *done; /* grows by one with each step, on any thread; or NULL */
} FineTuning;

/* Returns whether there is something to learn: layers, 24 texts at least, and 2 to 100 labels, one of them with two
** texts. With fewer texts or more labels nothing was gained.
*/
bool fine_tuning_possible(const FineTuning *tuning);

/* *tuned shares with the encoder all that was not changed (encoder_share). The same bits with any number of
** threads. A long task: it ends early when the workers are stopped.
*/
Status fine_tuning_run(const FineTuning *tuning, Workers *workers, Encoder **tuned, Error *error);

#endif
