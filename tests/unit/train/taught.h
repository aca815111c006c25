/* taught.h -- small trainings with a teacher whose vectors tell the subject of a text, roughly. */
#ifndef CLASSIFY_TAUGHT_H
#define CLASSIFY_TAUGHT_H

#include "train/stage.h"
#include "unit/train/trainings.h"

enum { TAUGHT_ROWS = 90, TAUGHT_LABELLED = 15, TAUGHT_SIZE = 5 };

/* A vector about the axis of the label. */
SHARED void add_taught_vector(Training *t, const char *text, uint32_t label, uint64_t seed) {
  float vector[TAUGHT_SIZE];
  fill_normal(vector, TAUGHT_SIZE, 0.15f, seed);
  vector[label] += 1.0f;
  assert_ok(teacher_add_vector(training_teacher(t), text, strlen(text), vector, TAUGHT_SIZE, &error));
}

SHARED void add_taught_row(Training *t, size_t number, RowUse use) {
  char text[SAMPLE_SIZE];
  Label label = sample_label(number);
  sample_text(number, text);
  assert_ok(corpus_add(training_corpus(t), &tokenizer_unicode, text, strlen(text),
                       use == ROW_UNLABELLED ? NULL : &label, use, &error));
  assert_ok(teacher_add_text(training_teacher(t), text, strlen(text), &error));
}

SHARED Training *training_with_teacher(TrainingOptions options) {
  Training *t;
  Teacher *teacher;
  assert_ok(training_new(&options, "", NULL, &t, &error));
  assert_ok(teacher_new(NULL, &teacher, &error));
  training_set_teacher(t, teacher);
  return t;
}

/* Rows 0 .. labelled - 1 have a label, the others up to TAUGHT_ROWS have none; not begun. */
SHARED Training *taught_rows(TrainingOptions options, size_t labelled) {
  Training *t = training_with_teacher(options);
  for (size_t i = 0; i < TAUGHT_ROWS; i++) add_taught_row(t, i, i < labelled ? ROW_TRAINS : ROW_UNLABELLED);
  return t;
}

/* After the last text. */
SHARED void add_taught_vectors(Training *t) {
  for (size_t i = 0; i < TAUGHT_ROWS; i++) {
    char text[SAMPLE_SIZE];
    sample_text(i, text);
    add_taught_vector(t, text, (uint32_t)(i % SAMPLE_LABELS), 1000 + i);
  }
}

SHARED Training *taught_training(TrainingOptions options) {
  Training *t = taught_rows(options, TAUGHT_LABELLED);
  add_taught_vectors(t);
  begin(t);
  return t;
}

#endif
