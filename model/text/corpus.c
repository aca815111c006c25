#include "text/corpus.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "text/capitals.h"

void corpus_free(Corpus *c) {
  vocabulary_free(&c->vocabulary);
  labels_free(&c->labels);
  labels_free(&c->others);
  label_sets_free(&c->sets);
  label_list_free(&c->found);
  subwords_free(&c->subwords);
  ngrams_free(&c->ngrams);
  free(c->target);
  free(c->use);
  free(c->hash);
  free(c->end);
  free(c->words);
  free(c->capitals);
  *c = (Corpus){0};
}

typedef struct Adder {
  Corpus *corpus;
  size_t begin, count; /* the row's words in corpus->words */
  Status status;
  Error *error;
} Adder;

static bool reserve_word(Corpus *c, size_t place) {
  return (!c->shaped || memory_grow(&c->capitals, &c->capitals_capacity, place + 1, sizeof *c->capitals)) &&
         memory_grow(&c->words, &c->words_capacity, place + 1, sizeof *c->words);
}

static bool add_word(void *context, const Token *token) {
  Adder *a = context;
  Corpus *c = a->corpus;
  if (c->max_tokens && a->count == c->max_tokens) {
    a->count++; /* counted, so that corpus_add() knows the text is longer */
    return false;
  }
  size_t place = a->begin + a->count;
  a->status = reserve_word(c, place) ? STATUS_OK : error_no_memory(a->error);
  if (!a->status) a->status = vocabulary_add(&c->vocabulary, token->text, token->length, &c->words[place], a->error);
  if (!a->status && c->shaped)
    c->capitals[place] = (uint8_t)capitals_of(token->unfolded, token->unfolded_length);
  a->count++;
  return a->status == STATUS_OK;
}

static Status find_label(Corpus *c, Label label, RowUse use, uint32_t *number, Error *error) {
  if (use != ROW_VALIDATES) return labels_add(&c->labels, label, number, error);
  *number = labels_find(&c->labels, label);
  if (*number != LABELS_NONE) return STATUS_OK;
  Status status = labels_add(&c->others, label, number, error);
  *number += (uint32_t)c->labels.keys.count;
  return status;
}

static Status find_set(Corpus *c, const RowLabels *labels, RowUse use, uint32_t *number, Error *error) {
  Status status = STATUS_OK;
  c->found.count = 0;
  for (size_t i = 0; i < labels->count && !status; i++) {
    uint32_t label;
    status = find_label(c, labels->labels[i], use, &label, error);
    if (!status && !label_list_add(&c->found, label)) status = error_no_memory(error);
  }
  if (status) return status;
  label_list_normalise(&c->found);
  *number = label_sets_add(&c->sets, label_list_set(&c->found));
  return *number == STRINGS_NONE ? error_no_memory(error) : STATUS_OK;
}

/* Makes room for a row, and adds its text, but does not count it yet. */
static Status add_text(Corpus *c, const Tokenizer *tokenizer, const char *text, size_t length, Error *error) {
  size_t rows = c->rows + 1;
  if (!memory_grow(&c->target, &c->target_capacity, rows, sizeof *c->target) ||
      !memory_grow(&c->use, &c->use_capacity, rows, sizeof *c->use) ||
      !memory_grow(&c->hash, &c->hash_capacity, rows, sizeof *c->hash) ||
      !memory_grow(&c->end, &c->end_capacity, rows, sizeof *c->end))
    return error_no_memory(error);
  Adder a = {.corpus = c, .begin = c->rows ? c->end[c->rows - 1] : 0, .error = error};
  if (!reserve_word(c, a.begin)) return error_no_memory(error); /* a text without words has an address, too */
  Status status = tokenizer->split(tokenizer, text, length, c->poll, add_word, &a, error);
  if (!status) status = a.status;
  if (status) return status;
  c->target[c->rows] = LABELS_NONE;
  c->hash[c->rows] = text_fingerprint(text, length);
  c->long_row = a.count > c->cut_after;
  if (c->max_tokens && a.count > c->max_tokens) a.count = c->max_tokens;
  c->end[c->rows] = a.begin + a.count;
  return STATUS_OK;
}

