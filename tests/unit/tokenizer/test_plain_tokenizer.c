/* Texts that are cut at separators or into characters, by the names of the tokenizers. */
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "base/utf8.h"
#include "tokenizer/named_tokenizer.h"
#include "unit/tokenizer/split.h"

static Split split_named(const char *name, const char *text, size_t length, size_t most) {
  Tokenizer *tokenizer;
  assert_ok(named_tokenizer_new(name, &tokenizer, &error));
  Split split = split_by(tokenizer, text, length, most);
  free(tokenizer);
  return split;
}

static void check(const char *name, const char *text, const char *tokens, const char *written) {
  Split split = split_named(name, text, strlen(text), SIZE_MAX);
  assert_string_equal(split.folded, tokens);
  assert_string_equal(split.written, written);
  split_free(&split);
}

/* Keras's two, with what they do by default. */
#define VECTORIZATION "whitespace lower ascii remove punctuation"
#define FILTERS "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n"
#define OLD_TOKENIZER "whitespace lower unicode separators ' " FILTERS "'"

/* ---- separators -------------------------------------------------------------------- */

TEST(words_end_at_ascii_whitespace) {
  check("whitespace", "a\tb\nc\vd\fe\rf g\r\n\r\nh", "a|b|c|d|e|f|g|h", "a|b|c|d|e|f|g|h");
  check("whitespace", "  a  b  ", "a|b", "a|b");
  check("whitespace", "It's, OK!", "It's,|OK!", "It's,|OK!");
  check("whitespace", "a\x01" "b\x1f" "c\x7f", "a\x01" "b\x1f" "c\x7f", "a\x01" "b\x1f" "c\x7f");
}

TEST(other_spaces_belong_to_words) {
  check("whitespace", "a\u00a0b\xc2\x85" "c\u2003d\u3000e", "a\u00a0b\xc2\x85" "c\u2003d\u3000e",
        "a\u00a0b\xc2\x85" "c\u2003d\u3000e");
  check("whitespace separators '\u00a0\u3000'", "a\u00a0b c\u3000\u3000d", "a|b c|d", "a|b c|d");
}

TEST(nothing_has_no_words) {
  check("whitespace", "", "", "");
  check("whitespace", " \t\n\r\v\f ", "", "");
  check(VECTORIZATION, "... - !?", "", "");
  check("characters remove punctuation", "...", "", "");
  check("characters", "", "", "");
}

TEST(separators_replace_whitespace) {
  check("whitespace separators ','", "a b,c\td,,e", "a b|c\td|e", "a b|c\td|e");
  check("whitespace separators '''x'", "don'taxb", "don|ta|b", "don|ta|b");
  check("whitespace separators punctuation", "a.b-c d", "a|b|c d", "a|b|c d");
  check("whitespace separators '\u3001\u3002\U0001F600'", "\u4e2d\u3001\u6587\U0001F600x\u3002", "\u4e2d|\u6587|x",
        "\u4e2d|\u6587|x");
  check("whitespace separators ''", " a b ", " a b ", " a b "); /* none at all */
}

/* ---- removed characters ---------------------------------------------------------------- */

TEST(removed_characters_join_their_sides) {
  check(VECTORIZATION, "Don't stop, e-mail 'tis!", "dont|stop|email|tis", "Don't|stop|e-mail|tis");
  check("whitespace remove '\u2019\u00ad'", "don\u2019t co\u00adop \u00ada\u00ad", "dont|coop|a",
        "don\u2019t|co\u00adop|a");
  check("whitespace remove ''''", "'a'b'", "ab", "a'b");
  check(VECTORIZATION, "a -- b", "a|b", "a|b");
}

TEST(a_separator_that_is_removed_is_no_separator) {
  check("whitespace remove ' '", "a b\tc", "ab|c", "a b|c");
  check("whitespace remove '\u3000' separators '\u3000 '", "a\u3000b c", "ab|c", "a\u3000b|c");
  check("whitespace separators '\u3000 ' remove '\u3000'", "a\u3000b c", "ab|c", "a\u3000b|c");
}

/* Characters are removed and words are cut in the text of small letters. */
TEST(lists_are_of_small_letters) {
  check("whitespace lower ascii remove 'b'", "aBcb", "ac", "aBc");
  check("whitespace lower ascii remove 'B'", "aBcb", "abcb", "aBcb");
  check("whitespace remove 'B'", "aBcb", "acb", "aBcb");
  check("whitespace lower unicode separators 'k\u00e4'", "a\u212ab\u00c4c", "a|b|c", "a|b|c");
  check("whitespace lower unicode remove '\u0307'", "\u0130a", "ia", "\u0130a");
  check("whitespace lower unicode separators '\u0307'", "a\u0130a", "ai|a", "a\u0130|a");
  check("whitespace lower unicode separators 'i'", "a\u0130a", "a|\u0307a", "a|\u0130a");
}

