/* tfidf.h -- the TF-IDF vector of a text: its words and pairs of neighbouring words.
**
**   value_f = (1 + ln times_f) idf_f       idf_f = 1 + ln((1 + texts) / (1 + texts with f))
**
** divided by the length of the whole vector: sublinear TF-IDF, smoothed as in scikit-learn.
** A feature's number is
**
**   1 .. words - 1                 a word of the vocabulary, by its number
**   words .. words + pairs - 1     a pair, ordered by its first word, then by its second
**   words + pairs + k              word k of the subword list (lexicon.h), with the idf of a
**                                  word that no text has
**   2^31 + hash                    a hashed feature (hashed_features.h), whose idf is 3. The highest
**                                  bit of the hash is lost
**
** With n-grams of characters, each of a word's n n-grams has the word's value times
** 1 / (2 sqrt(n)) (linear.h). The length of the vector counts them as if no two words had an
** n-gram in common. In a model with shapes letters of scripts without spaces have none.
*/
#ifndef CLASSIFY_TFIDF_H
#define CLASSIFY_TFIDF_H

#include "base/status.h"
#include "base/workers.h"
#include "linear/hashed_features.h"
#include "text/lexicon.h"
#include "text/text.h"

static const float TFIDF_SUBWORDS = 0.5f; /* the 1/2 of 1 / (2 sqrt(n)) */
static const float TFIDF_SHAPES = 3.0f;   /* the idf of hashed features */

#define TFIDF_HASHED 0x80000000u /* marks the number of a hashed feature */

typedef struct TfidfPair {
  uint32_t second, feature; /* both 0 if the place is free */
} TfidfPair;

typedef struct Tfidf {
  size_t vocabulary;  /* words with this number or a higher one are in the subword list */
  size_t words, pairs;
  bool spelled;       /* words have n-grams                                         */
  uint32_t *shapes;   /* [vocabulary] word_shape() of each word; NULL: without them */
  uint32_t *pair_end; /* [words] where the pairs of a first word end                */
  uint32_t *second;   /* [pairs] second words, rising within a first word           */
  float *idf;         /* [words + pairs]; idf[0] is that of a word that no text has */
  TfidfPair *table;   /* [2 pairs] hash tables, made by tfidf_index()               */
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

/* Finds the features of texts. Runs as tasks of the workers, and ends early when they stop. */
Status tfidf_collect(Tfidf *tfidf, const TfidfTraining *training, Workers *workers, Error *error);

/* Makes `table` from pair_end and `second`: for each first word in turn a hash table of its
** pairs, with twice as many places.
*/
Status tfidf_index(Tfidf *tfidf, Error *error);

/* Returns the idf of a feature that so many of the texts have. */
float tfidf_idf(size_t texts, size_t texts_with);

/* Return the feature of a word, or of a pair of words; 0 if there is none. */
uint32_t tfidf_word(const Tfidf *tfidf, uint32_t word);
uint32_t tfidf_pair(const Tfidf *tfidf, uint32_t first, uint32_t second);

typedef struct TfidfVector {
  Poll poll;        /* of the caller, asked while a long text is read; or empty */
  uint32_t *number; /* [count] features, in order of their first occurrence */
  uint32_t *times;  /* [count] occurrences in the text                      */
  float *value;     /* [count]                                              */
  size_t count;
  /* private */
  size_t capacity, index_capacity;
  uint32_t *index; /* [1 << index_bits] hash table: index in number[] + 1, or 0 if free */
  unsigned index_bits;
} TfidfVector; /* all zero is empty */

void tfidf_vector_free(TfidfVector *vector);
size_t tfidf_vector_bytes(const TfidfVector *vector); /* that it holds */

/* Returns the index of a feature in number[], or `count` if the text does not have it. */
size_t tfidf_vector_find(const TfidfVector *vector, uint32_t feature);

/* Computes the vector of a text; the lexicon, of its words, may be NULL without shapes. Memory is
** reused from text to text.
*/
Status tfidf_vector(const Tfidf *tfidf, const Lexicon *lexicon, Text text, TfidfVector *vector, Error *error);

/* A feature that a text has at one of its tokens, and how many tokens it is made of. */
typedef struct TfidfOccurrence {
  uint32_t feature;
  uint32_t tokens;
} TfidfOccurrence;

enum { TFIDF_OCCURRENCES = 2 + HASHED_FEATURES }; /* at one token, at most */

/* Lists the features that begin at token t; returns their number. */
size_t tfidf_occurrences(const Tfidf *tfidf, const Lexicon *lexicon, Text text, size_t t,
                         TfidfOccurrence found[TFIDF_OCCURRENCES]);

#endif