static void count_row(Corpus *c, RowUse use) {
  c->use[c->rows++] = (uint8_t)use;
  c->cut += c->long_row;
}

Status corpus_add(Corpus *c, const Tokenizer *tokenizer, const char *text, size_t length,
                  const Label *label, RowUse use, Error *error) {
  Status status = add_text(c, tokenizer, text, length, error);
  if (!status && label) status = find_label(c, *label, use, &c->target[c->rows], error);
  if (!status) count_row(c, use);
  return status;
}

Status corpus_add_labels(Corpus *c, const Tokenizer *tokenizer, const char *text, size_t length,
                         const RowLabels *labels, RowUse use, Error *error) {
  Status status = add_text(c, tokenizer, text, length, error);
  if (!status && labels) status = find_set(c, labels, use, &c->target[c->rows], error);
  if (!status) count_row(c, use);
  return status;
}

LabelSet corpus_labels(const Corpus *c, size_t row) {
  if (c->target[row] == LABELS_NONE) return (LabelSet){0};
  return c->multilabel ? label_sets_get(&c->sets, c->target[row]) : (LabelSet){&c->target[row], 1};
}

size_t corpus_count(const Corpus *c, RowUse use) {
  size_t count = 0;
  for (size_t row = 0; row < c->rows; row++) count += c->use[row] == use;
  return count;
}

Text corpus_text(const Corpus *c, size_t row) {
  size_t begin = row ? c->end[row - 1] : 0;
  return (Text){c->words + begin, c->end[row] - begin, c->capitals ? c->capitals + begin : NULL};
}

/* Returns the rarest of a row's labels that are known, of equal ones the first; `labels` if it has none. */
static uint32_t rarest_label(const Corpus *c, size_t row, const size_t *rows_of, size_t labels) {
  LabelSet set = corpus_labels(c, row);
  uint32_t rarest = (uint32_t)labels;
  for (size_t i = 0; i < set.count; i++)
    if (set.labels[i] < labels && (rarest == labels || rows_of[set.labels[i]] < rows_of[rarest]))
      rarest = set.labels[i];
  return rarest;
}

Status corpus_groups(const Corpus *c, uint32_t *groups, Error *error) {
  size_t labels = c->labels.keys.count;
  size_t *rows_of = calloc(labels + 1, sizeof *rows_of);
  if (!rows_of) return error_no_memory(error);
  for (size_t row = 0; row < c->rows; row++) {
    LabelSet set = corpus_labels(c, row);
    for (size_t i = 0; i < set.count; i++)
      if (c->use[row] == ROW_TRAINS && set.labels[i] < labels) rows_of[set.labels[i]]++;
  }
  for (size_t row = 0; row < c->rows; row++) groups[row] = rarest_label(c, row, rows_of, labels);
  free(rows_of);
  return STATUS_OK;
}

/* wanted [groups]: how many rows of each are to be held out. Their number is rounded; what was
** rounded off is added to the next group, so that of many small groups together the fraction
** is right.
*/
static void count_wanted(const Corpus *c, double fraction, const uint32_t *groups, size_t *wanted) {
  double carried = 0.5;
  for (size_t i = 0; i < c->rows; i++)
    if (c->use[i] == ROW_TRAINS) wanted[groups[i]]++;
  for (size_t g = 0; g <= c->labels.keys.count; g++) {
    double exact = (double)wanted[g] * fraction + carried;
    size_t whole = (size_t)exact;
    size_t most = wanted[g] ? wanted[g] - 1 : 0;
    wanted[g] = whole < most ? whole : most;
    carried = exact - (double)wanted[g];
    if (carried > 1.0) carried = 1.0;
  }
}

