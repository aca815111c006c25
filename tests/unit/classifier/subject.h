/* subject.h -- models of random parameters with any parts, and random texts: what the tests
** of predict.h and explain.h have in common.
*/
#ifndef CLASSIFY_SUBJECT_H
#define CLASSIFY_SUBJECT_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "classifier/predict.h"
#include "network/output.h"
#include "unit/support.h"

enum { VOCABULARY = 20, LABELS = 3, TEXTS = 150, MOST_LENGTH = 12 }; /* more texts than a pass takes */

/* A word's vector and a product over other rows may be rounded otherwise. A finished
** model takes its sums in another order, and its gates in another formula: each is
** within 3e-7 of the true value (simd.h), and a few of those errors meet in a logit
** of up to 10. A part that is wrong or missing is off by 1e-3 at least.
*/
SHARED const double SAME = 1e-6, FINISHED = 1e-5;

/* Words that are not in the vocabulary, for models that spell them. */
static const char *const OTHERS[] = {"raining", "inkwell", "\u96ea\u96e8", "a", "overwrought"};

static uint32_t words[TEXTS * MOST_LENGTH], spelled_words[TEXTS * MOST_LENGTH];
static Text texts[TEXTS], spelled_texts[TEXTS];
static Subwords others;

SHARED int make_texts(void **unused) {
  (void)unused;
  Random random = random_stream(8, 0, 0);
  for (size_t w = 0; w < COUNT(words); w++) {
    words[w] = (uint32_t)random_below(&random, VOCABULARY);
    spelled_words[w] = (uint32_t)random_below(&random, VOCABULARY + COUNT(OTHERS));
  }
  for (size_t i = 0; i < TEXTS; i++) {
    size_t length = random_below(&random, MOST_LENGTH + 1);
    texts[i] = (Text){words + i * MOST_LENGTH, length};
    spelled_texts[i] = (Text){spelled_words + i * MOST_LENGTH, length};
  }
  others = make_spelling(OTHERS, COUNT(OTHERS));
  return 0;
}

SHARED int free_texts(void **unused) {
  (void)unused;
  subwords_free(&others);
  return 0;
}

/* ---- models ------------------------------------------------------------------------ */

/* Random parameters, and words "w1", "w2" ... for predict_labels(). A Subject may not
** be copied once it is finished: it then points at its own parameters.
*/
typedef struct Subject {
  Model model;
  Lexicon lexicon;
  const Text *texts; /* [TEXTS] */
  const uint32_t *words;
} Subject;

SHARED Subject subject_of(Shape shape, size_t max_tokens) {
  bool spelled = shape.buckets > 0;
  Subject s = {.model = {.reading.max_tokens = max_tokens, .calibration = {1.0f, 1.0f}}};
  s.lexicon = (Lexicon){.subwords = &others, .folded = true}; /* as tokens_lexicon() gives it, always */
  s.texts = spelled ? spelled_texts : texts;
  s.words = spelled ? spelled_words : words;
  shape.vocabulary = VOCABULARY;
  shape.embedding = 6;
  if (!shape.labels) shape.labels = LABELS;
  assert_ok(parameters_new(&shape, (Poll){0}, &s.model.parameters, &error));
  fill_normal(s.model.parameters.block, s.model.parameters.count, 0.6f, 2);
  for (uint32_t w = 1; w < VOCABULARY; w++) {
    char word[8];
    int length = snprintf(word, sizeof word, "w%u", w);
    assert_int_equal(strings_add(&s.model.vocabulary.words, word, (size_t)length), w - 1);
  }
  return s;
}

SHARED Subject make_subject(size_t hidden, size_t positions) {
  return subject_of((Shape){.hidden = hidden, .positions = positions}, MOST_LENGTH);
}

SHARED void subject_free(Subject *s) {
  inference_free(&s->model.inference);
  parameters_free(&s->model.parameters);
  linear_free(&s->model.linear);
  vocabulary_free(&s->model.vocabulary);
}

SHARED void finish(Subject *s, Precision precision) {
  s->model.precision = precision;
  assert_ok(model_finish(&s->model, &error));
}

