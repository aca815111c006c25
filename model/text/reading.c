#include "text/reading.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/sizes.h"
#include "text/vocabulary.h"

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

void reading_buffer_free(ReadingBuffer *b) {
  free(b->words);
  free(b->origins);
  *b = (ReadingBuffer){0};
}

/* Where the words of a text are written. */
typedef struct Writer {
  uint32_t *words, *origins;
  size_t count;
} Writer;

static void put(Writer *w, uint32_t word, uint32_t origin) {
  w->words[w->count] = word;
  w->origins[w->count++] = origin;
}

static void put_padding(Writer *w, uint32_t padding, size_t count) {
  for (size_t i = 0; i < count; i++) put(w, padding, READING_PADDING);
}

static void write_text(const Reading *r, uint32_t padding, Text text, Writer *w) {
  size_t count = count_tokens(r, text), left = smaller(count, r->max_tokens);
  size_t before = r->keeps_last ? count - left : 0, filled = filled_length(r);
  size_t missing = left < filled ? filled - left : 0;
  if (r->pads_before) put_padding(w, padding, missing);
  for (size_t i = 0; left > 0; i++) {
    if (is_skipped(r, text.words[i])) continue;
    if (before > 0) {
      before--;
    } else {
      put(w, text.words[i], (uint32_t)i);
      left--;
    }
  }
  if (!r->pads_before) put_padding(w, padding, missing);
}

Status reading_read(const Reading *r, uint32_t padding, const Text *texts, size_t count, ReadingBuffer *b, Text *read,
                    Error *error) {
  size_t most = 0, at = 0;
  bool plain = reading_is_plain(r);
  for (size_t i = 0; i < count && !plain; i++) most += reading_most(r, texts[i].length);
  if (!memory_grow(&b->words, &b->words_capacity, most + 1, sizeof *b->words) ||
      !memory_grow(&b->origins, &b->origins_capacity, most + 1, sizeof *b->origins))
    return error_no_memory(error);
  for (size_t i = 0; i < count; i++) {
    if (plain) {
      read[i] = (Text){texts[i].words, smaller(texts[i].length, r->max_tokens), texts[i].capitals};
      continue;
    }
    Writer w = {b->words + at, b->origins + at, 0};
    write_text(r, padding, texts[i], &w);
    read[i] = (Text){w.words, w.count, NULL};
    at += w.count;
  }
  return STATUS_OK;
}
