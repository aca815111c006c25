/* sentence_features.h -- what a teacher sees of a text: sentence vectors, made comparable and short.
**
**   for each layer l:   u_l = the text's vector after layer l, scaled to length 1
**                       v_l = u_l - the mean of it over the table's texts, scaled to length 1
**   features            = P' ([w_1 v_1; w_2 v_2; ...] - the mean of it), scaled to length 1
**
** P [.][size] are the principal components of a sample of the table's texts. Lower layers know more of how a text
** is worded, the last one what it is about; of vectors made elsewhere there is one "layer".
*/
#ifndef CLASSIFY_SENTENCE_FEATURES_H
#define CLASSIFY_SENTENCE_FEATURES_H

#include <stdint.h>

#include "base/workers.h"

enum { SENTENCE_LAYERS = 7, SENTENCE_FEATURES_MOST = 256 };

typedef struct SentenceFeatures {
  size_t layers, hidden, size; /* size: of the features of a text */
  float weights[SENTENCE_LAYERS];
  float *centre; /* [layers][hidden] means of u_l    */
  float *mean;   /* [layers][hidden] means of w_l v_l */
  float *basis;  /* [layers][hidden][size] */
} SentenceFeatures; /* all zero is none */

void sentence_features_free(SentenceFeatures *features);

/* Learns centre and basis from vectors [texts][layers][hidden]. The caller has set layers, hidden and weights. */
Status sentence_features_learn(SentenceFeatures *features, size_t texts, const float *vectors, uint64_t seed,
                               Workers *workers, Error *error);

/* out [size] of the vectors [layers][hidden] of a text; scratch [layers][hidden]. */
void sentence_features_of(const SentenceFeatures *features, const float *vectors, float *scratch, float *out);

#endif