/* Of each group takes the first rows in a random order. */
Status corpus_split(Corpus *c, double fraction, uint64_t seed, Error *error) {
  uint32_t *order = malloc((c->rows + 1) * sizeof *order), *groups = malloc((c->rows + 1) * sizeof *groups);
  size_t *wanted = calloc(c->labels.keys.count + 1, sizeof *wanted);
  Status status = order && groups && wanted ? corpus_groups(c, groups, error) : error_no_memory(error);
  if (!status) {
    count_wanted(c, fraction, groups, wanted);
    Random random = random_stream(seed, RANDOM_VALIDATION, 0);
    for (size_t i = 0; i < c->rows; i++) order[i] = (uint32_t)i;
    random_shuffle(&random, order, c->rows);
    for (size_t i = 0; i < c->rows; i++) {
      if (c->use[order[i]] != ROW_TRAINS) continue;
      size_t *left = &wanted[groups[order[i]]];
      if (*left > 0) c->use[order[i]] = ROW_VALIDATES;
      *left -= *left > 0;
    }
  }
  free(wanted);
  free(groups);
  free(order);
  return status;
}

/* ---- the vocabulary ------------------------------------------------------------- */

static void count_words(Corpus *c) {
  memset(c->vocabulary.counts, 0, c->vocabulary.words.count * sizeof *c->vocabulary.counts);
  for (size_t row = 0; row < c->rows; row++) {
    Text text = corpus_text(c, row);
    for (size_t t = 0; t < text.length && c->use[row] != ROW_VALIDATES; t++)
      c->vocabulary.counts[text.words[t] - 1]++;
  }
}

/* Adds the n-grams of one word. */
static Status spell(Corpus *c, const Strings *words, uint32_t word, Error *error) {
  size_t length;
  const char *bytes = strings_get(words, word, &length);
  return subwords_add(&c->subwords, &c->ngrams, bytes, length, error);
}

/* Adds the n-grams of the words that are kept, then of the others, and gives those numbers past
** the vocabulary.
*/
static Status spell_words(Corpus *c, const Strings *before, uint32_t *renumbered, Error *error) {
  const Strings *kept = &c->vocabulary.words;
  c->subwords.shaped = c->shaped;
  Status status = subwords_add(&c->subwords, &c->ngrams, "", 0, error); /* word 0, without n-grams */
  for (uint32_t w = 0; w < kept->count && !status; w++) status = spell(c, kept, w, error);
  for (uint32_t w = 0; w < before->count && !status; w++) {
    if (renumbered[w + 1]) continue;
    renumbered[w + 1] = (uint32_t)(vocabulary_size(&c->vocabulary) + c->subwords.count);
    status = spell(c, before, w, error);
  }
  return status;
}

/* Adds words that are not in the vocabulary, with a count of 0. */
static Status add_extra(Vocabulary *v, const Vocabulary *before, const Strings *extra, size_t most,
                        uint32_t *renumbered, Error *error) {
  Status status = STATUS_OK;
  for (uint32_t i = 0; i < extra->count && v->words.count < most && !status; i++) {
    size_t length;
    uint32_t number;
    const char *word = strings_get(extra, i, &length);
    if (vocabulary_find(v, word, length) != VOCABULARY_UNKNOWN) continue;
    status = vocabulary_add(v, word, length, &number, error);
    if (status) break;
    v->counts[number - 1] = 0;
    renumbered[vocabulary_find(before, word, length)] = number;
  }
  renumbered[VOCABULARY_UNKNOWN] = VOCABULARY_UNKNOWN;
  return status;
}

Status corpus_prune(Corpus *c, const PruneOptions *o, Error *error) {
  Vocabulary before = c->vocabulary, kept;
  uint32_t *renumbered;
  if (before.words.count) count_words(c);
  VocabularyLimits limits = {.min_count = o->min_count ? o->min_count : 1, /* a count of 0: only in validation rows */
                             .most = o->most, .keep = o->keep, .poll = c->poll};
  Status status = vocabulary_prune(&before, &limits, &kept, &renumbered, error);
  if (status) return status;
  c->vocabulary = kept;
  if (o->extra) status = add_extra(&c->vocabulary, &before, o->extra, o->most, renumbered, error);
  if (!status && o->spelled) status = spell_words(c, &before.words, renumbered, error);
  size_t words = c->rows ? c->end[c->rows - 1] : 0;
  for (size_t i = 0; i < words && !status; i++) c->words[i] = renumbered[c->words[i]];
  vocabulary_free(&before);
  free(renumbered);
  return status;
}

Lexicon corpus_lexicon(const Corpus *c) {
  return (Lexicon){.subwords = c->subwords.count ? &c->subwords : NULL};
}
