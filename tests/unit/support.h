/* support.h -- what the unit tests of model/ share.
**
** Each tests/unit/test_x.c is a program that tests model/x.c and runs in the
** root of the repository. A helper that cannot do its work fails the test that
** called it; what it returns is for the caller to free unless it says otherwise.
*/
#ifndef CLASSIFY_SUPPORT_H
#define CLASSIFY_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/safetensors_writer.h"
#include "base/status.h"
#include "classifier/model.h"
#include "linear/linear.h"
#include "network/network.h"
#include "network/parameters.h"
#include "text/batch.h"
#include "train/training.h"

#define TEST(name) static void name(void **fixture __attribute__((unused)))
#define SHARED __attribute__((unused)) static /* in a header of tests: not all of them use it */
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- statuses ------------------------------------------------------------- */

/* What every call under test writes its sentence into. */
extern Error error;

#define assert_ok(call) check_status(call, STATUS_OK, #call, __FILE__, __LINE__)
#define assert_status(call, expected) check_status(call, expected, #call, __FILE__, __LINE__)
void check_status(Status status, Status expected, const char *call, const char *file, int line);

/* The call fails with STATUS_INVALID and its sentence has `part` in it. */
#define assert_invalid(call, part) check_invalid(call, part, #call, __FILE__, __LINE__)
void check_invalid(Status status, const char *part, const char *call, const char *file, int line);

/* ---- polls ---------------------------------------------------------------- */

/* A poll that proceeds `after` times, then says stop: (Poll){stop_later, &stop}. */
typedef struct Stop {
  size_t after, asked;
} Stop;
bool stop_later(void *stop);

/* ---- floats --------------------------------------------------------------- */

/* Values against reference tensors that were computed in double: both sides
** are rounded to float at the end (6e-8 of a value), and C rounds each of the
** few hundred sums and products in between. Values are about 1, so that stays
** below 2e-6 here; a wrong formula is off by 1e-3 at least.
*/
#define REFERENCE_TOLERANCE 1e-5

/* |actual - expected| <= tolerance (1 + |expected|), and neither is NaN. */
#define assert_close(actual, expected, count, tolerance) \
  check_close(actual, expected, count, tolerance, #actual, __FILE__, __LINE__)
void check_close(const float *actual, const float *expected, size_t count, double tolerance,
                 const char *name, const char *file, int line);

#define assert_near(actual, expected, tolerance) \
  check_near(actual, expected, tolerance, #actual, __FILE__, __LINE__)
void check_near(double actual, double expected, double tolerance, const char *name,
                const char *file, int line);

void *allocate(size_t count, size_t size); /* zeroed */
void fill_normal(float *values, size_t count, float deviation, uint64_t seed);

/* Sum of a[i] b[i]. With fixed random b it makes a loss of a layer's output,
** whose gradient is b.
*/
double dot(const float *a, const float *b, size_t count);

/* Holds gradient[i] against the slope of loss() along x[i], by central
** differences over five points:
**
**   (8 (f(x + h) - f(x - h)) - (f(x + 2h) - f(x - 2h))) / 12 h      h = 1/32
**
** The formula is off by h^4 / 30 times the fifth derivative: 3e-8 of it. A loss
** of a few terms about 1 carries float rounding of about 3e-7, and the division
** makes 1e-5 of it. Hence the tolerance of 1e-4 (1 + |slope|).
*/
typedef double Loss(void *context);
#define assert_gradient(loss, context, x, count, gradient) \
  check_gradient(loss, context, x, count, gradient, (Place){#gradient, __FILE__, __LINE__})
typedef struct Place {
  const char *name, *file;
  int line;
} Place;
void check_gradient(Loss *loss, void *context, float *x, size_t count, const float *gradient, Place place);

/* ---- reference tensors ------------------------------------------------------ */

/* A file of tests/reference; make_reference.py says what is in it. */
typedef struct Reference {
  uint8_t *bytes;
  size_t size;
  uint8_t *numbers; /* the same, with the numbers of the tensors as this processor has them */
  SafeTensors tensors;
} Reference;

Reference reference_open(const char *name); /* "gru": tests/reference/gru.safetensors */
void reference_close(Reference *reference);

/* Fail the test if there is no such tensor. The pointers are into `reference`. */
float *reference_floats(const Reference *reference, const char *name);
const int32_t *reference_integers(const Reference *reference, const char *name);
size_t reference_dimension(const Reference *reference, const char *name, size_t dimension);

/* The tensors called prefix + parameters_name(). */
Parameters reference_parameters(const Reference *reference, const char *prefix);

/* ---- batches ---------------------------------------------------------------- */

/* A batch of texts in which every token is a word of its own: word i * steps + t
** is token t of text i.
*/
Batch distinct_batch(const int32_t *lengths, size_t texts, size_t steps);

/* From [texts][steps][width], as the caller has it, to the places of the batch:
** [tokens][width]; and back, with zeros where a text has no token.
*/
void pack(const Batch *batch, size_t steps, size_t width, const float *values, float *packed);
float *unpack(const Batch *batch, size_t steps, size_t width, const float *packed);

/* From rows of the batch [texts][width] to the caller's order. */
float *unsort(const Batch *batch, size_t width, const float *rows);

/* A gradient of distinct words [distinct][width] as one of a table [words][width]. */
float *scatter(const Batch *batch, size_t words, size_t width, const float *distinct);

/* ---- words and branches -------------------------------------------------------- */

/* The words of a subword list, in their order. */
Subwords make_spelling(const char *const *words, size_t count);

/* A linear branch of random weights, with every third pair of words or so; folded.
** Without buckets words are not spelled.
*/
Linear random_linear(size_t vocabulary, size_t labels, size_t buckets, uint64_t seed);

/* The file that a writer holds, as bytes and as what its header says. */
Reference end_file(SafeTensorsWriter *writer);

/* ---- something to learn ------------------------------------------------------ */

/* Made-up reports on three subjects. Each has three words of its own subject
** among common ones, so that a model can tell all of them apart.
*/
enum { SAMPLE_LABELS = 3, SAMPLE_SIZE = 256 };
void sample_text(size_t number, char text[SAMPLE_SIZE]);
Label sample_label(size_t number);
Label text_label(const char *text);

/* Small, quick, one thread; a few epochs learn the samples. */
TrainingOptions sample_options(void);

Training *sample_training(const TrainingOptions *options, size_t rows); /* not begun */
void add_row(Training *training, const char *text, Label label, RowUse use);

/* Epochs until the last; the last one. */
Epoch train_to_end(Training *training);
Model *end_training(Training *training); /* and frees it */
Model *sample_model(const TrainingOptions *options, size_t rows);

#endif
