#include "train/validation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "network/output.h"

void validation_free(Validation *v) {
  free(v->texts);
  free(v->targets);
  free(v->rows);
  free(v->predictions);
  free(v->words);
  free(v->logits);
  free(v->margins);
  free(v->kept);
  given_labels_free(&v->given);
  score_free(&v->score);
  *v = (Validation){0};
}

/* Marks the words that are learned: those known before, and those of all rows that are not held out.
*/
static bool *find_learned(const Corpus *c, size_t known) {
  size_t vocabulary = vocabulary_size(&c->vocabulary);
  bool *learned = calloc(vocabulary, sizeof *learned);
  for (size_t w = 0; learned && w < known; w++) learned[w] = true;
  for (size_t row = 0; learned && row < c->rows; row++) {
    Text text = corpus_text(c, row);
    bool trains = c->use[row] == ROW_TRAINS || c->use[row] == ROW_UNLABELLED;
    for (size_t t = 0; trains && t < text.length; t++)
      if (text.words[t] < vocabulary) learned[text.words[t]] = true;
  }
  return learned;
}

/* Copies the rows' words; those that are not learned become unknown words. */
static void copy_rows(const Corpus *c, const bool *learned, Validation *v) {
  size_t at = 0, vocabulary = vocabulary_size(&c->vocabulary);
  Lexicon lexicon = corpus_lexicon(c);
  for (size_t row = 0, i = 0; row < c->rows; row++) {
    if (c->use[row] != ROW_VALIDATES) continue;
    Text text = corpus_text(c, row);
    v->texts[i] = (Text){v->words + at, text.length, text.capitals};
    v->rows[i] = (uint32_t)row;
    v->targets[i++] = c->target[row];
    for (size_t t = 0; t < text.length; t++) {
      uint32_t word = text.words[t];
      v->words[at++] = word < vocabulary && !learned[word] ? lexicon_unknown(&lexicon, vocabulary, word) : word;
    }
  }
}

Status validation_new(const Corpus *c, size_t known, Validation *v, Error *error) {
  size_t words = 0, labels = c->labels.keys.count;
  *v = (Validation){.labels = labels, .sets = c->multilabel ? &c->sets : NULL};
  for (size_t row = 0; row < c->rows; row++) {
    if (c->use[row] != ROW_VALIDATES) continue;
    v->count++;
    words += corpus_text(c, row).length;
  }
  if (v->count == 0) return STATUS_OK;
  bool *learned = find_learned(c, known);
  v->texts = calloc(v->count, sizeof *v->texts);
  v->targets = calloc(v->count, sizeof *v->targets);
  v->rows = calloc(v->count, sizeof *v->rows);
  v->predictions = calloc(v->count, sizeof *v->predictions);
  v->words = calloc(words + 1, sizeof *v->words);
  v->logits = memory_floats(memory_product(v->count, labels));
  v->margins = memory_floats(memory_product(v->count, labels));
  v->kept = memory_floats(memory_product(v->count, labels));
  bool ok = learned && v->texts && v->targets && v->rows && v->predictions && v->words && v->logits &&
            v->margins && v->kept;
  Status status = ok ? STATUS_OK : error_no_memory(error);
  if (status)
    validation_free(v);
  else
    copy_rows(c, learned, v);
  free(learned);
  return status;
}

LabelSet validation_actual(const Validation *v, size_t row) { return label_sets_get(v->sets, v->targets[row]); }

LabelSet validation_given(const Validation *v, size_t row) {
  const Prediction *p = &v->predictions[row];
  return p->given_count ? (LabelSet){v->given.labels + p->given_begin, p->given_count} : (LabelSet){0};
}

/* Judges a row by its probabilities, where it has one label. */
static Status score_row(Validation *v, size_t i, size_t labels, const float *p, Error *error) {
  Prediction *prediction = &v->predictions[i];
  *prediction = predict_outcome(p, labels, v->targets[i]);
  return score_add(&v->score, v->targets[i], prediction->label, prediction->confidence, prediction->of_asked, error);
}

