/* classify_highlight.h -- shows which words of a text speak for its label, and which against it.
**
**   classify_highlight(text [, model [, format]])     format: 'ansi' or 'html'
**
** It writes the label and its probability, then the text. A token that speaks for the label is
** blue; one that speaks against it is orange and underlined. There are STEPS strengths, relative
** to the strongest contribution in the text. Marks end between grapheme clusters (characters as
** people see them), so that accents and joined emoji are not cut apart. If tokens overlap, as
** those of FTS5's trigram do, the later one marks only the rest.
**
** The text is made safe by printable.h and html.h. `html` is a fragment with styles and no
** script, for light and dark pages: its colours are translucent, so that the text keeps a
** contrast of at least 4.5:1 on a page that is black on white or white on black. `ansi` uses the
** 256 colours of terminals and sets fore- and background of a mark.
*/
#ifndef CLASSIFY_CLASSIFY_HIGHLIGHT_H
#define CLASSIFY_CLASSIFY_HIGHLIGHT_H

#include "functions/explanation.h"

void classify_highlight(sqlite3_context *context, int argc, sqlite3_value **argv);

/* Writes the text alone, in an element that keeps white space. It must be the text that the
** reasons are of.
*/
Status highlight_html(sqlite3_str *html, const Explanation *reasons, const char *text, size_t length, Poll poll,
                      Error *error);

#endif
