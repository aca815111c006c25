/* Where tokens begin and end, and how they are folded. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tokenizer/tokenizer.h"
#include "unit/tokenizer/split.h"

static Split split_bytes(const char *text, size_t length, size_t most) {
  return split_by(&tokenizer_unicode, text, length, most);
}

static Split split_text(const char *text) { return split_bytes(text, strlen(text), SIZE_MAX); }

static void check_split(const char *text, const char *folded, const char *written) {
  Split split = split_text(text);
  assert_string_equal(split.folded, folded);
  assert_string_equal(split.unfolded, split.written);
  if (written) assert_string_equal(split.written, written);
  split_free(&split);
}

static void check_folded(const char *text, const char *folded) { check_split(text, folded, NULL); }

/* ---- words --------------------------------------------------------------------- */

/* Words are read eight bytes at a time: words of each length, next to each byte and at the end of the text. */
TEST(words_of_any_length_end_where_they_end) {
  const char *const letters = "AaBbYyZz0189AaBbYyZz0189AaBbYy", *const folded = "aabbyyzz0189aabbyyzz0189aabbyy";
  char text[40], expected[40];
  for (int length = 1; length <= 30; length++) {
    snprintf(text, sizeof text, "%.*s", length, letters);
    snprintf(expected, sizeof expected, "%.*s", length, folded);
    check_folded(text, expected);
    for (char c = '!'; c <= '~'; c++) {
      if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') continue;
      if (c >= '0' && c <= '9') continue;
      snprintf(text, sizeof text, "%.*s%cB", length, letters, c);
      snprintf(expected, sizeof expected, "%.*s|%c|b", length, folded, c);
      check_folded(text, expected);
    }
    snprintf(text, sizeof text, "%.*s\u2019s", length, letters);
    snprintf(expected, sizeof expected, "%.*s|\u2019|s", length, folded);
    check_folded(text, expected);
    snprintf(text, sizeof text, "%.*s\u00c4", length, letters);
    snprintf(expected, sizeof expected, "%.*s\u00e4", length, folded);
    check_folded(text, expected);
  }
}

TEST(nothing_has_no_tokens) {
  check_folded("", "");
  check_folded(" \t\r\n\v\f ", "");
  check_folded("\x01\x1f\x7f", "");
  check_folded("\u00a0\u2003\u3000\xc2\x85", "");
}

TEST(english) {
  check_split("Hello, World! It's 42 a.m.", "hello|,|world|!|it|'|s|42|a|.|m|.",
              "Hello|,|World|!|It|'|s|42|a|.|m|.");
  check_folded("foo_bar@example.com", "foo|_|bar|@|example|.|com");
  check_folded("x86_64 3rd 2nd", "x86|_|64|3rd|2nd");
  check_folded("price: $5.99 (20% off)", "price|:|$|5|.|99|(|20|%|off|)");
}

TEST(case_is_folded) {
  check_split("\u00c4rger \u00e4rger", "\u00e4rger|\u00e4rger", "\u00c4rger|\u00e4rger");
  check_folded("Stra\u00dfe STRASSE \u1e9e", "strasse|strasse|ss");
  check_folded("\u039f\u0394\u039f\u03a3 \u03bf\u03b4\u03bf\u03c2",
               "\u03bf\u03b4\u03bf\u03c3|\u03bf\u03b4\u03bf\u03c3"); /* final sigma */
  check_folded("\u0130stanbul", "i\u0307stanbul"); /* as Unicode folds it, in no language */
  check_folded("\u0131", "\u0131");
  check_folded("\u041c\u041e\u0421\u041a\u0412\u0410", "\u043c\u043e\u0441\u043a\u0432\u0430");
  check_folded("AE\u00d8 ae\u00f8", "ae\u00f8|ae\u00f8");
}

TEST(compatible_characters_are_folded) {
  check_split("\uff28\uff45\uff4c\uff4c\uff4f\uff11\uff12", "hello12",
              "\uff28\uff45\uff4c\uff4c\uff4f\uff11\uff12"); /* fullwidth */
  check_folded("\ufb01ne", "fine");
  check_folded("x\u00b2", "x2");
  check_folded("\u212a", "k"); /* Kelvin */
}

