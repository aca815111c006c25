/* Tokens that are found in a text before it is cut. */
#include "encoder_tokenizer/added_tokens.h"

#include "unit/encoder_tokenizer/tokenizers.h"

static void check(const char *added, const char *text, const char *expected) {
  check_parts((Parts){.added_tokens = added, .normalizer = BERT, .pre_tokenizer = BERT_PRE_TOKENIZER}, text, expected);
}

/* Where it matters what is left of the text. */
static void check_signs(const char *added, const char *text, const char *expected) {
  check_parts((Parts){.model = PIECES, .added_tokens = added, .pre_tokenizer = METASPACES}, text, expected);
}

#define SEP ADDED(3, "[SEP]", ", \"special\": true, \"normalized\": false")

TEST(special_tokens_in_a_text) {
  check(SEP, "a [SEP]the[SEP][SEP]", "a [SEP] the [SEP] [SEP]");
  check(SEP, "[sep] [SEP", "[UNK] [UNK] [UNK] [UNK] [UNK]");
  check(SEP, "[SEP]", "[SEP]");
  check("", "[SEP]", "[UNK] [UNK] [UNK]");
}

TEST(of_several_the_longest) {
  check(ADDED(18, "<a", "") ", " ADDED(19, "<a>", "") ", " ADDED(20, "a>b", ""), "<a>b <a b", "<a> [UNK] <a [UNK]");
}

TEST(new_tokens_follow_the_vocabulary) {
  EncoderTokenizer *t = new_tokenizer((Parts){.added_tokens = ADDED(18, "<x>", "") ", " SEP ", " ADDED(19, "<y>", "")});
  assert_int_equal(encoder_tokenizer_ids(t), 20);
  check_tokens(t, "<y><x>", "<y> <x>");
  encoder_tokenizer_free(t);
}

#define MASK(more) ADDED(10, "<mask>", more)

TEST(white_space_beside_them) {
  check_signs(MASK(""), "a <mask> a", "\u2581 a \u2581 <mask> \u2581 a");
  check_signs(MASK(", \"lstrip\": true"), "a \u3000<mask> a", "\u2581 a <mask> \u2581 a");
  check_signs(MASK(", \"rstrip\": true"), "a <mask> \t a", "\u2581 a \u2581 <mask> \u2581 a");
  check_signs(MASK(", \"rstrip\": true"), "<mask>  ", "<mask>");
  check_signs(MASK(", \"lstrip\": true, \"rstrip\": true"), " <mask>  <mask>a", "<mask> <mask> \u2581 a");
}

TEST(single_words) {
  const char *single = ADDED(3, "b", ", \"single_word\": true");
  check_signs(single, "b ab b, ba .b", "b \u2581ab \u2581 b \u2581 <unk> \u2581 b a \u2581 <unk> b");
  check_signs(single, "\xff" "b\xff", "\u2581 <unk> b \u2581 <unk>");
}

TEST(normalized_tokens) {
  check(ADDED(18, "TH\\u00c9", ", \"normalized\": true"), "th\u00e9 a the", "TH\u00c9 a TH\u00c9");
  check(ADDED(18, "TH\\u00c9", ", \"normalized\": false"), "th\u00e9 TH\u00c9", "the TH\u00c9");
  check(ADDED(18, "A", ", \"normalized\": true") ", " SEP, "[SEP] aba", "[SEP] A [UNK] A");
  check(ADDED(18, "\\u0301", ", \"normalized\": true"), "a", "a"); /* nothing is left of it */
}

static bool says_no(void *asked) {
  ++*(int *)asked;
  return false;
}

/* A token as long as this is looked for at each place. */
TEST(a_search_is_interrupted) {
  enum { LENGTH = 3 * TEXT_POLL_BYTES };
  static char text[LENGTH], token[PIECE_MAX_BYTES];
  memset(text, 'a', sizeof text);
  memset(token, 'a', sizeof token);
  token[sizeof token - 1] = 'b';
  AddedTokens a = {0};
  Pieces pieces = {0};
  AddedMatch match;
  int asked = 0;
  assert_int_equal(pieces_index(&pieces, &error), STATUS_OK);
  assert_true(added_tokens_add(&a, 0, token, sizeof token));
  assert_int_equal(added_tokens_prepare(&a, &pieces, &(Normalizer){0}, &error), STATUS_OK);
  TextPoll never = text_poll_begin((Poll){0}, &error), poll = text_poll_begin((Poll){says_no, &asked}, &error);
  assert_false(added_tokens_find(&a, &(AddedSearch){text, LENGTH, false, &never}, 0, LENGTH, &match));
  assert_int_equal(never.status, STATUS_OK);
  assert_false(added_tokens_find(&a, &(AddedSearch){text, LENGTH, false, &poll}, 0, LENGTH, &match));
  assert_int_equal(poll.status, STATUS_INTERRUPTED);
  assert_int_equal(asked, 1);
  added_tokens_free(&a);
  pieces_free(&pieces);
}

static void check_error(const char *added, const char *sentence) {
  check_refused((Parts){.added_tokens = added, .normalizer = BERT}, sentence);
}

/* The normalizer puts spaces around Chinese characters. */
TEST(one_that_grows_is_refused) {
#define TEN "\u4e00\u4e00\u4e00\u4e00\u4e00\u4e00\u4e00\u4e00\u4e00\u4e00"
#define FIFTY TEN TEN TEN TEN TEN
  check_error(ADDED(18, FIFTY FIFTY FIFTY, ", \"normalized\": true"),
              "the tokenizer's added token '" TEN TEN "' has 750 bytes when normalized, expected at most 512");
}

TEST(what_is_refused) {
  check_error(ADDED(4, "[SEP]", ""), "the tokenizer's added token '[SEP]' has id 4, expected 3");
  check_error(ADDED(20, "<x>", ""), "the tokenizer's added token '<x>' has id 20, expected 18");
  check_error(ADDED(18, "<x>", "") ", " ADDED(18, "<y>", ""),
              "the tokenizer's added token '<y>' has id 18, expected 19");
  check_error(SEP ", " SEP, "the tokenizer has the added token '[SEP]' twice");
  check_error(ADDED(18, "X", ", \"normalized\": true") ", " ADDED(19, "x", ", \"normalized\": true"),
              "the tokenizer has the added token 'X' twice");
  check_error(ADDED(3, "", ""), "the tokenizer has an added token without content");
  check_error("{\"content\": \"[SEP]\"}", "the tokenizer has an added token without an id");
  check_error("{\"id\": 3, \"content\": \"[SEP]\", \"lstrip\": 1}",
              "the tokenizer has byte 0x31 where true or false was expected");
}

/* A vocabulary with a gap: what follows it may have been taken. */
TEST(an_id_that_is_taken) {
  check_refused((Parts){.model = "{\"type\": \"WordPiece\", \"unk_token\": \"a\", \"vocab\": {\"a\": 0, \"b\": 2}}",
                        .added_tokens = ADDED(2, "<x>", "")},
                "the tokenizer's token '<x>' has id 2, which another token has");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_search_is_interrupted),
      cmocka_unit_test(one_that_grows_is_refused),
      cmocka_unit_test(special_tokens_in_a_text),
      cmocka_unit_test(of_several_the_longest),
      cmocka_unit_test(new_tokens_follow_the_vocabulary),
      cmocka_unit_test(white_space_beside_them),
      cmocka_unit_test(single_words),
      cmocka_unit_test(normalized_tokens),
      cmocka_unit_test(what_is_refused),
      cmocka_unit_test(an_id_that_is_taken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
