#include "text/ngrams.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"

enum { HASH_BITS = 32, FEW = 8 };

void ngrams_free(Ngrams *n) {
  free(n->hash);
  free(n->first);
  *n = (Ngrams){0};
}

/* Hashes are spread evenly: about one of them has the same upper bits, unless a file was made so that all have. */
static Status make_index(Ngrams *n, Error *error) {
  while (n->bits < HASH_BITS - 1 && (size_t)1 << n->bits < n->count) n->bits++;
  size_t size = (size_t)1 << n->bits;
  n->first = malloc((size + 1) * sizeof *n->first);
  if (!n->first) return error_no_memory(error);
  size_t at = 0;
  for (size_t upper = 0; upper <= size; upper++) {
    while (at < n->count && (uint64_t)n->hash[at] >> (HASH_BITS - n->bits) < upper) at++;
    n->first[upper] = (uint32_t)at;
  }
  return STATUS_OK;
}

uint32_t ngrams_find(const Ngrams *n, uint32_t hash) {
  size_t upper = (size_t)((uint64_t)hash >> (HASH_BITS - n->bits));
  uint32_t from = n->first[upper], to = n->first[upper + 1];
  while (to - from > FEW) { /* they rise */
    uint32_t middle = from + (to - from) / 2;
    if (n->hash[middle] <= hash)
      from = middle;
    else
      to = middle;
  }
  for (; from < to; from++)
    if (n->hash[from] == hash) return from;
  return (uint32_t)n->count;
}

/* ---- training ------------------------------------------------------------------ */

static int by_hash(const void *a, const void *b) {
  const NgramUse *x = a, *y = b;
  return (x->hash > y->hash) - (x->hash < y->hash);
}

static int most_used_first(const void *a, const void *b) {
  const NgramUse *x = a, *y = b;
  if (x->words != y->words) return x->words > y->words ? -1 : 1;
  if (x->times != y->times) return x->times > y->times ? -1 : 1;
  return by_hash(a, b);
}

Status ngrams_add_up(NgramUse *uses, size_t *count, Poll poll, Error *error) {
  size_t last = 0;
  Status status = sort_list(uses, *count, sizeof *uses, by_hash, poll, error);
  if (status || *count == 0) return status;
  for (size_t i = 1; i < *count; i++) {
    if (uses[i].hash == uses[last].hash) {
      uses[last].words += uses[i].words;
      uses[last].times += uses[i].times;
    } else {
      uses[++last] = uses[i];
    }
  }
  *count = last + 1;
  return STATUS_OK;
}

static size_t leave_out_rare(NgramUse *uses, size_t count, uint32_t least) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++)
    if (uses[i].words >= least) uses[kept++] = uses[i];
  return kept;
}

Status ngrams_collect(NgramUse *uses, size_t count, uint32_t least, size_t most, Poll poll, Ngrams *n, Error *error) {
  *n = (Ngrams){0};
  Status status = ngrams_add_up(uses, &count, poll, error);
  if (status) return status;
  count = leave_out_rare(uses, count, least);
  if (count > most) {
    status = sort_list(uses, count, sizeof *uses, most_used_first, poll, error);
    count = most;
    if (!status) status = sort_list(uses, count, sizeof *uses, by_hash, poll, error);
    if (status) return status;
  }
  n->hash = malloc((count + 1) * sizeof *n->hash);
  if (!n->hash) return error_no_memory(error);
  for (size_t i = 0; i < count; i++) n->hash[n->count++] = uses[i].hash;
  status = make_index(n, error);
  if (status) ngrams_free(n);
  return status;
}

Status ngrams_copy(const Ngrams *from, Ngrams *to, Error *error) {
  *to = (Ngrams){0};
  if (!ngrams_exist(from)) return STATUS_OK;
  to->hash = malloc((from->count + 1) * sizeof *to->hash);
  if (!to->hash) return error_no_memory(error);
  if (from->count) memcpy(to->hash, from->hash, from->count * sizeof *to->hash);
  to->count = from->count;
  Status status = make_index(to, error);
  if (status) ngrams_free(to);
  return status;
}

/* ---- files ----------------------------------------------------------------------- */

void ngrams_write(const Ngrams *n, const char *name, SafeTensorsWriter *w) {
  if (ngrams_exist(n)) safetensors_write_tensor(w, name, DTYPE_U32, &n->count, 1, n->hash);
}

static Status check_rising(const Ngrams *n, Error *error) {
  for (size_t i = 1; i < n->count; i++)
    if (n->hash[i] <= n->hash[i - 1])
      return error_set(error, STATUS_INVALID, "n-gram %zu has the hash %u, expected more than the %u before it", i,
                       n->hash[i], n->hash[i - 1]);
  return STATUS_OK;
}

Status ngrams_read(const SafeTensors *st, const uint8_t *bytes, const char *name, Ngrams *n, Error *error) {
  const TensorView *view;
  *n = (Ngrams){0};
  if (!safetensors_find(st, name)) return STATUS_OK;
  Status status = safetensors_require(st, name, DTYPE_U32, (size_t[]){TENSOR_ANY}, 1, &view, error);
  if (status) return status;
  n->count = view->shape[0];
  n->hash = memory_aligned(n->count + 1, sizeof *n->hash);
  if (!n->hash) return error_no_memory(error);
  safetensors_copy(st, bytes, view, n->count, n->hash);
  status = check_rising(n, error);
  if (!status) status = make_index(n, error);
  if (status) ngrams_free(n);
  return status;
}
