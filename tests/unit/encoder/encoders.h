/* encoders.h -- tiny encoders of random weights, and workers to run them. */
#ifndef CLASSIFY_ENCODERS_H
#define CLASSIFY_ENCODERS_H

#include <string.h>

#include "unit/encoder/files.h"

SHARED Encoder *open_encoder(const char *name) {
  EncoderFiles files = open_files(name);
  Encoder *encoder;
  assert_ok(encoder_new(&files, &encoder, &error));
  close_files(&files);
  return encoder;
}

SHARED Workers *new_workers(size_t threads) {
  Workers *workers;
  assert_ok(workers_new(threads, (Poll){0}, &workers, &error));
  return workers;
}

/* The vector of one text, of length 1. */
SHARED void embed(const Encoder *encoder, const char *text, float *vector) {
  EncoderTexts texts = {0};
  Workers *workers = new_workers(0);
  assert_ok(encoder_tokenize(encoder, text, strlen(text), &texts, &error));
  assert_ok(encoder_embed(encoder, &texts, workers, NULL, vector, &error));
  workers_free(workers);
  encoder_texts_free(&texts);
}

#endif
