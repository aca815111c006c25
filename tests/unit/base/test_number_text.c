/* Numbers as text: the same in every locale. Where there is a locale with a comma, all of it is done in that as well;
** with COMMA_LOCALE=1 (tests/run) there is.
*/
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_reader.h"
#include "base/number_text.h"
#include "base/random.h"
#include "unit/support.h"

TEST(decimals_have_a_point) {
  static const struct {
    double value;
    int decimals;
    const char *text;
  } CASES[] = {{0.5, 1, "0.5"}, {-12.345, 2, "-12.35"}, {0.0, 3, "0.000"}, {7.0, 0, "7"}, {1e300, 2, "1e+300"},
               {1.5e15, 2, "1.5e+15"}, {INFINITY, 2, "inf"}, {-INFINITY, 0, "-inf"}};
  for (size_t i = 0; i < COUNT(CASES); i++)
    assert_string_equal(number_fixed(CASES[i].value, CASES[i].decimals).text, CASES[i].text);
}

TEST(digits_have_a_point) {
  static const struct {
    double value;
    int digits;
    const char *text;
  } CASES[] = {{0.5, 6, "0.5"}, {1e9, 16, "1000000000"}, {-1.25e-30, 6, "-1.25e-30"}, {2e20, 6, "2e+20"},
               {0.1, 17, "0.10000000000000001"}, {-5e-324, 17, "-4.9406564584124654e-324"}};
  for (size_t i = 0; i < COUNT(CASES); i++)
    assert_string_equal(number_digits(CASES[i].value, CASES[i].digits).text, CASES[i].text);
}

TEST(exact_texts_are_the_shortest) {
  static const struct {
    double value;
    const char *text;
  } CASES[] = {{0.3, "0.3"}, {0.1 + 0.2, "0.30000000000000004"}, {5.0, "5.0"}, {-0.0, "-0.0"}, {1e20, "1.0e+20"},
               {2.5e-7, "2.5e-07"}, {1.0 / 3.0, "0.3333333333333333"}, {5e-324, "4.94065645841247e-324"},
               {1.7976931348623157e308, "1.7976931348623157e+308"}, {123456789012345680.0, "1.2345678901234568e+17"}};
  for (size_t i = 0; i < COUNT(CASES); i++) assert_string_equal(number_exact(CASES[i].value).text, CASES[i].text);
}

/* Any doubles, of all sizes. */
TEST(exact_texts_are_read_as_the_same_double) {
  Random random = random_stream(1, RANDOM_KEYWORDS, 0);
  for (size_t i = 0; i < 100000; i++) {
    double value, read;
    uint64_t bits = random_next(&random);
    memcpy(&value, &bits, sizeof value);
    if (!isfinite(value)) continue;
    NumberText n = number_exact(value);
    JsonReader r = json_begin(n.text, strlen(n.text), "the number", &error);
    read = json_read_number(&r);
    assert_int_equal(json_end(&r), STATUS_OK);
    assert_memory_equal(&read, &value, sizeof value);
  }
}

TEST(scaled_integers_are_the_nearest_doubles) {
  assert_true(number_scaled(3, -1) == 0.3);
  assert_true(number_scaled(9007199254740993, 0) == 9007199254740992.0);
  assert_true(number_scaled(30000000000000004, -17) == 0.30000000000000004);
  assert_true(number_scaled(17976931348623157, 292) == 1.7976931348623157e308);
  assert_true(number_scaled(1, -400) == 0.0);
  assert_true(isinf(number_scaled(1, 400)));
}

static const struct CMUnitTest TESTS[] = {
    cmocka_unit_test(decimals_have_a_point),
    cmocka_unit_test(digits_have_a_point),
    cmocka_unit_test(exact_texts_are_the_shortest),
    cmocka_unit_test(exact_texts_are_read_as_the_same_double),
    cmocka_unit_test(scaled_integers_are_the_nearest_doubles),
};

int main(void) {
  int failed = cmocka_run_group_tests(TESTS, NULL, NULL);
  return setlocale(LC_ALL, "de_DE.UTF-8") ? failed + cmocka_run_group_tests(TESTS, NULL, NULL) : failed;
}
