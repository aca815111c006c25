/* html.h -- HTML, appended to a sqlite3_str (its errors are sticky).
**
** Whatever comes from rows, labels, names or numbers of others goes through these
** functions: nothing in it is markup, in an element or in a quoted attribute.
*/
#ifndef CLASSIFY_HTML_H
#define CLASSIFY_HTML_H

#include "../model/labels.h"
#include "sqlite.h"

/* As plain.h shows it, with & < > " ' escaped. */
void html_text(sqlite3_str *html, const char *text, size_t length);

/* A label as it reads, in an element of its own whose direction of writing ends with it. */
void html_label(sqlite3_str *html, Label label);

#endif
