#include "text/reading.h"

#include "text/vocabulary.h"

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Returns the length that texts are filled up to. */
static size_t filled_length(const Reading *r) { return r->drops_padding ? 0 : r->padded_length; }

bool reading_is_plain(const Reading *r) { return !r->keeps_last && !r->skips_unknown && filled_length(r) == 0; }

size_t reading_most(const Reading *r, size_t length) {
  size_t read = smaller(length, r->max_tokens), filled = filled_length(r);
  return read > filled ? read : filled;
}

static bool is_skipped(const Reading *r, uint32_t word) { return r->skips_unknown && word == VOCABULARY_UNKNOWN; }

static size_t count_tokens(const Reading *r, Text text) {
  size_t count = 0;
  if (!r->skips_unknown) return text.length;
  for (size_t i = 0; i < text.length; i++) count += !is_skipped(r, text.words[i]);
  return count;
}

typedef struct Writer {
  uint32_t *words, *origins;
  size_t count;
} Writer;

static void put(Writer *w, uint32_t word, uint32_t origin) {
  w->words[w->count] = word;
  if (w->origins) w->origins[w->count] = origin;
  w->count++;
}

Text reading_read(const Reading *r, uint32_t padding, Text text, uint32_t *words, uint32_t *origins) {
  if (!origins && reading_is_plain(r)) return (Text){text.words, smaller(text.length, r->max_tokens)};
  Writer w = {words, origins, 0};
  size_t count = count_tokens(r, text), read = smaller(count, r->max_tokens);
  size_t before = r->keeps_last ? count - read : 0, filled = filled_length(r);
  size_t missing = read < filled ? filled - read : 0;
  for (size_t i = 0; i < missing && r->pads_before; i++) put(&w, padding, READING_PADDING);
  for (size_t i = 0, left = read; left > 0; i++) {
    if (is_skipped(r, text.words[i])) continue;
    if (before > 0) {
      before--;
      continue;
    }
    put(&w, text.words[i], (uint32_t)i);
    left--;
  }
  for (size_t i = 0; i < missing && !r->pads_before; i++) put(&w, padding, READING_PADDING);
  return (Text){words, w.count};
}
