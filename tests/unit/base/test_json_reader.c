/* The reader of JSON: values of every kind, and documents that are damaged. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_reader.h"
#include "unit/support.h"

static const char NAME[] = "the document";

static JsonReader reader(const char *json) { return json_begin(json, strlen(json), NAME, &error); }

TEST(values_are_read_in_order) {
  JsonReader r = reader(" {\"size\" : 12, \"name\":\"a\\u00e4\\n\\ud83d\\ude00\", \"yes\":true,"
                        "\"no\":false,\"none\":null,"
                        "\"more\":{\"x\":[1,-2.5e3,\"y\",[],{}]},\"last\":\"\"} ");
  bool last = false;
  json_expect(&r, '{');
  for (bool first = true; json_next(&r, '}', &first);) {
    json_read_key(&r);
    if (json_text_is(&r, "size")) {
      assert_int_equal(json_read_size(&r), 12);
    } else if (json_text_is(&r, "name")) {
      assert_int_equal(json_peek(&r), '"');
      json_read_string(&r);
      assert_string_equal(r.text, "aä\n😀");
    } else if (json_text_is(&r, "yes")) {
      assert_true(json_read_bool(&r));
    } else if (json_text_is(&r, "no")) {
      assert_false(json_read_bool(&r));
    } else if (json_text_is(&r, "none")) {
      assert_true(json_accept_null(&r));
    } else if (json_text_is(&r, "last")) {
      json_read_string(&r);
      assert_string_equal(r.text, "");
      last = true;
    } else {
      json_skip(&r);
    }
  }
  assert_true(last);
  assert_int_equal(json_end(&r), STATUS_OK);
}

/* Each is the double that the C compiler makes of the same digits. */
TEST(numbers_are_the_nearest_doubles) {
  static const struct {
    const char *json;
    double value;
  } CASES[] = {{"0", 0.0}, {"-0.5", -0.5}, {"1e-12", 1e-12}, {"0.1", 0.1}, {"-10.3231201171875", -10.3231201171875},
               {"1E3", 1e3}, {"123456789.125", 123456789.125}, {"0.000", 0.0}, {"2.5e+2", 250.0},
               {"0.02", 0.02}, {"1e400", INFINITY}, {"1e-400", 0.0}};
  for (size_t i = 0; i < COUNT(CASES); i++) {
      JsonReader r = reader(CASES[i].json);
    double value = json_read_number(&r);
    assert_int_equal(json_end(&r), STATUS_OK);
    assert_memory_equal(&value, &CASES[i].value, sizeof value);
  }
}

TEST(errors_name_document_and_what_was_expected) {
  static const struct {
    const char *json, *message;
  } CASES[] = {
      {"", "the document ends where a number was expected"},
      {"[1,]", "the document has byte 0x5d where a number was expected"},
      {"[1 2]", "the document has byte 0x32 where ',' was expected"},
      {"{1:2}", "the document has byte 0x31 where '\"' was expected"},
      {"[nul]", "the document has byte 0x6e where a number was expected"},
      {"[tru]", "the document has byte 0x74 where true or false was expected"},
      {"\"a", "the document ends where the end of a string was expected"},
      {"\"\\x\"", "the document has byte 0x78 where an escape was expected"},
      {"\"\\ud83d\"", "the document has byte 0x22 where the other half of a surrogate pair was expected"},
      {"1e", "the document ends where a digit was expected"},
      {"1 2", "the document has byte 0x32 where its end was expected"},
  };
  for (size_t i = 0; i < COUNT(CASES); i++) {
      JsonReader r = reader(CASES[i].json);
    json_skip(&r);
    assert_int_equal(json_end(&r), STATUS_INVALID);
    assert_string_equal(error.message, CASES[i].message);
  }
}

TEST(deep_nesting_is_refused) {
  enum { DEEP = 100000 };
  char *json = malloc(DEEP);
  assert_non_null(json);
  memset(json, '[', DEEP);
  JsonReader r = json_begin(json, DEEP, NAME, &error);
  json_skip(&r);
  assert_int_equal(json_end(&r), STATUS_INVALID);
  assert_string_equal(error.message, "the document has byte 0x5b where less nesting was expected");
  free(json);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_are_read_in_order),
      cmocka_unit_test(numbers_are_the_nearest_doubles),
      cmocka_unit_test(errors_name_document_and_what_was_expected),
      cmocka_unit_test(deep_nesting_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
