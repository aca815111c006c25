/* The n-grams that a model knows: which are kept, their numbers, and their file. */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "text/ngrams.h"
#include "unit/no_memory.h"

static Ngrams known(const uint32_t *hashes, size_t count) {
  Ngrams n;
  NgramUse *uses = allocate(count + 1, sizeof *uses);
  for (size_t i = 0; i < count; i++) uses[i] = (NgramUse){hashes[i], 1, 1};
  assert_ok(ngrams_collect(uses, count, 1, count, (Poll){0}, &n, &error));
  free(uses);
  return n;
}

/* ---- numbers ---------------------------------------------------------------------- */

static void check_found(const Ngrams *n, uint32_t hash) {
  size_t number = 0;
  while (number < n->count && n->hash[number] != hash) number++;
  assert_int_equal(ngrams_find(n, hash), number);
}

/* Hashes of all sizes, and both neighbours of each. */
TEST(the_number_is_the_place_among_the_hashes) {
  enum { MOST = 300 };
  uint32_t hashes[MOST] = {0, UINT32_MAX};
  Random random = random_stream(1, 2, 3);
  for (size_t i = 2; i < MOST; i++) hashes[i] = (uint32_t)random_next(&random) >> i % 32;
  for (size_t count = 0; count <= MOST; count += count < 20 ? 1 : 40) {
    Ngrams n = known(hashes, count);
    assert_true(ngrams_exist(&n));
    for (size_t i = 1; i < n.count; i++) assert_true(n.hash[i] > n.hash[i - 1]);
    for (size_t i = 0; i < MOST; i++) {
      check_found(&n, hashes[i]);
      check_found(&n, hashes[i] + 1);
      check_found(&n, hashes[i] - 1);
    }
    ngrams_free(&n);
    assert_false(ngrams_exist(&n));
  }
  assert_false(ngrams_exist(NULL));
}

/* Their upper bits tell nothing. */
TEST(hashes_side_by_side_are_found) {
  uint32_t hashes[100];
  for (uint32_t i = 0; i < COUNT(hashes); i++) hashes[i] = 2 * i + 7;
  Ngrams n = known(hashes, COUNT(hashes));
  for (uint32_t h = 0; h < 300; h++) check_found(&n, h);
  ngrams_free(&n);
}

/* ---- which are kept ------------------------------------------------------------------- */

static const NgramUse USES[] = {{50, 1, 3}, {20, 2, 9}, {50, 1, 4}, {40, 1, 8}, {10, 1, 1},
                                {30, 3, 2}, {50, 1, 0}, {60, 1, 8}};

/* By falling worth: 50 and 30 are in three words, 20 in two; then 40 and 60, by hash, and 10 occurs once. */
static const uint32_t WORTH[] = {50, 30, 20, 40, 60, 10};

static bool is_in(const uint32_t *list, size_t count, uint32_t hash) {
  while (count && list[count - 1] != hash) count--;
  return count > 0;
}

TEST(those_of_most_words_are_kept_then_those_that_occur_most) {
  for (size_t most = 0; most <= COUNT(WORTH) + 2; most++) {
    NgramUse uses[COUNT(USES)];
    Ngrams n;
    memcpy(uses, USES, sizeof uses);
    assert_ok(ngrams_collect(uses, COUNT(uses), 1, most, (Poll){0}, &n, &error));
    assert_int_equal(n.count, most < COUNT(WORTH) ? most : COUNT(WORTH));
    for (size_t i = 0; i < COUNT(WORTH); i++)
      assert_int_equal(is_in(n.hash, n.count, WORTH[i]), i < most);
    ngrams_free(&n);
  }
}

TEST(the_order_of_uses_does_not_matter) {
  NgramUse uses[COUNT(USES)];
  for (size_t turn = 0; turn < COUNT(USES); turn++) {
    Ngrams n;
    for (size_t i = 0; i < COUNT(USES); i++) uses[i] = USES[(i + turn) % COUNT(USES)];
    assert_ok(ngrams_collect(uses, COUNT(uses), 1, 4, (Poll){0}, &n, &error));
    assert_memory_equal(n.hash, ((uint32_t[]){20, 30, 40, 50}), 4 * sizeof *n.hash);
    ngrams_free(&n);
  }
}

TEST(none_are_known_too) {
  Ngrams n;
  assert_ok(ngrams_collect(NULL, 0, 1, 5, (Poll){0}, &n, &error));
  assert_true(ngrams_exist(&n));
  assert_int_equal(n.count, 0);
  assert_int_equal(ngrams_find(&n, 0), 0);
  assert_int_equal(ngrams_find(&n, UINT32_MAX), 0);
  ngrams_free(&n);
  ngrams_free(&n);
}

