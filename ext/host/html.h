/* html.h -- HTML, appended to a sqlite3_str (its errors are sticky).
**
** Whatever comes from rows, labels, names or numbers of others goes through these
** functions: nothing in it is markup, in an element or in a quoted attribute.
*/
#ifndef CLASSIFY_HTML_H
#define CLASSIFY_HTML_H

#include "host/sqlite.h"
#include "text/labels.h"

/* As printable.h shows it, with & < > " ' escaped. */
void html_text(sqlite3_str *html, const char *text, size_t length);

/* How many columns of a fixed font a text takes, or `most`; its bytes to *end do not
** take more.
*/
size_t html_columns(const char *text, size_t length, size_t most, size_t *end);

/* Not more of a text than that, its last column then being an ellipsis. */
void html_short(sqlite3_str *html, const char *text, size_t length, size_t most);

/* A label as it reads; html_bdi() in an element of its own, whose direction of
** writing ends with it.
*/
void html_label(sqlite3_str *html, Label label);
void html_bdi(sqlite3_str *html, Label label);

/* The style attribute of an element whose text speaks for a label (blue) or against it
** (orange, underlined): `step` is from HTML_MARK_STEPS, which is strongest, to
** -HTML_MARK_STEPS. For 0 nothing is appended. The colours are translucent, under the page's
** own text, and suit light pages and dark ones.
*/
enum { HTML_MARK_STEPS = 4 };
void html_mark_style(sqlite3_str *html, int step);

/* Numbers that may be anything; what is not finite, as a dash. A figure has so many
** decimals, a count commas, and a size is one of bytes.
*/
void html_figure(sqlite3_str *html, double value, int decimals);
void html_count(sqlite3_str *html, double value);
void html_size(sqlite3_str *html, double bytes);

#endif
