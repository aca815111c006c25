/* SentencePiece's charsmap: small ones, and damaged ones. */
#include "encoder_tokenizer/charsmap.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "unit/support.h"

/* ---- making one ------------------------------------------------------------------------ */

enum { UNITS = 4096, LEAF = 1 << 8, MAP_BYTES = 4 + 4 * UNITS + 64 };

typedef struct Map {
  uint32_t unit[UNITS];
  char texts[64];
  size_t length;
  uint32_t next; /* a distance that has not been used */
} Map;

static Map new_map(void) {
  Map m = {.next = 2};
  m.unit[0] = 1u << 10 << 8; /* the children of the root are at 256 */
  return m;
}

/* Adds a key that begins as no other does. */
static void add(Map *m, const char *key, const char *text) {
  uint32_t node = m->unit[0] >> 10;
  for (; *key; key++) {
    node ^= (unsigned char)*key;
    uint32_t distance = m->next++ << 8;
    m->unit[node] = (unsigned char)*key | distance << 10 | (key[1] ? 0 : LEAF);
    node ^= distance;
    assert_true(node + 256 < UNITS);
  }
  m->unit[node] = 1u << 31 | (uint32_t)m->length;
  m->length += strlen(strcpy(m->texts + m->length, text)) + 1;
}

static void write_u32(char *to, uint32_t value) {
  for (int i = 0; i < 4; i++) to[i] = (char)(value >> 8 * i);
}

static size_t write_map(const Map *m, char bytes[MAP_BYTES]) {
  write_u32(bytes, 4 * UNITS);
  for (size_t i = 0; i < UNITS; i++) write_u32(bytes + 4 + 4 * i, m->unit[i]);
  memcpy(bytes + 4 + 4 * UNITS, m->texts, m->length);
  return 4 + 4 * UNITS + m->length;
}

/* A JSON string of bytes in base64. */
static char *to_json(const char *bytes, size_t length) {
  static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char *json = allocate(length / 3 * 4 + 8, 1), *at = json;
  *at++ = '"';
  for (size_t i = 0; i < length; i += 3) {
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; k++) bits = bits << 8 | (i + k < length ? (unsigned char)bytes[i + k] : 0);
    for (size_t k = 0; k < 4; k++) *at++ = i + k <= length ? DIGITS[bits >> (18 - 6 * k) & 63] : '=';
  }
  *at = '"';
  return json;
}

static Status read_json(const char *json, Charsmap *map) {
  JsonReader r = json_begin(json, strlen(json), "the tokenizer", &error);
  *map = (Charsmap){0};
  charsmap_read(map, &r);
  return json_end(&r);
}

static Status read_bytes(const char *bytes, size_t length, Charsmap *map) {
  char *json = to_json(bytes, length);
  Status status = read_json(json, map);
  free(json);
  return status;
}

static Charsmap read_map(const Map *m) {
  char bytes[MAP_BYTES];
  Charsmap map;
  assert_ok(read_bytes(bytes, write_map(m, bytes), &map));
  return map;
}

static void check(const Charsmap *map, const char *text, const char *expected) {
  Codes codes = {0}, out = {0};
  char bytes[1000];
  codes_add_text(&codes, text, strlen(text));
  charsmap_run(map, &codes, &out);
  bytes[codes_write(out.code, out.count, bytes)] = '\0';
  assert_string_equal(bytes, expected);
  codes_free(&codes);
  codes_free(&out);
}

/* ---- tests --------------------------------------------------------------------------------- */

TEST(characters_are_replaced) {
  Map m = new_map();
  add(&m, "A", "a");
  add(&m, "\ufb01", "fi");
  add(&m, "e\u0301", "\u00e9");
  add(&m, "\t", " ");
  add(&m, "\u200b", "");
  Charsmap map = read_map(&m);
  check(&map, "AxA", "axa");
  check(&map, "e\u0301e", "\u00e9e");
  check(&map, "\tA\u200bz", " az");
  check(&map, "\ufb01", "fi");
  check(&map, "", "");
  assert_true(charsmap_keeps(&map, ' ') && charsmap_keeps(&map, 0x4E2D));
  assert_false(charsmap_keeps(&map, 'A') || charsmap_keeps(&map, 0x200B));
  charsmap_free(&map);
}

/* Of a grapheme cluster of less than 6 bytes all is replaced, of a longer one each character. */
TEST(clusters_are_looked_up_as_a_whole) {
  Map m = new_map();
  add(&m, "A", "a");
  add(&m, "\r", " ");
  Charsmap map = read_map(&m);
  check(&map, "A\u0301", "a");
  check(&map, "A\u0301\u0301\u0301", "a\u0301\u0301\u0301");
  check(&map, "\r\n\r", "  ");
  charsmap_free(&map);
}

