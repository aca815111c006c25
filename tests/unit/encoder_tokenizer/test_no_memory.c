/* Memory that is out: a tokenizer is not made, or a text not encoded, the status says so, and nothing leaks. */
#include "unit/encoder_tokenizer/tokenizers.h"
#include "unit/no_memory.h"

static const char TEXT[] = "A\u00e9 <mask> x,  \u00c9\u0323\u0301b abc \u4e2d [SEP]";

/* Makes a tokenizer of a file and encodes a text. */
static Status use(void *json) {
  EncoderTokenizer *t;
  TokenIds ids = {0};
  Status status = encoder_tokenizer_new(json, strlen(json), &t, &error);
  if (status) return status;
  status = encoder_tokenizer_encode(t, TEXT, strlen(TEXT), (EncodeOptions){true, 100, {0}}, &ids, &error);
  encoder_tokenizer_free(t);
  token_ids_free(&ids);
  return status;
}

static void check_parts_of(Parts parts) {
  char *json = tokenizer_json(&parts);
  fail_each(use, json);
  free(json);
}

TEST(bert) {
  check_parts_of((Parts){.normalizer = BERT, .pre_tokenizer = BERT_PRE_TOKENIZER, .post_processor = CLS_SEP,
                         .added_tokens = ADDED(3, "[SEP]", "") ", " ADDED(18, "<mask>", ", \"normalized\": true")});
}

TEST(sentence_piece) {
  check_parts_of((Parts){
      .model = PIECES,
      .normalizer = "{\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Precompiled\", \"precompiled_charsmap\": "
                    "\"BAAAAAAAAAA=\"}, {\"type\": \"NFKD\"}, {\"type\": \"Replace\", "
                    "\"pattern\": {\"Regex\": \" {2,}\"}, \"content\": \" \"}, "
                    "{\"type\": \"Prepend\", \"prepend\": \"b\"}, {\"type\": \"Strip\"}]}",
      .pre_tokenizer = METASPACES,
      .post_processor = "{\"type\": \"TemplateProcessing\", \"single\": [{\"SpecialToken\": {\"id\": \"<s>\"}}, "
                        "{\"Sequence\": {\"id\": \"A\"}}], \"special_tokens\": {\"<s>\": {\"ids\": [8]}}}",
      .added_tokens = ADDED(10, "<mask>", ", \"lstrip\": true")});
}

TEST(a_list_of_words) {
  char words[] = "[UNK]\n[CLS]\n[SEP]\n[MASK]\nabc\nx\n##b\n";
  fail_each(use, words);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bert),
      cmocka_unit_test(sentence_piece),
      cmocka_unit_test(a_list_of_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
