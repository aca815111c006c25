#include "models/examples.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/utf8.h"

void examples_free(Examples *e) {
  for (size_t i = 0; i < e->count; i++) free(e->list[i].text);
  *e = (Examples){.seed = e->seed, .held_out = e->held_out};
}

static Status keep(struct Example *example, size_t row, const char *text, size_t length, Error *error) {
  length = utf8_cut(text, length, EXAMPLES_BYTES);
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
  Random random = random_stream(e->seed, RANDOM_EXAMPLES, e->offered++);
  size_t place = e->count < EXAMPLES_MOST ? e->count++ : random_below(&random, e->offered);
  return place < EXAMPLES_MOST ? keep(&e->list[place], row, text, length, error) : STATUS_OK;
}
