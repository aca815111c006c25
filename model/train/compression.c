#include "train/compression.h"

#include <stdlib.h>

#include "network/network.h"

/* Counts how often each word of the subword list occurs, those that are not in the vocabulary too. */
static uint32_t *count_words(const Corpus *c) {
  size_t vocabulary = vocabulary_size(&c->vocabulary), tokens = c->rows ? c->end[c->rows - 1] : 0;
  uint32_t *times = calloc(c->subwords.count + 1, sizeof *times);
  for (size_t i = 0; times && i < tokens; i++)
    times[c->words[i] < vocabulary ? c->words[i] : c->words[i] - vocabulary]++;
  return times;
}

/* Finds the hashed features of the linear branch in the texts, and names them and its n-grams. */
static Status name_features(Model *m, const Corpus *c, size_t most, Error *error) {
  Text *texts = malloc((c->rows + 1) * sizeof *texts);
  if (!texts) return error_no_memory(error);
  Ngrams hashed = {0};
  Lexicon lexicon = corpus_lexicon(c);
  for (size_t row = 0; row < c->rows; row++) texts[row] = corpus_text(c, row);
  Status status = linear_hashed(&m->linear, &(Texts){texts, c->rows, &lexicon}, most, c->poll, &hashed, error);
  if (!status) status = linear_name_ngrams(&m->linear, &m->ngrams, &hashed, error);
  ngrams_free(&hashed);
  free(texts);
  return status;
}

/* A model that went on from one which knows n-grams keeps these. */
static Status name_ngrams(Model *m, const Corpus *c, const SizeBudget *most, Error *error) {
  if (m->parameters.shape.buckets == 0) return STATUS_OK;
  if (ngrams_exist(&c->ngrams)) return ngrams_copy(&c->ngrams, &m->ngrams, error);
  uint32_t *times = count_words(c);
  Status status = times ? STATUS_OK : error_no_memory(error);
  if (!status) status = subwords_ngrams(&c->subwords, times, most->ngrams, c->poll, &m->ngrams, error);
  free(times);
  if (!status) status = parameters_name_ngrams(&m->parameters, &m->ngrams, error);
  if (!status && m->linear.buckets) status = name_features(m, c, most->hashed, error);
  return status;
}

Status compression_run(Model *m, const Corpus *c, const SizeBudget *most, Error *error) {
  EmbeddingWeights embedding = network_embedding(&m->parameters);
  if (embedding.buckets) embedding_fold(&embedding, &c->subwords, embedding.vocabulary, 1.0f);
  if (m->bits.linear == 0) return ngrams_copy(&c->ngrams, &m->ngrams, error);
  Status status = name_ngrams(m, c, most, error);
  if (status) return status;
  parameters_round(&m->parameters, &m->bits.network);
  if (linear_exists(&m->linear)) linear_round(&m->linear, m->bits.linear);
  return STATUS_OK;
}

/* The corpus of a training that went on from a model which knows n-grams has their numbers already. */
Status compression_subwords(const Model *m, const Corpus *c, Subwords *subwords, Error *error) {
  return subwords_number(&c->subwords, ngrams_exist(&c->ngrams) ? NULL : &m->ngrams, c->poll, subwords, error);
}
