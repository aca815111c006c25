#include "linear/linear_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "linear/kernel.h"

enum {
  CHUNK = 64, /* rows that a task reads, of up to thousands of words */
  CHUNKS = LINEAR_ROWS_AT_ONCE / CHUNK
};

/* The rows that a task has read. */
typedef struct Chunk {
  uint32_t *feature;    /* [count] */
  float *value;
  size_t count, feature_capacity, value_capacity;
  size_t end[CHUNK];    /* of each row */
} Chunk;

typedef struct Reader {
  Poll poll;
  const Linear *linear;
  const LinearTraining *training;
  TfidfVector *vectors; /* [workers] */
  size_t workers;
  Chunk *chunks;        /* [CHUNKS] */
  size_t first;         /* row of the first chunk */
  LinearRows *rows;
  size_t feature_capacity, value_capacity; /* of the rows */
} Reader;

void linear_rows_free(LinearRows *r) {
  free(r->begin);
  free(r->feature);
  free(r->value);
  word_bundles_free(&r->words);
  *r = (LinearRows){0};
}

static void reader_free(Reader *r) {
  for (size_t i = 0; r->vectors && i < r->workers; i++) tfidf_vector_free(&r->vectors[i]);
  for (size_t i = 0; r->chunks && i < CHUNKS; i++) {
    free(r->chunks[i].feature);
    free(r->chunks[i].value);
  }
  free(r->vectors);
  free(r->chunks);
}

/* Returns the number of the entry for a feature of tfidf.h, or LINEAR_NO_ROW if the row has none. */
static uint32_t entry_number(const Linear *l, uint32_t number) {
  size_t features = tfidf_features(&l->tfidf);
  if (number & TFIDF_HASHED) return linear_hashed_row(l, number);
  if (number < features) return number;
  return l->buckets ? (uint32_t)(linear_kernel_rows(l) + number - features) : LINEAR_NO_ROW;
}

static bool has_bundle(const Linear *l, uint32_t number) {
  return l->buckets && (number < l->tfidf.words || (number >= tfidf_features(&l->tfidf) && !(number & TFIDF_HASHED)));
}

/* Appends the entries of a text. Those with bundles come first: then the solver asks once a row, not once an entry. */
static Status add_row(const Reader *r, const TfidfVector *v, Chunk *c, Error *error) {
  if (!memory_grow(&c->feature, &c->feature_capacity, c->count + v->count, sizeof *c->feature) ||
      !memory_grow(&c->value, &c->value_capacity, c->count + v->count, sizeof *c->value))
    return error_no_memory(error);
  for (int bundled = 1; bundled >= 0; bundled--) {
    for (size_t i = 0; i < v->count; i++) {
      if (has_bundle(r->linear, v->number[i]) != bundled) continue;
      uint32_t number = entry_number(r->linear, v->number[i]);
      if (number == LINEAR_NO_ROW) continue;
      c->feature[c->count] = number;
      c->value[c->count++] = v->value[i];
    }
  }
  return STATUS_OK;
}

static size_t rows_in(const Reader *r, size_t first, size_t most) {
  size_t left = r->training->count > first ? r->training->count - first : 0;
  return left < most ? left : most;
}

static Status read_task(void *context, size_t index, size_t worker, Error *error) {
  Reader *r = context;
  Chunk *c = &r->chunks[index];
  TfidfVector *v = &r->vectors[worker];
  v->poll = r->poll;
  Lexicon lexicon = {.subwords = r->training->subwords};
  size_t first = r->first + index * CHUNK, rows = rows_in(r, first, CHUNK);
  Status status = STATUS_OK;
  c->count = 0;
  for (size_t i = 0; i < rows && !status; i++) {
    status = tfidf_vector(&r->linear->tfidf, &lexicon, r->training->texts[first + i], v, error);
    if (!status) status = add_row(r, v, c, error);
    c->end[i] = c->count;
  }
  return status;
}

/* Puts a chunk behind the rows before it. */
static Status append_chunk(Reader *r, size_t index, Error *error) {
  const Chunk *c = &r->chunks[index];
  LinearRows *to = r->rows;
  size_t first = r->first + index * CHUNK, rows = rows_in(r, first, CHUNK), at = to->begin[first];
  if (!memory_grow(&to->feature, &r->feature_capacity, at + c->count + 1, sizeof *to->feature) ||
      !memory_grow(&to->value, &r->value_capacity, at + c->count + 1, sizeof *to->value))
    return error_no_memory(error);
  if (c->count) memcpy(to->feature + at, c->feature, c->count * sizeof *c->feature);
  if (c->count) memcpy(to->value + at, c->value, c->count * sizeof *c->value);
  for (size_t i = 0; i < rows; i++) to->begin[first + i + 1] = at + c->end[i];
  return STATUS_OK;
}

static Status read_all(Reader *r, Workers *workers, Error *error) {
  Status status = STATUS_OK;
  for (; r->first < r->training->count && !status; r->first += CHUNK * CHUNKS) {
    size_t chunks = (rows_in(r, r->first, CHUNK * CHUNKS) + CHUNK - 1) / CHUNK;
    status = workers_run(workers, chunks, read_task, r, error);
    for (size_t i = 0; i < chunks && !status; i++) status = append_chunk(r, i, error);
  }
  return status;
}

Status linear_rows_read(const Linear *l, const LinearTraining *training, Workers *workers, LinearRows *rows,
                        Error *error) {
  Reader r = {.linear = l, .training = training, .workers = workers_count(workers), .poll = workers_task_poll(workers),
              .rows = rows};
  *rows = (LinearRows){.begin = calloc(training->count + 1, sizeof *rows->begin)};
  r.vectors = calloc(r.workers, sizeof *r.vectors);
  r.chunks = calloc(CHUNKS, sizeof *r.chunks);
  Status status = rows->begin && r.vectors && r.chunks ? STATUS_OK : error_no_memory(error);
  if (!status && l->buckets)
    status = word_bundles_new(training->subwords, l->tfidf.words, tfidf_features(&l->tfidf), l->buckets,
                              &rows->words, error);
  if (!status) status = read_all(&r, workers, error);
  reader_free(&r);
  rows->rows = (SparseRows){.count = training->count, .features = linear_kernel_rows(l), .begin = rows->begin,
                            .end = rows->begin ? rows->begin + 1 : NULL, .feature = rows->feature,
                            .value = rows->value, .bundles = l->buckets ? &rows->words.bundles : NULL};
  if (status) linear_rows_free(rows);
  return status;
}
