#include "teacher/teacher.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/time_chunks.h"

/* The centre and the principal components come from this many texts. */
enum { SAMPLE = 4000, CHUNK = 16 /* texts of a thread, at least */ };

/* Of the time that is left. What comes after the reading is the guessing. */
static const double TUNING_SHARE = 0.5, READING_SHARE = 0.6;
static const double SAMPLING_SHARE = 0.5; /* of the reading: principal components take time, too */

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
  free(t->unread);
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
  size_t known, sample, read; /* read: texts of `order` */
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

/* Puts these texts before all others. */
static Status put_first(FeatureReading *r, const uint32_t *first, size_t count, Error *error) {
  bool *is_first = calloc(r->teacher->count + 1, sizeof *is_first);
  uint32_t *order = malloc((r->teacher->count + 1) * sizeof *order);
  size_t placed = 0;
  if (!is_first || !order) {
    free(is_first);
    free(order);
    return error_no_memory(error);
  }
  for (size_t i = 0; i < count; i++) {
    is_first[first[i]] = true;
    if (teacher_knows(r->teacher, first[i])) order[placed++] = first[i];
  }
  for (size_t i = 0; i < r->known; i++)
    if (!is_first[r->order[i]]) order[placed++] = r->order[i];
  free(r->order);
  free(is_first);
  r->order = order;
  return STATUS_OK;
}

