/* card_sections.h -- the sections of a model card that say how a model does on each label:
** on the rows that were held out, and by which words. Sections without data are left out, but
** not those of labels and words. What fails is kept in the page (page.h).
*/
#ifndef CLASSIFY_CARD_SECTIONS_H
#define CLASSIFY_CARD_SECTIONS_H

#include "card/page.h"

void card_section_labels(Page *page);      /* rows, precision, recall and F1 of each   */
void card_section_confusion(Page *page);   /* a heat map, and the most frequent pairs  */
void card_section_calibration(Page *page); /* share that is right, by confidence       */
void card_section_words(Page *page);       /* those that speak most for each label     */
void card_section_examples(Page *page);    /* held-out rows with their tokens marked   */

#endif
