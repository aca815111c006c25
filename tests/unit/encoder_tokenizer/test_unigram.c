/* Unigram: the way with the largest sum of scores. */
#include "encoder_tokenizer/unigram.h"

#include "unit/encoder_tokenizer/tokenizers.h"

static void check(const char *text, const char *expected) {
  check_parts((Parts){.model = PIECES, .pre_tokenizer = METASPACES}, text, expected);
}

TEST(the_best_way) {
  check("ab", "\u2581ab");
  check("ab ab", "\u2581ab \u2581ab");
  check("abc", "\u2581ab c"); /* -7, not -9 with abc */
  check("aab", "\u2581 a ab");
  check("", "");
}

TEST(unknown_characters_in_a_row_are_one_token) {
  check("xyz", "\u2581 <unk>");
  check("xay\u4e2d\u6587", "\u2581 <unk> a <unk>");
  check("x y", "\u2581 <unk> \u2581 <unk>");
}

/* Of two ways as good the one whose last token begins first stays. */
TEST(ties) {
  check_parts((Parts){.model = "{\"type\": \"Unigram\", \"unk_id\": 0, \"vocab\": [[\"?\", 0], [\"a\", -1], "
                      "[\"b\", -1], [\"c\", -1], [\"ab\", -2], [\"bc\", -2]]}"}, "abc", "a bc");
}

/* The unknown token itself may be written, and unknown characters may be a token together. */
TEST(unknown_runs_that_are_tokens) {
  check_parts((Parts){.model = PIECES}, "<unk>", "<unk>");
  check_parts((Parts){.model = "{\"type\": \"Unigram\", \"unk_id\": 0, \"vocab\": [[\"?\", 100], [\"xy\", 5]]}"},
              "xy xx", "xy ?");
}

#define BYTES "{\"type\": \"Unigram\", \"unk_id\": 0, \"byte_fallback\": %s, \"vocab\": [[\"<unk>\", 0], " \
  "[\"a\", -1], [\"<0xC3>\", -9], [\"<0xA9>\", -9], [\"<0x78>\", -9]]}"

TEST(bytes_of_unknown_characters) {
  char model[400];
  snprintf(model, sizeof model, BYTES, "true");
  check_parts((Parts){.model = model}, "a\u00e9xa", "a <0xC3> <0xA9> <0x78> a");
  check_parts((Parts){.model = model}, "a\u00e9ya", "a <unk> a"); /* not all bytes are there */
  snprintf(model, sizeof model, BYTES, "false");
  check_parts((Parts){.model = model}, "a\u00e9xa", "a <unk> a");
}

/* Linear: a million characters, each of which begins several tokens. */
TEST(a_long_piece) {
  enum { LETTERS = 1000000 };
  EncoderTokenizer *t = new_tokenizer((Parts){.model = PIECES, .pre_tokenizer = METASPACES});
  TokenIds ids = {0};
  char *text = allocate(LETTERS, 1);
  for (size_t i = 0; i < LETTERS; i++) text[i] = "ab"[i % 2];
  assert_ok(encoder_tokenizer_encode(t, text, LETTERS, (EncodeOptions){false, SIZE_MAX, {0}}, &ids, &error));
  assert_int_equal(ids.count, LETTERS / 2);
  free(text);
  token_ids_free(&ids);
  encoder_tokenizer_free(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_best_way),
      cmocka_unit_test(unknown_characters_in_a_row_are_one_token),
      cmocka_unit_test(ties),
      cmocka_unit_test(unknown_runs_that_are_tokens),
      cmocka_unit_test(bytes_of_unknown_characters),
      cmocka_unit_test(a_long_piece),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