TEST(combining_marks_belong_to_their_letter) {
  check_split("A\u0308rger", "\u00e4rger", "A\u0308rger");
  check_folded("e\u0301te\u0301", "\u00e9t\u00e9");
  check_folded("\u0939\u093f\u0928\u094d\u0926\u0940", "\u0939\u093f\u0928\u094d\u0926\u0940"); /* Hindi */
  check_folded("\u0301", "\u0301");
}

/* Vietnamese keyboards put the dot below after a letter that has its accent. */
TEST(marks_in_either_order_are_one_word) {
  check_folded("a\u0323\u0302 a\u0302\u0323 \u00e2\u0323 \u1ead", "\u1ead|\u1ead|\u1ead|\u1ead");
}

TEST(invisible_characters_do_not_make_words_differ) {
  check_split("co\u00adoperate", "cooperate", "co\u00adoperate");
  check_folded("\ufeffhello", "hello");
  check_folded("a\u200db", "ab");
  check_folded("\u200b \u00ad", "");
  check_split("in\u00advoice in\u2060voice in\ufeffvoice in\u200evoi\u200fce \u202ainvoice\u202c in\u180evoice",
              "invoice|invoice|invoice|invoice|invoice|invoice",
              "in\u00advoice|in\u2060voice|in\ufeffvoice|in\u200evoi\u200fce|invoice\u202c|in\u180evoice");
  check_folded("A\ufe0fb \u845b\U000E0100 a\u034fb", "ab|\u845b|ab");
}

/* Unicode's Word_Break has U+200B apart from the other format characters, and a line may break there. */
TEST(a_zero_width_space_separates_words) {
  check_split("red\u200bcar Caf\u00e9\u200bBar \u200b\u200bx\u200b", "red|car|caf\u00e9|bar|x",
              "red|car|Caf\u00e9|Bar|x");
  check_folded("\u0940\u200b\u0301", "\u0940|\u0301");
  check_folded("\U0001F468\u200d\U0001F469\u200b\U0001F466\u200b", "\U0001F468\U0001F469|\U0001F466");
  check_folded("1\u200b2 \u6211\u200b\u7231 !\u200b!", "1|2|\u6211|\u7231|!|!");
}

TEST(ends_of_lines_and_paragraphs_separate_words) {
  check_folded("a\u2028b\u2029c\xc2\x85""d\r\ne", "a|b|c|d|e");
}

/* Persian writes parts of a word apart by U+200C; Hindi keeps letters apart by it, or joins them by U+200D. */
TEST(joiners_and_non_joiners_stay_in_a_word) {
  check_split("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u062e\u0648\u0627\u0647\u0645",
              "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645");
  check_folded("\u0915\u094d\u200d\u0937 \u0915\u094d\u200c\u0937", "\u0915\u094d\u0937|\u0915\u094d\u0937");
}

/* ---- other scripts ------------------------------------------------------------ */

TEST(each_chinese_and_kana_character_is_a_token) {
  check_split("\u6211\u7231\u4f60\u3002", "\u6211|\u7231|\u4f60|\u3002",
              "\u6211|\u7231|\u4f60|\u3002");
  check_folded("\u3053\u3093\u306b\u3061\u306f", "\u3053|\u3093|\u306b|\u3061|\u306f");
  check_folded("\u30ab\u30bf\u30ab\u30ca", "\u30ab|\u30bf|\u30ab|\u30ca");
  check_folded("iPhone\u3092\u8cb7\u3046", "iphone|\u3092|\u8cb7|\u3046");
  check_folded("\u304b\u3099", "\u304c"); /* with its voiced mark */
  check_folded("\uff76\uff80", "\u30ab|\u30bf"); /* halfwidth */
  check_folded("\U00020000\U0002A6DF", "\U00020000|\U0002A6DF");
}

TEST(korean_words_stay_whole) {
  check_folded("\ud55c\uad6d\uc5b4 \ubb38\uc7a5", "\ud55c\uad6d\uc5b4|\ubb38\uc7a5");
}

/* As macOS writes file names: the syllables as the letters they are made of. */
TEST(korean_in_letters_is_the_same_word) {
  check_folded("\u1112\u1161\u11ab\u1100\u116e\u11a8", "\ud55c\uad6d");
}

