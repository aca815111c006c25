#include "train/text_folds.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"

typedef struct Deal {
  const Corpus *corpus;
  uint32_t *first;  /* [rows] the first row with the text of this one             */
  uint32_t *text;   /* [labels] first row of a text of the label                  */
  bool *has_two;    /* [labels] there is another text                             */
  uint32_t *groups; /* [rows] corpus_groups()                                     */
  uint32_t *order;  /* [rows] at random                                           */
  size_t *place;    /* [labels + 2] what the label's next text gets, from 0 on    */
} Deal;

static void deal_free(Deal *d) {
  free(d->first);
  free(d->text);
  free(d->has_two);
  free(d->groups);
  free(d->order);
  free(d->place);
}

static Status deal_new(const Corpus *c, Deal *d, Error *error) {
  size_t labels = c->labels.keys.count, rows = c->rows;
  *d = (Deal){.corpus = c, .first = malloc((rows + 1) * sizeof *d->first),
              .text = malloc((labels + 1) * sizeof *d->text), .has_two = calloc(labels + 1, sizeof *d->has_two),
              .groups = malloc((rows + 1) * sizeof *d->groups), .order = malloc((rows + 1) * sizeof *d->order),
              .place = calloc(labels + 2, sizeof *d->place)};
  bool ok = d->first && d->text && d->has_two && d->groups && d->order && d->place;
  return ok ? corpus_groups(c, d->groups, error) : error_no_memory(error);
}

static bool same_text(const Corpus *c, size_t a, size_t b) {
  Text x = corpus_text(c, a), y = corpus_text(c, b);
  if (x.length != y.length || x.length == 0) return x.length == y.length;
  return memcmp(x.words, y.words, x.length * sizeof *x.words) == 0;
}

static void find_texts(Deal *d) {
  const Corpus *c = d->corpus;
  for (uint32_t l = 0; l < c->labels.keys.count; l++) d->text[l] = UINT32_MAX;
  for (size_t row = 0; row < c->rows; row++) {
    uint32_t first = 0;
    while (!same_text(c, first, row)) first++;
    d->first[row] = first;
    LabelSet set = corpus_labels(c, row);
    for (size_t i = 0; i < set.count; i++) {
      uint32_t *text = &d->text[set.labels[i]];
      if (*text == UINT32_MAX) *text = first;
      d->has_two[set.labels[i]] = d->has_two[set.labels[i]] || *text != first;
    }
  }
}

static bool is_known_elsewhere(const Deal *d, size_t row) {
  LabelSet set = corpus_labels(d->corpus, row);
  bool known = true;
  for (size_t i = 0; i < set.count; i++) known = known && d->has_two[set.labels[i]];
  return known;
}

/* Deals the texts of each label in turn. A label begins where the one before has ended, so that the folds become
** equally large.
*/
static void deal_texts(Deal *d, uint64_t seed, uint8_t *fold) {
  const Corpus *c = d->corpus;
  Random random = random_stream(seed, RANDOM_TEXT_FOLDS, 0);
  for (size_t row = 0; row < c->rows; row++) d->place[d->groups[row] + 1] += d->first[row] == row;
  for (size_t g = 0; g <= c->labels.keys.count; g++) d->place[g + 1] += d->place[g];
  for (size_t row = 0; row < c->rows; row++) d->order[row] = (uint32_t)row;
  random_shuffle(&random, d->order, c->rows);
  for (size_t i = 0; i < c->rows; i++) {
    uint32_t row = d->order[i];
    if (d->first[row] == row) fold[row] = (uint8_t)(d->place[d->groups[row]]++ % TEXT_FOLDS);
  }
  for (size_t row = 0; row < c->rows; row++)
    if (!is_known_elsewhere(d, row)) fold[d->first[row]] = TEXT_FOLDS_NONE;
}

Status text_folds_deal(const Corpus *c, uint64_t seed, TextFolds *folds, Error *error) {
  Deal d;
  *folds = (TextFolds){.of = malloc(c->rows + 1)};
  Status status = deal_new(c, &d, error);
  if (!status && !folds->of) status = error_no_memory(error);
  if (!status) {
    find_texts(&d);
    deal_texts(&d, seed, folds->of);
    for (size_t row = 0; row < c->rows; row++) {
      folds->of[row] = folds->of[d.first[row]];
      folds->dealt += folds->of[row] != TEXT_FOLDS_NONE;
    }
  }
  deal_free(&d);
  if (status) text_folds_free(folds);
  return status;
}

void text_folds_free(TextFolds *folds) {
  free(folds->of);
  *folds = (TextFolds){0};
}
