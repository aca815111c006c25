/* The special tokens around a text. */
#include "encoder_tokenizer/post_processor.h"

#include "unit/encoder_tokenizer/tokenizers.h"

#define TOKENS "\"special_tokens\": {\"[SEP]\": {\"id\": \"[SEP]\", \"ids\": [3], \"tokens\": [\"[SEP]\"]}, " \
  "\"[CLS]\": {\"id\": \"[CLS]\", \"ids\": [2, 0], \"tokens\": [\"[CLS]\", \"[PAD]\"]}, \"[X]\": {\"ids\": [99]}}"
#define TEMPLATE(single, more) "{\"type\": \"TemplateProcessing\", \"single\": [" single "], \"pair\": [1]" more "}"
#define SPECIAL(name) "{\"SpecialToken\": {\"id\": \"" name "\", \"type_id\": 0}}"
#define TEXT "{\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}"

static void check(const char *post_processor, const char *expected) {
  EncoderTokenizer *t = new_tokenizer((Parts){.post_processor = post_processor});
  check_most(t, "a", 1, true, SIZE_MAX, expected);
  check_most(t, "a", 1, false, SIZE_MAX, "a");
  encoder_tokenizer_free(t);
}

TEST(all_kinds) {
  check("null", "a");
  check(CLS_SEP, "[CLS] a [SEP]");
  check("{\"type\": \"RobertaProcessing\", \"sep\": [\"[SEP]\", 3], \"cls\": [\"[CLS]\", 2], \"trim_offsets\": true}",
        "[CLS] a [SEP]");
  check(TEMPLATE(SPECIAL("[CLS]") ", " TEXT ", " SPECIAL("[SEP]") ", " SPECIAL("[SEP]"), ", " TOKENS),
        "[CLS] [PAD] a [SEP] [SEP]");
  check(TEMPLATE(TEXT, ", " TOKENS), "a");
  check("{\"type\": \"Sequence\", \"processors\": [" CLS_SEP "]}", "[CLS] a [SEP]");
  check("{\"processors\": [null, " CLS_SEP "], \"type\": \"Sequence\"}", "[CLS] a [SEP]");
}

TEST(special_tokens_may_come_first) {
  check("{\"type\": \"TemplateProcessing\", " TOKENS ", \"single\": [" TEXT ", " SPECIAL("[SEP]") "], \"more\": {}}",
        "a [SEP]");
}

static void check_error(const char *post_processor, const char *sentence) {
  check_refused((Parts){.post_processor = post_processor}, sentence);
}

TEST(what_is_refused) {
  check_error("{\"type\": \"ByteLevel\"}",
              "the tokenizer has post-processor 'ByteLevel', expected one of BertProcessing, RobertaProcessing, "
              "Sequence, TemplateProcessing");
  check_error("{\"type\": \"BertProcessing\", \"sep\": [\"[SEP]\", 3]}", "the tokenizer's post-processor has no cls");
  check_error("{\"type\": \"BertProcessing\", \"cls\": [\"[CLS]\", 2]}", "the tokenizer's post-processor has no sep");
  check_error("{\"type\": \"BertProcessing\", \"cls\": [\"[CLS]\", 2], \"sep\": [\"[SEP]\", 99]}",
              "the tokenizer's post-processor has the id 99, which no token has");
  check_error("{\"type\": \"BertProcessing\", \"cls\": [\"[CLS]\", 4294967295]}",
              "the tokenizer's post-processor has the id 4294967295, expected a smaller one");
  check_error("{\"type\": \"Sequence\", \"processors\": [" CLS_SEP ", " CLS_SEP "]}",
              "the tokenizer has the post-processor 'BertProcessing' after another one, expected one");
}

TEST(templates_that_are_refused) {
  check_error(TEMPLATE(TEXT, ""), "the tokenizer's template has no special_tokens");
  check_error("{\"type\": \"TemplateProcessing\", " TOKENS "}", "the tokenizer's template has no single");
  check_error(TEMPLATE(SPECIAL("[SEP]"), ", " TOKENS),
              "the tokenizer's template for one text has 0 sequences, expected 1");
  check_error(TEMPLATE(TEXT ", " TEXT, ", " TOKENS),
              "the tokenizer's template for one text has 2 sequences, expected 1");
  check_error(TEMPLATE(SPECIAL("[EOS]"), ", " TOKENS),
              "the tokenizer's template has '[EOS]', expected one of its special_tokens");
  check_error(TEMPLATE("{\"Sequence\": {\"id\": \"B\"}}", ", " TOKENS),
              "the tokenizer's template for one text has the sequence 'B', expected A");
  check_error(TEMPLATE("{\"Text\": {\"id\": \"B\"}}", ", " TOKENS),
              "the tokenizer's template has a 'Text', expected Sequence or SpecialToken");
  check_error(TEMPLATE(TEXT ", " SPECIAL("[X]"), ", " TOKENS),
              "the tokenizer's post-processor has the id 99, which no token has");
}

TEST(long_names_are_refused) {
  char json[1000] = "{\"type\": \"TemplateProcessing\", \"special_tokens\": {}, \"single\": ["
                    "{\"SpecialToken\": {\"id\": \"";
  size_t length = strlen(json);
  memset(json + length, 'x', 300);
  strcpy(json + length + 300, "\"}}]}");
  check_error(json, "the tokenizer's template has the id "
              "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...', expected a shorter one");
}

TEST(nesting_is_limited) {
  char json[1000] = "";
  for (int i = 0; i < 10; i++) strcat(json, "{\"type\": \"Sequence\", \"processors\": [");
  strcat(json, "null");
  for (int i = 0; i < 10; i++) strcat(json, "]}");
  check_error(json, "the tokenizer's post-processors are nested more than 8 times");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_kinds),
      cmocka_unit_test(special_tokens_may_come_first),
      cmocka_unit_test(what_is_refused),
      cmocka_unit_test(templates_that_are_refused),
      cmocka_unit_test(long_names_are_refused),
      cmocka_unit_test(nesting_is_limited),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
