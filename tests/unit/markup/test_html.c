/* HTML in pieces: text as it is, tags between brackets, what is skipped between braces. */
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "markup/html.h"
#include "unit/support.h"

/* Pieces cover the text without a gap, and are not empty. */
static void check_piece(const HtmlPiece *piece, size_t at, size_t length) {
  assert_int_equal(piece->start, at);
  assert_true(piece->end > at);
  assert_true(piece->end <= length);
  if (piece->kind != HTML_TAG) return;
  assert_true(piece->name > piece->start && piece->name + piece->name_length < piece->end);
  assert_in_range(piece->name_length, 1, HTML_NAME_MOST);
}

/* The text is copied to its exact size, so that a sanitizer sees a read past it. */
static void check(const char *text, const char *expected) {
  static const char *const OPEN[] = {"(", "[", "{"}, *const CLOSE[] = {")", "]", "}"};
  size_t length = strlen(text), at = 0;
  char found[400] = "", *exact = allocate(length, 1);
  memcpy(exact, text, length);
  HtmlReader reader = {.text = exact, .length = length};
  for (HtmlPiece piece; html_next(&reader, &piece); at = piece.end) {
    check_piece(&piece, at, length);
    bool tag = piece.kind == HTML_TAG;
    size_t begin = tag ? piece.name : piece.start, size = tag ? piece.name_length : piece.end - piece.start;
    snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s%.*s%s", OPEN[piece.kind],
             tag && piece.closing ? "/" : "", (int)size, text + begin, CLOSE[piece.kind]);
  }
  assert_int_equal(at, length);
  assert_string_equal(found, expected);
  free(exact);
}

TEST(tags_and_text) {
  check("", "");
  check("plain", "(plain)");
  check("<p>a</p>", "[p](a)[/p]");
  check("a<br>b<br/>c<br />d", "(a)[br](b)[br](c)[br](d)");
  check("<P CLASS=x>A</P >", "[P](A)[/P]");
  check("<h1><o:p><x-y_z><a.b>", "[h1][o:p][x-y_z][a.b]");
  check("<a\nhref='x'\t>b</a x>", "[a](b)[/a]");
}

TEST(quoted_values_hold_any_character) {
  check("<a title=\"x > y\">b", "[a](b)");
  check("<a title='<b>'>c", "[a](c)");
  check("<a x = \"'>'\" y='\">\"'>c", "[a](c)");
  check("<p don't>it's", "[p](it's)"); /* no value: no quote */
  check("<a x=y'>'b", "[a]('b)");
}

TEST(other_less_than_signs_are_text) {
  check("a < b <3 <- <= <> </> << <", "(a < b <3 <- <= <> </> << <)");
  check("<john@example.com> <http://x.y> <e.g. it>", "(<john@example.com> <http://x.y> <e.g. it>)");
  check("a<b", "(a<b)");
  check("x <b and <i>c</i>", "(x <b and )[i](c)[/i]");
  check("</ p></3>", "(</ p></3>)");
  check("<1a><-a><_a><:a>", "(<1a><-a><_a><:a>)");
  check("<! x><? x><!>", "(<! x><? x><!>)");
}

TEST(names_end_somewhere) {
  char text[HTML_NAME_MOST + 8], expected[HTML_NAME_MOST + 8];
  for (int length = HTML_NAME_MOST - 1; length <= HTML_NAME_MOST + 1; length++) {
    snprintf(text, sizeof text, "<%0*d>", length, 0);
    text[1] = 'a';
    snprintf(expected, sizeof expected, length <= HTML_NAME_MOST ? "[%.*s]" : "(<%.*s>)", length, text + 1);
    check(text, expected);
  }
}

TEST(comments_and_declarations_are_skipped) {
  check("a<!-- <b> -- > -->c", "(a){<!-- <b> -- > -->}(c)");
  check("<!-->a<!--->b", "{<!-->}(a){<!--->}(b)");
  check("<!doctype html><p>", "{<!doctype html>}[p]");
  check("<?xml version='1'?>a", "{<?xml version='1'?>}(a)");
  check("<![CDATA[a]]>b", "{<![CDATA[a]]>}(b)");
  check("a<!-- b", "(a){<!-- b}");
  check("a<!-b->c", "(a<!-b->c)");
  check("<!doctype", "(<!doctype)");
}

