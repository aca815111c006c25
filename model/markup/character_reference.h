/* character_reference.h -- a character that HTML writes by name or by number.
**
**   &eacute;  &#233;  &#xE9;     the same character
**   &copy 2020                   old names may lack the semicolon
**   &notit;                      so may the longest old name that a name begins with: U+00AC, then it;
**   AT&T  &  &#;  &word;      are no references
**
** Numbers from 128 to 159 are those of Windows-1252. Zero, surrogates, and what is past the end of Unicode are U+FFFD.
** This is what the HTML standard says (13.2.5.72 and on) of references in text.
*/
#ifndef CLASSIFY_CHARACTER_REFERENCE_H
#define CLASSIFY_CHARACTER_REFERENCE_H

#include <stddef.h>

enum { REFERENCE_BYTES_MOST = 6 };

/* Reads the reference that a text begins with, at its `&`. Returns its length, and sets bytes [*count] to its
** characters, in UTF-8; returns 0 if it is no reference.
*/
size_t character_reference_read(const char *text, size_t length, char bytes[REFERENCE_BYTES_MOST], size_t *count);

#endif