/* All combinations of parts, 0 .. PARTS - 1. The network reads 7 tokens of a text
** in some, so that only the linear branch sees the rest.
*/
enum { PARTS = 32 };
SHARED Subject part_subject_of(unsigned parts, size_t positions, size_t labels) {
  bool gru = parts & 1, spelled = parts & 2, pooled = parts & 4, linear = parts & 8, cut = parts & 16;
  Subject s = subject_of((Shape){.hidden = gru ? 4 : 0, .buckets = spelled ? 9 : 0, .pooled = pooled,
                                 .positions = positions, .labels = labels},
                         cut ? 7 : MOST_LENGTH);
  if (linear) s.model.linear = random_linear(VOCABULARY, labels, spelled ? 11 : 0, 5);
  s.model.calibration = (Calibration){0.8f, linear ? 1.7f : 9.0f}; /* the other scale scales nothing */
  return s;
}
SHARED Subject part_subject(unsigned parts) { return part_subject_of(parts, 5, LABELS); }

/* ---- the same by hand ------------------------------------------------------------------ */

/* The blended logits of one text, from the branches themselves. */
SHARED void logits_in(const Model *m, const Lexicon *lexicon, Text text, float logits[LABELS]) {
  Pass pass = {0};
  float margins[LABELS] = {0};
  ReadingBuffer buffer = {0};
  Text read;
  assert_ok(reading_read(&m->reading, m->parameters.shape.padding.word, &text, 1, &buffer, &read, &error));
  assert_ok(batch_fill(&pass.batch, &read, 1, lexicon_words(lexicon, VOCABULARY), &error));
  assert_ok(pass_reserve(&pass, &m->parameters.shape, false, &error));
  assert_ok(network_forward(&m->parameters, lexicon, NULL, &pass, &error));
  if (linear_exists(&m->linear)) {
    TfidfVector vector = {0};
    assert_ok(tfidf_vector(&m->linear.tfidf, NULL, text, &vector, &error));
    assert_ok(linear_forward(&m->linear, lexicon, &vector, margins, &error));
    tfidf_vector_free(&vector);
  }
  for (size_t c = 0; c < m->parameters.shape.labels; c++)
    logits[c] = m->calibration.network * pass.logits[c] + m->calibration.linear * margins[c];
  pass_free(&pass);
  reading_buffer_free(&buffer);
}

SHARED void logits_of(const Subject *s, Text text, float logits[LABELS]) {
  logits_in(&s->model, &s->lexicon, text, logits);
}

SHARED void probabilities_of(const Subject *s, Text text, float expected[LABELS]) {
  float logits[LABELS];
  logits_of(s, text, logits);
  output_softmax(1, s->model.parameters.shape.labels, logits, expected);
}

/* ---- texts as they were written ------------------------------------------------------ */

/* Tokens between spaces; one that is "!" fails. */
SHARED Status split_at_spaces(const Tokenizer *tokenizer, const char *text, size_t length, Poll poll, TokenSink *sink,
                              void *context, Error *e) {
  (void)tokenizer;
  (void)poll;
  for (size_t at = 0, end; at < length; at = end + 1) {
    for (end = at; end < length && text[end] != ' '; end++) continue;
    if (end == at + 1 && text[at] == '!') return error_set(e, STATUS_INVALID, "a token is '!'");
    const Token token = {.text = text + at, .length = end - at, .start = at, .end = end};
    if (end > at && !sink(context, &token)) break;
  }
  return STATUS_OK;
}
SHARED const Tokenizer at_spaces = {split_at_spaces};

/* A text as its words are written, for free(); word 0 is one that is not known. */
SHARED TextBytes write_text(Text text) {
  char *bytes = allocate(text.length * 24, 1);
  size_t length = 0;
  for (size_t t = 0; t < text.length; t++) {
    uint32_t w = text.words[t];
    length += w < VOCABULARY ? (size_t)sprintf(bytes + length, "w%u ", w)
                             : (size_t)sprintf(bytes + length, "%s ", OTHERS[w - VOCABULARY]);
  }
  return (TextBytes){.bytes = bytes, .length = length, .asked = LABELS_NONE};
}

/* A poll that says stop. */
SHARED bool stop(void *context) {
  (void)context;
  return false;
}

#endif
