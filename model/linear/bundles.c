#include "linear/bundles.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "linear/tfidf.h"

void word_bundles_free(WordBundles *b) {
  free(b->bundle);
  free(b->feature);
  *b = (WordBundles){0};
}

Status word_bundles_new(const Subwords *subwords, size_t words, size_t first, size_t buckets, WordBundles *b,
                        Error *error) {
  size_t ngrams = subwords->count ? subwords->end[subwords->count - 1] : 0;
  *b = (WordBundles){.bundle = memory_aligned(subwords->count + 1, sizeof *b->bundle),
                     .feature = memory_aligned(ngrams + 1, sizeof *b->feature)};
  if (!b->bundle || !b->feature) {
    word_bundles_free(b);
    return error_no_memory(error);
  }
  for (size_t i = 0; i < ngrams; i++) b->feature[i] = (uint32_t)(first + subwords->hash[i] % buckets);
  for (size_t w = 0, begin = 0; w < subwords->count; begin = subwords->end[w++]) {
    size_t count = subwords->end[w] - begin;
    b->bundle[w] = (Bundle){begin, (uint32_t)count, count ? TFIDF_SUBWORDS / sqrtf((float)count) : 0.0f};
  }
  b->bundles = (Bundles){.count = subwords->count, .own = words, .first = first, .bundle = b->bundle,
                         .feature = b->feature};
  return STATUS_OK;
}
