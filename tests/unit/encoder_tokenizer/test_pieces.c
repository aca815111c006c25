/* Tokens by id and by their bytes. */
#include "encoder_tokenizer/pieces.h"

#include <string.h>

#include "unit/support.h"

static Status add(Pieces *p, size_t id, const char *token) { return pieces_add(p, id, token, strlen(token), &error); }

TEST(tokens_are_found_by_both) {
  Pieces p = {0};
  size_t length;
  assert_ok(add(&p, 3, "the"));
  assert_ok(add(&p, 1, "a"));
  assert_ok(add(&p, 0, ""));
  assert_ok(pieces_index(&p, &error));
  assert_ok(add(&p, 5, "[NEW]"));
  assert_int_equal(p.count, 6);
  assert_int_equal(pieces_find(&p, "the", 3), 3);
  assert_int_equal(pieces_find(&p, "", 0), 0);
  assert_int_equal(pieces_find(&p, "th", 2), TOKEN_NONE);
  assert_int_equal(pieces_find(&p, "[NEW]", 5), TOKEN_NONE); /* no token of the model */
  assert_memory_equal(pieces_get(&p, 5, &length), "[NEW]", 5);
  assert_int_equal(length, 5);
  assert_null(pieces_get(&p, 2, &length));
  assert_null(pieces_get(&p, 6, &length));
  pieces_free(&p);
}

TEST(what_is_refused) {
  static char longest[PIECE_MAX_BYTES + 2];
  Pieces p = {0};
  memset(longest, 'a', PIECE_MAX_BYTES + 1);
  assert_ok(add(&p, PIECE_MAX_ID, longest + 1));
  assert_invalid(add(&p, 1, longest), "a...' has 513 bytes, expected at most 512");
  assert_ok(add(&p, 1, "a"));
  assert_invalid(add(&p, 1, "b"), "the tokenizer's token 'b' has id 1, which another token has");
  assert_invalid(add(&p, PIECE_MAX_ID + 1, "c"),
                 "the tokenizer's token 'c' has id 10000001, expected at most 10000000");
  assert_invalid(add(&p, 2, "d\xff"), "the tokenizer's token 'd' is not UTF-8");
  assert_ok(add(&p, 2, "a"));
  assert_invalid(pieces_index(&p, &error), "the tokenizer has the token 'a' twice, with ids 1 and 2");
  pieces_free(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tokens_are_found_by_both),
      cmocka_unit_test(what_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
