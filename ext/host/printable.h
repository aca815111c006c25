/* printable.h -- makes any bytes safe to show.
**
** Control characters would act on a terminal, so they are replaced: those below U+0020, but not
** tab and newline, by their pictures (U+2400 and on), DEL by U+2421, and U+0080 to U+009F by
** U+FFFD. Bytes that are not UTF-8 become U+FFFD as well. A carriage return and a newline, as
** lines end on Windows, are one newline. Everything else stays as it is.
*/
#ifndef CLASSIFY_PRINTABLE_H
#define CLASSIFY_PRINTABLE_H

#include <stddef.h>
#include <stdint.h>

#include "host/sqlite.h"

/* Writes a text as it is, but for bytes that are not UTF-8. */
void printable_utf8(sqlite3_str *out, const char *text, size_t length);

/* Reads the first character of a text: *code is its replacement. Returns how many bytes of the
** text it takes (utf8.h). The length must not be 0.
*/
size_t printable_read(const char *text, size_t length, int32_t *code);

void printable_append(sqlite3_str *out, int32_t code); /* as UTF-8 */

/* Writes a text for a terminal. Characters that change the direction of writing (U+202A to
** U+202E, U+2066 to U+2069) also become U+FFFD, since their effect would not end with the text.
*/
void printable_text(sqlite3_str *out, const char *text, size_t length);

#endif
