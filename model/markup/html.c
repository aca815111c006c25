#include "markup/html.h"

#include <string.h>

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }
static bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v'); }
static bool in_name(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_'; }

/* Returns whether the text goes on with these characters, in small letters. */
static bool follows(const HtmlReader *r, size_t at, const char *characters) {
  size_t count = strlen(characters);
  if (r->length - at < count) return false;
  for (size_t i = 0; i < count; i++)
    if (lower(r->text[at + i]) != characters[i]) return false;
  return true;
}

/* Returns the first place of a character from `at` on, or the length. */
static size_t find(const HtmlReader *r, size_t at, char c) {
  const char *found = memchr(r->text + at, c, r->length - at);
  return found ? (size_t)(found - r->text) : r->length;
}

/* ---- tags ------------------------------------------------------------------------------ */

/* Returns where the name ends that begins at `at`, or `at` if it is none. */
static size_t name_end(const HtmlReader *r, size_t at) {
  size_t end = at;
  if (at == r->length || !is_letter(r->text[at])) return at;
  while (end < r->length && end - at <= HTML_NAME_MOST) {
    bool mark = r->text[end] == ':' || r->text[end] == '.';
    if (mark ? end + 1 == r->length || !in_name(r->text[end + 1]) : !in_name(r->text[end])) break;
    end++;
  }
  bool whole = end < r->length && (is_space(r->text[end]) || r->text[end] == '/' || r->text[end] == '>');
  return whole && end - at <= HTML_NAME_MOST ? end : at;
}

/* Returns the `>` of the tag whose attributes begin at `at`, or else where a `<` or the end of the text comes first. */
static size_t unquoted_end(const HtmlReader *r, size_t at) {
  while (at < r->length && r->text[at] != '>' && r->text[at] != '<') at++;
  return at;
}

/* The same, past quoted values, which stand behind `=`. */
static size_t quoted_end(const HtmlReader *r, size_t at) {
  bool value = false;
  for (; at < r->length && r->text[at] != '>' && r->text[at] != '<'; at++) {
    char c = r->text[at];
    bool quote = value && (c == '"' || c == '\'');
    value = c == '=' || (value && is_space(c));
    if (quote) at = find(r, at + 1, c);
    if (at == r->length) break;
  }
  return at;
}

/* Returns the `>` of a tag, or the length if it has none. */
static size_t tag_end(HtmlReader *r, size_t at) {
  size_t end = at < r->unquoted ? unquoted_end(r, at) : quoted_end(r, at);
  if (end < r->length && r->text[end] == '>') return end;
  if (at >= r->unquoted) {
    r->unquoted = end;
    end = unquoted_end(r, at);
  }
  return end < r->length && r->text[end] == '>' ? end : r->length;
}

static bool name_is(const HtmlReader *r, const HtmlPiece *tag, const char *name) {
  return tag->name_length == strlen(name) && follows(r, tag->name, name);
}

static bool read_tag(HtmlReader *r, size_t start, HtmlPiece *piece) {
  bool closing = start + 1 < r->length && r->text[start + 1] == '/';
  size_t name = start + 1 + closing, after = name_end(r, name);
  if (after == name) return false;
  size_t end = tag_end(r, after);
  if (end == r->length) return false;
  *piece = (HtmlPiece){HTML_TAG, start, end + 1, name, after - name, closing};
  bool opens = !closing && r->text[end - 1] != '/';
  if (opens && name_is(r, piece, "script")) r->raw = "script";
  if (opens && name_is(r, piece, "style")) r->raw = "style";
  return true;
}

/* ---- what is no text -------------------------------------------------------------------- */

/* Returns where a comment ends; `<!-->` is one. */
static size_t comment_end(const HtmlReader *r, size_t start) {
  for (size_t at = find(r, start + 4, '>'); at < r->length; at = find(r, at + 1, '>'))
    if (r->text[at - 1] == '-' && r->text[at - 2] == '-') return at + 1;
  return r->length;
}

static bool read_declaration(HtmlReader *r, size_t start, HtmlPiece *piece) {
  bool letter = start + 2 < r->length && is_letter(r->text[start + 2]);
  size_t end;
  if (follows(r, start, "<!--")) {
    end = comment_end(r, start);
  } else if (follows(r, start, "<![cdata[") || (letter && (follows(r, start, "<!") || follows(r, start, "<?")))) {
    end = r->unclosed ? r->length : find(r, start, '>');
    r->unclosed = end == r->length;
    if (r->unclosed) return false;
    end++;
  } else {
    return false;
  }
  *piece = (HtmlPiece){.kind = HTML_SKIPPED, .start = start, .end = end};
  return true;
}

/* Returns where the contents of the element r->raw end: at `</script`, and a character that ends a name. */
static size_t raw_end(const HtmlReader *r) {
  size_t count = strlen(r->raw);
  for (size_t at = find(r, r->at, '<'); at < r->length; at = find(r, at + 1, '<'))
    if (r->length - at >= 2 && r->text[at + 1] == '/' && follows(r, at + 2, r->raw) &&
        name_end(r, at + 2) == at + 2 + count)
      return at;
  return r->length;
}

/* ---- pieces -------------------------------------------------------------------------------- */

/* Finds the next tag or declaration from *at on; *at becomes its place, or the length if there is none. */
static bool find_markup(HtmlReader *r, size_t *at, HtmlPiece *piece) {
  for (*at = find(r, *at, '<'); *at < r->length; *at = find(r, *at + 1, '<'))
    if (read_tag(r, *at, piece) || read_declaration(r, *at, piece)) return true;
  return false;
}

bool html_next(HtmlReader *r, HtmlPiece *piece) {
  size_t start = r->at, at = r->raw ? raw_end(r) : start;
  HtmlKind kind = at > start ? HTML_SKIPPED : HTML_TEXT;
  if (start == r->length) return false;
  r->raw = NULL;
  bool found = kind == HTML_TEXT && find_markup(r, &at, piece);
  if (!found || at > start) {
    *piece = (HtmlPiece){.kind = kind, .start = start, .end = at};
    r->raw = NULL; /* what was found is read again next time */
  }
  r->at = piece->end;
  return true;
}