TEST(each_thai_lao_burmese_and_khmer_letter_is_a_token) {
  check_folded("\u0e44\u0e17\u0e22", "\u0e44|\u0e17|\u0e22");
  check_split("\u0e19\u0e49\u0e33\u0e2a", "\u0e19\u0e49\u0e4d\u0e32|\u0e2a", "\u0e19\u0e49\u0e33|\u0e2a");
  check_folded("\u0ea5\u0eb2\u0ea7", "\u0ea5|\u0eb2|\u0ea7");
  check_folded("\u1019\u103c\u1014\u103a", "\u1019\u103c|\u1014\u103a");
  check_folded("\u1781\u17d2\u1798", "\u1781\u17d2|\u1798");
  check_split("\u0e44\u0e17\u200b\u0e22", "\u0e44|\u0e17|\u0e22", "\u0e44|\u0e17|\u0e22"); /* between words */
}

TEST(arabic_and_hebrew_words) {
  check_folded("\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd",
               "\u0645\u0631\u062d\u0628\u0627|\u05e9\u05dc\u05d5\u05dd");
  check_folded("\u0645\u0640\u0631", "\u0645\u0640\u0631");
}

/* ---- emoji ---------------------------------------------------------------------- */

/* A family joined with U+200D, a skin tone, a flag, a heart with its selector. */
TEST(an_emoji_with_its_modifiers_is_one_token) {
  check_split("\U0001F468\u200d\U0001F469\u200d\U0001F467\U0001F600",
              "\U0001F468\U0001F469\U0001F467|\U0001F600",
              "\U0001F468\u200d\U0001F469\u200d\U0001F467|\U0001F600");
  check_split("ok\U0001F44D\U0001F3FD!", "ok|\U0001F44D\U0001F3FD|!", "ok|\U0001F44D\U0001F3FD|!");
  check_split("\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7",
              "\U0001F1E9\U0001F1EA|\U0001F1EB\U0001F1F7",
              "\U0001F1E9\U0001F1EA|\U0001F1EB\U0001F1F7");
  check_split("\u2764\ufe0fyou", "\u2764|you", "\u2764\ufe0f|you");
  check_folded("\u2764 \u2764\ufe0e \u2764\ufe0f", "\u2764|\u2764|\u2764");
}

/* A heart on fire, a rainbow flag, a woman health worker with a skin tone, keycaps. */
TEST(an_emoji_that_is_joined_is_one_token) {
  check_split("\u2764\ufe0f\u200d\U0001F525\U0001F525", "\u2764\U0001F525|\U0001F525",
              "\u2764\ufe0f\u200d\U0001F525|\U0001F525");
  check_split("\U0001F3F3\ufe0f\u200d\U0001F308!", "\U0001F3F3\U0001F308|!", "\U0001F3F3\ufe0f\u200d\U0001F308|!");
  check_split("\U0001F469\U0001F3FD\u200d\u2695\ufe0f?", "\U0001F469\U0001F3FD\u2695|?",
              "\U0001F469\U0001F3FD\u200d\u2695\ufe0f|?");
  check_split("1\ufe0f\u20e3 #\ufe0f\u20e3", "1\u20e3|#\u20e3", "1\ufe0f\u20e3|#\ufe0f\u20e3");
}

/* ---- bytes that are not text ------------------------------------------------------ */

#define BAD "\xef\xbf\xbd" /* U+FFFD */

/* Each invalid character, as substr() counts them, is a token. */
TEST(what_is_not_utf8_is_a_replacement) {
  check_split("\xff", BAD, "\xff");
  check_split("a\x80z", "a|" BAD "|z", "a|\x80|z");
  check_folded("\xe2\x82", BAD);         /* cut short */
  check_folded("\xc0\xaf", BAD);         /* overlong */
  check_folded("\xed\xa0\x80", BAD);     /* a surrogate */
  check_folded("\xf4\x90\x80\x80", BAD); /* past U+10FFFF */
  check_folded("\xc3(", BAD "|(");
  check_folded("ok\xe2\x82 ok", "ok|" BAD "|ok");
}

