/* lower_case.h -- small letters, as Python's str.lower() gives them.
**
** Each code point has the lower case that Unicode's data file gives it. Two depend on more:
** U+0130 becomes the letter i and U+0307, and a capital sigma at the end of a word becomes U+03C2
** (Unicode's condition Final_Sigma).
*/
#ifndef CLASSIFY_LOWER_CASE_H
#define CLASSIFY_LOWER_CASE_H

#include <stddef.h>
#include <stdint.h>

enum { LOWER_CASE_MOST = 2 };

/* Writes the lower case of `code`, the character at the bytes start .. end - 1 of a text, which is
** looked at on both sides of a sigma. Returns the number of code points.
*/
size_t lower_case(int32_t code, const char *text, size_t length, size_t start, size_t end,
                  int32_t lower[LOWER_CASE_MOST]);

#endif
