/* zero_shot.h -- labels of texts by phrases that the labels stand for, such as their names, without an example.
**
**   name_c   = mean of the vectors of label c's phrases
**   centre_c = name_c, then five times:  mean of the vectors of the texts that are closest to centre_c
**                                        (a labelled text is its own label's) + name_c
**
** All vectors, the means too, have length 1, so that closeness is a scalar product.
*/
#ifndef CLASSIFY_ZERO_SHOT_H
#define CLASSIFY_ZERO_SHOT_H

#include <stdint.h>

#include "base/workers.h"

/* All borrowed. */
typedef struct ZeroShot {
  const float *vectors;          /* [texts + phrases][size] of length 1           */
  size_t texts, phrases, size, labels;
  const uint32_t *targets;       /* [texts] LABELS_NONE: without a label           */
  const uint32_t *phrase_labels; /* [phrases] each label has one at least, or texts */
} ZeroShot;

/* by_names, by_centres [texts][labels]: how close a text is to name_c and to the last centre_c. */
Status zero_shot_scores(const ZeroShot *zero_shot, Workers *workers, float *by_names, float *by_centres, Error *error);

#endif
