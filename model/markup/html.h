/* html.h -- HTML as a row of pieces: text, tags, and what is no text.
**
**   <p class="x">2 < 3<!-- no --><br/></P>     tag <p>   text "2 < 3"   comment   tag <br>   tag </p>
**
** - A tag is `<` or `</`, a name, perhaps attributes, and `>`. A name is ASCII letters, digits, `-`, `_`, and within it
**   `:` and `.`; it begins with a letter and has at most HTML_NAME_MOST characters. A quoted value of an attribute may
**   hold `>` and `<`. Outside of such values a tag holds no `<`.
** - A comment reaches from `<!--` to `-->`, or to the end of the text. Other declarations (`<!DOCTYPE`, `<?xml`,
**   `<![CDATA[`) reach to the next `>`.
** - What stands in script and style is no text. It reaches to the end tag, or to the end of the text.
** - Any other `<` is text: `a < b`, `<3`, `<john@example.com>`.
**
** If a quoted value has no end, or its tag has none, then quotes mean nothing up to where that is seen. So the time is
** linear in the length of any text.
*/
#ifndef CLASSIFY_HTML_H
#define CLASSIFY_HTML_H

#include <stdbool.h>
#include <stddef.h>

enum { HTML_NAME_MOST = 64 };

typedef enum HtmlKind { HTML_TEXT, HTML_TAG, HTML_SKIPPED } HtmlKind;

/* Bytes start .. end - 1 of the text. */
typedef struct HtmlPiece {
  HtmlKind kind;
  size_t start, end;
  size_t name, name_length; /* of a tag: where its name is */
  bool closing;             /* an end tag                   */
} HtmlPiece;

typedef struct HtmlReader {
  const char *text; /* [length], borrowed                                       */
  size_t length, at;
  const char *raw;  /* the element whose contents come next, or NULL            */
  size_t unquoted;  /* quotes that stand before this place mean nothing          */
  bool unclosed;    /* there is no `>` from `at` on                              */
} HtmlReader; /* text and length set, all else zero: at the beginning */

/* Reads the next piece; returns false at the end. Pieces are not empty, and cover the text without a gap. */
bool html_next(HtmlReader *reader, HtmlPiece *piece);

#endif
