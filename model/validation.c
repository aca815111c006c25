#include "validation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

void validation_free(Validation *v) {
  free(v->texts);
  free(v->targets);
  free(v->words);
  free(v->logits);
  free(v->margins);
  free(v->kept);
  score_free(&v->score);
  *v = (Validation){0};
}

/* Which words of the vocabulary are learned: those known before, and those of rows
** that are or may be trained on.
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

/* The rows' words, those that are not learned as unknown ones. */
static void copy_rows(const Corpus *c, const bool *learned, Validation *v) {
  size_t at = 0, vocabulary = vocabulary_size(&c->vocabulary);
  Lexicon lexicon = corpus_lexicon(c);
  for (size_t row = 0, i = 0; row < c->rows; row++) {
    if (c->use[row] != ROW_VALIDATES) continue;
    Text text = corpus_text(c, row);
    v->texts[i] = (Text){v->words + at, text.length};
    v->targets[i++] = c->target[row];
    for (size_t t = 0; t < text.length; t++) {
      uint32_t word = text.words[t];
      v->words[at++] = word < vocabulary && !learned[word] ? lexicon_unknown(&lexicon, vocabulary, word) : word;
    }
  }
}

Status validation_new(const Corpus *c, size_t known, Validation *v, Error *error) {
  size_t words = 0, labels = c->labels.keys.count;
  *v = (Validation){0};
  for (size_t row = 0; row < c->rows; row++) {
    if (c->use[row] != ROW_VALIDATES) continue;
    v->count++;
    words += corpus_text(c, row).length;
  }
  if (v->count == 0) return STATUS_OK;
  bool *learned = find_learned(c, known);
  v->texts = calloc(v->count, sizeof *v->texts);
  v->targets = calloc(v->count, sizeof *v->targets);
  v->words = calloc(words + 1, sizeof *v->words);
  v->logits = calloc(v->count * labels, sizeof *v->logits);
  v->margins = calloc(v->count * labels, sizeof *v->margins);
  v->kept = calloc(v->count * labels, sizeof *v->kept);
  bool ok = learned && v->texts && v->targets && v->words && v->logits && v->margins && v->kept;
  Status status = ok ? score_new(labels, &v->score, error) : error_no_memory(error);
  if (status)
    validation_free(v);
  else
    copy_rows(c, learned, v);
  free(learned);
  return status;
}

static void judge(Validation *v, const Model *m, float *z, float *p, Judgement *judgement) {
  size_t labels = m->parameters.shape.labels, known = 0;
  double loss = 0.0;
  score_clear(&v->score);
  for (size_t i = 0; i < v->count; i++) {
    uint32_t target = v->targets[i];
    memcpy(z, v->logits + i * labels, labels * sizeof *z);
    blend_forward(&m->blend, labels, linear_exists(&m->linear) ? v->margins + i * labels : NULL, z);
    output_softmax(1, labels, z, p);
    score_add(&v->score, target, predict_best(p, labels));
    if (target == OUTPUT_NO_TARGET) continue;
    known++;
    loss -= log(p[target] < 1e-37f ? 1e-37f : p[target]);
  }
  *judgement = (Judgement){loss / (double)(known ? known : 1), score_accuracy(&v->score),
                           score_macro_f1(&v->score)};
}

Status validation_judge(Validation *v, const Model *m, const Lexicon *lexicon, Workers *workers,
                        Poll poll, Judgement *judgement, Error *error) {
  size_t threads = workers_count(workers), labels = m->parameters.shape.labels;
  Scratch *scratches = calloc(threads, sizeof *scratches);
  float *row = calloc(2 * labels, sizeof *row);
  Status status = scratches && row ? STATUS_OK : error_no_memory(error);
  if (!status)
    status = predict_branches(m, lexicon, v->texts, v->count, workers, scratches, poll, v->logits,
                              linear_exists(&m->linear) ? v->margins : NULL, error);
  if (!status) judge(v, m, row, row + labels, judgement);
  for (size_t i = 0; scratches && i < threads; i++) scratch_free(&scratches[i]);
  free(scratches);
  free(row);
  return status;
}

void validation_keep(Validation *v) {
  if (v->count) memcpy(v->kept, v->logits, v->count * v->score.labels * sizeof *v->kept);
}

void validation_calibrate(Validation *v, Model *m) {
  blend_fit(&m->blend, v->count, m->parameters.shape.labels, v->kept,
            linear_exists(&m->linear) ? v->margins : NULL, v->targets);
}
