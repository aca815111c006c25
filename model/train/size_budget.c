#include "train/size_budget.h"

#include <math.h>

#include "base/quantisation.h"
#include "base/sizes.h"
#include "linear/linear.h"

enum {
  FEWEST_NGRAMS = 1 << 10,
  MOST_NGRAMS = 1 << 15,
  NGRAM_WEIGHTS = 1 << 21,     /* of n-grams in the linear branch: 1 MB of 4 bits  */
  MOST_KEYWORDS = 20000,       /* of all labels: 200 kB                            */
  KEYWORD = 12, HASH = 4,      /* bytes                                            */
  KEYWORDS_OF_ONE = 10,        /* of a label, without a limit on the size          */
  HEADER = 1700, GRU_HEADER = 1700, LINEAR_HEADER = 1000, SUBWORDS_HEADER = 400, /* bytes, at most */
  RELEVANCE = 16,              /* bytes of a label that is decided by itself       */
  LEAST_WORDS = 50
};

/* The bytes of a number of 4 and of 8 bits, with its part of a scale. */
static const double CODE4 = 0.5 + 2.0 / QUANTISATION_BLOCK, CODE8 = 1.0 + 2.0 / QUANTISATION_BLOCK;

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

static double header_bytes(const TrainingOptions *o) {
  return HEADER + (o->hidden ? GRU_HEADER : 0) + (o->linear ? LINEAR_HEADER : 0) + (o->subwords ? SUBWORDS_HEADER : 0);
}

/* What a model has whatever its words are: of each row that it may learn a hash, too. */
static double fixed_bytes(const TrainingOptions *o, const Corpus *c) {
  size_t labels = c->labels.keys.count, rows = corpus_count(c, ROW_TRAINS) + corpus_count(c, ROW_UNLABELLED);
  double of_label = sizeof(uint32_t) + 1.0 + (o->linear ? sizeof(float) : 0.0) + (c->multilabel ? RELEVANCE : 0.0);
  return header_bytes(o) + network_bytes(o, labels) + (double)c->labels.keys.length + of_label * (double)labels +
         HASH * (double)rows;
}

/* What a word takes, with its share of n-grams and pairs: a number of a pair takes two bytes, an idf too. */
static double word_bytes(const TrainingOptions *o, const Corpus *c) {
  double columns = (double)columns_of(o, c), vector = (double)o->embedding;
  double letters = (double)c->vocabulary.words.length / (double)larger(c->vocabulary.words.count, 1);
  double weights = CODE4 * columns, pair = o->linear ? weights + 4.0 : 0.0;
  double word = letters + sizeof(uint32_t) + CODE4 * vector + (o->linear ? weights + 2.0 + sizeof(uint32_t) : 0.0);
  double ngram = o->subwords ? HASH + CODE4 * vector + weights : 0.0;
  double hashed = o->subwords && o->linear ? HASH + weights : 0.0;
  return word + 0.5 * ngram + 0.5 * hashed + 3.0 * pair;
}

static void plan_all(const TrainingOptions *o, const Corpus *c, SizeBudget *b) {
  size_t columns = columns_of(o, c), words = c->vocabulary.words.count, labels = c->labels.keys.count;
  *b = (SizeBudget){.words = o->max_vocabulary, .ngrams = ngrams_for(words, columns),
                    .hashed = ngrams_for(words, columns),
                    .keywords = larger(MOST_KEYWORDS, KEYWORDS_OF_ONE * labels),
                    .features = columns ? LINEAR_WEIGHTS / columns : 0};
}

