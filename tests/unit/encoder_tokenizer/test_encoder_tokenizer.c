/* Whole tokenizers. tests/interop/encoder_tokenizer holds them against the package tokenizers. */
#include "base/random.h"
#include "unit/encoder_tokenizer/tokenizers.h"

static void check_with(EncoderTokenizer *t, const char *text, size_t most, const char *expected) {
  check_most(t, text, strlen(text), true, most, expected);
}

TEST(texts) {
  EncoderTokenizer *t = bert_tokenizer();
  check_with(t, "The UNAFFABLE, a\u4e2d", SIZE_MAX, "[CLS] the un ##aff ##able , a \u4e2d [SEP]");
  check_with(t, "", SIZE_MAX, "[CLS] [SEP]");
  check_with(t, " \t", SIZE_MAX, "[CLS] [SEP]");
  check_most(t, "a\0a \0", 5, true, SIZE_MAX, "[CLS] a ##a [SEP]");
  check_with(t, "a\xff the\xe4\xb8", SIZE_MAX, "[CLS] a the [SEP]");
  encoder_tokenizer_free(t);
}

TEST(ids_are_appended) {
  EncoderTokenizer *t = bert_tokenizer();
  TokenIds ids = {0};
  static const uint32_t EXPECTED[] = {77, 2, 8, 9, 3, 8};
  assert_true(token_ids_add(&ids, 77));
  assert_ok(encoder_tokenizer_encode(t, "the a the", 9, (EncodeOptions){true, 4, {0}}, &ids, &error));
  assert_ok(encoder_tokenizer_encode(t, "the a", 5, (EncodeOptions){false, 1, {0}}, &ids, &error));
  assert_int_equal(ids.count, COUNT(EXPECTED));
  assert_memory_equal(ids.ids, EXPECTED, sizeof EXPECTED);
  token_ids_free(&ids);
  encoder_tokenizer_free(t);
}

TEST(special_tokens_have_room) {
  EncoderTokenizer *t = bert_tokenizer();
  check_with(t, "the a the", 5, "[CLS] the a the [SEP]");
  check_with(t, "the a the", 4, "[CLS] the a [SEP]");
  check_with(t, "the a the", 3, "[CLS] the [SEP]");
  check_with(t, "the a the", 2, "[CLS] [SEP]");
  check_with(t, "the a the", 1, "[CLS]");
  check_with(t, "the a the", 0, "");
  check_with(t, "a [SEP] a", 4, "[CLS] a [SEP] [SEP]");
  check_with(t, "unaffable", 4, "[CLS] un ##aff [SEP]");
  encoder_tokenizer_free(t);
}

static EncoderTokenizer *truncated(const char *truncation) {
  return new_tokenizer((Parts){.truncation = truncation, .pre_tokenizer = BERT_PRE_TOKENIZER,
                               .post_processor = CLS_SEP});
}

TEST(truncation_of_the_file) {
  EncoderTokenizer *t = truncated("{\"max_length\": 4, \"strategy\": \"LongestFirst\", \"stride\": 0}");
  check_with(t, "the a , a", SIZE_MAX, "[CLS] the a [SEP]");
  check_with(t, "the a , a", 3, "[CLS] the [SEP]");
  check_tokens(t, "the a , a the", "the a , a");
  encoder_tokenizer_free(t);
  t = truncated("{\"direction\": \"Left\", \"max_length\": 4, \"strategy\": \"OnlyFirst\"}");
  check_with(t, "the a , a", SIZE_MAX, "[CLS] , a [SEP]");
  check_with(t, "the a , a", 3, "[CLS] a [SEP]");
  check_with(t, "the", 3, "[CLS] the [SEP]");
  check_with(t, "the", 0, "");
  encoder_tokenizer_free(t);
}

TEST(unigram) {
  EncoderTokenizer *t = new_tokenizer((Parts){.model = PIECES, .pre_tokenizer = METASPACES, .post_processor = S_S});
  check_with(t, "ab c", SIZE_MAX, "<s> \u2581ab \u2581 c </s>");
  check_most(t, "a\xff\0", 3, true, SIZE_MAX, "<s> \u2581 a <unk> </s>");
  assert_int_equal(encoder_tokenizer_unknown(t), 0);
  encoder_tokenizer_free(t);
}

