#include "train/describe.h"

#include <stdlib.h>

#include "base/random.h"

enum { KEYWORD_TOKENS = 500000 }; /* that words are averaged over, at most */

/* Puts rows first that are drawn by seed: as many as have KEYWORD_TOKENS. */
static size_t draw_rows(const DescribeRows *r) {
  size_t tokens = 0, count = 0;
  Random random = random_stream(r->seed, RANDOM_KEYWORDS, 0);
  random_shuffle(&random, r->rows, r->count);
  while (count < r->count && tokens < KEYWORD_TOKENS) tokens += corpus_text(r->corpus, r->rows[count++]).length;
  return count;
}

static Status find_keywords(Model *m, const DescribeRows *r, Workers *workers, Error *error) {
  size_t count = draw_rows(r), tokens = 0, threads = workers_count(workers);
  Text *texts = malloc((count + 1) * sizeof *texts);
  uint32_t *labels = malloc((count + 1) * sizeof *labels);
  Scratch *scratches = calloc(threads, sizeof *scratches);
  for (size_t i = 0; texts && labels && i < count; i++) {
    texts[i] = corpus_text(r->corpus, r->rows[i]);
    labels[i] = r->corpus->target[r->rows[i]];
    tokens += texts[i].length;
  }
  float *contributions = malloc((tokens + 1) * sizeof *contributions);
  Status status = texts && labels && scratches && contributions ? STATUS_OK : error_no_memory(error);
  if (!status)
    status = predict_all_contributions(m, &r->lexicon, texts, labels, count, workers, scratches, contributions,
                                       error);
  if (!status)
    status = keywords_new(texts, labels, count, contributions, vocabulary_size(&r->corpus->vocabulary), &m->keywords,
                          error);
  for (size_t i = 0; scratches && i < threads; i++) scratch_free(&scratches[i]);
  free(texts);
  free(labels);
  free(scratches);
  free(contributions);
  return status;
}

static Status list_seen(Model *m, const DescribeRows *r, Error *error) {
  uint32_t *hashes = malloc((r->count + 1) * sizeof *hashes);
  if (!hashes) return error_no_memory(error);
  for (size_t i = 0; i < r->count; i++) hashes[i] = r->corpus->hash[r->rows[i]];
  Status status = fingerprints_new(hashes, r->count, r->before, &m->fingerprints, error);
  free(hashes);
  return status;
}

Status describe_model(Model *m, const DescribeRows *r, size_t threads, Poll poll, Error *error) {
  Workers *workers;
  Status status = workers_new(threads, poll, &workers, error);
  if (status) return status;
  status = find_keywords(m, r, workers, error);
  workers_free(workers);
  return status ? status : list_seen(m, r, error);
}
