#include "teacher/teacher.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"

/* The centre and the principal components come from this many texts. */
enum { SAMPLE = 4000 };

/* Of the last layer, and of those at two thirds and one third of the height: found by measuring. */
static const float LAYER_WEIGHTS[SENTENCE_LAYERS] = {0.5f, 0.7f, 1.0f};

Status teacher_new(const Encoder *encoder, Teacher **teacher, Error *error) {
  Teacher *t = calloc(1, sizeof *t);
  if (!t) return error_no_memory(error);
  t->encoder = encoder;
  *teacher = t;
  return STATUS_OK;
}

void teacher_free(Teacher *t) {
  if (!t) return;
  encoder_texts_free(&t->texts);
  strings_free(&t->strings);
  free(t->number);
  free(t->vectors);
  free(t->known);
  free(t->features);
  free(t);
}

/* ---- texts --------------------------------------------------------------------------------- */

Status teacher_add_text(Teacher *t, const char *text, size_t length, Error *error) {
  Status status = STATUS_OK;
  if (t->encoder) {
    status = encoder_tokenize(t->encoder, text, length, &t->texts, error);
  } else {
    if (!memory_grow(&t->number, &t->number_capacity, t->count + 1, sizeof *t->number)) return error_no_memory(error);
    t->number[t->count] = strings_add(&t->strings, text, length);
    if (t->number[t->count] == STRINGS_NONE) status = error_no_memory(error);
  }
  t->count += !status;
  return status;
}

static Status begin_vectors(Teacher *t, size_t size, Error *error) {
  if (size && t->strings.count > SIZE_MAX / size) return error_no_memory(error);
  t->vectors = memory_floats(t->strings.count * size);
  t->known = calloc(t->strings.count + 1, sizeof *t->known);
  t->vector_size = size;
  return t->vectors && t->known ? STATUS_OK : error_no_memory(error);
}

Status teacher_add_vector(Teacher *t, const char *text, size_t length, const float *vector, size_t size,
                          Error *error) {
  Status status = t->vectors ? STATUS_OK : begin_vectors(t, size, error);
  if (status) return status;
  if (size != t->vector_size)
    return error_set(error, STATUS_INVALID, "the vector of the text '%.60s' has %zu numbers, expected %zu as those "
                     "before", text, size, t->vector_size);
  for (size_t i = 0; i < size; i++)
    if (!isfinite(vector[i]))
      return error_set(error, STATUS_INVALID, "the vector of the text '%.60s' has a number that is not finite", text);
  uint32_t number = strings_find(&t->strings, text, length);
  if (number == STRINGS_NONE) return STATUS_OK;
  memcpy(t->vectors + number * size, vector, size * sizeof *vector);
  t->known[number] = true;
  return STATUS_OK;
}

bool teacher_knows(const Teacher *t, size_t text) { return t->encoder || (t->known && t->known[t->number[text]]); }

/* ---- features --------------------------------------------------------------------------------- */

typedef struct Reading {
  Teacher *teacher;
  SentenceFeatures features;
  size_t layers[SENTENCE_LAYERS];
  uint32_t *sample; /* [sample_count] texts that the features are learned from */
  size_t sample_count;
  float *vectors;   /* [sample_count][layers * hidden] of them */
} TeacherReading;

/* The layers, from low to high, each once. */
static void choose_layers(TeacherReading *r) {
  const Teacher *t = r->teacher;
  size_t last = t->encoder ? t->encoder->transformer.config.layers : 0;
  for (size_t i = 0; i < SENTENCE_LAYERS; i++) {
    size_t layer = (last * (i + 1) + SENTENCE_LAYERS - 1) / SENTENCE_LAYERS;
    if (r->features.layers && r->layers[r->features.layers - 1] == layer) r->features.layers--;
    r->features.weights[r->features.layers] = LAYER_WEIGHTS[i];
    r->layers[r->features.layers++] = layer;
  }
  r->features.hidden = t->encoder ? encoder_size(t->encoder) : t->vector_size;
}
