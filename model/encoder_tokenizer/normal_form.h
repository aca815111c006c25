/* normal_form.h -- Unicode's four normal forms of a list of code points.
**
** In time linear in its length, however its marks are ordered.
*/
#ifndef CLASSIFY_NORMAL_FORM_H
#define CLASSIFY_NORMAL_FORM_H

#include "encoder_tokenizer/codes.h"

typedef enum NormalForm { NORMAL_FORM_D, NORMAL_FORM_KD, NORMAL_FORM_C, NORMAL_FORM_KC } NormalForm;

/* Appends the normal form of `text` to `out`, which is empty. */
void normal_form(NormalForm form, const Codes *text, Codes *out);

#endif