TEST(nul_separates) {
  Split split = split_bytes("a\0b\0\0c", 6, SIZE_MAX);
  assert_string_equal(split.folded, "a|b|c");
  split_free(&split);
}

/* Every pair of bytes: tokens are well-formed, spans inside and in order. */
TEST(any_two_bytes_can_be_split) {
  for (unsigned first = 0; first < 256; first++)
    for (unsigned second = 0; second < 256; second++) {
      const char text[] = {(char)first, (char)second};
      Split split = split_bytes(text, 2, SIZE_MAX);
      assert_true(split.count <= 2);
      split_free(&split);
    }
}

/* A code point from U+0080 on, NUL-terminated. */
static void encode(uint32_t code, char text[5]) {
  const unsigned more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  const unsigned lead = code < 0x800 ? 0xC0 : code < 0x10000 ? 0xE0 : 0xF0;
  text[0] = (char)(lead | code >> (6 * more));
  for (unsigned i = 1; i <= more; i++) text[i] = (char)(0x80 | (code >> (6 * (more - i)) & 0x3F));
  text[more + 1] = '\0';
}

/* Folding a folded text changes nothing. Separators are removed, since some characters are
** folded to several tokens.
*/
static void check_folded_again(char *folded) {
  Split again = split_bytes(folded, strlen(folded), SIZE_MAX);
  char *from = again.folded, *to = again.folded;
  for (; *from; from++)
    if (*from != '|' && *from != ' ') *to++ = *from;
  *to = '\0';
  for (from = to = folded; *from; from++)
    if (*from != '|' && *from != ' ') *to++ = *from;
  *to = '\0';
  assert_string_equal(again.folded, folded);
  split_free(&again);
}

TEST(any_code_point_is_at_most_one_token_and_folded_for_good) {
  for (uint32_t code = 0x80; code < 0x20000; code++) {
    if (code >= 0xD800 && code < 0xE000) continue;
    char text[5];
    encode(code, text);
    Split split = split_text(text);
    assert_true(split.count <= 1);
    check_folded_again(split.folded);
    split_free(&split);
  }
}

/* ---- lengths ------------------------------------------------------------------------ */

typedef struct Longest {
  size_t tokens, length, start, end;
} Longest;

static bool measure(void *context, const Token *t) {
  *(Longest *)context = (Longest){((Longest *)context)->tokens + 1, t->length, t->start, t->end};
  return true;
}

/* The folded length of one token of `letters` times `letter`, whose whole span is reported. */
static size_t split_long(const char *letter, size_t letters) {
  size_t bytes = strlen(letter);
  char *text = allocate(letters * bytes, 1);
  for (size_t i = 0; i < letters; i++) memcpy(text + i * bytes, letter, bytes);
  Longest longest = {0};
  assert_ok(tokenizer_unicode.split(&tokenizer_unicode, text, letters * bytes, (Poll){0}, measure, &longest, &error));
  assert_int_equal(longest.tokens, 1);
  assert_int_equal(longest.start, 0);
  assert_int_equal(longest.end, letters * bytes);
  free(text);
  return longest.length;
}

TEST(a_word_of_100000_letters_is_one_token) {
  assert_int_equal(split_long("A", 100000), TOKEN_MAX_BYTES);
  assert_int_equal(split_long("\u0436", 100000), TOKEN_MAX_BYTES); /* a small letter */
  assert_int_equal(split_long("\u0928", 100000), TOKEN_MAX_BYTES); /* of three bytes */
  assert_in_range(split_long("\u0416", 100000), 1, TOKEN_MAX_BYTES); /* a capital   */
  assert_in_range(split_long("\ufdfa", 100000), 1, TOKEN_MAX_BYTES); /* folds to 18 */
  assert_in_range(split_long("\u0301", 100000), 1, TOKEN_MAX_BYTES); /* only marks  */
}

TEST(words_about_as_long_as_is_kept) {
  for (size_t letters = 1; letters < 2 * TOKEN_MAX_BYTES; letters++) {
    size_t kept = letters < TOKEN_MAX_BYTES ? letters : TOKEN_MAX_BYTES;
    assert_int_equal(split_long("a", letters), kept);
    assert_int_equal(split_long("\u0436", letters), 2 * letters < TOKEN_MAX_BYTES ? 2 * letters : TOKEN_MAX_BYTES);
    assert_in_range(split_long("\u0416", letters), 1, TOKEN_MAX_BYTES);
    assert_in_range(split_long("\U00010400", letters), 1, TOKEN_MAX_BYTES);
  }
}

