#include "score.h"

#include <stdlib.h>
#include <string.h>

Status score_new(size_t labels, Score *s, Error *error) {
  *s = (Score){.labels = labels};
  s->actual = calloc(3 * labels + 1, sizeof *s->actual);
  if (!s->actual) return error_no_memory(error);
  s->predicted = s->actual + labels;
  s->hits = s->predicted + labels;
  return STATUS_OK;
}

void score_free(Score *s) {
  free(s->actual);
  *s = (Score){0};
}

void score_clear(Score *s) {
  s->rows = s->correct = 0;
  memset(s->actual, 0, 3 * s->labels * sizeof *s->actual);
}

void score_add(Score *s, uint32_t actual, uint32_t predicted) {
  s->rows++;
  s->predicted[predicted]++;
  if (actual >= s->labels) return;
  s->actual[actual]++;
  if (actual != predicted) return;
  s->hits[actual]++;
  s->correct++;
}

double score_accuracy(const Score *s) {
  return s->rows ? (double)s->correct / (double)s->rows : 0.0;
}

double score_macro_f1(const Score *s) {
  double sum = 0.0;
  size_t occurring = 0;
  for (size_t c = 0; c < s->labels; c++) {
    size_t occurs = s->actual[c] + s->predicted[c];
    if (occurs == 0) continue;
    occurring++;
    sum += 2.0 * (double)s->hits[c] / (double)occurs;
  }
  return occurring ? sum / (double)occurring : 0.0;
}
