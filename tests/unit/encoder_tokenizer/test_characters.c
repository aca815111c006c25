/* Classes of characters. tests/interop/encoder_tokenizer holds all of them against the package tokenizers. */
#include "encoder_tokenizer/characters.h"

#include "unit/support.h"

typedef bool Is(int32_t code);

static void check(Is *is, const int32_t *codes, size_t count, bool expected) {
  for (size_t i = 0; i < count; i++)
    if (is(codes[i]) != expected) fail_msg("U+%04X is not as expected", (unsigned)codes[i]);
}

#define ARE(is, ...) check(is, (const int32_t[]){__VA_ARGS__}, COUNT(((const int32_t[]){__VA_ARGS__})), true)
#define ARE_NOT(is, ...) check(is, (const int32_t[]){__VA_ARGS__}, COUNT(((const int32_t[]){__VA_ARGS__})), false)

TEST(white_space) {
  ARE(character_is_white_space, ' ', '\t', '\n', '\v', '\f', '\r', 0x85, 0xA0, 0x1680, 0x2003, 0x2028, 0x2029, 0x3000);
  ARE_NOT(character_is_white_space, 0, 8, 0x1C, 'a', 0x200B, 0xFEFF, 0x2060, -1);
}

TEST(controls) {
  ARE(character_is_control, 0, 1, '\v', '\f', 0x1F, 0x7F, 0x85, 0xAD, 0x200B, 0x200D, 0xFEFF, 0xE000, 0xE0001);
  ARE_NOT(character_is_control, '\t', '\n', '\r', ' ', 'a', 0xA0, 0x378, 0x2028);
}

TEST(punctuation) {
  ARE(character_is_punctuation, '!', '$', '/', ':', '@', '[', '_', '`', '{', '~', 0xA1, 0x5BE, 0x2014, 0x3001, 0xFF01);
  ARE_NOT(character_is_punctuation, ' ', '0', '9', 'A', 'z', 0x7F, 0xA9, 0x20AC, 0x1F600);
}

TEST(marks) {
  ARE(character_is_mark, 0x300, 0x488, 0x903, 0x1E94A);
  ARE_NOT(character_is_mark, 'a', 0x2FF, 0x200D, 0x4E2D);
  ARE(character_is_nonspacing_mark, 0x300, 0x5B0, 0xE31);
  ARE_NOT(character_is_nonspacing_mark, 0x488, 0x903, 'a', 0xB4);
}

TEST(chinese) {
  ARE(character_is_chinese, 0x3400, 0x4DBF, 0x4E00, 0x9FFF, 0xF900, 0xFAFF, 0x20000, 0x2B740, 0x2CEAF, 0x2F800);
  ARE_NOT(character_is_chinese, 'a', 0x33FF, 0x4DC0, 0x3042, 0x30A2, 0xAC00, 0x2B820, 0x2B91F, 0x2FA20, 0x30000);
}

TEST(of_words) {
  ARE(character_is_of_word, 'a', 'Z', '0', '_', 0xAA, 0x301, 0x203F, 0x2160, 0x24B6, 0x1F130, 0x1F150, 0x1F189, 0x200D);
  ARE_NOT(character_is_of_word, '@', '[', '`', '{', '/', ':', 0xB2, 0x2028, 0x20AC, 0x1F600, -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(white_space), cmocka_unit_test(controls), cmocka_unit_test(punctuation),
      cmocka_unit_test(marks),       cmocka_unit_test(chinese),  cmocka_unit_test(of_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