/* 80 letters and one that is not ASCII, small and capital. */
TEST(long_words_are_folded_to_the_same_token) {
  char small[96] = "", capital[96] = "";
  memset(small, 'a', 80);
  memset(capital, 'A', 80);
  strcat(small, "\u00f8");
  strcat(capital, "\u00d8");
  Split a = split_text(small);
  Split b = split_text(capital);
  assert_string_equal(a.folded, b.folded);
  split_free(&a);
  split_free(&b);
}

TEST(the_sink_can_say_enough) {
  Split split = split_bytes("one two three", 13, 2);
  assert_string_equal(split.folded, "one|two");
  split_free(&split);
  split = split_bytes("\u6211\u7231\u4f60", 9, 1);
  assert_string_equal(split.folded, "\u6211");
  split_free(&split);
}

/* ---- long texts -------------------------------------------------------------------- */

/* Says stop once: whoever forgets that goes on. */
static bool stop_once(void *polls) { return ++*(int *)polls != 1; }

static bool count_token(void *count, const Token *token) {
  (void)token;
  ++*(size_t *)count;
  return true;
}

/* The same character, again and again: words, blanks, one long word, or words of one letter. */
TEST(a_poll_stops_a_long_text) {
  const char *const repeated[] = {"word ", " ", "w", "\u00e9", "\u4e2d", "\xff"};
  enum { TIMES = 100000 };
  for (size_t i = 0; i < COUNT(repeated); i++) {
    size_t length = strlen(repeated[i]), tokens = 0;
    int polls = 0;
    char *text = malloc(TIMES * length);
    for (size_t t = 0; t < TIMES; t++) memcpy(text + t * length, repeated[i], length);
    assert_int_equal(tokenizer_unicode.split(&tokenizer_unicode, text, TIMES * length, (Poll){stop_once, &polls},
                                             count_token, &tokens, &error), STATUS_INTERRUPTED);
    assert_int_equal(polls, 1);
    assert_true(tokens < TIMES);
    free(text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_of_any_length_end_where_they_end),
      cmocka_unit_test(nothing_has_no_tokens),
      cmocka_unit_test(english),
      cmocka_unit_test(case_is_folded),
      cmocka_unit_test(compatible_characters_are_folded),
      cmocka_unit_test(combining_marks_belong_to_their_letter),
      cmocka_unit_test(marks_in_either_order_are_one_word),
      cmocka_unit_test(invisible_characters_do_not_make_words_differ),
      cmocka_unit_test(a_zero_width_space_separates_words),
      cmocka_unit_test(ends_of_lines_and_paragraphs_separate_words),
      cmocka_unit_test(joiners_and_non_joiners_stay_in_a_word),
      cmocka_unit_test(each_chinese_and_kana_character_is_a_token),
      cmocka_unit_test(korean_words_stay_whole),
      cmocka_unit_test(korean_in_letters_is_the_same_word),
      cmocka_unit_test(each_thai_lao_burmese_and_khmer_letter_is_a_token),
      cmocka_unit_test(arabic_and_hebrew_words),
      cmocka_unit_test(an_emoji_with_its_modifiers_is_one_token),
      cmocka_unit_test(an_emoji_that_is_joined_is_one_token),
      cmocka_unit_test(what_is_not_utf8_is_a_replacement),
      cmocka_unit_test(nul_separates),
      cmocka_unit_test(any_two_bytes_can_be_split),
      cmocka_unit_test(any_code_point_is_at_most_one_token_and_folded_for_good),
      cmocka_unit_test(a_word_of_100000_letters_is_one_token),
      cmocka_unit_test(words_about_as_long_as_is_kept),
      cmocka_unit_test(long_words_are_folded_to_the_same_token),
      cmocka_unit_test(the_sink_can_say_enough),
      cmocka_unit_test(a_poll_stops_a_long_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
