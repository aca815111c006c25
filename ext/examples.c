#include "examples.h"

#include <stdlib.h>
#include <string.h>

#include "../model/random.h"

enum { PURPOSE = 8 }; /* of random streams: train.c */

void examples_free(Examples *e) {
  for (size_t i = 0; i < e->count; i++) free(e->list[i].text);
  *e = (Examples){.seed = e->seed, .held_out = e->held_out};
}

/* At most EXAMPLES_BYTES, without a part of a character. */
static size_t cut_length(const char *text, size_t length) {
  if (length <= EXAMPLES_BYTES) return length;
  for (length = EXAMPLES_BYTES; length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80; length--) continue;
  return length;
}

static Status keep(struct Example *example, size_t row, const char *text, size_t length, Error *error) {
  length = cut_length(text, length);
  char *copy = malloc(length + 1);
  if (!copy) return error_no_memory(error);
  if (length) memcpy(copy, text, length);
  free(example->text);
  *example = (struct Example){row, copy, length};
  return STATUS_OK;
}

Status examples_offer(Examples *e, size_t row, const char *text, size_t length, bool held_out, Error *error) {
  if (held_out && !e->held_out) examples_free(e);
  e->held_out = e->held_out || held_out;
  if (e->held_out && !held_out) return STATUS_OK;
  Random random = random_stream(e->seed, PURPOSE, e->offered++);
  size_t place = e->count < EXAMPLES_MOST ? e->count++ : random_below(&random, e->offered);
  return place < EXAMPLES_MOST ? keep(&e->list[place], row, text, length, error) : STATUS_OK;
}