/* Where words are cut at spaces a long text is encoded part by part; it must not show. */
TEST(parts_of_a_long_text) {
  enum { LENGTH = 20000 };
  static const char *const WORDS_OF_TEXT[] = {"the",   "a",        "unaffable", "\u00e9", " ",      "\u3000", "\u4e2d",
                                              "[SEP]", " [MASK] ", "x",         ".",      "\u0301", "\n"};
  EncoderTokenizer *t = bert_tokenizer();
  EncoderTokenizer *whole = new_tokenizer((Parts){ /* with Strip a text is not cut */
      .normalizer = "{\"type\": \"Sequence\", \"normalizers\": [" BERT ", {\"type\": \"Strip\"}]}",
      .pre_tokenizer = BERT_PRE_TOKENIZER, .post_processor = CLS_SEP,
      .added_tokens = ADDED(3, "[SEP]", "") ", " ADDED(17, "[MASK]", ", \"lstrip\": true")});
  char *text = allocate(LENGTH + 20, 1);
  for (uint64_t seed = 0; seed < 20; seed++) {
    Random random = random_stream(seed, 2, 0);
    TokenIds parts = {0}, all = {0};
    size_t length = 0;
    while (length < LENGTH)
      length += (size_t)sprintf(text + length, "%s%s", WORDS_OF_TEXT[random_below(&random, COUNT(WORDS_OF_TEXT))],
                                random_below(&random, 3) ? " " : "");
    assert_ok(encoder_tokenizer_encode(t, text, length, (EncodeOptions){true, SIZE_MAX, {0}}, &parts, &error));
    assert_ok(encoder_tokenizer_encode(whole, text, length, (EncodeOptions){true, SIZE_MAX, {0}}, &all, &error));
    assert_int_equal(parts.count, all.count);
    assert_memory_equal(parts.ids, all.ids, all.count * sizeof *all.ids);
    token_ids_free(&parts);
    token_ids_free(&all);
  }
  free(text);
  encoder_tokenizer_free(whole);
  encoder_tokenizer_free(t);
}

/* ---- vocab.txt --------------------------------------------------------------------------- */

static EncoderTokenizer *from_lines(const char *lines) {
  EncoderTokenizer *t;
  assert_ok(encoder_tokenizer_new(lines, strlen(lines), &t, &error));
  return t;
}

TEST(a_list_of_words) {
  EncoderTokenizer *t = from_lines("[PAD]\r\n[UNK]\r\n[CLS]\n[SEP]\n\nthe\n##b\ne");
  check_with(t, "THEB \u00e9[PAD]!", SIZE_MAX, "[CLS] the ##b e [PAD] [UNK] [SEP]");
  assert_int_equal(encoder_tokenizer_ids(t), 8);
  assert_int_equal(encoder_tokenizer_unknown(t), 1);
  encoder_tokenizer_free(t);
}

TEST(a_capital_letter_tells_case) {
  EncoderTokenizer *t = from_lines("\xEF\xBB\xBF[UNK]\n[CLS]\n[SEP]\nthe\nThe\n\u00e9\n");
  check_tokens(t, "the The THE \u00e9 e", "the The [UNK] \u00e9 [UNK]");
  encoder_tokenizer_free(t);
}

TEST(lists_that_are_refused) {
  static const struct {
    const char *lines, *sentence;
  } CASES[] = {
      {"", "the tokenizer's unknown token '[UNK]' is not in its vocabulary"},
      {"[UNK]\n[CLS]\nthe", "the tokenizer's vocabulary has no token '[SEP]'"},
      {"[UNK]\n[SEP]\nthe", "the tokenizer's vocabulary has no token '[CLS]'"},
      {"[UNK]\n[CLS]\n[SEP]\na\na", "the tokenizer has the token 'a' twice, with ids 3 and 4"},
      {"[UNK]\n\xff", "the tokenizer's token '' is not UTF-8"},
  };
  for (size_t i = 0; i < COUNT(CASES); i++) {
    EncoderTokenizer *t;
    assert_int_equal(encoder_tokenizer_new(CASES[i].lines, strlen(CASES[i].lines), &t, &error), STATUS_INVALID);
    assert_string_equal(error.message, CASES[i].sentence);
  }
}

/* ---- asking ---------------------------------------------------------------------------------- */

TEST(tokens_by_id) {
  EncoderTokenizer *t = bert_tokenizer();
  size_t length;
  assert_memory_equal(encoder_tokenizer_token(t, 6, &length), "##aff", 5);
  assert_int_equal(length, 5);
  assert_null(encoder_tokenizer_token(t, 18, &length));
  assert_int_equal(encoder_tokenizer_ids(t), 18);
  encoder_tokenizer_free(t);
}

TEST(none_is_freed) { encoder_tokenizer_free(NULL); }

/* ---- files that are wrong ----------------------------------------------------------------------- */

