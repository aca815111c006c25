#include "linear/text_rows.h"

#include <stdlib.h>

#include "base/memory.h"

enum { POLL_ROWS = 1024 };

void text_rows_free(TextRows *r) {
  free(r->begin);
  free(r->end);
  free(r->feature);
  free(r->value);
  *r = (TextRows){0};
}

bool text_rows_new(TextRows *r, size_t count, size_t features, size_t entries) {
  *r = (TextRows){.begin = calloc(count + 1, sizeof(size_t)), .end = calloc(count + 1, sizeof(size_t)),
                  .feature = calloc(entries + 1, sizeof(uint32_t)), .value = calloc(entries + 1, sizeof(float))};
  r->rows = (SparseRows){.count = count, .features = features, .begin = r->begin, .end = r->end,
                         .feature = r->feature, .value = r->value};
  return r->begin && r->end && r->feature && r->value;
}

/* How many entries the rows have at most: each token is a word, and the second one of a pair. */
static size_t most_entries(const Tfidf *tfidf, const Text *texts, size_t count) {
  size_t tokens = 0;
  for (size_t i = 0; i < count; i++) tokens += texts[i].length;
  return tfidf->pairs ? 2 * tokens : tokens;
}

Status text_rows_read(TextRows *r, const Tfidf *tfidf, const Text *texts, size_t count, Workers *workers,
                      Error *error) {
  TfidfVector v = {.poll = workers_task_poll(workers)};
  size_t entries = 0;
  float idf_of_one_text = tfidf_idf(count, 1);
  bool made = text_rows_new(r, count, tfidf_features(tfidf), most_entries(tfidf, texts, count));
  Status status = made ? STATUS_OK : error_no_memory(error);
  for (size_t i = 0; i < count && !status && (i % POLL_ROWS || !workers_stopped(workers)); i++) {
    status = tfidf_vector(tfidf, NULL, texts[i], &v, error);
    r->begin[i] = entries;
    for (size_t k = 0; k < v.count && !status; k++) {
      if (tfidf->idf[v.number[k]] >= idf_of_one_text) continue;
      r->feature[entries] = v.number[k];
      r->value[entries++] = v.value[k];
    }
    r->end[i] = entries;
  }
  tfidf_vector_free(&v);
  return status;
}