/* ---- small letters ------------------------------------------------------------------------ */

TEST(letters_in_lower_case) {
  check("whitespace", "AZ \u00c4 \u0130", "AZ|\u00c4|\u0130", "AZ|\u00c4|\u0130");
  check("whitespace lower none", "AZ \u00c4", "AZ|\u00c4", "AZ|\u00c4");
  check("whitespace lower ascii", "AZ@[ \u00c4\u212a", "az@[|\u00c4\u212a", "AZ@[|\u00c4\u212a");
  check("whitespace lower unicode", "AZ \u00c4\u212a \u0130x", "az|\u00e4k|i\u0307x", "AZ|\u00c4\u212a|\u0130x");
  check("whitespace lower unicode", "Stra\u00dfe STRA\u1e9eE", "stra\u00dfe|stra\u00dfe", "Stra\u00dfe|STRA\u1e9eE");
}

/* The whole text is put into lower case before it is cut: what is removed still stands beside a sigma. */
TEST(a_sigma_sees_what_is_removed) {
  check("whitespace lower unicode", "\u039f\u03a3 \u03a3\u039f", "\u03bf\u03c2|\u03c3\u03bf",
        "\u039f\u03a3|\u03a3\u039f");
  check("whitespace lower unicode remove '.'", "\u039f\u03a3.\u039f", "\u03bf\u03c3\u03bf", "\u039f\u03a3.\u039f");
  check("whitespace lower unicode remove ','", "\u039f\u03a3,\u039f", "\u03bf\u03c2\u03bf", "\u039f\u03a3,\u039f");
  check("characters lower unicode", "\u039f\u03a3", "\u03bf|\u03c2", "\u039f|\u03a3");
}

/* ---- characters ------------------------------------------------------------------------------ */

TEST(each_character_is_a_token) {
  check("characters", "aB \t\u00e9", "a|B| |\t|\u00e9", "a|B| |\t|\u00e9");
  check("characters", "e\u0301\U0001F44D\U0001F3FD", "e|\u0301|\U0001F44D|\U0001F3FD",
        "e|\u0301|\U0001F44D|\U0001F3FD");
  check("characters lower ascii remove ' '", "A B\u00c4", "a|b|\u00c4", "A|B|\u00c4");
  check("characters lower unicode", "\u0130a", "i|\u0307|a", "\u0130|\u0130|a");
  check("characters lower unicode remove 'i'", "\u0130a", "\u0307|a", "\u0130|a");
}

/* ---- bytes that are not text ------------------------------------------------------------------- */

#define BAD "\xef\xbf\xbd" /* U+FFFD */

TEST(what_is_not_utf8_is_a_replacement) {
  check("whitespace", "a\xff" "b \xe2\x82 \xc0\xaf", "a" BAD "b|" BAD "|" BAD, "a\xff" "b|\xe2\x82|\xc0\xaf");
  check("whitespace lower unicode", "\xed\xa0\x80X\x80\x80", BAD "x" BAD BAD, "\xed\xa0\x80X\x80\x80");
  check("characters", "a\x80\xffz\xf4\x90\x80\x80", "a|" BAD "|" BAD "|z|" BAD, "a|\x80|\xff|z|\xf4\x90\x80\x80");
  check("whitespace remove '" BAD "'", "a\xff" "b" BAD, "ab", "a\xff" "b");
}

TEST(nul_is_a_character) {
  const char text[] = "a\0B c";
  Split split = split_named("whitespace lower ascii", text, sizeof text - 1, SIZE_MAX);
  assert_int_equal(split.length, 5);
  assert_memory_equal(split.folded, "a\0b|c", 5);
  split_free(&split);
  split = split_named("characters", text, 3, SIZE_MAX);
  assert_int_equal(split.length, 5);
  assert_memory_equal(split.folded, "a|\0|B", 5);
  split_free(&split);
}

/* ---- lengths ------------------------------------------------------------------------------------- */

/* A long word is cut at the end of a character, and what follows is not put behind it. */
TEST(long_words_are_cut) {
  char text[1000] = "", expected[TOKEN_MAX_BYTES + 1] = "";
  memset(text, 'X', 999);
  memset(expected, 'x', TOKEN_MAX_BYTES);
  check("whitespace lower ascii", text, expected, text);
  memset(text, 'x', TOKEN_MAX_BYTES - 1);
  strcpy(text + TOKEN_MAX_BYTES - 1, "\u00e9yz"); /* the letter of two bytes has no room */
  expected[TOKEN_MAX_BYTES - 1] = '\0';
  check("whitespace", text, expected, text);
}

