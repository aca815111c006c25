#include "teacher/teacher.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "base/random.h"

/* The centre and the principal components come from this many texts. */
enum { SAMPLE = 4000 };

/* Of layers from the lowest to the last, at even distances: found by measuring. */
static const float LAYER_WEIGHTS[SENTENCE_LAYERS] = {0.2f, 0.2f, 0.2f, 0.3f, 0.5f, 0.7f, 1.0f};

Status teacher_new(const Encoder *encoder, Teacher **teacher, Error *error) {
  Teacher *t = calloc(1, sizeof *t);
  if (!t) return error_no_memory(error);
  t->encoder = encoder;
  *teacher = t;
  return STATUS_OK;
}

void teacher_free(Teacher *t) {
  if (!t) return;
  encoder_free(t->tuned);
  encoder_texts_free(&t->texts);
  strings_free(&t->strings);
  free(t->number);
  free(t->vectors);
  free(t->known);
  free(t->features);
  free(t->own_vectors);
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
  t->vectors = memory_floats(memory_product(t->strings.count, size));
  t->known = calloc(t->strings.count + 1, sizeof *t->known);
  t->vector_size = size;
  return t->vectors && t->known ? STATUS_OK : error_no_memory(error);
}

Status teacher_add_vector(Teacher *t, const char *text, size_t length, const float *vector, size_t size,
                          Error *error) {
  Status status = t->vectors ? STATUS_OK : begin_vectors(t, size, error);
  if (status) return status;
  if (size != t->vector_size)
    return error_set(error, STATUS_INVALID, "the vector of the text '%.60s' has %zu number%s, expected %zu as those "
                     "before", text, size, size == 1 ? "" : "s", t->vector_size);
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

bool teacher_knows_text(const Teacher *t, const char *text, size_t length) {
  uint32_t number = t->known ? strings_find(&t->strings, text, length) : STRINGS_NONE;
  return t->encoder || (number != STRINGS_NONE && t->known[number]);
}

static Status copy_text(Teacher *t, const Teacher *from, size_t text, Error *error) {
  size_t length;
  if (!t->encoder) {
    const char *bytes = strings_get(&from->strings, from->number[text], &length);
    return teacher_add_text(t, bytes, length, error);
  }
  Status status = encoder_texts_copy(&t->texts, &from->texts, text, error);
  t->count += !status;
  return status;
}

/* Of the texts that the copy has. */
static Status copy_vectors(Teacher *t, const Teacher *from, Error *error) {
  Status status = STATUS_OK;
  for (uint32_t i = 0; from->known && i < from->strings.count && !status; i++) {
    size_t length;
    const char *bytes = strings_get(&from->strings, i, &length);
    const float *vector = from->vectors + i * from->vector_size;
    if (from->known[i]) status = teacher_add_vector(t, bytes, length, vector, from->vector_size, error);
  }
  return status;
}

Status teacher_copy(const Teacher *from, const uint32_t *rows, size_t count, size_t others, Teacher **copy,
                    Error *error) {
  Teacher *t = NULL;
  Status status = teacher_new(from->encoder, &t, error);
  for (size_t i = 0; i < count && !status; i++) status = copy_text(t, from, rows[i], error);
  for (size_t i = others; i < from->count && !status; i++) status = copy_text(t, from, i, error);
  if (!status) status = copy_vectors(t, from, error);
  if (status)
    teacher_free(t);
  else
    *copy = t;
  return status;
}

/* ---- features --------------------------------------------------------------------------------- */

typedef struct FeatureReading {
  Teacher *teacher;
  Workers *workers;
  SentenceFeatures features;
  size_t layers[SENTENCE_LAYERS];
  uint32_t *order; /* [teacher->count] texts that have a vector, in random order: the first are the sample */
  size_t known, sample;
  float *vectors;  /* [sample][layers][hidden] of the sample              */
  float *scratch;  /* [workers][layers][hidden]                           */
  EncoderTexts texts; /* the sample's, or the others'                  */
  const uint32_t *number; /* [texts.count] of these texts              */
} FeatureReading;

static void reading_end(FeatureReading *r) {
  sentence_features_free(&r->features);
  encoder_texts_free(&r->texts);
  free(r->order);
  free(r->vectors);
  free(r->scratch);
}

static size_t width(const FeatureReading *r) { return r->features.layers * r->features.hidden; }

/* The layers, from low to high, each once. */
static void choose_layers(FeatureReading *r) {
  const Encoder *encoder = r->teacher->encoder;
  size_t last = encoder ? encoder->transformer.config.layers : 0;
  SentenceFeatures *f = &r->features;
  for (size_t i = 0; i < SENTENCE_LAYERS; i++) {
    size_t layer = last * i / (SENTENCE_LAYERS - 1);
    if (f->layers && r->layers[f->layers - 1] == layer) f->layers--;
    f->weights[f->layers] = LAYER_WEIGHTS[i];
    r->layers[f->layers++] = layer;
  }
  double squares = matrix_squares(f->layers, f->weights);
  for (size_t i = 0; i < f->layers; i++) f->weights[i] = (float)(f->weights[i] / sqrt(squares));
  f->hidden = encoder ? encoder_size(encoder) : r->teacher->vector_size;
}

static Status reading_begin(FeatureReading *r, uint64_t seed, Error *error) {
  Teacher *t = r->teacher;
  Random random = random_stream(seed, RANDOM_TEACHER, 0);
  choose_layers(r);
  r->order = malloc((t->count + 1) * sizeof *r->order);
  if (!r->order) return error_no_memory(error);
  for (size_t i = 0; i < t->count; i++)
    if (teacher_knows(t, i)) r->order[r->known++] = (uint32_t)i;
  random_shuffle(&random, r->order, r->known);
  r->sample = r->known < SAMPLE ? r->known : SAMPLE;
  r->vectors = memory_floats(memory_product(r->sample, width(r)));
  r->scratch = memory_floats(memory_product(workers_count(r->workers), width(r)));
  return r->vectors && r->scratch ? STATUS_OK : error_no_memory(error);
}

/* Keeps the last layer's vector of a text, if that is wanted. */
static void keep_vector(const FeatureReading *r, size_t text, const float *vectors) {
  Teacher *t = r->teacher;
  size_t size = r->features.hidden;
  if (!t->keeps_vectors) return;
  memcpy(t->own_vectors + text * size, vectors + (r->features.layers - 1) * size, size * sizeof *vectors);
  matrix_normalise(size, t->own_vectors + text * size);
}

static void take_sample(void *context, size_t text, size_t worker, const float *vectors) {
  (void)worker;
  FeatureReading *r = context;
  memcpy(r->vectors + text * width(r), vectors, width(r) * sizeof *vectors);
  atomic_fetch_add(&r->teacher->done, 1);
}

/* Of a text that is not in the sample. */
static void take_features(void *context, size_t text, size_t worker, const float *vectors) {
  const FeatureReading *r = context;
  float *features = r->teacher->features + r->number[text] * r->features.size;
  keep_vector(r, r->number[text], vectors);
  sentence_features_of(&r->features, vectors, r->scratch + worker * width(r), features);
  atomic_fetch_add(&r->teacher->done, 1);
}

/* Runs the encoder over texts order[begin .. end - 1]. */
static Status run_encoder(FeatureReading *r, size_t begin, size_t end,
                          void (*take)(void *context, size_t text, size_t worker, const float *vectors),
                          Error *error) {
  const Teacher *t = r->teacher;
  Status status = STATUS_OK;
  encoder_texts_clear(&r->texts);
  r->number = r->order + begin;
  for (size_t i = begin; i < end && !status; i++) status = encoder_texts_copy(&r->texts, &t->texts, r->order[i], error);
  EncoderSink sink = {r->layers, r->features.layers, take, r};
  return status ? status : encoder_run(t->tuned ? t->tuned : t->encoder, &r->texts, r->workers, sink, error);
}

/* ---- the whole -------------------------------------------------------------------------------- */

static void copy_sample(FeatureReading *r) {
  const Teacher *t = r->teacher;
  for (size_t i = 0; i < r->sample; i++)
    memcpy(r->vectors + i * t->vector_size, t->vectors + t->number[r->order[i]] * t->vector_size,
           t->vector_size * sizeof *r->vectors);
}

/* The features of the sample, whose vectors are there, and of vectors made elsewhere. */
static Status compute_features(FeatureReading *r, Error *error) {
  Teacher *t = r->teacher;
  t->size = r->features.size;
  free(t->features);
  free(t->own_vectors);
  t->own_vectors = NULL;
  t->features = memory_floats(memory_product(t->count, t->size));
  t->vector_size = r->features.hidden;
  if (t->keeps_vectors) t->own_vectors = memory_floats(memory_product(t->count, t->vector_size));
  if (!t->features || (t->keeps_vectors && !t->own_vectors)) return error_no_memory(error);
  size_t there = t->encoder ? r->sample : r->known;
  for (size_t i = 0; i < there && !workers_stopped(r->workers); i++) {
    const float *vectors = t->encoder ? r->vectors + i * width(r)
                                      : t->vectors + t->number[r->order[i]] * t->vector_size;
    keep_vector(r, r->order[i], vectors);
    sentence_features_of(&r->features, vectors, r->scratch, t->features + r->order[i] * t->size);
  }
  return STATUS_OK;
}

Status teacher_tune(Teacher *t, LabelledTexts labelled, uint64_t seed, Workers *workers, Error *error) {
  FineTuning tuning = {.encoder = t->encoder, .labelled = labelled, .seed = seed, .done = &t->steps};
  tuning.labelled.texts = &t->texts;
  encoder_free(t->tuned);
  t->tuned = NULL;
  if (!t->encoder || !fine_tuning_possible(&tuning)) return STATUS_OK;
  return fine_tuning_run(&tuning, workers, &t->tuned, error);
}

Status teacher_read(Teacher *t, uint64_t seed, Workers *workers, Error *error) {
  FeatureReading r = {.teacher = t, .workers = workers};
  Status status = reading_begin(&r, seed, error);
  if (!status && t->encoder) status = run_encoder(&r, 0, r.sample, take_sample, error);
  if (!status && !t->encoder) copy_sample(&r);
  if (!status) status = sentence_features_learn(&r.features, r.sample, r.vectors, seed, workers, error);
  if (!status) status = compute_features(&r, error);
  if (!status && t->encoder) status = run_encoder(&r, r.sample, r.known, take_features, error);
  reading_end(&r);
  return status;
}
