#include "classifier/keywords.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/finite.h"
#include "base/memory.h"
#include "base/sort.h"

enum {
  MOST_OF_ONE = 200,
  RARE = 5        /* a word that occurs so often counts half of its mean contribution */
};

void keywords_free(Keywords *k) {
  free(k->labels);
  free(k->words);
  free(k->counts);
  free(k->contributions);
  *k = (Keywords){0};
}

static Status reserve(Keywords *k, size_t count, Error *error) {
  *k = (Keywords){.labels = malloc((count + 1) * sizeof *k->labels),
                  .words = malloc((count + 1) * sizeof *k->words),
                  .counts = malloc((count + 1) * sizeof *k->counts),
                  .contributions = malloc((count + 1) * sizeof *k->contributions)};
  if (k->labels && k->words && k->counts && k->contributions) return STATUS_OK;
  keywords_free(k);
  return error_no_memory(error);
}

/* ---- finding ----------------------------------------------------------------------- */

/* One occurrence of a word in a label's rows; after merge_uses() all of them. */
typedef struct Use {
  uint32_t label, word, count;
  double sum;
} Use;

static double strength(const Use *use) { return use->sum / (use->count + RARE); }

static int by_word(const void *a, const void *b) {
  const Use *x = a, *y = b;
  if (x->label != y->label) return x->label < y->label ? -1 : 1;
  return (x->word > y->word) - (x->word < y->word);
}

static int by_strength(const void *a, const void *b) {
  const Use *x = a, *y = b;
  double p = fabs(strength(x)), q = fabs(strength(y));
  if (x->label != y->label || p == q) return by_word(a, b);
  return p > q ? -1 : 1;
}

static int by_signed_strength(const void *a, const void *b) {
  const Use *x = a, *y = b;
  double p = strength(x), q = strength(y);
  if (x->label != y->label || p == q) return by_word(a, b);
  return p > q ? -1 : 1;
}

static Status list_uses(const KeywordSource *s, Use *uses, size_t *used, Error *error) {
  Status status = STATUS_OK;
  size_t token = 0;
  *used = 0;
  for (size_t i = 0; i < s->count; i++) {
    for (size_t t = 0; t < s->texts[i].length && !status; t++, token++) {
      uint32_t word = s->texts[i].words[t];
      float contribution = s->contributions[token];
      if (word != 0 && word < s->vocabulary && isfinite(contribution))
        uses[(*used)++] = (Use){s->labels[i], word, 1, (double)contribution};
      status = poll_every(s->poll, token, SORT_PIECE, error);
    }
  }
  return status;
}

static size_t merge_uses(Use *uses, size_t count) {
  size_t merged = 0;
  for (size_t i = 0; i < count; i++) {
    if (merged && by_word(&uses[i], &uses[merged - 1]) == 0) {
      uses[merged - 1].count++;
      uses[merged - 1].sum += uses[i].sum;
    } else {
      uses[merged++] = uses[i];
    }
  }
  return merged;
}

/* Keeps the first words of each label, as many as there is room for. */
static size_t keep_first(Use *uses, size_t count, size_t most_of_all) {
  size_t labels = 0, kept = 0, of_label = 0;
  for (size_t i = 0; i < count; i++) labels += i == 0 || uses[i].label != uses[i - 1].label;
  size_t most = labels ? most_of_all / labels : 0;
  if (most > MOST_OF_ONE) most = MOST_OF_ONE;
  for (size_t i = 0; i < count; i++) {
    of_label = kept && uses[kept - 1].label == uses[i].label ? of_label + 1 : 0;
    if (of_label < most) uses[kept++] = uses[i];
  }
  return kept;
}

