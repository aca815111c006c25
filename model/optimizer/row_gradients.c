#include "optimizer/row_gradients.h"

#include <stdlib.h>

#include "base/matrix.h"
#include "base/memory.h"

/* ---- the terms of a shard -------------------------------------------------------- */

static bool add(RowTerms *terms, size_t row, size_t word, float factor) {
  struct RowTermList *list = &terms->slice[row % SLICES];
  if (list->count == list->capacity &&
      !memory_grow(&list->term, &list->capacity, list->count + 1, sizeof *list->term))
    return false;
  list->term[list->count++] = (RowTerm){(uint32_t)row, (uint32_t)word, factor};
  return true;
}

static bool add_word(RowTerms *terms, const EmbeddingWeights *w, const WordRows *rows, size_t word) {
  bool ok = add(terms, rows->own, word, 1.0f);
  for (size_t g = 0; g < rows->count && ok; g++)
    ok = add(terms, w->vocabulary + rows->hash[g] % w->buckets, word, rows->factor);
  return ok && (!rows->capitals || add(terms, rows->capitals, word, 1.0f));
}

Status row_terms_fill(RowTerms *terms, const EmbeddingWeights *w, const Lexicon *lexicon, const Batch *batch,
                      const float *d_vectors, Error *error) {
  bool ok = memory_grow(&terms->squares, &terms->squares_capacity, batch->distinct, sizeof *terms->squares);
  terms->d_vectors = d_vectors;
  for (size_t i = 0; i < SLICES; i++) terms->slice[i].count = 0;
  for (size_t u = 0; u < batch->distinct && ok; u++) {
    WordRows rows = embedding_rows(w, lexicon, batch->word[u], batch_capitals(batch, u));
    terms->squares[u] = (float)matrix_squares(w->size, d_vectors + u * w->size);
    ok = add_word(terms, w, &rows, u);
  }
  return ok ? STATUS_OK : error_no_memory(error);
}

void row_terms_free(RowTerms *terms) {
  for (size_t i = 0; i < SLICES; i++) free(terms->slice[i].term);
  free(terms->squares);
  *terms = (RowTerms){0};
}

/* ---- the gradients of a slice ------------------------------------------------------ */

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

/* A row needs a sum only if it has two terms or more. */
Status row_gradients_begin(RowGradients *r, size_t terms, size_t size, Error *error) {
  size_t sums = memory_product(terms / 2, size);
  r->count = r->summed = 0;
  if (!memory_grow(&r->row, &r->capacity, terms, sizeof *r->row)) return error_no_memory(error);
  if (sums <= r->sums_capacity) return STATUS_OK;
  free(r->sums);
  r->sums = memory_floats(sums + sums / 2);
  r->sums_capacity = r->sums ? sums + sums / 2 : 0;
  return r->sums ? STATUS_OK : error_no_memory(error);
}

static void add_term(RowGradients *r, RowGradient *row, float factor, const float *d, size_t size) {
  if (row->sum) {
    matrix_add_scaled(size, factor, d, row->sum);
    return;
  }
  float *sum = r->sums + r->summed++ * size;
  matrix_sum_scaled(size, row->factor, row->d, factor, d, sum);
  row->d = row->sum = sum;
  row->factor = 1.0f;
}

/* place[] is valid for a row only if r->row has that row there. */
void row_gradients_add(RowGradients *r, const RowTerms *terms, size_t slice, size_t size) {
  const struct RowTermList *list = &terms->slice[slice];
  for (size_t i = 0; i < list->count; i++) {
    RowTerm term = list->term[i];
    const float *d = terms->d_vectors + term.word * size;
    uint32_t *place = &r->place[term.row / SLICES];
    if (*place < r->count && r->row[*place].row == term.row) {
      add_term(r, &r->row[*place], term.factor, d, size);
    } else {
      *place = (uint32_t)r->count++;
      r->row[*place] =
          (RowGradient){.d = d, .squares = terms->squares[term.word], .factor = term.factor, .row = term.row};
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