/* ---- copies and files -------------------------------------------------------------------- */

static void check_same(const Ngrams *a, const Ngrams *b) {
  assert_int_equal(ngrams_exist(a), ngrams_exist(b));
  assert_int_equal(a->count, b->count);
  for (size_t i = 0; i < a->count; i++) {
    assert_int_equal(a->hash[i], b->hash[i]);
    assert_int_equal(ngrams_find(a, b->hash[i]), i);
  }
}

static Reference written(const Ngrams *n) {
  SafeTensorsWriter writer = {0};
  ngrams_write(n, "ngrams", &writer);
  return end_file(&writer);
}

TEST(copies_and_files_have_the_same) {
  const uint32_t hashes[] = {5, 70000, 3, UINT32_MAX, 0};
  for (size_t count = 0; count <= COUNT(hashes); count++) {
    Ngrams n = known(hashes, count), copy, read;
    Reference file = written(&n);
    assert_ok(ngrams_copy(&n, &copy, &error));
    assert_ok(ngrams_read(&file.tensors, file.bytes, "ngrams", &read, &error));
    check_same(&copy, &n);
    check_same(&read, &n);
    ngrams_free(&n);
    ngrams_free(&copy);
    ngrams_free(&read);
    reference_close(&file);
  }
}

TEST(where_there_are_buckets_there_is_no_tensor) {
  Ngrams none = {0}, read, copy;
  Reference file = written(&none);
  assert_int_equal(file.tensors.count, 0);
  assert_ok(ngrams_read(&file.tensors, file.bytes, "ngrams", &read, &error));
  assert_ok(ngrams_copy(&none, &copy, &error));
  assert_false(ngrams_exist(&read) || ngrams_exist(&copy));
  reference_close(&file);
}

static void check_refused(Dtype dtype, size_t rank, const void *data, const char *sentence) {
  SafeTensorsWriter writer = {0};
  Ngrams n;
  safetensors_write_tensor(&writer, "ngrams", dtype, (size_t[]){3, 1}, rank, data);
  Reference file = end_file(&writer);
  assert_invalid(ngrams_read(&file.tensors, file.bytes, "ngrams", &n, &error), sentence);
  assert_false(ngrams_exist(&n));
  ngrams_free(&n);
  reference_close(&file);
}

TEST(files_whose_hashes_do_not_rise_are_refused) {
  check_refused(DTYPE_U32, 1, (uint32_t[]){1, 5, 5}, "n-gram 2 has the hash 5, expected more than the 5 before it");
  check_refused(DTYPE_U32, 1, (uint32_t[]){7, 5, 6}, "n-gram 1 has the hash 5, expected more than the 7 before it");
  check_refused(DTYPE_I32, 1, (uint32_t[]){1, 2, 3}, "tensor 'ngrams' is I32 [3], expected U32 [3]");
  check_refused(DTYPE_U32, 2, (uint32_t[]){1, 2, 3}, "tensor 'ngrams' is U32 [3][1], expected U32 [n]");
}

/* ---- memory that is out ----------------------------------------------------------------------- */

static Status collect_and_copy(void *context) {
  NgramUse uses[COUNT(USES)];
  Ngrams n = {0}, copy = {0}, read = {0};
  const Reference *file = context;
  memcpy(uses, USES, sizeof uses);
  Status status = ngrams_collect(uses, COUNT(uses), 1, 4, (Poll){0}, &n, &error);
  if (!status) status = ngrams_copy(&n, &copy, &error);
  if (!status) status = ngrams_read(&file->tensors, file->bytes, "ngrams", &read, &error);
  ngrams_free(&n);
  ngrams_free(&copy);
  ngrams_free(&read);
  return status;
}

TEST(each_allocation_may_fail) {
  Ngrams n = known((uint32_t[]){1, 2, 3}, 3);
  Reference file = written(&n);
  fail_each(collect_and_copy, &file);
  ngrams_free(&n);
  reference_close(&file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_number_is_the_place_among_the_hashes),
      cmocka_unit_test(hashes_side_by_side_are_found),
      cmocka_unit_test(those_of_most_words_are_kept_then_those_that_occur_most),
      cmocka_unit_test(the_order_of_uses_does_not_matter),
      cmocka_unit_test(none_are_known_too),
      cmocka_unit_test(copies_and_files_have_the_same),
      cmocka_unit_test(where_there_are_buckets_there_is_no_tensor),
      cmocka_unit_test(files_whose_hashes_do_not_rise_are_refused),
      cmocka_unit_test(each_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
