/* Models, as they are read. */
#include "encoder_tokenizer/token_model.h"

#include "unit/encoder_tokenizer/tokenizers.h"

static void check_model(const char *model, const char *sentence) { check_refused((Parts){.model = model}, sentence); }

TEST(old_files_do_not_say_the_type) {
  check_parts((Parts){.model = "{\"max_input_chars_per_word\": 100, \"unk_token\": \"?\", "
                               "\"vocab\": {\"a\": 0, \"?\": 1}}"}, "a", "a");
  check_parts((Parts){.model = "{\"unk_id\": 0, \"vocab\": [[\"a\", -1]]}"}, "a", "a");
  check_model("{\"vocab\": {}, \"merges\": []}", "the tokenizer's model is 'BPE', expected WordPiece or Unigram");
  check_model("{\"vocab\": {}}", "the tokenizer's model is 'WordLevel', expected WordPiece or Unigram");
}

TEST(the_type_may_come_last) {
  check_parts((Parts){.model = "{\"unk_id\": 0, \"vocab\": [[\"a\", -1]], \"type\": \"Unigram\", \"other\": null}"},
              "a", "a");
}

TEST(other_models) {
  check_model("{\"type\": \"BPE\"}", "the tokenizer's model is 'BPE', expected WordPiece or Unigram");
  check_model("{\"type\": \"WordLevel\"}", "the tokenizer's model is 'WordLevel', expected WordPiece or Unigram");
}

#define WORD_PIECE(more) "{\"type\": \"WordPiece\", " more "}"

TEST(word_piece_that_is_refused) {
  check_model(WORD_PIECE("\"vocab\": {\"a\": 0}"), "the tokenizer's model WordPiece has no unk_token");
  check_model(WORD_PIECE("\"vocab\": {\"a\": 0}, \"unk_token\": \"[UNK]\""),
              "the tokenizer's unknown token '[UNK]' is not in its vocabulary");
  check_model(WORD_PIECE("\"vocab\": {\"a\": 0, \"b\": 0}, \"unk_token\": \"a\""),
              "the tokenizer's token 'b' has id 0, which another token has");
  check_model(WORD_PIECE("\"vocab\": {\"a\": 0, \"a\": 1}, \"unk_token\": \"a\""),
              "the tokenizer has the token 'a' twice, with ids 0 and 1");
  check_model(WORD_PIECE("\"vocab\": {\"a\": -1}, \"unk_token\": \"a\""),
              "the tokenizer has byte 0x2d where a number was expected");
  check_model(WORD_PIECE("\"vocab\": {\"a\": 0}, \"unk_token\": \"a\", \"continuing_subword_prefix\": "
                         "\"#################################\""),
              "the tokenizer's continuing_subword_prefix has 33 bytes, expected at most 32");
}

TEST(unigram_that_is_refused) {
  check_model("{\"type\": \"Unigram\", \"vocab\": [[\"a\", 0]]}", "the tokenizer's model Unigram has no unk_id");
  check_model("{\"type\": \"Unigram\", \"unk_id\": null, \"vocab\": [[\"a\", 0]]}",
              "the tokenizer's model Unigram has no unk_id");
  check_model("{\"type\": \"Unigram\", \"unk_id\": 1, \"vocab\": [[\"a\", 0]]}",
              "the tokenizer's unk_id is 1, expected less than the 1 tokens");
  check_model("{\"type\": \"Unigram\", \"unk_id\": 0, \"vocab\": [[\"a\", 1e999]]}",
              "the tokenizer's token 'a' has a score that is not finite");
  check_model("{\"type\": \"Unigram\", \"unk_id\": 0, \"vocab\": [[\"a\", 0], [\"a\", 0]]}",
              "the tokenizer has the token 'a' twice, with ids 0 and 1");
  check_model("{\"type\": \"Unigram\", \"unk_id\": 0, \"vocab\": {\"a\": 0}}",
              "the tokenizer has byte 0x7b where '[' was expected");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(old_files_do_not_say_the_type),
      cmocka_unit_test(the_type_may_come_last),
      cmocka_unit_test(other_models),
      cmocka_unit_test(word_piece_that_is_refused),
      cmocka_unit_test(unigram_that_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
