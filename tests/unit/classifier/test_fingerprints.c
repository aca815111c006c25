/* The texts that a model has learned: hashes, the set of them, files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classifier/fingerprints.h"
#include "unit/support.h"

/* ---- the set ----------------------------------------------------------------------------- */

static Fingerprints make_seen(const uint32_t *hashes, size_t count, const Fingerprints *before) {
  Fingerprints fingerprints;
  assert_ok(fingerprints_new(hashes, count, before, (Poll){0}, &fingerprints, &error));
  return fingerprints;
}

static void assert_hashes(const Fingerprints *fingerprints, const uint32_t *hashes, size_t count) {
  assert_int_equal(fingerprints->count, count);
  assert_memory_equal(fingerprints->hashes, hashes, count * sizeof *hashes);
}

TEST(each_hash_is_there_once_and_they_rise) {
  const uint32_t given[] = {7, 0, UINT32_MAX, 7, 0x80000000, 3, 0, 7}, rising[] = {0, 3, 7, 0x80000000, UINT32_MAX};
  Fingerprints fingerprints = make_seen(given, COUNT(given), NULL);
  assert_hashes(&fingerprints, rising, COUNT(rising));
  fingerprints_free(&fingerprints);
  fingerprints_free(&fingerprints);
  assert_int_equal(fingerprints.count, 0);
}

TEST(those_given_and_no_others_are_had) {
  const uint32_t given[] = {5, 1, UINT32_MAX - 1, 9};
  Fingerprints fingerprints = make_seen(given, COUNT(given), NULL);
  for (size_t i = 0; i < COUNT(given); i++) {
    assert_true(fingerprints_has(&fingerprints, given[i]));
    assert_false(fingerprints_has(&fingerprints, given[i] - 1));
    assert_false(fingerprints_has(&fingerprints, given[i] + 1));
  }
  fingerprints_free(&fingerprints);
}

TEST(those_of_before_stay) {
  const uint32_t old[] = {4, 2, 9}, given[] = {9, 1, 4, 4, 30}, all[] = {1, 2, 4, 9, 30}, sorted[] = {2, 4, 9};
  Fingerprints before = make_seen(old, COUNT(old), NULL), fingerprints = make_seen(given, COUNT(given), &before);
  Fingerprints same = make_seen(NULL, 0, &before), empty = {0}, alone = make_seen(old, COUNT(old), &empty);
  assert_hashes(&fingerprints, all, COUNT(all));
  assert_hashes(&same, sorted, COUNT(sorted));
  assert_hashes(&alone, sorted, COUNT(sorted));
  assert_hashes(&before, sorted, COUNT(sorted));
  fingerprints_free(&before);
  fingerprints_free(&fingerprints);
  fingerprints_free(&same);
  fingerprints_free(&alone);
}

TEST(none_has_nothing) {
  Fingerprints none = {0}, empty = make_seen(NULL, 0, NULL);
  assert_int_equal(empty.count, 0);
  for (uint32_t hash = 0; hash < 3; hash++)
    assert_false(fingerprints_has(&none, hash) || fingerprints_has(&empty, hash));
  fingerprints_free(&none);
  fingerprints_free(&empty);
}

/* ---- files --------------------------------------------------------------------------------- */

static Reference write_seen(const Fingerprints *fingerprints) {
  SafeTensorsWriter writer = {0};
  fingerprints_write(fingerprints, &writer);
  return end_file(&writer);
}

static Reference write_tensor(Dtype dtype, const size_t *shape, size_t rank, const void *data) {
  SafeTensorsWriter writer = {0};
  safetensors_write_tensor(&writer, "seen", dtype, shape, rank, data);
  return end_file(&writer);
}

static Status read_seen(Reference *file, Fingerprints *fingerprints) {
  *fingerprints = (Fingerprints){.count = 99}; /* to be overwritten */
  Status status = fingerprints_read(&file->tensors, file->bytes, fingerprints, &error);
  reference_close(file);
  return status;
}

