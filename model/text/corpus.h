/* corpus.h -- the rows a model learns from, as numbers.
**
** Rows stream in and only their word numbers are kept, 4 bytes a token. When
** all are in, the vocabulary is cut down and words get their last numbers; then
** some rows may be held out for validation.
*/
#ifndef CLASSIFY_CORPUS_H
#define CLASSIFY_CORPUS_H

#include <stdbool.h>

#include "text/labels.h"
#include "text/lexicon.h"
#include "text/text.h"
#include "text/tokenizer.h"
#include "text/vocabulary.h"

typedef enum RowUse {
  ROW_TRAINS,
  ROW_VALIDATES,
  ROW_KNOWN,     /* to go on from a model: it has learned the row before */
  ROW_UNLABELLED,
  ROW_UNUSED
} RowUse;

typedef struct Corpus {
  Vocabulary vocabulary;
  Labels labels;
  Labels others;       /* that validation rows have, and no row to learn from */
  Subwords subwords;   /* once pruned: of the vocabulary's words, by number,
                       ** then of the others; empty without n-grams          */
  size_t max_tokens;   /* read of a text, set before the first row; 0: all   */
  size_t cut_after;    /* set before the first row: rows longer than this    */
  size_t cut;          /* are counted here                                   */
  size_t rows;
  uint32_t *target;    /* [rows] label; from labels.keys.count on those of
                       ** `others`; LABELS_NONE: without a label        */
  uint8_t *use;        /* [rows] RowUse                                      */
  uint32_t *hash;      /* [rows] text_fingerprint()                           */
  size_t *end;         /* [rows] of its words                                */
  uint32_t *words;     /* [end of the last row]                              */
  size_t target_capacity, use_capacity, hash_capacity, end_capacity, words_capacity;
} Corpus; /* all zero is empty */

void corpus_free(Corpus *corpus);

/* Adds a row. Rows to validate with come after those that are trained on; their
** labels, and those of unlabelled rows (NULL), are not added to the labels.
*/
Status corpus_add(Corpus *corpus, const Tokenizer *tokenizer, const char *text, size_t length,
                  const Label *label, RowUse use, Error *error);
size_t corpus_count(const Corpus *corpus, RowUse use);

Text corpus_text(const Corpus *corpus, size_t row);

/* Cuts the vocabulary to the words of the rows that do not validate, and
** renumbers the words of all rows, once. The words that go have numbers past the
** vocabulary (lexicon.h) if they are spelled, else that of the unknown word.
*/
typedef struct PruneOptions {
  size_t min_count, most; /* of a word's occurrences; words in all            */
  size_t keep;            /* of the words, the first ones stay as they are    */
  const Strings *extra;   /* more words, while there is room; NULL: none      */
  bool spelled;
} PruneOptions;
Status corpus_prune(Corpus *corpus, const PruneOptions *options, Error *error);
Lexicon corpus_lexicon(const Corpus *corpus);

/* Holds out about `fraction` of each label's rows that are trained on, drawn by
** seed; a label keeps at least one of them.
*/
Status corpus_split(Corpus *corpus, double fraction, uint64_t seed, Error *error);

#endif
