/* files.h -- the encoders of tests/reference/encoders, which make_encoders.py describes. */
#ifndef CLASSIFY_TEST_FILES_H
#define CLASSIFY_TEST_FILES_H

#include <stdio.h>
#include <stdlib.h>

#include "encoder/encoder.h"
#include "unit/support.h"

/* A file's contents, for free(). */
SHARED char *read_file(const char *encoder, const char *name, size_t *length) {
  char path[256];
  snprintf(path, sizeof path, "tests/reference/encoders/%s/%s", encoder, name);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  assert_int_equal(fseek(file, 0, SEEK_END), 0);
  *length = (size_t)ftell(file);
  rewind(file);
  char *bytes = allocate(*length + 1, 1);
  assert_int_equal(fread(bytes, 1, *length, file), *length);
  fclose(file);
  return bytes;
}

SHARED EncoderFiles open_files(const char *encoder) {
  EncoderFiles f;
  f.config = read_file(encoder, "config.json", &f.config_length);
  f.tokenizer = read_file(encoder, "tokenizer.json", &f.tokenizer_length);
  f.weights = (uint8_t *)read_file(encoder, "model.safetensors", &f.weights_size);
  return f;
}

SHARED void close_files(EncoderFiles *f) {
  free((char *)f->config);
  free((char *)f->tokenizer);
  free((uint8_t *)f->weights);
}

#endif
