#include "fine_tuning/text_pairs.h"

#include <stdlib.h>

static size_t begin_of(const LabelledTexts *t, size_t text) { return text ? t->texts->end[text - 1] : 0; }

static size_t length_of(const LabelledTexts *t, size_t text) {
  size_t length = t->texts->end[text] - begin_of(t, text);
  return length < TEXT_PAIRS_MOST_TOKENS ? length : TEXT_PAIRS_MOST_TOKENS;
}

/* Whether one of the texts before number `i` has its label. */
static bool has_a_pair(const LabelledTexts *t, size_t i) {
  for (size_t k = 0; k < i; k++)
    if (t->targets[t->rows[k]] == t->targets[t->rows[i]] && length_of(t, t->rows[k]) > 0) return true;
  return false;
}

/* Of more texts than labels two are alike: so the search for them ends early. */
bool labelled_texts_differ(const LabelledTexts *t) {
  bool different = false, alike = false;
  const uint32_t *first = NULL;
  for (size_t i = 0; i < t->count && !(different && alike); i++) {
    if (length_of(t, t->rows[i]) == 0) continue;
    if (!first) first = &t->targets[t->rows[i]];
    different = different || t->targets[t->rows[i]] != *first;
    alike = alike || has_a_pair(t, i);
  }
  return different && alike;
}

/* ---- texts by label -------------------------------------------------------------------------- */

static void sort_by_label(TextPairs *p) {
  const LabelledTexts *t = p->from;
  size_t *end = p->begin + 1; /* of the label before, then it grows to the label's own */
  for (size_t i = 0; i < t->count; i++)
    if (length_of(t, t->rows[i]) > 0) end[t->targets[t->rows[i]] + 1]++;
  for (size_t l = 0; l < t->labels; l++) {
    if (end[l + 1]) p->order[p->label_count++] = (uint32_t)l;
    end[l + 1] += end[l];
  }
  for (size_t i = 0; i < t->count; i++)
    if (length_of(t, t->rows[i]) > 0) p->rows[end[t->targets[t->rows[i]]]++] = t->rows[i];
}

Status text_pairs_new(TextPairs *p, const LabelledTexts *texts, uint64_t seed, Error *error) {
  *p = (TextPairs){.from = texts, .random = random_stream(seed, RANDOM_FINE_TUNING, 0)};
  p->rows = malloc((texts->count + 1) * sizeof *p->rows);
  p->begin = calloc(texts->labels + 2, sizeof *p->begin);
  p->order = malloc((texts->labels + 1) * sizeof *p->order);
  if (!p->rows || !p->begin || !p->order) return error_no_memory(error);
  sort_by_label(p);
  p->turn = p->label_count;
  return STATUS_OK;
}

void text_pairs_free(TextPairs *p) {
  free(p->rows);
  free(p->begin);
  free(p->order);
}

size_t text_pairs_longest(const TextPairs *p) {
  size_t most = 1;
  for (size_t i = 0; i < p->from->count; i++) {
    size_t length = length_of(p->from, p->from->rows[i]);
    most = length > most ? length : most;
  }
  return most;
}

/* ---- the minibatch --------------------------------------------------------------------------- */

static void add_text(TextPairs *p, uint32_t row) {
  size_t length = length_of(p->from, row), i = p->count++;
  p->texts[i] = (TokenText){p->from->texts->ids.ids + begin_of(p->from, row), length, i};
  p->targets[i] = p->from->targets[row];
  p->first_token[i + 1] = p->first_token[i] + length;
}

static void add_pair(TextPairs *p) {
  if (p->turn == p->label_count) {
    random_shuffle(&p->random, p->order, p->label_count);
    p->turn = 0;
  }
  uint32_t label = p->order[p->turn++];
  const uint32_t *rows = p->rows + p->begin[label];
  size_t count = p->begin[label + 1] - p->begin[label], first = random_below(&p->random, count);
  add_text(p, rows[first]);
  if (count > 1) add_text(p, rows[(first + 1 + random_below(&p->random, count - 1)) % count]);
}

void text_pairs_draw(TextPairs *p, size_t most) {
  p->count = 0;
  for (size_t i = 0; i < most / 2; i++) add_pair(p);
}
