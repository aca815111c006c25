#include "optimizer/row_gradients.h"

#include <stdlib.h>

#include "base/matrix.h"
#include "base/memory.h"

/* ---- of a batch ------------------------------------------------------------------ */

static bool add(RowTerms *s, size_t row, size_t word, float factor) {
  struct RowTermList *list = &s->slice[row % SLICES];
  if (list->count == list->capacity &&
      !memory_grow(&list->share, &list->capacity, list->count + 1, sizeof *list->share))
    return false;
  list->share[list->count++] = (RowTerm){(uint32_t)row, (uint32_t)word, factor};
  return true;
}

static bool add_word(RowTerms *s, const EmbeddingWeights *w, const WordRows *rows, size_t word) {
  bool ok = add(s, rows->own, word, 1.0f);
  for (size_t g = 0; g < rows->count && ok; g++)
    ok = add(s, w->vocabulary + rows->hash[g] % w->buckets, word, rows->share);
  return ok;
}

Status row_terms_fill(RowTerms *s, const EmbeddingWeights *w, const Lexicon *lexicon, const Batch *batch,
                      const float *d_vectors, Error *error) {
  bool ok = memory_grow(&s->squares, &s->squares_capacity, batch->distinct, sizeof *s->squares);
  s->d_vectors = d_vectors;
  for (size_t i = 0; i < SLICES; i++) s->slice[i].count = 0;
  for (size_t u = 0; u < batch->distinct && ok; u++) {
    WordRows rows = embedding_rows(w, lexicon, batch->word[u]);
    s->squares[u] = (float)matrix_squares(w->size, d_vectors + u * w->size);
    ok = add_word(s, w, &rows, u);
  }
  return ok ? STATUS_OK : error_no_memory(error);
}

void row_terms_free(RowTerms *s) {
  for (size_t i = 0; i < SLICES; i++) free(s->slice[i].share);
  free(s->squares);
  *s = (RowTerms){0};
}

/* ---- of a slice ------------------------------------------------------------------- */

Status row_gradients_new(RowGradients *r, size_t table_rows, Error *error) {
  *r = (RowGradients){.place = calloc(table_rows / SLICES + 1, sizeof *r->place)};
  return r->place ? STATUS_OK : error_no_memory(error);
}

void row_gradients_free(RowGradients *r) {
  free(r->row);
  free(r->sums);
  free(r->place);
  *r = (RowGradients){0};
}

/* A row needs a sum only from its second share on. */
Status row_gradients_begin(RowGradients *r, size_t shares, size_t size, Error *error) {
  size_t sums = shares / 2 * size;
  r->count = r->summed = 0;
  if (!memory_grow(&r->row, &r->capacity, shares, sizeof *r->row)) return error_no_memory(error);
  if (sums <= r->sums_capacity) return STATUS_OK;
  free(r->sums);
  r->sums = memory_floats(sums + sums / 2);
  r->sums_capacity = r->sums ? sums + sums / 2 : 0;
  return r->sums ? STATUS_OK : error_no_memory(error);
}

static void add_share(RowGradients *r, RowGradient *row, float factor, const float *d, size_t size) {
  if (row->sum) {
    matrix_add_scaled(size, factor, d, row->sum);
    return;
  }
  float *sum = r->sums + r->summed++ * size;
  matrix_sum_scaled(size, row->factor, row->d, factor, d, sum);
  row->d = row->sum = sum;
  row->factor = 1.0f;
}

/* What place[] says of a row is true if that row is what stands there. */
void row_gradients_add(RowGradients *r, const RowTerms *shares, size_t slice, size_t size) {
  const struct RowTermList *list = &shares->slice[slice];
  for (size_t i = 0; i < list->count; i++) {
    RowTerm s = list->share[i];
    const float *d = shares->d_vectors + s.word * size;
    uint32_t *place = &r->place[s.row / SLICES];
    if (*place < r->count && r->row[*place].row == s.row) {
      add_share(r, &r->row[*place], s.factor, d, size);
    } else {
      *place = (uint32_t)r->count++;
      r->row[*place] = (RowGradient){.d = d, .squares = shares->squares[s.word], .factor = s.factor, .row = s.row};
    }
  }
}

double row_gradients_squares(const RowGradients *r, size_t size) {
  double squares = 0.0;
  for (size_t i = 0; i < r->count; i++) {
    const RowGradient *row = &r->row[i];
    squares += row->sum ? matrix_squares(size, row->sum) : (double)row->squares * row->factor * row->factor;
  }
  return squares;
}
