#include "base/sort.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sizes.h"

typedef struct Sort {
  size_t count, size;
  int (*compare)(const void *, const void *);
  Poll poll;
} Sort;

static Status sort_pieces(const Sort *s, uint8_t *list, Error *error) {
  Status status = STATUS_OK;
  for (size_t at = 0; at < s->count && !status; at += SORT_PIECE) {
    qsort(list + at * s->size, smaller(SORT_PIECE, s->count - at), s->size, s->compare);
    status = poll_proceed(s->poll, error);
  }
  return status;
}

/* Merges pairs of neighbours, which have `width` elements each and are sorted. */
static Status merge_pairs(const Sort *s, const uint8_t *from, size_t width, uint8_t *to, Error *error) {
  Status status = STATUS_OK;
  for (size_t begin = 0, next; begin < s->count && !status; begin = next) {
    size_t a = begin, middle = smaller(begin + width, s->count), b = middle;
    next = smaller(middle + width, s->count);
    for (size_t at = begin; at < next && !status; at++, to += s->size) {
      bool first = b == next || (a < middle && s->compare(from + a * s->size, from + b * s->size) <= 0);
      memcpy(to, from + (first ? a++ : b++) * s->size, s->size);
      status = poll_every(s->poll, at, SORT_PIECE, error);
    }
  }
  return status;
}

Status sort_list(void *list, size_t count, size_t size, int (*compare)(const void *, const void *), Poll poll,
                 Error *error) {
  Sort s = {count, size, compare, poll};
  uint8_t *from = list, *to, *spare = NULL;
  if (count == 0) return STATUS_OK;
  Status status = sort_pieces(&s, list, error);
  if (status || count <= SORT_PIECE) return status;
  to = spare = memory_aligned(count, size);
  if (!spare) return error_no_memory(error);
  for (size_t width = SORT_PIECE; width < count && !status; width *= 2) {
    status = merge_pairs(&s, from, width, to, error);
    uint8_t *merged = to;
    to = from;
    from = merged;
  }
  if (!status && from == spare) memcpy(list, spare, count * size);
  free(spare);
  return status;
}
