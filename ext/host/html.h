/* html.h -- appends HTML to a sqlite3_str (its errors are sticky).
**
** Everything that comes from a database (texts, labels, names, numbers) is written by these
** functions. What they write contains no markup of others, so it is safe in an element and in
** a quoted attribute.
*/
#ifndef CLASSIFY_HTML_H
#define CLASSIFY_HTML_H

#include "host/sqlite.h"
#include "text/labels.h"

/* Writes a text with & < > " ' escaped, and with the replacements of printable.h. */
void html_text(sqlite3_str *html, const char *text, size_t length);

/* Returns how many columns a text takes in a fixed-width font, but at most `most`. *end is the
** number of its bytes that fit into `most` columns.
*/
size_t html_columns(const char *text, size_t length, size_t most, size_t *end);

/* Writes a text; if it takes more than `most` columns, it is cut to them, with an ellipsis at the end. */
void html_short(sqlite3_str *html, const char *text, size_t length, size_t most);

/* Writes a label. html_bdi() puts it into a <bdi> element, so that its direction of writing does
** not change the text around it.
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

/* Write a number; one that is not finite is a dash. A figure has `decimals` decimals, a count
** has commas (12,345), and a size has a unit (1.2 MB).
*/
void html_figure(sqlite3_str *html, double value, int decimals);
void html_count(sqlite3_str *html, double value);
void html_size(sqlite3_str *html, double bytes);

#endif