TEST(a_file_gives_back_what_was_written) {
  const uint32_t given[] = {8, 1, UINT32_MAX, 0};
  Fingerprints fingerprints = make_seen(given, COUNT(given), NULL), back;
  Reference file = write_seen(&fingerprints);
  assert_ok(read_seen(&file, &back));
  assert_hashes(&back, fingerprints.hashes, fingerprints.count);
  fingerprints_free(&fingerprints);
  fingerprints_free(&back);
}

TEST(none_is_no_tensor) {
  Fingerprints back;
  Reference file = write_seen(&(Fingerprints){0});
  assert_int_equal(file.tensors.count, 0);
  assert_ok(read_seen(&file, &back));
  assert_int_equal(back.count, 0);
  assert_null(back.hashes);
}

/* As a file of someone else may have them. */
TEST(a_list_in_any_order_is_read_as_a_set) {
  const uint32_t odd[] = {9, 1, 9, 5}, rising[] = {1, 5, 9};
  const size_t length = COUNT(odd), none = 0;
  Fingerprints back;
  Reference file = write_tensor(DTYPE_U32, &length, 1, odd);
  assert_ok(read_seen(&file, &back));
  assert_hashes(&back, rising, COUNT(rising));
  fingerprints_free(&back);
  file = write_tensor(DTYPE_U32, &none, 1, odd);
  assert_ok(read_seen(&file, &back));
  assert_false(fingerprints_has(&back, 9));
  fingerprints_free(&back);
}

TEST(a_tensor_that_is_no_list_is_refused) {
  static const struct {
    Dtype dtype;
    size_t rank, shape[2];
  } BAD[] = {{DTYPE_F32, 1, {4}}, {DTYPE_I32, 1, {4}}, {DTYPE_U8, 1, {4}},
             {DTYPE_U32, 2, {4, 1}}, {DTYPE_U32, 2, {2, 2}}, {DTYPE_U32, 0, {0}}};
  const uint32_t hashes[4] = {1, 2, 3, 4};
  for (size_t i = 0; i < COUNT(BAD); i++) {
    Fingerprints back;
    Reference file = write_tensor(BAD[i].dtype, BAD[i].shape, BAD[i].rank, hashes);
    assert_invalid(read_seen(&file, &back), "tensor 'seen'");
    assert_int_equal(back.count, 0);
    assert_null(back.hashes);
  }
}

/* Of 100,000 new texts 2.3 are expected to have a hash of 100,000 others. */
TEST(new_texts_are_seldom_taken_for_old_ones) {
  enum { TEXTS = 100000 };
  uint32_t *hashes = allocate(TEXTS, sizeof *hashes);
  size_t taken = 0;
  Fingerprints fingerprints;
  char text[32];
  for (size_t i = 0; i < TEXTS; i++) hashes[i] = text_fingerprint(text, (size_t)sprintf(text, "ticket %zu", i));
  assert_ok(fingerprints_new(hashes, TEXTS, NULL, (Poll){0}, &fingerprints, &error));
  for (size_t i = TEXTS; i < 2 * TEXTS; i++)
    taken += fingerprints_has(&fingerprints, text_fingerprint(text, (size_t)sprintf(text, "ticket %zu", i)));
  assert_true(taken <= 12);
  assert_true(fingerprints.count >= TEXTS - 12);
  fingerprints_free(&fingerprints);
  free(hashes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_hash_is_there_once_and_they_rise),
      cmocka_unit_test(those_given_and_no_others_are_had),
      cmocka_unit_test(those_of_before_stay),
      cmocka_unit_test(none_has_nothing),
      cmocka_unit_test(a_file_gives_back_what_was_written),
      cmocka_unit_test(none_is_no_tensor),
      cmocka_unit_test(a_list_in_any_order_is_read_as_a_set),
      cmocka_unit_test(a_tensor_that_is_no_list_is_refused),
      cmocka_unit_test(new_texts_are_seldom_taken_for_old_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
