/* card_sections.h -- the sections of a model card that say how a model does on each label:
** on the rows that were held out, and by which words. A section of which nothing is
** known is left out, but for labels and words.
*/
#ifndef CLASSIFY_CARD_SECTIONS_H
#define CLASSIFY_CARD_SECTIONS_H

#include "card/page.h"

void card_section_labels(Page *page);      /* rows, precision, recall, F1              */
void card_section_confusion(Page *page);   /* as a heat map, and the most frequent     */
void card_section_calibration(Page *page);
void card_section_words(Page *page);       /* that speak most for each label           */
void card_section_examples(Page *page);    /* held-out rows with their tokens marked   */

#endif