static Status reading_begin(FeatureReading *r, uint64_t seed, Error *error) {
  Teacher *t = r->teacher;
  Random random = random_stream(seed, RANDOM_TEACHER, 0);
  choose_layers(r);
  free(t->unread);
  t->unread = NULL;
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
  size_t begin = (size_t)(r->number - r->order);
  memcpy(r->vectors + (begin + text) * width(r), vectors, width(r) * sizeof *vectors);
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

typedef void TakeVectors(void *context, size_t text, size_t worker, const float *vectors);

/* Runs the encoder over texts order[begin .. end - 1]. */
static Status run_encoder(FeatureReading *r, size_t begin, size_t end, TakeVectors *take, Error *error) {
  const Teacher *t = r->teacher;
  Status status = STATUS_OK;
  encoder_texts_clear(&r->texts);
  r->number = r->order + begin;
  for (size_t i = begin; i < end && !status; i++) status = encoder_texts_copy(&r->texts, &t->texts, r->order[i], error);
  EncoderSink sink = {r->layers, r->features.layers, take, r};
  return status ? status : encoder_run(t->tuned ? t->tuned : t->encoder, &r->texts, r->workers, sink, error);
}

/* Over those from r->read on, up to `end`, that there is time for. */
static Status run_in_time(FeatureReading *r, const TimeLeft *time, size_t end, TakeVectors *take, Error *error) {
  TimeChunks chunks = {.time = time, .count = end, .least = CHUNK * workers_count(r->workers), .begin = r->read,
                       .end = r->read};
  Status status = STATUS_OK;
  while (!status && time_chunks_next(&chunks)) status = run_encoder(r, chunks.begin, chunks.end, take, error);
  r->read = chunks.end;
  return status;
}

/* ---- the whole -------------------------------------------------------------------------------- */

static void copy_sample(FeatureReading *r) {
  const Teacher *t = r->teacher;
  for (size_t i = 0; i < r->sample; i++)
    memcpy(r->vectors + i * t->vector_size, t->vectors + t->number[r->order[i]] * t->vector_size,
           t->vector_size * sizeof *r->vectors);
}

static Status allocate_features(FeatureReading *r, Error *error) {
  Teacher *t = r->teacher;
  t->size = r->features.size;
  free(t->features);
  free(t->own_vectors);
  t->own_vectors = NULL;
  t->features = memory_floats(memory_product(t->count, t->size));
  t->vector_size = r->features.hidden;
  if (t->keeps_vectors) t->own_vectors = memory_floats(memory_product(t->count, t->vector_size));
  bool ok = t->features && (!t->keeps_vectors || t->own_vectors);
  return ok ? STATUS_OK : error_no_memory(error);
}

static void compute_features(const FeatureReading *r, size_t place, const float *vectors) {
  const Teacher *t = r->teacher;
  size_t text = r->order[place];
  keep_vector(r, text, vectors);
  sentence_features_of(&r->features, vectors, r->scratch, t->features + text * t->size);
}

/* Of the sample, whose vectors are there. */
static void compute_sample(const FeatureReading *r) {
  for (size_t i = 0; i < r->sample && !workers_stopped(r->workers); i++)
    compute_features(r, i, r->vectors + i * width(r));
}

/* Of vectors made elsewhere. */
static void compute_given(FeatureReading *r, const TimeLeft *time) {
  const Teacher *t = r->teacher;
  TimeChunks chunks = {.time = time, .count = r->known, .least = CHUNK};
  while (time_chunks_next(&chunks))
    for (size_t i = chunks.begin; i < chunks.end && !workers_stopped(r->workers); i++)
      compute_features(r, i, t->vectors + t->number[r->order[i]] * t->vector_size);
  r->read = chunks.end;
}

static Status mark_unread(const FeatureReading *r, Error *error) {
  Teacher *t = r->teacher;
  if (r->read == r->known) return STATUS_OK;
  t->unread = calloc(t->count, sizeof *t->unread);
  if (!t->unread) return error_no_memory(error);
  for (size_t i = r->read; i < r->known; i++) t->unread[r->order[i]] = true;
  return STATUS_OK;
}

Status teacher_tune(Teacher *t, LabelledTexts labelled, uint64_t seed, Workers *workers, Error *error) {
  TimePart part;
  TimeLeft time = time_part(t->time, TUNING_SHARE, &part);
  FineTuning tuning = {.encoder = t->encoder, .labelled = labelled, .seed = seed, .time = &time, .done = &t->steps,
                       .fewest_steps = t->learns_fully ? FINE_TUNING_STEPS : FINE_TUNING_FEWEST_STEPS};
  size_t before = atomic_load(&t->steps);
  tuning.labelled.texts = &t->texts;
  encoder_free(t->tuned);
  t->tuned = NULL;
  t->steps_taken = FINE_TUNING_STEPS;
  if (!t->encoder || !fine_tuning_possible(&tuning)) return STATUS_OK;
  Status status = fine_tuning_run(&tuning, workers, &t->tuned, error);
  t->steps_taken = atomic_load(&t->steps) - before;
  return status;
}

static Status read_with_encoder(FeatureReading *r, const TimeLeft *time, uint64_t seed, Error *error) {
  TimePart part;
  TimeLeft sampling = time_part(time, SAMPLING_SHARE, &part);
  Status status = run_in_time(r, &sampling, r->sample, take_sample, error);
  r->sample = r->read;
  if (!status) status = sentence_features_learn(&r->features, r->sample, r->vectors, seed, r->workers, error);
  if (!status) status = allocate_features(r, error);
  if (!status) compute_sample(r);
  return status ? status : run_in_time(r, time, r->known, take_features, error);
}

static Status read_given(FeatureReading *r, const TimeLeft *time, uint64_t seed, Error *error) {
  copy_sample(r);
  Status status = sentence_features_learn(&r->features, r->sample, r->vectors, seed, r->workers, error);
  if (!status) status = allocate_features(r, error);
  if (!status) compute_given(r, time);
  return status;
}

Status teacher_read(Teacher *t, const uint32_t *first, size_t count, uint64_t seed, Workers *workers, Error *error) {
  FeatureReading r = {.teacher = t, .workers = workers};
  TimePart part;
  TimeLeft time = time_part(t->time, READING_SHARE, &part);
  Status status = reading_begin(&r, seed, error);
  if (!status && time_left(&time) != INFINITY) status = put_first(&r, first, count, error);
  if (!status) status = (t->encoder ? read_with_encoder : read_given)(&r, &time, seed, error);
  if (!status) status = mark_unread(&r, error);
  reading_end(&r);
  return status;
}
