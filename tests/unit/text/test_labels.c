/* Labels: which values are one label, and that they come back as they were. */
#include <math.h>
#include <string.h>

#include "text/labels.h"
#include "unit/support.h"

static Label integer(int64_t value) { return (Label){.kind = LABEL_INTEGER, .integer = value}; }
static Label real(double value) { return (Label){.kind = LABEL_REAL, .real = value}; }

static uint32_t add(Labels *labels, Label label) {
  uint32_t number;
  assert_ok(labels_add(labels, label, &number, &error));
  assert_int_equal(labels_find(labels, label), number);
  return number;
}

static void check_label(Label actual, Label expected) {
  assert_int_equal(actual.kind, expected.kind);
  if (expected.kind == LABEL_INTEGER) assert_true(actual.integer == expected.integer);
  if (expected.kind == LABEL_REAL) assert_true(actual.real == expected.real);
  if (expected.kind != LABEL_TEXT) return;
  assert_int_equal(actual.length, expected.length);
  assert_memory_equal(actual.text, expected.text, expected.length);
}

TEST(labels_are_numbered_by_arrival) {
  Labels labels = {0};
  assert_int_equal(labels_find(&labels, text_label("spam")), LABELS_NONE);
  assert_int_equal(add(&labels, text_label("spam")), 0);
  assert_int_equal(add(&labels, text_label("ham")), 1);
  assert_int_equal(add(&labels, text_label("spam")), 0);
  assert_int_equal(labels_find(&labels, text_label("eggs")), LABELS_NONE);
  assert_int_equal(labels.keys.count, 2);
  labels_free(&labels);
}

TEST(an_integer_and_an_equal_real_are_one_label) {
  Labels labels = {0};
  assert_int_equal(add(&labels, integer(5)), 0);
  assert_int_equal(add(&labels, real(5.0)), 0);
  check_label(labels_get(&labels, 0), integer(5));
  labels_free(&labels);
}

TEST(the_type_that_came_first_stays) {
  Labels labels = {0};
  assert_int_equal(add(&labels, real(5.0)), 0);
  assert_int_equal(add(&labels, integer(5)), 0);
  check_label(labels_get(&labels, 0), real(5.0));
  labels_free(&labels);
}

TEST(a_number_and_its_text_are_two_labels) {
  Labels labels = {0};
  assert_int_equal(add(&labels, integer(5)), 0);
  assert_int_equal(add(&labels, text_label("5")), 1);
  assert_int_equal(add(&labels, text_label("n5")), 2);
  check_label(labels_get(&labels, 1), text_label("5"));
  check_label(labels_get(&labels, 2), text_label("n5"));
  labels_free(&labels);
}

/* Also where a double cannot hold the integer beside it. 9e999 is infinity. */
TEST(every_value_comes_back_as_it_was) {
  const Label values[] = {
      integer(0), integer(-1), integer(INT64_MAX), integer(INT64_MIN), integer(INT64_MAX - 1),
      integer(9007199254740993), real(2.5), real(-2.5), real(0.1), real(1e300), real(-1e300),
      real(5e-324), real(INFINITY), real(-INFINITY), real(0x1p63), real(9007199254740994.0),
      text_label(""), text_label("spam"), text_label("2.5"), text_label("\u00c4rger"),
  };
  Labels labels = {0};
  for (uint32_t i = 0; i < COUNT(values); i++) assert_int_equal(add(&labels, values[i]), i);
  for (uint32_t i = 0; i < COUNT(values); i++) {
    check_label(labels_get(&labels, i), values[i]);
    assert_int_equal(labels_find(&labels, values[i]), i);
  }
  labels_free(&labels);
}

TEST(the_smallest_integer_and_its_real_are_one_label) {
  Labels labels = {0};
  assert_int_equal(add(&labels, integer(INT64_MIN)), 0);
  assert_int_equal(add(&labels, real(-0x1p63)), 0);
  assert_int_equal(add(&labels, real(0x1p63)), 1); /* one more than the largest integer */
  labels_free(&labels);
}

TEST(both_zeros_are_one_label) {
  Labels labels = {0};
  assert_int_equal(add(&labels, real(0.0)), 0);
  assert_int_equal(add(&labels, real(-0.0)), 0);
  labels_free(&labels);
}

TEST(a_text_may_hold_nul) {
  Labels labels = {0};
  Label a = {.kind = LABEL_TEXT, .text = "a\0b", .length = 3};
  Label b = {.kind = LABEL_TEXT, .text = "a\0c", .length = 3};
  assert_int_equal(add(&labels, a), 0);
  assert_int_equal(add(&labels, b), 1);
  assert_int_equal(add(&labels, text_label("a")), 2);
  check_label(labels_get(&labels, 0), a);
  check_label(labels_get(&labels, 1), b);
  labels_free(&labels);
}

