/* fine_tuning.h -- teaches an encoder what the labels of a table tell apart, from a few labelled texts.
**
** Each step draws a minibatch (text_pairs.h), and improves the kernels of the last layers by pair_loss.h and Adam.
** The first layers know the language and stay. So two texts of one label come together although the encoder, asked
** for likeness in general, saw them far apart.
*/
#ifndef CLASSIFY_FINE_TUNING_H
#define CLASSIFY_FINE_TUNING_H

#include "base/time_left.h"
#include "fine_tuning/text_pairs.h"

enum { FINE_TUNING_STEPS = 60, FINE_TUNING_FEWEST_STEPS = 10 /* with fewer nothing was learned */ };

typedef struct FineTuning {
  const Encoder *encoder;
  LabelledTexts labelled;
  uint64_t seed;
  const TimeLeft *time; /* or NULL */
  size_t fewest_steps;  /* with fewer, what was learned is of no use */
  atomic_size_t *done; /* grows by one with each step, on any thread; or NULL */
} FineTuning;

/* Returns whether there is something to learn: layers, 24 texts at least, and 2 to 100 labels, one of them with two
** texts. With fewer texts or more labels nothing was gained.
*/
bool fine_tuning_possible(const FineTuning *tuning);

/* *tuned shares with the encoder all that was not changed (encoder_share). Where time is over there are fewer steps; if
** they are fewer than the fewest, or will be as the first ones tell, *tuned stays as it is. Without a limit the same
** bits with any number of threads. A long task: it ends early when the workers are stopped.
*/
Status fine_tuning_run(const FineTuning *tuning, Workers *workers, Encoder **tuned, Error *error);

#endif
