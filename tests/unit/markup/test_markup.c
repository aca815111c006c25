/* HTML by the tokenizers of ours: tokens, where they are written, and memory that is out. */
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "base/utf8.h"
#include "markup/markup.h"
#include "tokenizer/named_tokenizer.h"
#include "unit/no_memory.h"
#include "unit/tokenizer/split.h"

static Split split_html(const char *name, const char *text, size_t length, size_t most) {
  Tokenizer *inner;
  assert_ok(named_tokenizer_new(name, &inner, &error));
  MarkupTokenizer html = markup_tokenizer(inner);
  Split split = split_by(&html.base, text, length, most);
  free(inner);
  return split;
}

static void check_named(const char *name, const char *text, const char *tokens, const char *written) {
  Split split = split_html(name, text, strlen(text), SIZE_MAX);
  assert_string_equal(split.folded, tokens);
  if (written) assert_string_equal(split.written, written);
  split_free(&split);
}

static void check(const char *text, const char *tokens, const char *written) { check_named("", text, tokens, written); }

TEST(a_tag_is_a_token) {
  check("<P class='a b'>One<BR/>two</p >", "<p>|one|<br>|two|</p>", "<P class='a b'>|One|<BR/>|two|</p >");
  check("in<b>voice</b>", "in|<b>|voice|</b>", "in|<b>|voice|</b>");
  check("a < b, x<3 <you@example.com>", "a|<|b|,|x|<|3|<|you|@|example|.|com|>", NULL);
  check("a<!-- b --><style>c</style>d", "a|<style>|</style>|d", "a|<style>|</style>|d");
}

TEST(a_reference_is_its_characters) {
  check("2 Caf&eacute;s &amp; bars&nbsp;here", "2|caf\u00e9s|&|bars|here", "2|Caf&eacute;s|&amp;|bars|here");
  check("in&shy;voice", "invoice", "in&shy;voice");
  check("&#x44;&#79;g&#x1F44D;&#x1F3FD;", "dog|\U0001F44D\U0001F3FD", "&#x44;&#79;g|&#x1F44D;&#x1F3FD;");
  check("&lt;b&gt;", "<|b|>", "&lt;|b|&gt;");
  check("e&#769;t\xc3\xa9", "\u00e9t\u00e9", "e&#769;t\xc3\xa9");
  check("&nbsp;a&nbsp;", "a", "a");
}

static void check_unfolded(const char *name, const char *text, const char *unfolded) {
  Split split = split_html(name, text, strlen(text), SIZE_MAX);
  assert_string_equal(split.unfolded, unfolded);
  split_free(&split);
}

TEST(before_folding_references_are_characters_and_tags_nothing) {
  check_unfolded("", "<P>Caf&eacute; CAF&Eacute;</P>", "|Caf\u00e9|CAF\u00c9|");
  check_unfolded("", "<b title='A &Eacute;'>c &#68;&#x44;</b> &lt;E", "|c|DD||<|E");
  check_unfolded("", "a<i>B</i>C &amp; IN&shy;VOICE", "a||B||C|&|IN\u00adVOICE");
  check_unfolded("unicode lower none", "<P>Caf&Eacute; A</P>", "|||");
  check_unfolded("whitespace lower unicode", "<P>Caf&Eacute; A</P>", "|||");
}

TEST(nothing_has_no_tokens) {
  check("", "", "");
  check(" &nbsp; <!-- x -->", "", "");
  check("<script>x</script", "<script>", "<script>");
}

TEST(any_tokenizer_reads_it) {
  check_named("unicode lower none", "<B>Caf&Eacute;</B>", "<b>|Caf\u00c9|</b>", "<B>|Caf&Eacute;|</B>");
  check_named("whitespace lower ascii remove punctuation", "<p>Don&apos;t&#32;stop.</p>", "<p>|dont|stop|</p>",
              "<p>|Don&apos;t|stop|</p>");
  check_named("whitespace separators '<'", "a&lt;b<c>d", "a|b|<c>|d", "a|b|<c>|d");
  check_named("characters", "a&amp;<b>", "a|&|<b>", "a|&amp;|<b>");
  check_named("characters", "&fjlig;", "f|j", "&fjlig;|&fjlig;");
}

TEST(no_more_tokens_than_wanted) {
  static const char TEXT[] = "<p>a &amp; b</p><p>c";
  for (size_t most = 1; most <= 7; most++) {
    Split split = split_html("", TEXT, strlen(TEXT), most);
    assert_int_equal(split.count, most);
    split_free(&split);
  }
}

