#include "classifier/fingerprints.h"

#include <stdlib.h>
#include <string.h>

#include "base/sort.h"

void fingerprints_free(Fingerprints *s) {
  free(s->hashes);
  *s = (Fingerprints){0};
}

static int rising(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

Status fingerprints_new(const uint32_t *hashes, size_t count, const Fingerprints *before, Poll poll, Fingerprints *s,
                        Error *error) {
  size_t all = count + (before ? before->count : 0);
  *s = (Fingerprints){.hashes = malloc((all + 1) * sizeof *s->hashes)};
  if (!s->hashes) return error_no_memory(error);
  if (count) memcpy(s->hashes, hashes, count * sizeof *hashes);
  if (before && before->count) memcpy(s->hashes + count, before->hashes, before->count * sizeof *hashes);
  Status status = sort_list(s->hashes, all, sizeof *s->hashes, rising, poll, error);
  if (status) {
    fingerprints_free(s);
    return status;
  }
  for (size_t i = 0; i < all; i++)
    if (s->count == 0 || s->hashes[i] != s->hashes[s->count - 1]) s->hashes[s->count++] = s->hashes[i];
  return STATUS_OK;
}

bool fingerprints_has(const Fingerprints *s, uint32_t hash) {
  return s->count && bsearch(&hash, s->hashes, s->count, sizeof hash, rising);
}

void fingerprints_write(const Fingerprints *s, SafeTensorsWriter *w) {
  if (s->count) safetensors_write_tensor(w, "seen", DTYPE_U32, &s->count, 1, s->hashes);
}

/* A file may hold its hashes in any order. */
Status fingerprints_read(const SafeTensors *st, const uint8_t *bytes, Fingerprints *s, Error *error) {
  const TensorView *view;
  *s = (Fingerprints){0};
  if (!safetensors_find(st, "seen")) return STATUS_OK;
  Status status = safetensors_require(st, "seen", DTYPE_U32, (size_t[]){TENSOR_ANY}, 1, &view, error);
  if (status) return status;
  uint32_t *hashes = malloc((view->shape[0] + 1) * sizeof *hashes);
  if (!hashes) return error_no_memory(error);
  safetensors_copy(st, bytes, view, view->shape[0], hashes);
  status = fingerprints_new(hashes, view->shape[0], NULL, (Poll){0}, s, error);
  free(hashes);
  return status;
}
