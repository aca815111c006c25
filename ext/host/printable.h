/* printable.h -- texts of others, to be shown.
**
** What would act is shown as a character that does not: control characters other
** than tab and newline as their pictures (U+2400 and on, DEL as U+2421), those of
** U+0080 to U+009F and bytes that are not UTF-8 as U+FFFD. All else is as written.
*/
#ifndef CLASSIFY_PRINTABLE_H
#define CLASSIFY_PRINTABLE_H

#include <stddef.h>
#include <stdint.h>

#include "host/sqlite.h"

/* The first character of a text, as it is shown. Returns how many bytes it has in
** the text, as utf8.h counts; length is not 0.
*/
size_t printable_read(const char *text, size_t length, int32_t *code);

void printable_append(sqlite3_str *out, int32_t code); /* as UTF-8 */

/* A text for a terminal: what turns the direction of writing (U+202A to U+202E, U+2066
** to U+2069) is U+FFFD there, since nothing ends it. */
void printable_text(sqlite3_str *out, const char *text, size_t length);

#endif
