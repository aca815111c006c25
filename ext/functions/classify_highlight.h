/* classify_highlight.h -- a text, each token marked by how far it speaks for the label.
**
**   classify_highlight(text [, model [, format]])     format: 'ansi' or 'html'
**
** First the label and its probability, then the text as written. A token that
** speaks for the label is blue, one that speaks against it orange and underlined; in
** STEPS strengths, relative to the strongest contribution in the text. A mark ends
** where a character as people see it (a grapheme cluster) ends: accents, modifiers
** and joined emoji are not cut apart. Where tokens overlap, as those of FTS5's
** trigram do, a later one marks what is left of it.
**
** What is shown is safe to show: see printable.h and html.h. `html` is a fragment with
** styles and no script, for light pages and dark ones: translucent colours under the
** page's own text, which keeps a contrast of 4.5:1 and more where the page has black
** on white or white on black. `ansi` has the 256 colours of terminals, a mark with
** fore- and background.
*/
#ifndef CLASSIFY_CLASSIFY_HIGHLIGHT_H
#define CLASSIFY_CLASSIFY_HIGHLIGHT_H

#include "functions/explanation.h"

void classify_highlight(sqlite3_context *context, int argc, sqlite3_value **argv);

/* The text alone, as HTML, in an element that keeps blanks and newlines. It is that
** which the reasons were found in.
*/
void highlight_html(sqlite3_str *html, const Explanation *reasons, const char *text, size_t length);

#endif
