/* tfidf.h -- a text as a bag of words and pairs of words, by TF-IDF.
**
**   value_f = (1 + ln times_f) idf_f       idf_f = 1 + ln((1 + rows) / (1 + rows with f))
**
** for each word and each pair of neighbouring words f of the text, then divided
** by the length of the whole vector. (Sublinear TF-IDF, smoothed as in
** scikit-learn.) Features 1 .. words - 1 are words, by their number in the
** vocabulary; from `words` on they are pairs, in the order of their first word,
** then of their second. From there on they are words that are not in the
** vocabulary, by their number in the subword list (embedding.h), with the idf of a
** word that no row has.
**
** Where words are spelled, a word's n-grams of characters have values, too: half
** of the word's, divided by the root of their number (linear.h). In the length they
** count as if no two words shared one.
*/
#ifndef CLASSIFY_TFIDF_H
#define CLASSIFY_TFIDF_H

#include "base/status.h"
#include "base/workers.h"
#include "text/text.h"

static const float TFIDF_SUBWORDS = 0.5f; /* of a word's value: its characters' */

typedef struct TfidfPair {
  uint32_t second, feature; /* both 0 where a place is free */
} TfidfPair;

typedef struct Tfidf {
  size_t vocabulary;  /* from this number on words are spelled               */
  size_t words, pairs;
  bool spelled;
  uint32_t *pair_end; /* [words] where the pairs of a first word end         */
  uint32_t *second;   /* [pairs] their second words, rising for each first   */
  float *idf;         /* [words + pairs] idf[0]: of a word that no text has  */
  TfidfPair *table;   /* [2 pairs] see tfidf_index()                        */
} Tfidf; /* all zero is empty */

void tfidf_free(Tfidf *tfidf);
static inline size_t tfidf_features(const Tfidf *tfidf) { return tfidf->words + tfidf->pairs; }

typedef struct TfidfTraining {
  const Text *texts;   /* [count]                                             */
  size_t count;
  size_t vocabulary;   /* words with this number or a higher one are ignored  */
  size_t most;         /* features, about; those in the most texts are kept   */
  const Tfidf *before; /* its features and their idf are all kept; NULL: none */
} TfidfTraining;

/* Finds the features of texts. Runs as a task of the workers, and ends early when they
** stop.
*/
Status tfidf_collect(Tfidf *tfidf, const TfidfTraining *training, Workers *workers, Error *error);

/* Makes the table that pairs are found in: each first word has a hash table of its own,
** twice the size of its list, and they lie in the order of the lists. Whoever makes
** the lists calls it.
*/
Status tfidf_index(Tfidf *tfidf, Error *error);

/* 1 + ln((1 + texts) / (1 + those with it)) */
float tfidf_idf(size_t texts, size_t texts_with);

/* The feature of a word, or of a pair of words; 0 if it is none. */
uint32_t tfidf_word(const Tfidf *tfidf, uint32_t word);
uint32_t tfidf_pair(const Tfidf *tfidf, uint32_t first, uint32_t second);

typedef struct TfidfVector {
  uint32_t *number; /* [count] features, as the text first has them */
  uint32_t *times;  /* [count] in the text                          */
  float *value;     /* [count]                                      */
  size_t count;
  /* private */
  size_t capacity, index_capacity;
  uint32_t *index; /* [1 << index_bits] a feature's place + 1, or 0 where free */
  unsigned index_bits;
} TfidfVector; /* all zero is empty */

void tfidf_vector_free(TfidfVector *vector);

/* A feature's place in the vector of a text; `count` if it is not there. */
size_t tfidf_vector_find(const TfidfVector *vector, uint32_t feature);

/* Memory is kept from text to text. */
Status tfidf_vector(const Tfidf *tfidf, Text text, TfidfVector *vector, Error *error);

#endif
