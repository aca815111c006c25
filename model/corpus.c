#include "corpus.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"
#include "random.h"

void corpus_free(Corpus *c) {
  vocabulary_free(&c->vocabulary);
  labels_free(&c->labels);
  free(c->target);
  free(c->held_out);
  free(c->end);
  free(c->words);
  *c = (Corpus){0};
}

typedef struct Adder {
  Corpus *corpus;
  size_t begin, count; /* of the row's words */
  bool cut;
  Status status;
  Error *error;
} Adder;

static bool add_word(void *context, const char *token, size_t length, size_t start, size_t end) {
  (void)start;
  (void)end;
  Adder *a = context;
  Corpus *c = a->corpus;
  a->cut = a->count == c->max_tokens;
  if (a->cut) return false;
  size_t place = a->begin + a->count;
  if (!memory_grow(&c->words, &c->words_capacity, place + 1, sizeof *c->words))
    a->status = error_no_memory(a->error);
  else
    a->status = vocabulary_add(&c->vocabulary, token, length, &c->words[place], a->error);
  a->count++;
  return a->status == STATUS_OK;
}

static Status find_target(Corpus *c, Label label, bool held_out, uint32_t *target, Error *error) {
  if (!held_out) return labels_add(&c->labels, label, target, error);
  *target = labels_find(&c->labels, label);
  if (*target == LABELS_NONE) *target = OUTPUT_NO_TARGET;
  return STATUS_OK;
}

Status corpus_add(Corpus *c, const Tokenizer *tokenizer, const char *text, size_t length,
                  Label label, bool held_out, Error *error) {
  size_t rows = c->rows + 1;
  if (!memory_grow(&c->target, &c->target_capacity, rows, sizeof *c->target) ||
      !memory_grow(&c->held_out, &c->held_out_capacity, rows, sizeof *c->held_out) ||
      !memory_grow(&c->end, &c->end_capacity, rows, sizeof *c->end))
    return error_no_memory(error);
  Adder a = {.corpus = c, .begin = c->rows ? c->end[c->rows - 1] : 0, .error = error};
  Status status = tokenizer->split(tokenizer, text, length, add_word, &a, error);
  if (!status) status = a.status;
  if (!status) status = find_target(c, label, held_out, &c->target[c->rows], error);
  if (status) return status;
  c->held_out[c->rows] = held_out;
  c->end[c->rows] = a.begin + a.count;
  c->cut += a.cut;
  c->rows = rows;
  return STATUS_OK;
}

Text corpus_text(const Corpus *c, size_t row) {
  size_t begin = row ? c->end[row - 1] : 0;
  return (Text){c->words + begin, c->end[row] - begin};
}

/* Rows in an order drawn by seed; each label then gives its first ones, as many
** as its share rounds to. What rounding leaves over is carried to the next
** label, so that many rare labels together still give their share.
*/
Status corpus_split(Corpus *c, double fraction, uint64_t seed, Error *error) {
  size_t labels = c->labels.keys.count;
  uint32_t *order = malloc((c->rows + 1) * sizeof *order);
  size_t *wanted = calloc(labels + 1, sizeof *wanted);
  Status status = order && wanted ? STATUS_OK : error_no_memory(error);
  if (!status) {
    for (size_t i = 0; i < c->rows; i++) {
      order[i] = (uint32_t)i;
      wanted[c->target[i]]++;
    }
    double carried = 0.5;
    for (size_t l = 0; l < labels; l++) {
      double share = (double)wanted[l] * fraction + carried;
      size_t whole = (size_t)share;
      size_t most = wanted[l] - 1;
      wanted[l] = whole < most ? whole : most;
      carried = share - (double)wanted[l];
      if (carried > 1.0) carried = 1.0;
    }
    Random random = random_stream(seed, 1, 0);
    random_shuffle(&random, order, c->rows);
    for (size_t i = 0; i < c->rows; i++) {
      size_t *left = &wanted[c->target[order[i]]];
      c->held_out[order[i]] = *left > 0;
      *left -= *left > 0;
    }
  }
  free(wanted);
  free(order);
  return status;
}

Status corpus_prune(Corpus *c, size_t min_count, size_t max_vocabulary, Error *error) {
  uint32_t *counts = c->vocabulary.counts, *renumbered;
  for (size_t w = 0; w < c->vocabulary.words.count; w++) counts[w] = 0;
  for (size_t row = 0; row < c->rows; row++) {
    Text text = corpus_text(c, row);
    for (size_t t = 0; t < text.length && !c->held_out[row]; t++) counts[text.words[t] - 1]++;
  }
  Status status =
      vocabulary_prune(&c->vocabulary, min_count ? min_count : 1, max_vocabulary, &renumbered, error);
  if (status) return status;
  size_t words = c->rows ? c->end[c->rows - 1] : 0;
  for (size_t i = 0; i < words; i++) c->words[i] = renumbered[c->words[i]];
  free(renumbered);
  return STATUS_OK;
}
