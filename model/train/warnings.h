/* warnings.h -- what is probably a mistake in the rows of a training, as sentences.
**
** There is a warning where
**   - labels differ only in case, in spaces or in Unicode form (NFKC),
**   - one label has over 99% of the rows,
**   - a label looks like a list of labels,
**   - over half of the texts are duplicates,
**   - over half of the texts held out are also learned from, and no cross-validation follows,
**   - over half of the texts are longer than the model reads.
*/
#ifndef CLASSIFY_WARNINGS_H
#define CLASSIFY_WARNINGS_H

#include "text/corpus.h"
#include "train/training.h"

/* Adds the sentences to `warnings`, for a corpus whose rows to hold out are chosen.
** label_rows [labels] counts the rows of each label. The only error is that memory is out.
*/
Status warnings_find(const Corpus *corpus, const size_t *label_rows, Strings *warnings, Error *error);

/* The same of texts held out that are also learned from; cross-validation holds out all rows of a text together. */
Status warnings_find_of_leaks(const Corpus *corpus, Strings *warnings, Error *error);

/* The same once a teacher has guessed: where no row had a label, and where always giving the most frequent label
** would be right about as often.
*/
Status warnings_find_of_teacher(const Corpus *corpus, const size_t *label_rows, const TaughtSummary *taught,
                                Strings *warnings, Error *error);

/* The same once the labels are there: where '' is a label, where texts lack a vector, where all vectors are zero, and
** where a label that was listed was not learned.
*/
Status warnings_find_of_guesses(const Training *training, Strings *warnings, Error *error);

/* The same where no word is as frequent as min_count; the most frequent one occurs `largest` times. */
Status warnings_find_of_no_words(size_t min_count, size_t largest, Strings *warnings, Error *error);

/* The same where time was too short for what a training has beside the network: so many labels of the linear branch
** were cut short; `what`, such as "keywords of", was done for so many of all, which are `things`, such as "texts";
** `left_out` is what was not done at all.
*/
Status warnings_find_of_short_linear(const Training *training, size_t cut, Strings *warnings, Error *error);
Status warnings_find_of_fewer(const Training *training, const char *what, size_t done, size_t all, const char *things,
                              Strings *warnings, Error *error);
Status warnings_find_of_left_out(const Training *training, const char *left_out, Strings *warnings, Error *error);

/* The same once the network was ended: how far it came, if the stop file did it, or if that is less than one epoch. */
Status warnings_find_of_early_end(const Training *training, Strings *warnings, Error *error);

#endif
