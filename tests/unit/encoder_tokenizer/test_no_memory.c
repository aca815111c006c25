/* Memory that is out: each allocation fails once. Then a tokenizer is not made, or a text not encoded, the status
** says so, and nothing leaks. The sanitizers bring a malloc() of their own; under them none fails.
*/
#include "unit/encoder_tokenizer/tokenizers.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

static long until_failure = -1; /* allocations; negative: none fails */
static long live;               /* allocated, and not freed          */

#ifndef SANITIZED

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *p);

static bool fails(void) { return until_failure >= 0 && until_failure-- == 0; }

static void *counted(void *p) {
  live += p != NULL;
  return p;
}

void *malloc(size_t size) { return fails() ? NULL : counted(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { return fails() ? NULL : counted(__libc_calloc(count, size)); }
void *aligned_alloc(size_t alignment, size_t size) {
  return fails() ? NULL : counted(__libc_memalign(alignment, size));
}

void *realloc(void *old, size_t size) {
  if (fails()) return NULL;
  return old ? __libc_realloc(old, size) : counted(__libc_realloc(old, size));
}

void free(void *p) {
  live -= p != NULL;
  __libc_free(p);
}

#endif

static const char TEXT[] = "A\u00e9 <mask> x,  \u00c9\u0323\u0301b abc \u4e2d [SEP]";

static Status use(const char *json, size_t length, TokenIds *ids) {
  EncoderTokenizer *t;
  Status status = encoder_tokenizer_new(json, length, &t, &error);
  if (status) return status;
  status = encoder_tokenizer_encode(t, TEXT, strlen(TEXT), true, 100, ids, &error);
  encoder_tokenizer_free(t);
  return status;
}

/* Makes a tokenizer and encodes a text, until no allocation fails any more. */
static void check(const char *json) {
  Status status = STATUS_NO_MEMORY;
  for (long failing = 0; status; failing++) {
    TokenIds ids = {0};
    long before = live;
    until_failure = failing;
    status = use(json, strlen(json), &ids);
    until_failure = -1;
    token_ids_free(&ids);
    assert_int_equal(live, before);
    if (status) {
      assert_string_equal(error.message, "out of memory");
      assert_int_equal(status, STATUS_NO_MEMORY);
    }
  }
}

static void check_parts_of(Parts parts) {
  char *json = tokenizer_json(&parts);
  check(json);
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

TEST(a_list_of_words) { check("[UNK]\n[CLS]\n[SEP]\n[MASK]\nabc\nx\n##b\n"); }

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bert),
      cmocka_unit_test(sentence_piece),
      cmocka_unit_test(a_list_of_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