TEST(nul_is_no_key) {
  Map m = new_map();
  add(&m, "A", "a");
  m.unit[256] = 0 | LEAF | 1u << 10; /* the byte 0 as a key */
  Charsmap map = read_map(&m);
  Codes codes = {0}, out = {0};
  codes_add(&codes, 0);
  charsmap_run(&map, &codes, &out);
  assert_int_equal(out.count, 1);
  assert_int_equal(out.code[0], 0);
  codes_free(&codes);
  codes_free(&out);
  charsmap_free(&map);
}

TEST(an_empty_map_replaces_nothing) {
  Charsmap map;
  assert_ok(read_json("\"AAAAAA==\"", &map));
  check(&map, "Ab", "Ab");
  charsmap_free(&map);
  check(&map, "Ab", "Ab");
}

static void check_outside(uint32_t unit, uint32_t leaf) {
  Map m = new_map();
  add(&m, "A", "a");
  uint32_t child = m.unit[256 ^ 'A'] >> 10 ^ 256 ^ 'A';
  m.unit[child] = leaf;
  if (unit) m.unit[256 ^ 'A'] = unit;
  Charsmap map = read_map(&m);
  check(&map, "AA", "AA");
  charsmap_free(&map);
}

TEST(what_points_outside_replaces_nothing) {
  check_outside(0, 1u << 31 | 1000);
  check_outside(0, 0xFFFFFFFF);
  check_outside('A' | LEAF | 0x1FFFFFu << 10, 0);
  check_outside('A' | LEAF | 1u << 9 | 0x3FFFFFu << 10, 0);
  Map m = new_map();
  m.unit[0] = 0xFFFFFFFF;
  Charsmap map = read_map(&m);
  check(&map, "AA", "AA");
  charsmap_free(&map);
}

TEST(a_text_that_nothing_ends) {
  Map m = new_map();
  add(&m, "A", "abc");
  m.length = 2; /* cut */
  Charsmap map = read_map(&m);
  check(&map, "A", "ab");
  charsmap_free(&map);
}

/* Whatever the units are: nothing is read outside, and it ends. */
TEST(random_units) {
  static const char TEXT[] = "The quick \u00e9e\u0301 \u4e2d\u6587 \U0001f600\u200d\0\r\n\x7f";
  for (uint64_t seed = 0; seed < 300; seed++) {
    Random random = random_stream(seed, 1, 0);
    Map m = {.length = seed % 64};
    for (size_t i = 0; i < UNITS; i++) {
      m.unit[i] = (uint32_t)(random_below(&random, 1 << 16) << (seed % 17) ^ random_below(&random, 1 << 16));
      if (seed % 3) m.unit[i] = (m.unit[i] & ~0xFFu & ~(1u << 31)) | (i & 0xFF) | LEAF;
    }
    Charsmap map = read_map(&m);
    Codes codes = {0}, out = {0};
    codes_add_text(&codes, TEXT, sizeof TEXT - 1);
    charsmap_run(&map, &codes, &out);
    assert_false(out.failed);
    codes_free(&codes);
    codes_free(&out);
    charsmap_free(&map);
  }
}

static void check_error(const char *json, const char *sentence) {
  Charsmap map;
  assert_int_equal(read_json(json, &map), STATUS_INVALID);
  assert_string_equal(error.message, sentence);
  charsmap_free(&map);
}

TEST(what_is_refused) {
  check_error("\"AAA\"", "the tokenizer's precompiled_charsmap is not base64");
  check_error("\"AA A\"", "the tokenizer's precompiled_charsmap is not base64");
  check_error("\"A===\"", "the tokenizer's precompiled_charsmap is not base64");
  check_error("\"\"", "the tokenizer's precompiled_charsmap has 0 bytes, expected at least 4");
  check_error("\"AAAA\"", "the tokenizer's precompiled_charsmap has 3 bytes, expected at least 4");
  check_error("\"BAAAAA==\"",
              "the tokenizer's precompiled_charsmap has a trie of 4 bytes, expected a multiple of 4 up to 0");
  check_error("\"AgAAAAAA\"",
              "the tokenizer's precompiled_charsmap has a trie of 2 bytes, expected a multiple of 4 up to 2");
  check_error("null", "the tokenizer has byte 0x6e where '\"' was expected");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(characters_are_replaced),
      cmocka_unit_test(clusters_are_looked_up_as_a_whole),
      cmocka_unit_test(nul_is_no_key),
      cmocka_unit_test(an_empty_map_replaces_nothing),
      cmocka_unit_test(what_points_outside_replaces_nothing),
      cmocka_unit_test(a_text_that_nothing_ends),
      cmocka_unit_test(random_units),
      cmocka_unit_test(what_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