TEST(letters_of_many_bytes_are_cut) {
  char text[4 * 300 + 1] = "", expected[TOKEN_MAX_BYTES + 1] = "";
  for (int i = 0; i < 300; i++) strcat(text, "\U00010400");
  for (int i = 0; i < TOKEN_MAX_BYTES / 4; i++) strcat(expected, "\U00010428");
  check("whitespace lower unicode", text, expected, text);
}

TEST(the_sink_can_say_enough) {
  const char *const names[] = {"whitespace", "characters", "whitespace separators ',\u3001'"};
  const char *const texts[] = {"one two three", "123", "1,2\u30013"}, *const first[] = {"one|two", "1|2", "1|2"};
  for (size_t i = 0; i < COUNT(names); i++) {
    Split split = split_named(names[i], texts[i], strlen(texts[i]), 2);
    assert_int_equal(split.count, 2);
    assert_string_equal(split.folded, first[i]);
    split_free(&split);
  }
  Split split = split_named("characters lower unicode", "\u0130", 2, 1);
  assert_string_equal(split.folded, "i");
  split_free(&split);
}

/* ---- any text -------------------------------------------------------------------------------------- */

static const char *const PIECES[] = {
    "a", "B", "don't", "z9", " ", "  ", "\t", "\r\n", ".", ",", "'", "-", "\u00a0", "\xc2\x85", "\u00e4", "\u00c4",
    "\u00df",
    "\u0130", "\u0131", "\u03a3", "\u03c2", "\u039f\u03a3", "\u0301", "\u00ad", "\u200d", "\u2019", "\u3001", "\u4e2d",
    "\u05d0", "\u0627", "\U0001F44D\U0001F3FD", "\U00010400", "\x80", "\xc3", "\xe2\x82", "\xf0\x9f", "\xff",
    "\xed\xa0\x80",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
};

static const char *const NAMES[] = {
    "", "unicode lower none", "whitespace", VECTORIZATION, OLD_TOKENIZER, "characters",
    "whitespace lower unicode remove '\u0301\u00ad-' separators ' \t\u3001\u0307'",
    "characters lower unicode remove '\u0301 '",
};

static size_t random_text(Random *random, char *text, size_t size) {
  size_t length = 0, pieces = random_below(random, 24);
  for (size_t i = 0; i < pieces; i++) {
    const char *piece = PIECES[random_below(random, COUNT(PIECES))];
    if (length + strlen(piece) > size) break;
    memcpy(text + length, piece, strlen(piece));
    length += strlen(piece);
  }
  return length;
}

/* Spans are checked by take(). What stands behind a text changes nothing, and tokens are UTF-8. */
TEST(any_text_can_be_split) {
  char text[1024];
  for (size_t n = 0; n < COUNT(NAMES); n++) {
    Tokenizer *tokenizer;
    Random random = random_stream(n, RANDOM_ROWS, 0);
    assert_ok(named_tokenizer_new(NAMES[n], &tokenizer, &error));
    for (int i = 0; i < 3000; i++) {
      size_t length = random_text(&random, text, sizeof text - 8);
      Split exact = split_by(tokenizer, text, length, SIZE_MAX);
      assert_true(utf8_is_valid(exact.folded, exact.length));
      Split among = split_begin(text, length, SIZE_MAX);
      memcpy(text + length, i % 2 ? "\xbf\xbf\xbf" "aaaaa" : "AAAAAAAA", 8);
      assert_ok(tokenizer->split(tokenizer, text, length, (Poll){0}, take, &among, &error));
      assert_string_equal(among.folded, exact.folded);
      assert_int_equal(among.size, exact.size);
      assert_memory_equal(among.written, exact.written, exact.size);
      split_free(&exact);
      split_free(&among);
    }
    free(tokenizer);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_end_at_ascii_whitespace),
      cmocka_unit_test(other_spaces_belong_to_words),
      cmocka_unit_test(nothing_has_no_words),
      cmocka_unit_test(separators_replace_whitespace),
      cmocka_unit_test(removed_characters_join_their_sides),
      cmocka_unit_test(a_separator_that_is_removed_is_no_separator),
      cmocka_unit_test(lists_are_of_small_letters),
      cmocka_unit_test(letters_in_lower_case),
      cmocka_unit_test(a_sigma_sees_what_is_removed),
      cmocka_unit_test(each_character_is_a_token),
      cmocka_unit_test(what_is_not_utf8_is_a_replacement),
      cmocka_unit_test(nul_is_a_character),
      cmocka_unit_test(long_words_are_cut),
      cmocka_unit_test(letters_of_many_bytes_are_cut),
      cmocka_unit_test(the_sink_can_say_enough),
      cmocka_unit_test(any_text_can_be_split),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