static void check_error(const char *json, const char *sentence) {
  EncoderTokenizer *t;
  assert_int_equal(encoder_tokenizer_new(json, strlen(json), &t, &error), STATUS_INVALID);
  assert_string_equal(error.message, sentence);
}

TEST(what_is_refused) {
  check_error("\xEF\xBB\xBF \t\r\n{}", "the tokenizer has no model");
  check_error("{\"model\": {}}", "the tokenizer's model is 'WordLevel', expected WordPiece or Unigram");
  check_error("{\"model\": " WORDS ", \"model\": " WORDS "}", "the tokenizer has a model twice");
  check_error("{\"model\": " WORDS "} 1", "the tokenizer has byte 0x31 where its end was expected");
  check_refused((Parts){.truncation = "{\"direction\": \"Up\"}"},
                "the tokenizer's truncation has the direction 'Up', expected Left or Right");
  check_refused((Parts){.truncation = "{\"strategy\": \"OnlySecond\"}"},
                "the tokenizer's truncation has the strategy 'OnlySecond', expected LongestFirst or OnlyFirst");
  check_refused((Parts){.truncation = "{\"max_length\": -1}"},
                "the tokenizer has byte 0x2d where a number was expected");
}

#define ALL_PARTS \
  {.model = PIECES, .pre_tokenizer = "{\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"Punctuation\"}, " \
   METASPACES "]}", .post_processor = \
   "{\"type\": \"TemplateProcessing\", \"single\": [{\"SpecialToken\": {\"id\": \"<s>\"}}, " \
   "{\"Sequence\": {\"id\": \"A\"}}], \"special_tokens\": {\"<s>\": {\"ids\": [8]}}}", .normalizer = \
   "{\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"NFKC\"}, {\"type\": \"Precompiled\", " \
   "\"precompiled_charsmap\": \"BAAAAAAAAAA=\"}, {\"type\": \"Replace\", \"pattern\": {\"String\": \"x\"}, " \
   "\"content\": \"y\"}, {\"type\": \"BertNormalizer\", \"strip_accents\": null}]}", \
   .added_tokens = ADDED(10, "<mask>", ", \"normalized\": true, \"lstrip\": true"), \
   .truncation = "{\"max_length\": 10, \"direction\": \"Right\"}"}

static void try(const char *json, size_t length) {
  EncoderTokenizer *t;
  char *exact = allocate(length, 1);
  memcpy(exact, json, length);
  if (encoder_tokenizer_new(exact, length, &t, &error) == STATUS_OK) {
    TokenIds ids = {0};
    assert_ok(encoder_tokenizer_encode(t, "ab \u00c9<mask>, x", 14, (EncodeOptions){true, 100, {0}}, &ids, &error));
    token_ids_free(&ids);
    encoder_tokenizer_free(t);
  } else {
    assert_true(strlen(error.message) > 0);
  }
  free(exact);
}

TEST(cut_at_each_byte) {
  static const Parts CASES[] = {{.normalizer = BERT, .post_processor = CLS_SEP}, ALL_PARTS};
  for (size_t i = 0; i < COUNT(CASES); i++) {
    char *json = tokenizer_json(&CASES[i]);
    for (size_t length = 0; length <= strlen(json); length++) try(json, length);
    free(json);
  }
}

TEST(each_byte_replaced) {
  static const Parts CASES[] = {{.normalizer = BERT, .post_processor = CLS_SEP}, ALL_PARTS};
  static const char BYTES[] = "\0\"{}[],:0-9neA\\\x80\xff ";
  for (size_t i = 0; i < COUNT(CASES); i++) {
    char *json = tokenizer_json(&CASES[i]);
    size_t length = strlen(json);
    for (size_t at = 0; at < length; at++) {
      char before = json[at];
      for (size_t b = 0; b < sizeof BYTES - 1; b++) {
        json[at] = BYTES[b];
        try(json, length);
      }
      json[at] = before;
    }
    free(json);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(texts),
      cmocka_unit_test(ids_are_appended),
      cmocka_unit_test(special_tokens_have_room),
      cmocka_unit_test(truncation_of_the_file),
      cmocka_unit_test(unigram),
      cmocka_unit_test(parts_of_a_long_text),
      cmocka_unit_test(a_list_of_words),
      cmocka_unit_test(a_capital_letter_tells_case),
      cmocka_unit_test(lists_that_are_refused),
      cmocka_unit_test(tokens_by_id),
      cmocka_unit_test(none_is_freed),
      cmocka_unit_test(what_is_refused),
      cmocka_unit_test(cut_at_each_byte),
      cmocka_unit_test(each_byte_replaced),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
