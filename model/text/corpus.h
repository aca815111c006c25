/* corpus.h -- the rows of a training, as word and label numbers.
**
** Rows are added one by one, and of their texts only word numbers are kept, 4 bytes a token.
** Then corpus_prune() limits the vocabulary, which renumbers the words, and corpus_split()
** may set rows aside for validation.
*/
#ifndef CLASSIFY_CORPUS_H
#define CLASSIFY_CORPUS_H

#include <stdbool.h>

#include "base/workers.h"
#include "text/label_sets.h"
#include "text/labels.h"
#include "text/lexicon.h"
#include "text/text.h"
#include "tokenizer/tokenizer.h"
#include "text/vocabulary.h"

typedef enum RowUse {
  ROW_TRAINS,
  ROW_VALIDATES,
  ROW_KNOWN,     /* the model to be fine-tuned has learned it already */
  ROW_UNLABELLED,
  ROW_UNUSED
} RowUse;

typedef struct Corpus {
  Poll poll;           /* of the caller, asked while a long text is added and what learns is made; or empty */
  Vocabulary vocabulary;
  Labels labels;
  Labels others;       /* labels that only validation rows have                */
  bool multilabel;     /* a row has a set of labels; set before the first row  */
  LabelSets sets;      /* of multilabel; sorted                                */
  Subwords subwords;   /* set by corpus_prune(): those of the vocabulary's words,
                       ** then of all other words; empty without n-grams       */
  Ngrams ngrams;       /* of the model to go on from, set before corpus_prune() */
  size_t max_tokens;   /* tokens kept of a text, set before the first row; 0: all */
  size_t cut_after;    /* set before the first row                             */
  size_t cut;          /* rows with more tokens than cut_after                 */
  size_t rows;
  uint32_t *target;    /* [rows] label; from labels.keys.count on those of
                       ** `others`; LABELS_NONE without a label. Of multilabel
                       ** the number of the set of such labels                 */
  uint8_t *use;        /* [rows] RowUse                                        */
  uint32_t *hash;      /* [rows] text_fingerprint()                            */
  size_t *end;         /* [rows] where the row's words end                     */
  uint32_t *words;     /* [end of the last row]                                */
  bool shaped;         /* set before the first row: shapes and capitals count  */
  uint8_t *capitals;   /* [end of the last row] if shaped, else NULL           */
  size_t capitals_capacity;
  LabelList found;     /* private: the labels of the row being added           */
  bool long_row;       /* private: it has more tokens than cut_after           */
  size_t target_capacity, use_capacity, hash_capacity, end_capacity, words_capacity;
} Corpus; /* all zero is empty */

void corpus_free(Corpus *corpus);

/* Adds a row; `label` is NULL if it has none. Validation rows are added after the rows to
** train on, and their labels are not added to `labels`.
*/
Status corpus_add(Corpus *corpus, const Tokenizer *tokenizer, const char *text, size_t length,
                  const Label *label, RowUse use, Error *error);

/* The labels of a row of a multilabel corpus; borrowed. */
typedef struct RowLabels {
  const Label *labels; /* [count]; one that is there twice counts once */
  size_t count;
} RowLabels;

/* The same for a multilabel corpus; `labels` is NULL if it is not known which the row has. */
Status corpus_add_labels(Corpus *corpus, const Tokenizer *tokenizer, const char *text, size_t length,
                         const RowLabels *labels, RowUse use, Error *error);

/* Returns the labels of a row, one at most if it is not a multilabel corpus. */
LabelSet corpus_labels(const Corpus *corpus, size_t row);

/* Counts the rows of one use. */
size_t corpus_count(const Corpus *corpus, RowUse use);

Text corpus_text(const Corpus *corpus, size_t row);

typedef struct PruneOptions {
  size_t min_count;     /* the least occurrences of a word, outside validation rows */
  size_t most;          /* words in the vocabulary, at most                         */
  size_t keep;          /* the first words, kept with their numbers in any case     */
  const Strings *extra; /* words to add while there is room; NULL: none             */
  bool spelled;         /* words have n-grams                                       */
} PruneOptions;

/* Limits the vocabulary and renumbers the words of all rows; called once. Other words get
** numbers past the vocabulary (lexicon.h) if they have n-grams, else 0, the unknown word.
*/
Status corpus_prune(Corpus *corpus, const PruneOptions *options, Error *error);
Lexicon corpus_lexicon(const Corpus *corpus);

/* Sets groups [rows] to the groups that rows are dealt by, from 0 to labels.keys.count: a row's
** label; of several the rarest, and labels.keys.count for a row that has none of them.
*/
Status corpus_groups(const Corpus *corpus, uint32_t *groups, Error *error);

/* Makes about `fraction` of the ROW_TRAINS rows of each group, chosen at random, ROW_VALIDATES. A
** group keeps at least one row to train on.
*/
Status corpus_split(Corpus *corpus, double fraction, uint64_t seed, Error *error);

#endif