/* As texts are; what a host reads as UTF-8 is UTF-8. */
TEST(texts_are_read_as_utf8) {
  Labels labels = {0};
  assert_int_equal(add(&labels, text_label("a\xff")), 0);
  assert_int_equal(add(&labels, text_label("a\xfe")), 0);
  assert_int_equal(add(&labels, text_label("a\ufffd")), 0);
  assert_int_equal(add(&labels, text_label("\xe2\x82 a")), 1);
  assert_int_equal(add(&labels, integer(5)), 2);
  check_label(labels_get(&labels, 0), text_label("a\ufffd"));
  check_label(labels_get(&labels, 1), text_label("\ufffd a"));
  assert_int_equal(labels_find(&labels, text_label("a\x80")), 0);
  assert_int_equal(labels_find(&labels, text_label("\xff a")), 1);
  assert_int_equal(labels_find(&labels, text_label("\xff")), LABELS_NONE);
  labels_free(&labels);
}

/* ---- keys from a file ------------------------------------------------------ */

static Status add_key(Labels *labels, char kind, const char *key) {
  return labels_add_key(labels, (uint8_t)kind, key, strlen(key), &error);
}

TEST(keys_make_the_same_labels_again) {
  const Label values[] = {integer(-7), real(5.0), real(2.5), text_label("spam"), text_label("")};
  Labels labels = {0}, again = {0};
  for (uint32_t i = 0; i < COUNT(values); i++) {
    size_t length;
    add(&labels, values[i]);
    const char *key = strings_get(&labels.keys, i, &length);
    assert_ok(labels_add_key(&again, labels.kinds[i], key, length, &error));
    check_label(labels_get(&again, i), values[i]);
    assert_int_equal(labels_find(&again, values[i]), i);
  }
  labels_free(&labels);
  labels_free(&again);
}

TEST(a_key_that_is_none_is_refused) {
  Labels labels = {0};
  const struct {
    char kind;
    const char *key;
  } cases[] = {{'t', ""}, {'t', "n5"}, {'i', ""}, {'i', "n"}, {'i', "n5x"}, {'i', "t5"}, {'i', "x5"},
               {'i', "r4004000000000000"}, {'r', "r"}, {'r', "rxyz"}, {'r', "t1"}, {'x', "t1"},
               {'\0', "t1"}, {'i', "n5555555555555555555555555555555555555555555555"},
               {'r', "r7ff0000000000000"}, {'r', "rfff0000000000000"}, {'r', "r7ff8000000000000"}};
  for (size_t i = 0; i < COUNT(cases); i++)
    assert_invalid(add_key(&labels, cases[i].kind, cases[i].key), "label 1 is not a value");
  assert_invalid(labels_add_key(&labels, 'i', "n5\0", 3, &error), "not a value");
  assert_int_equal(labels.keys.count, 0);
  labels_free(&labels);
}

/* One value has one key, or a label of the file would not be found by value. */
TEST(a_number_written_another_way_is_refused) {
  Labels labels = {0};
  const struct {
    char kind;
    const char *key;
  } cases[] = {{'i', "n05"}, {'i', "n+5"}, {'i', "n 5"}, {'i', "n-0"}, {'i', "n9223372036854775808"},
               {'r', "r04004000000000000"}, {'r', "r0x4004000000000"}, {'r', "r-1"},
               {'r', "r4014000000000000"}, {'r', "r400400000000000A"}};
  for (size_t i = 0; i < COUNT(cases); i++)
    assert_invalid(add_key(&labels, cases[i].kind, cases[i].key), "not a value");
  labels_free(&labels);
}

TEST(a_key_that_is_there_is_refused) {
  Labels labels = {0};
  assert_ok(add_key(&labels, 'i', "n5"));
  assert_invalid(add_key(&labels, 'r', "n5"), "label 2 is there twice");
  assert_int_equal(labels.keys.count, 1);
  labels_free(&labels);
}

TEST(a_key_that_is_there_as_utf8_is_refused) {
  Labels labels = {0};
  assert_ok(add_key(&labels, 't', "t\xff"));
  check_label(labels_get(&labels, 0), text_label("\ufffd"));
  assert_ok(add_key(&labels, 't', "ta"));
  assert_invalid(add_key(&labels, 't', "t\xfe"), "label 3 is '\ufffd' as UTF-8, and so is label 1");
  assert_invalid(add_key(&labels, 't', "t\ufffd"), "label 3 is there twice");
  assert_int_equal(labels.keys.count, 2);
  labels_free(&labels);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(texts_are_read_as_utf8),
      cmocka_unit_test(a_key_that_is_there_as_utf8_is_refused),
      cmocka_unit_test(labels_are_numbered_by_arrival),
      cmocka_unit_test(an_integer_and_an_equal_real_are_one_label),
      cmocka_unit_test(the_type_that_came_first_stays),
      cmocka_unit_test(a_number_and_its_text_are_two_labels),
      cmocka_unit_test(every_value_comes_back_as_it_was),
      cmocka_unit_test(the_smallest_integer_and_its_real_are_one_label),
      cmocka_unit_test(both_zeros_are_one_label),
      cmocka_unit_test(a_text_may_hold_nul),
      cmocka_unit_test(keys_make_the_same_labels_again),
      cmocka_unit_test(a_key_that_is_none_is_refused),
      cmocka_unit_test(a_number_written_another_way_is_refused),
      cmocka_unit_test(a_key_that_is_there_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
