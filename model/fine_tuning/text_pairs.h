/* text_pairs.h -- minibatches of labelled texts, two texts of a label after the other.
**
** Labels take turns, in a new random order each time that all had theirs; so a label on few texts is seen as often
** as one on many. Of its texts two different ones are drawn, or the only one that it has.
*/
#ifndef CLASSIFY_TEXT_PAIRS_H
#define CLASSIFY_TEXT_PAIRS_H

#include <stdbool.h>

#include "base/random.h"
#include "encoder/encoder.h"

/* Borrowed. Texts without tokens are passed over. */
typedef struct LabelledTexts {
  const EncoderTexts *texts;
  const uint32_t *rows;    /* [count] texts that have a label                */
  const uint32_t *targets; /* [texts->count] their labels, below `labels`    */
  size_t count, labels;
} LabelledTexts;

/* Returns whether there are two labels, one of them with two texts. */
bool labelled_texts_differ(const LabelledTexts *texts);

enum {
  TEXT_PAIRS_MOST = 32,        /* texts of a minibatch                               */
  TEXT_PAIRS_MOST_TOKENS = 64  /* of a text; what comes after them is left out       */
};

typedef struct TextPairs {
  /* the minibatch */
  size_t count;
  TokenText texts[TEXT_PAIRS_MOST];
  uint32_t targets[TEXT_PAIRS_MOST];
  size_t first_token[TEXT_PAIRS_MOST + 1]; /* of each text, in all tokens of the minibatch */
  /* private */
  const LabelledTexts *from;
  uint32_t *rows;  /* those of a label are rows[begin[label] .. begin[label + 1] - 1] */
  size_t *begin;
  uint32_t *order; /* [label_count] the labels that have texts, in the order of their turns */
  size_t label_count, turn;
  Random random;
} TextPairs;

/* Borrows the texts, two labels of which differ. text_pairs_free() may be called after an error, too. */
Status text_pairs_new(TextPairs *pairs, const LabelledTexts *texts, uint64_t seed, Error *error);
void text_pairs_free(TextPairs *pairs);

/* Draws the next minibatch, of `most` texts at most. */
void text_pairs_draw(TextPairs *pairs, size_t most);

/* Returns the tokens of the longest text that may be drawn. */
size_t text_pairs_longest(const TextPairs *pairs);

#endif