/* Shares out max_size, for a network whose sizes are set. */
static Status share_out(const TrainingOptions *o, const Corpus *c, SizeBudget *b, Error *error) {
  plan_all(o, c, b);
  if (o->max_size == 0) return STATUS_OK;
  double keywords = (double)o->max_size / 10.0, fixed = fixed_bytes(o, c), word = word_bytes(o, c);
  double least = ceil((fixed + LEAST_WORDS * word) / 0.9), words = ((double)o->max_size - keywords - fixed) / word;
  if ((double)o->max_size < least)
    return error_set(error, STATUS_INVALID, "max_size is %zu, expected at least %.0f bytes for %zu labels, %zu rows "
                     "and a network with embedding %zu and hidden %zu", o->max_size, least, c->labels.keys.count,
                     corpus_count(c, ROW_TRAINS) + corpus_count(c, ROW_UNLABELLED), o->embedding, o->hidden);
  b->words = smaller(o->max_vocabulary, (size_t)words);
  b->hashed = smaller(b->hashed, b->words / 2);
  b->features = smaller(b->features, 4 * b->words);
  b->keywords = smaller(b->keywords, (size_t)(keywords / KEYWORD));
  return STATUS_OK;
}

/* The words and pairs that the model has got, exactly. */
static double words_bytes(const TrainingOptions *o, const Corpus *c, const Tfidf *tfidf) {
  double words = (double)vocabulary_size(&c->vocabulary), columns = (double)columns_of(o, c);
  double number = vocabulary_size(&c->vocabulary) > UINT16_MAX ? sizeof(uint32_t) : sizeof(uint16_t);
  double bytes = (double)c->vocabulary.words.length + words * (sizeof(uint32_t) + CODE4 * (double)o->embedding);
  if (!o->linear) return bytes;
  return bytes + (double)tfidf_features(tfidf) * (CODE4 * columns + 2.0) + sizeof(uint32_t) * (double)tfidf->words +
         number * (double)tfidf->pairs;
}

void size_budget_rest(const TrainingOptions *o, const Corpus *c, const Tfidf *tfidf, SizeBudget *b) {
  if (o->max_size == 0) return;
  double ngram = HASH + CODE4 * (double)(o->embedding + columns_of(o, c));
  double hashed = o->subwords && o->linear ? (HASH + CODE4 * (double)columns_of(o, c)) * (double)b->hashed : 0.0;
  double left = (double)o->max_size - fixed_bytes(o, c) - words_bytes(o, c, tfidf) - hashed;
  double for_ngrams = o->subwords ? left - KEYWORD * (double)b->keywords - ngram : 0.0;
  b->ngrams = for_ngrams > 0.0 ? smaller(b->ngrams, (size_t)(for_ngrams / ngram)) : 0;
  double for_keywords = left - (o->subwords ? ngram * (double)(b->ngrams + 1) : 0.0);
  b->keywords = for_keywords > 0.0 ? smaller(b->keywords, (size_t)(for_keywords / KEYWORD)) : 0;
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

double size_budget_least(const TrainingOptions *o, const Corpus *c, bool exact) {
  double words = (double)vocabulary_size(&c->vocabulary), columns = (double)columns_of(o, c);
  double code = !o->compress ? sizeof(float) : exact ? CODE8 : CODE4;
  double row = code * ((double)o->embedding + columns) + sizeof(uint32_t);
  double floats = o->compress ? 1.0 : sizeof(float) / CODE8;
  return (double)c->vocabulary.words.length + words * (code * (double)o->embedding + sizeof(uint32_t)) +
         floats * network_bytes(o, c->labels.keys.count) + (double)c->labels.keys.length +
         (o->subwords ? (double)FEWEST_NGRAMS * row : 0.0);
}

Status size_budget_check(const TrainingOptions *o, const Corpus *c, Error *error) {
  double least = size_budget_least(o, c, false);
  if (o->most_bytes == 0 || least <= (double)o->most_bytes) return STATUS_OK;
  return error_set(error, STATUS_INVALID, "the model of %zu words and %zu labels with embedding %zu and hidden %zu has "
                   "%.0f bytes at least, more than the %zu that SQLite takes in a row, expected a smaller "
                   "max_vocabulary, embedding or hidden%s", vocabulary_size(&c->vocabulary) - 1, c->labels.keys.count,
                   o->embedding, o->hidden, least, o->most_bytes, o->compress ? "" : ", or option compress");
}
