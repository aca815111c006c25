/* characters.h -- the classes of characters that the steps of a tokenizer ask for.
**
** They are those of the package `tokenizers`, by the Unicode version of utf8proc.
*/
#ifndef CLASSIFY_CHARACTERS_H
#define CLASSIFY_CHARACTERS_H

#include <stdbool.h>
#include <stdint.h>

bool character_is_white_space(int32_t code);    /* Unicode's property White_Space */
bool character_is_control(int32_t code);        /* controls, format characters, private use; not \t, \n, \r */
bool character_is_punctuation(int32_t code);    /* Unicode's punctuation, and all of ASCII that is no letter or digit */
bool character_is_mark(int32_t code);
bool character_is_nonspacing_mark(int32_t code);
bool character_is_chinese(int32_t code);        /* a CJK ideograph, as BERT has them */
bool character_is_of_word(int32_t code);        /* \w of a regular expression */

#endif
