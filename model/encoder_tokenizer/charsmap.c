#include "encoder_tokenizer/charsmap.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/memory.h"

void charsmap_free(Charsmap *m) {
  free(m->unit);
  free(m->texts);
  *m = (Charsmap){0};
}

/* ---- reading ------------------------------------------------------------------------------ */

static int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Decodes in place. Returns false if the text is no base64, which ends with a whole group of four. */
static bool decode_base64(char *text, size_t *length) {
  size_t end = *length, written = 0;
  if (end % 4) return false;
  for (int i = 0; i < 2 && end && text[end - 1] == '='; i++) end--;
  uint32_t bits = 0;
  int count = 0;
  for (size_t i = 0; i < end; i++) {
    int value = base64_value(text[i]);
    if (value < 0) return false;
    bits = bits << 6 | (uint32_t)value;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    text[written++] = (char)(bits >> count & 0xFF);
  }
  *length = written;
  return true;
}

static uint32_t read_u32(const char *bytes) {
  const unsigned char *b = (const unsigned char *)bytes;
  return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static bool split_map(Charsmap *m, const char *bytes, size_t length, size_t size) {
  m->units = size / 4;
  m->length = length - 4 - size;
  m->unit = memory_aligned(m->units, sizeof *m->unit);
  m->texts = memory_aligned(m->length + 1, 1);
  if (!m->unit || !m->texts) return false;
  for (size_t i = 0; i < m->units; i++) m->unit[i] = read_u32(bytes + 4 + 4 * i);
  memcpy(m->texts, bytes + 4 + size, m->length);
  return true;
}

void charsmap_read(Charsmap *m, JsonReader *r) {
  json_read_string(r);
  if (r->status) return;
  size_t length = r->length, size;
  charsmap_free(m);
  if (!decode_base64(r->text, &length)) {
    json_refuse(r, "the tokenizer's precompiled_charsmap is not base64");
  } else if (length < 4) {
    json_refuse(r, "the tokenizer's precompiled_charsmap has %zu bytes, expected at least 4", length);
  } else if ((size = read_u32(r->text)) > length - 4 || size % 4) {
    json_refuse(r, "the tokenizer's precompiled_charsmap has a trie of %zu bytes, expected a multiple of 4 up to %zu",
                size, length - 4);
  } else if (!split_map(m, r->text, length, size)) {
    json_no_memory(r);
  }
}

/* ---- looking up ----------------------------------------------------------------------------- */

enum { LOOKED_UP = 6 /* bytes, of what is not looked up as a whole any more */ };

static uint32_t distance(uint32_t unit) { return unit >> 10 << (unit & 1u << 9 ? 8 : 0); }

/* Returns what replaces the shortest beginning of `bytes` that is in the map, or NULL. */
static const char *find(const Charsmap *m, const char *bytes, size_t length, size_t *found_length) {
  if (m->units == 0) return NULL;
  uint32_t node = distance(m->unit[0]);
  for (size_t i = 0; i < length && bytes[i]; i++) {
    uint32_t byte = (unsigned char)bytes[i];
    node ^= byte;
    if (node >= m->units || (m->unit[node] & (1u << 31 | 0xFF)) != byte) return NULL;
    bool has_leaf = m->unit[node] >> 8 & 1;
    node ^= distance(m->unit[node]);
    if (!has_leaf) continue;
    size_t start = node < m->units ? m->unit[node] & ~(1u << 31) : SIZE_MAX;
    if (start > m->length) return NULL;
    const char *end = memchr(m->texts + start, '\0', m->length - start);
    *found_length = end ? (size_t)(end - m->texts) - start : m->length - start;
    return m->texts + start;
  }
  return NULL;
}

static bool replace(const Charsmap *m, const int32_t *code, size_t count, Codes *out) {
  char bytes[LOOKED_UP * CODE_MAX_BYTES];
  size_t length = codes_write(code, count, bytes), found_length;
  const char *found = find(m, bytes, length, &found_length);
  if (found) codes_add_text(out, found, found_length);
  return found;
}

static size_t size_of(int32_t code) { return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4; }

static bool is_visible_ascii(int32_t code) { return code >= ' ' && code < 0x7F; }

static bool is_break(int32_t before, int32_t after, int32_t *state) {
  return (is_visible_ascii(before) && is_visible_ascii(after)) ||
         utf8proc_grapheme_break_stateful(before, after, state);
}

void charsmap_run(const Charsmap *m, const Codes *text, Codes *out) {
  for (size_t from = 0, to; from < text->count && codes_go_on(out, from); from = to) {
    int32_t state = 0;
    size_t size = size_of(text->code[from]);
    for (to = from + 1; to < text->count && !is_break(text->code[to - 1], text->code[to], &state); to++)
      size += size_of(text->code[to]);
    if (size < LOOKED_UP && replace(m, text->code + from, to - from, out)) continue;
    for (size_t i = from; i < to; i++)
      if (!replace(m, text->code + i, 1, out)) codes_add(out, text->code[i]);
  }
}

size_t charsmap_longest(const Charsmap *m) {
  size_t longest = 0;
  for (size_t start = 0, end; start < m->length; start = end + 1) {
    const char *stop = memchr(m->texts + start, '\0', m->length - start);
    end = stop ? (size_t)(stop - m->texts) : m->length;
    if (end - start > longest) longest = end - start;
  }
  return longest;
}

bool charsmap_keeps(const Charsmap *m, int32_t code) {
  char bytes[CODE_MAX_BYTES];
  size_t length;
  return !find(m, bytes, codes_write(&code, 1, bytes), &length);
}
