/* stage_description.c -- the model of the best epoch, compressed, and what it says of itself: the keywords of each
** label (keywords.h), and which texts it has learned (fingerprints.h).
*/
#include <stdatomic.h>
#include <stdlib.h>

#include "base/random.h"
#include "classifier/explain.h"
#include "train/compression.h"
#include "train/stage.h"
#include "train/time_limit.h"
#include "train/warnings.h"

enum {
  KEYWORD_TOKENS = 500000, /* that words are averaged over, at most; those of a row for each of its labels */
  PIECE_TOKENS = 4096      /* that are read between two looks at the clock */
};

typedef struct Description {
  atomic_size_t done; /* tokens whose contributions are there */
  size_t tokens;      /* of all rows that words are averaged over */
  size_t explained;   /* texts                                    */
} Description;

/* Shuffles the rows by seed; returns how many of the first have KEYWORD_TOKENS together. */
static size_t draw_rows(Training *t) {
  size_t tokens = 0, count = 0;
  Random random = random_stream(t->options.seed, RANDOM_KEYWORDS, 0);
  random_shuffle(&random, t->rows.row, t->rows.count);
  while (count < t->rows.count && tokens < KEYWORD_TOKENS) {
    uint32_t row = t->rows.row[count++];
    tokens += corpus_text(&t->corpus, row).length * corpus_labels(&t->corpus, row).count;
  }
  return count;
}

/* Lists the first `rows` rows once for each of their labels. Returns how many that are, and in *tokens their tokens. */
static size_t list_labels(const Training *t, size_t rows, Text *texts, uint32_t *labels, size_t *tokens) {
  size_t count = 0;
  for (size_t i = 0; i < rows; i++) {
    LabelSet set = corpus_labels(&t->corpus, t->rows.row[i]);
    for (size_t k = 0; k < set.count; k++) {
      texts[count] = corpus_text(&t->corpus, t->rows.row[i]);
      labels[count] = set.labels[k];
      *tokens += texts[count++].length;
    }
  }
  return count;
}

/* Explains texts as long as there is time, at least the first few. */
static Status explain_texts(const Training *t, const Texts *texts, const uint32_t *labels, Scratch *scratches,
                            float *contributions, Description *d, Error *error) {
  Status status = STATUS_OK;
  size_t *count = &d->explained;
  while (*count < texts->count && !status && (*count == 0 || time_limit_left_at_end(t) > 0.0)) {
    size_t first = *count, tokens = 0;
    while (*count < texts->count && tokens < PIECE_TOKENS) tokens += texts->text[(*count)++].length;
    status = explain_all(t->model, &(Texts){texts->text + first, *count - first, texts->lexicon}, labels + first,
                         t->workers, scratches, contributions + atomic_load(&d->done), error);
    atomic_fetch_add(&d->done, tokens);
  }
  return status;
}

static Status find_keywords(Training *t, const Lexicon *lexicon, Description *d, Error *error) {
  const Corpus *c = &t->corpus;
  size_t rows = draw_rows(t), most = 0, count = 0, threads = workers_count(t->workers);
  for (size_t i = 0; i < rows; i++) most += corpus_labels(c, t->rows.row[i]).count;
  Text *texts = malloc((most + 1) * sizeof *texts);
  uint32_t *labels = malloc((most + 1) * sizeof *labels);
  Scratch *scratches = calloc(threads, sizeof *scratches);
  if (texts && labels) count = list_labels(t, rows, texts, labels, &d->tokens);
  float *contributions = malloc((d->tokens + 1) * sizeof *contributions);
  Status status = texts && labels && scratches && contributions ? STATUS_OK : error_no_memory(error);
  if (!status)
    status = explain_texts(t, &(Texts){texts, count, lexicon}, labels, scratches, contributions, d, error);
  if (!status && d->explained < count)
    status = warnings_find_of_fewer(t, "keywords of", d->explained, count, "texts", &t->warnings, error);
  if (!status)
    status = keywords_new(&(KeywordSource){texts, labels, d->explained, contributions, vocabulary_size(&c->vocabulary),
                                           c->poll},
                          t->budget.keywords, &t->model->keywords, error);
  for (size_t i = 0; scratches && i < threads; i++) scratch_free(&scratches[i]);
  free(texts);
  free(labels);
  free(scratches);
  free(contributions);
  return status;
}

static Status list_fingerprints(Training *t, Error *error) {
  uint32_t *hashes = malloc((t->rows.count + 1) * sizeof *hashes);
  if (!hashes) return error_no_memory(error);
  for (size_t i = 0; i < t->rows.count; i++) hashes[i] = t->corpus.hash[t->rows.row[i]];
  Status status = fingerprints_new(hashes, t->rows.count, t->from ? &t->from->fingerprints : NULL, t->corpus.poll,
                                   &t->model->fingerprints, error);
  free(hashes);
  return status;
}

static Status run(void *state, Training *t, bool *over, Error *error) {
  (void)over;
  Subwords subwords = {0};
  parameters_copy(&t->model->parameters, &t->best_parameters);
  parameters_free(&t->best_parameters);
  if (t->epochs) epochs_end(t->epochs);
  size_budget_rest(&t->options, &t->corpus, &t->model->linear.tfidf, &t->budget);
  Status status = compression_run(t->model, &t->corpus, &t->budget, error);
  if (!status) status = compression_subwords(t->model, &t->corpus, &subwords, error);
  Lexicon lexicon = {.subwords = subwords.count ? &subwords : NULL, .folded = true};
  if (!status) status = find_keywords(t, &lexicon, state, error);
  subwords_free(&subwords);
  return status ? status : list_fingerprints(t, error);
}

static void progress(const void *state, const Training *t, TrainingProgress *p) {
  (void)t;
  const Description *d = state;
  p->told = true;
  p->share = (double)atomic_load(&d->done) / (double)(d->tokens + 1);
}

const Stage STAGE_DESCRIPTION = {.name = "listing keywords", .state_size = sizeof(Description), .run = run,
                                 .progress = progress};
