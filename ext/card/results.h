/* results.h -- the sections of a model card that say how a model does on each label:
** on the rows that were held out, and by which words. A section of which nothing is
** known is left out, but for labels and words.
*/
#ifndef CLASSIFY_RESULTS_H
#define CLASSIFY_RESULTS_H

#include "card/page.h"

void results_labels(Page *page);      /* rows, precision, recall, F1              */
void results_confusion(Page *page);   /* as a heat map, and the most frequent     */
void results_calibration(Page *page);
void results_words(Page *page);       /* that speak most for each label           */
void results_examples(Page *page);    /* held-out rows with their tokens marked   */

#endif