TEST(scripts_and_styles_are_skipped) {
  check("<script>if (a<b) x();</script>c", "[script]{if (a<b) x();}[/script](c)");
  check("a<STYLE type=x>b{}</Style >c", "(a)[STYLE]{b{}}[/Style](c)");
  check("<script></script>", "[script][/script]");
  check("<script>a</scripts></script", "[script]{a</scripts></script}");
  check("<script src=x />a", "[script](a)");
  check("</script>a<scripts>b", "[/script](a)[scripts](b)");
  check("<style><!-- </style>a", "[style]{<!-- }[/style](a)");
}

/* Quotes that have no end, or whose tag has none, are characters like others. */
TEST(broken_quotes) {
  check("<a x=\"b>c", "[a](c)");
  check("<a x=\"b>c<i y=\"d>e", "[a](e)");
  check("<a x='<b>c</b>", "(<a x=')[b](c)[/b]");
  check("<a x=\"<b y=\"<i z='1>2'>3", "(<a x=\"<b y=\")[i](3)");
  check("<a x=\"b\" c", "(<a x=\"b\" c)");
}

/* Texts that would take hours if each tag were looked for to the end. */
TEST(any_text_takes_linear_time) {
  static const char *const UNITS[] = {"<", "<a", "<a ", "<a x=\"", "<a x='\"", "x=\"<a \" ", "<a x=\"'>", "<!", "<!x",
                                      "<!--", "<script>", "</script", "</", "<script></scrip", "<?x", "<a x=\"<a y='",
                                      "<![CDATA["};
  enum { SIZE = 1 << 20 };
  char *text = allocate(SIZE, 1);
  for (size_t i = 0; i < 2 * COUNT(UNITS); i++) {
    const char *unit = UNITS[i / 2];
    size_t at = 0, length = strlen(unit);
    for (size_t n = 0; n < SIZE; n++) text[n] = unit[n % length];
    if (i % 2) memcpy(text + SIZE - 4, "\">'<", 4);
    HtmlReader reader = {.text = text, .length = SIZE};
    for (HtmlPiece piece; html_next(&reader, &piece); at = piece.end) check_piece(&piece, at, SIZE);
    assert_int_equal(at, SIZE);
  }
  free(text);
}

static const char *const PIECES[] = {
    "<", ">", "</", "/>", "=", "\"", "'", " ", "a", "p", "br", "script", "style", "<!--", "-->", "-", "!", "<!d", "<?x",
    "&amp;", "<script>", "</script>", "<a href=\"", "<![CDATA[", ":", ".", "x=", "\n", "\xc3", "\xff",
};

TEST(any_text_is_covered) {
  char text[256];
  Random random = random_stream(1, RANDOM_ROWS, 0);
  for (int i = 0; i < 30000; i++) {
    size_t length = 0, at = 0, pieces = random_below(&random, 24);
    for (size_t n = 0; n < pieces; n++) {
      const char *unit = PIECES[random_below(&random, COUNT(PIECES))];
      memcpy(text + length, unit, strlen(unit));
      length += strlen(unit);
      if (random_below(&random, 16) == 0) text[length++] = '\0';
    }
    char *exact = allocate(length, 1);
    memcpy(exact, text, length);
    HtmlReader reader = {.text = exact, .length = length};
    for (HtmlPiece piece; html_next(&reader, &piece); at = piece.end) check_piece(&piece, at, length);
    assert_int_equal(at, length);
    free(exact);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tags_and_text),
      cmocka_unit_test(quoted_values_hold_any_character),
      cmocka_unit_test(other_less_than_signs_are_text),
      cmocka_unit_test(names_end_somewhere),
      cmocka_unit_test(comments_and_declarations_are_skipped),
      cmocka_unit_test(scripts_and_styles_are_skipped),
      cmocka_unit_test(broken_quotes),
      cmocka_unit_test(any_text_takes_linear_time),
      cmocka_unit_test(any_text_is_covered),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
