/* keywords.h -- what a model has learned of single words: what they add to the score
** of a label, averaged over their occurrences in that label's own rows.
**
** For each label the strongest words are kept, those that speak for it and those that speak
** against it. The strength of a word is its mean contribution (explain.h), made smaller
** where the word is rare, since a few occurrences tell little:
**
**   strength = sum of contributions / (count + 5)
**
** In a model's file they are the tensors keywords.labels, keywords.words,
** keywords.counts U32 [n] and keywords.contributions F32 [n].
*/
#ifndef CLASSIFY_KEYWORDS_H
#define CLASSIFY_KEYWORDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/safetensors_writer.h"
#include "text/text.h"

/* By label, then by strength: the words that speak most for it first. */
typedef struct Keywords {
  size_t count;
  uint32_t *labels;     /* [count] */
  uint32_t *words;      /* [count] numbers of the vocabulary, from 1    */
  uint32_t *counts;     /* [count] occurrences that were averaged over  */
  float *contributions; /* [count] mean                                 */
} Keywords; /* all zero: none */

/* Texts, and what each token contributes to its text's label. Word numbers from `vocabulary` on are left out, and so
** are contributions that are not finite.
*/
typedef struct KeywordSource {
  const Text *texts;          /* [count] */
  const uint32_t *labels;     /* [count] */
  size_t count;
  const float *contributions; /* [tokens in all], one text after another */
  size_t vocabulary;
  Poll poll;                  /* of the caller, or empty */
} KeywordSource;

/* Finds the keywords, about `most` for all labels together. */
Status keywords_new(const KeywordSource *source, size_t most, Keywords *keywords, Error *error);
void keywords_free(Keywords *keywords);

/* Sets *begin and *end to where the words of a label are in the list. */
void keywords_of(const Keywords *keywords, uint32_t label, size_t *begin, size_t *end);

void keywords_write(const Keywords *keywords, SafeTensorsWriter *writer);

/* Every number is checked. */
Status keywords_read(const SafeTensors *st, const uint8_t *bytes, size_t vocabulary, size_t labels,
                     Keywords *keywords, Error *error);

#endif
