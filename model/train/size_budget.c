#include "train/size_budget.h"

#include <math.h>

#include "linear/linear.h"

enum {
  FEWEST_NGRAMS = 1 << 10,
  MOST_NGRAMS = 1 << 15,
  NGRAM_WEIGHTS = 1 << 21,     /* of n-grams in the linear branch: 1 MB of 4 bits  */
  FEATURE_WEIGHTS = 1 << 22,   /* of words and pairs there, about: 2 MB of 4 bits  */
  MOST_KEYWORDS = 20000,       /* of all labels: 200 kB                            */
  KEYWORD = 12, HASH = 4,      /* bytes                                            */
  HEADER = 6000,               /* bytes, about as many as it has with all tensors  */
  LEAST_WORDS = 50
};
static const double CODE4 = 0.5 + 2.0 / 32.0, CODE8 = 1.0 + 2.0 / 32.0; /* bytes of a number, with its part of a scale */

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static size_t columns_of(const TrainingOptions *o, const Corpus *c) {
  size_t labels = c->labels.keys.count;
  return !o->linear ? 0 : linear_columns(labels, c->multilabel);
}

/* A half more n-grams than words: more made no difference that could be measured. */
static size_t ngrams_for(size_t words, size_t columns) {
  size_t most = smaller(larger(words + words / 2, FEWEST_NGRAMS), MOST_NGRAMS);
  return columns * most <= NGRAM_WEIGHTS ? most : NGRAM_WEIGHTS / columns;
}

static double network_bytes(const TrainingOptions *o, size_t labels) {
  double embedding = (double)o->embedding, hidden = (double)o->hidden;
  double beside = o->max_pool || o->hidden == 0 ? embedding : 0.0, state = 2.0 * hidden + beside;
  double features = o->max_pool ? 2.0 * state : state;
  double matrices = 2.0 * (embedding + hidden) * 3.0 * hidden + features * (double)labels;
  double vectors = 12.0 * hidden + state + (double)labels + (o->position_bias ? (double)o->max_tokens : 0.0);
  return CODE8 * matrices + sizeof(float) * vectors;
}

/* What a model has whatever its words are. */
static double fixed_bytes(const TrainingOptions *o, const Corpus *c) {
  size_t labels = c->labels.keys.count;
  double names = (double)(c->labels.keys.length + 5 * labels + sizeof(float) * labels);
  return HEADER + network_bytes(o, labels) + names + HASH * (double)c->rows;
}

/* What a word takes, with its share of n-grams and pairs: a number of a pair takes two bytes, an idf too. */
static double word_bytes(const TrainingOptions *o, const Corpus *c) {
  double columns = (double)columns_of(o, c), vector = (double)o->embedding;
  double letters = (double)c->vocabulary.words.length / (double)larger(c->vocabulary.words.count, 1);
  double weights = CODE4 * columns, pair = o->linear ? weights + 4.0 : 0.0;
  double word = letters + sizeof(uint32_t) + CODE4 * vector + (o->linear ? weights + 2.0 + sizeof(uint32_t) : 0.0);
  double ngram = o->subwords ? HASH + CODE4 * vector + weights : 0.0;
  return word + 0.5 * ngram + 3.0 * pair;
}

static void plan_all(const TrainingOptions *o, const Corpus *c, SizeBudget *b) {
  size_t columns = columns_of(o, c), words = c->vocabulary.words.count;
  *b = (SizeBudget){.words = o->max_vocabulary, .ngrams = ngrams_for(words, columns), .keywords = MOST_KEYWORDS,
                    .features = columns ? FEATURE_WEIGHTS / columns : 0};
}

/* Shares out max_size, for a network whose sizes are set. */
static Status share_out(const TrainingOptions *o, const Corpus *c, SizeBudget *b, Error *error) {
  plan_all(o, c, b);
  if (o->max_size == 0) return STATUS_OK;
  double keywords = (double)o->max_size / 10.0, fixed = fixed_bytes(o, c), word = word_bytes(o, c);
  double least = ceil((fixed + LEAST_WORDS * word) / 0.9) + 1.0, words = ((double)o->max_size - keywords - fixed) / word;
  if (words < LEAST_WORDS)
    return error_set(error, STATUS_INVALID, "max_size is %zu bytes, expected at least %.0f for %zu labels and %zu rows",
                     o->max_size, least, c->labels.keys.count, c->rows);
  b->words = smaller(o->max_vocabulary, (size_t)words);
  b->ngrams = smaller(b->ngrams, b->words / 2);
  b->features = smaller(b->features, 4 * b->words);
  b->keywords = smaller(b->keywords, (size_t)(keywords / KEYWORD));
  return STATUS_OK;
}

Status size_budget_plan(TrainingOptions *o, const Corpus *c, SizeBudget *b, Error *error) {
  const TrainingOptions given = *o;
  size_t rows = corpus_count(c, ROW_TRAINS) + corpus_count(c, ROW_UNLABELLED), half = c->vocabulary.words.count / 2;
  Status status = STATUS_OK;
  for (size_t size = defaults_network(rows); size < NETWORK_SIZES; size++) {
    *o = given;
    defaults_set_network(o, size);
    status = share_out(o, c, b, error);
    if (!status && (o->max_size == 0 || b->words >= half)) break;
  }
  return status;
}