/* The same where it has a set of labels. */
static Status score_set(Validation *v, size_t i, const Model *m, const float *p, Error *error) {
  Prediction *prediction = &v->predictions[i];
  LabelSet actual = validation_actual(v, i);
  Status status = predict_set(&m->relevance, p, &actual, &v->given, prediction, error);
  if (status) return status;
  const ScoreSet row = {.labels = m->relevance.labels, .actual = actual, .given = validation_given(v, i),
                        .probabilities =
                            prediction->given_count ? v->given.probabilities + prediction->given_begin : NULL,
                        .ranking = prediction->ranking, .loss = prediction->loss};
  return score_add_set(&v->score, &row, error);
}

/* Makes a prediction from the logits of the network; z is scratch [labels]. */
static Status score_rows(Validation *v, const Model *m, const float *logits, float *z, Error *error) {
  size_t labels = m->parameters.shape.labels;
  Status status = STATUS_OK;
  score_free(&v->score);
  v->given.count = 0;
  for (size_t i = 0; i < v->count && !status; i++) {
    memcpy(z, logits + i * labels, labels * sizeof *z);
    predict_probabilities(m, linear_exists(&m->linear) ? v->margins + i * labels : NULL, z);
    status = v->sets ? score_set(v, i, m, z, error) : score_row(v, i, labels, z, error);
  }
  return status;
}

static Status score_logits(Validation *v, const Model *m, const float *logits, Error *error) {
  float *row = calloc(m->parameters.shape.labels, sizeof *row);
  Status status = row ? score_rows(v, m, logits, row, error) : error_no_memory(error);
  free(row);
  return status;
}

Status validation_judge(Validation *v, const Model *m, const Lexicon *lexicon, Workers *workers, Error *error) {
  size_t threads = workers_count(workers);
  Scratch *scratches = calloc(threads, sizeof *scratches);
  Texts texts = {v->texts, v->count, lexicon};
  Status status = scratches ? STATUS_OK : error_no_memory(error);
  if (!status)
    status = predict_branches(m, &texts, workers, scratches, v->logits,
                              linear_exists(&m->linear) ? v->margins : NULL, error);
  if (!status) status = score_logits(v, m, v->logits, error);
  for (size_t i = 0; scratches && i < threads; i++) scratch_free(&scratches[i]);
  free(scratches);
  return status;
}

void validation_thin(Validation *v, size_t count) {
  for (size_t i = 0; i < count; i++) {
    size_t from = i * v->count / count;
    v->texts[i] = v->texts[from];
    v->targets[i] = v->targets[from];
    v->rows[i] = v->rows[from];
  }
  v->count = count;
}

void validation_keep(Validation *v) {
  if (v->count) memcpy(v->kept, v->logits, v->count * v->labels * sizeof *v->kept);
}

void validation_add_fold(Validation *all, const Validation *fold) {
  size_t labels = all->labels, size = labels * sizeof(float);
  for (size_t i = 0, to = 0; i < fold->count; i++) {
    while (all->rows[to] != fold->rows[i]) to++;
    memcpy(all->kept + to * labels, fold->logits + i * labels, size);
    memcpy(all->margins + to * labels, fold->margins + i * labels, size);
  }
}

Status validation_conclude(Validation *v, Model *m, Error *error) {
  const float *margins = linear_exists(&m->linear) ? v->margins : NULL;
  const RelevanceRows rows = {v->count, v->kept, margins, v->sets, v->targets};
  Status status = STATUS_OK;
  if (v->count == 0) return STATUS_OK;
  if (v->sets)
    status = binary_relevance_fit(&m->relevance, &rows, error);
  else
    calibration_fit(&m->calibration, v->count, m->parameters.shape.labels, v->kept, margins, v->targets);
  return status ? status : score_logits(v, m, v->kept, error);
}
