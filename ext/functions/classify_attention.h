/* classify_attention.h -- how much each token of a text contributes to its label.
**
**   SELECT * FROM classify_attention(text [, model [, label]])
**
** Each row is a token: position, token, start, length, weight, contribution, leave_one_out.
** substr(text, start, length) is the token as written.
*/
#ifndef CLASSIFY_CLASSIFY_ATTENTION_H
#define CLASSIFY_CLASSIFY_ATTENTION_H

#include "host/table.h"

extern const TableFunction CLASSIFY_ATTENTION;

#endif