TEST(bytes_that_are_no_text) {
  static const char BYTES[] = "<b\0>a\0b</b \xff><i>\xe2&eacute;\xa9";
  Split split = split_html("", BYTES, sizeof BYTES - 1, SIZE_MAX);
  assert_string_equal(split.folded, "<|b|>|a|b|</b>|<i>|\ufffd|\ufffd");
  split_free(&split);
}

/* ---- any text ---------------------------------------------------------------------- */

static const char *const PIECES[] = {
    "<p>", "</p>", "<", ">", "</", "/>", "<a href=\"", "\"", "'", "=", " ", "word", "A", "<!--", "-->", "<script>",
    "</script>", "&", ";", "&amp;", "&eacute;", "&nGt;", "&notit;", "&#", "x1F600;", "233;", "&nbsp", "&shy;", "\u00e9",
    "\u0301", "\u4e2d", "\x80", "\xc3", "\xe2\x82", "\xff", "0000000000000000000000000000000000000000",
};

static const char *const NAMES[] = {"", "unicode lower none", "whitespace", "characters lower unicode",
                                    "whitespace lower unicode remove ';&' separators 'x'"};

static size_t random_text(Random *random, char *text, size_t size) {
  size_t length = 0, pieces = random_below(random, 24);
  for (size_t i = 0; i < pieces; i++) {
    const char *piece = PIECES[random_below(random, COUNT(PIECES))];
    if (length + strlen(piece) + 1 > size) break;
    memcpy(text + length, piece, strlen(piece));
    length += strlen(piece);
    if (random_below(random, 16) == 0) text[length++] = '\0';
  }
  return length;
}

/* Spans are checked by take(). Tokens are UTF-8, and so is the text alone if what was written is. */
TEST(any_text_can_be_split) {
  char text[1024];
  for (size_t n = 0; n < COUNT(NAMES); n++) {
    Random random = random_stream(n, RANDOM_ROWS, 0);
    for (int i = 0; i < 3000; i++) {
      size_t length = random_text(&random, text, sizeof text), plain_length;
      char *plain;
      Split split = split_html(NAMES[n], text, length, SIZE_MAX);
      assert_true(utf8_is_valid(split.folded, split.length));
      split_free(&split);
      assert_ok(markup_plain_text(text, length, (Poll){0}, &plain, &plain_length, &error));
      if (utf8_is_valid(text, length)) assert_true(utf8_is_valid(plain, plain_length));
      free(plain);
    }
  }
}

/* ---- the text alone ------------------------------------------------------------------ */

static void check_plain(const char *text, const char *expected) {
  char *plain;
  size_t length;
  assert_ok(markup_plain_text(text, strlen(text), (Poll){0}, &plain, &length, &error));
  assert_int_equal(length, strlen(expected));
  assert_memory_equal(plain, expected, length);
  free(plain);
}

TEST(the_text_alone) {
  check_plain("", "");
  check_plain("plain", "plain");
  check_plain("<p class=x>Caf&eacute;<br>a < b</p><!-- c --><script>d</script>", " Caf\u00e9 a < b     ");
  check_plain("&lt;b&gt;", "<b>");
}

/* ---- memory that is out ---------------------------------------------------------------- */

static const char TEXT[] = "<p>caf&eacute; &amp; bar</p>&lt;more&gt; text after these <b>words</b>";

static bool ignore(void *context, const Token *token) {
  *(size_t *)context += token->length + token->end - token->start;
  return true;
}

static Status split(void *context) {
  size_t sum = 0;
  (void)context;
  MarkupTokenizer html = markup_tokenizer(&tokenizer_unicode);
  return html.base.split(&html.base, TEXT, strlen(TEXT), (Poll){0}, ignore, &sum, &error);
}

static Status take_plain_text(void *context) {
  char *plain;
  size_t length;
  (void)context;
  Status status = markup_plain_text(TEXT, strlen(TEXT), (Poll){0}, &plain, &length, &error);
  if (!status) free(plain);
  return status;
}

TEST(memory_is_out) {
  fail_each(split, NULL);
  fail_each(take_plain_text, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_tag_is_a_token),
      cmocka_unit_test(a_reference_is_its_characters),
      cmocka_unit_test(before_folding_references_are_characters_and_tags_nothing),
      cmocka_unit_test(nothing_has_no_tokens),
      cmocka_unit_test(any_tokenizer_reads_it),
      cmocka_unit_test(no_more_tokens_than_wanted),
      cmocka_unit_test(bytes_that_are_no_text),
      cmocka_unit_test(any_text_can_be_split),
      cmocka_unit_test(the_text_alone),
      cmocka_unit_test(memory_is_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
