/* bundles.h -- the n-grams of words as bundles (sparse.h): those of a word have its value times 1 / (2 sqrt(n)). */
#ifndef CLASSIFY_BUNDLES_H
#define CLASSIFY_BUNDLES_H

#include "base/status.h"
#include "linear/sparse.h"
#include "text/subwords.h"

typedef struct WordBundles {
  Bundle *bundle;    /* [words of the subword list] */
  uint32_t *feature;
  Bundles bundles;   /* borrows them */
} WordBundles; /* all zero is none */

/* Makes a bundle for each word; the features of the `buckets` buckets begin at `first`. The first `words` words have
** features of their own.
*/
Status word_bundles_new(const Subwords *subwords, size_t words, size_t first, size_t buckets, WordBundles *bundles,
                        Error *error);
void word_bundles_free(WordBundles *bundles);

#endif