Status keywords_new(const KeywordSource *source, size_t most, Keywords *k, Error *error) {
  size_t tokens = 0;
  *k = (Keywords){0};
  for (size_t i = 0; i < source->count; i++) tokens += source->texts[i].length;
  Use *uses = memory_aligned(tokens + 1, sizeof *uses);
  if (!uses) return error_no_memory(error);
  size_t used;
  Status status = list_uses(source, uses, &used, error);
  if (!status) status = sort_list(uses, used, sizeof *uses, by_word, source->poll, error);
  if (!status) {
    used = merge_uses(uses, used);
    status = sort_list(uses, used, sizeof *uses, by_strength, source->poll, error);
  }
  if (!status) {
    used = keep_first(uses, used, most);
    status = sort_list(uses, used, sizeof *uses, by_signed_strength, source->poll, error);
  }
  if (!status) status = reserve(k, used, error);
  for (size_t i = 0; i < used && !status; i++) {
    k->labels[i] = uses[i].label;
    k->words[i] = uses[i].word;
    k->counts[i] = uses[i].count;
    k->contributions[i] = (float)(uses[i].sum / uses[i].count);
  }
  if (!status) k->count = used;
  free(uses);
  return status;
}

void keywords_of(const Keywords *k, uint32_t label, size_t *begin, size_t *end) {
  *begin = 0;
  while (*begin < k->count && k->labels[*begin] < label) ++*begin;
  *end = *begin;
  while (*end < k->count && k->labels[*end] == label) ++*end;
}

/* ---- files ------------------------------------------------------------------------- */

enum { LISTS = 4 };
static const char *const NAMES[LISTS] = {"keywords.labels", "keywords.words", "keywords.counts",
                                         "keywords.contributions"};
static const Dtype DTYPES[LISTS] = {DTYPE_U32, DTYPE_U32, DTYPE_U32, DTYPE_F32};

void keywords_write(const Keywords *k, SafeTensorsWriter *w) {
  const uint32_t *integers[] = {k->labels, k->words, k->counts};
  if (k->count == 0) return;
  for (size_t i = 0; i < LISTS - 1; i++) safetensors_write_integers(w, NAMES[i], k->count, integers[i]);
  safetensors_write_tensor(w, NAMES[LISTS - 1], DTYPE_F32, &k->count, 1, k->contributions);
}

static Status check_numbers(const Keywords *k, size_t vocabulary, size_t labels, Error *error) {
  for (size_t i = 0; i < k->count; i++) {
    if (k->labels[i] >= labels || k->words[i] == 0 || k->words[i] >= vocabulary ||
        (i && k->labels[i] < k->labels[i - 1]))
      return error_set(error, STATUS_INVALID, "keyword %zu is word %u of label %u, expected a word below %zu of a "
                       "label below %zu, by label", i, k->words[i], k->labels[i], vocabulary, labels);
  }
  return STATUS_OK;
}

Status keywords_read(const SafeTensors *st, const uint8_t *bytes, size_t vocabulary, size_t labels, Keywords *k,
                     Error *error) {
  const TensorView *views[LISTS];
  size_t count = TENSOR_ANY; /* until the first list tells it */
  bool there = false;
  Status status = STATUS_OK;
  *k = (Keywords){0};
  for (size_t i = 0; i < LISTS; i++) there = there || safetensors_find(st, NAMES[i]);
  if (!there) return STATUS_OK;
  for (size_t i = 0; i < LISTS && !status; i++) {
    status = safetensors_require(st, NAMES[i], DTYPES[i], &count, 1, &views[i], error);
    if (!status) count = views[i]->shape[0];
  }
  if (!status) status = reserve(k, count, error);
  if (status) return status;
  uint32_t *lists[LISTS - 1] = {k->labels, k->words, k->counts};
  for (size_t i = 0; i < LISTS - 1; i++) safetensors_copy(st, bytes, views[i], count, lists[i]);
  k->count = count;
  status = safetensors_copy_floats(st, bytes, views[LISTS - 1], count, FINITE_MOST_OF_MODEL, k->contributions,
                                   error);
  if (!status) status = check_numbers(k, vocabulary, labels, error);
  if (status) keywords_free(k);
  return status;
}
