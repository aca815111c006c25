#include "train/defaults.h"

#include "base/workers.h"

const TrainingOptions TRAINING_DEFAULTS = {
    .learning_rate = 2e-3,
    .dropout = 0.3,
    .validation = -1,
    .seed = 1,
    .max_tokens = 256,
    .min_count = 1,
    .max_vocabulary = 50000,
    .hidden = HIDDEN_BY_ROWS,
    .subwords = true,
    .max_pool = true,
    .linear = true,
    .compress = true,
};

/* A small table needs many epochs to make enough steps, and so does one with many labels, the more so where each of
** them is learned as a probability. To go on from a model takes few. A large one has seen enough after one or two.
*/
static size_t choose_epochs(size_t rows, size_t labels, bool from, bool probable) {
  if (from) return rows < 3000 ? 5 : 3;
  if (rows < 53) return rows < 16 ? 50 : 800 / rows;
  if (rows < 3000) return 15;
  if (rows >= 1000000) return rows >= 5000000 ? 1 : 2;
  return rows >= 20000 ? 3 : labels <= 20 ? 4 : probable ? 10 : 6;
}

Calibration defaults_calibration(bool linear, bool vectors, size_t rows) {
  float n = (float)rows, trust = vectors ? 1.0f : n / (n + 300.0f);
  return linear ? (Calibration){0.3f * trust, 2.5f} : (Calibration){0.5f, 1.0f};
}

RelevancePrior defaults_relevance(bool linear, bool vectors, size_t rows) {
  float n = (float)rows, network = defaults_calibration(linear, vectors, rows).network;
  return (RelevancePrior){{network, linear ? 3.5f : 1.0f, linear ? 0.7f : 0.0f}, 0.45f * n / (n + 200.0f)};
}

enum {
  FEW_LABELLED = 1000,
  MOST_HELD_OUT = 50000, /* the standard error of their accuracy is 0.22 points at most */
  LARGE = 1000000,       /* rows, of a table ... */
  FEW_HELD_OUT = 20      /* ... of which at most a 20th was held out: to learn from these too gains nothing */
};

double defaults_validation(size_t labelled, bool taught) {
  if (taught && labelled < FEW_LABELLED) return 0.0;
  return labelled > 10 * MOST_HELD_OUT ? MOST_HELD_OUT / (double)labelled : 0.1;
}

bool defaults_final_fit(size_t labelled, size_t held_out) {
  return held_out > 0 && !(labelled >= LARGE && held_out <= labelled / FEW_HELD_OUT);
}

bool defaults_cross_validates(size_t labelled) { return labelled < FEW_LABELLED; }

static const struct NetworkSize {
  size_t embedding, hidden;
} SIZES[NETWORK_SIZES] = {{128, 64}, {96, 32}, {64, 32}, {32, 32}};

size_t defaults_network(size_t rows) {
  enum { FEW = 500 };
  return rows < FEW;
}

void defaults_set_network(TrainingOptions *o, size_t size) {
  if (o->embedding == 0) o->embedding = SIZES[size].embedding;
  if (o->hidden == HIDDEN_BY_ROWS) o->hidden = SIZES[size].hidden;
}

enum { MANY_LABELS = 1000 }; /* of which most of a step is to update the output layer: fewer steps, then */

void defaults_sizes(TrainingOptions *o, size_t rows, size_t labels, bool from, bool probable) {
  bool large = rows >= 100000 || labels >= MANY_LABELS;
  if (o->batch_size == 0) o->batch_size = rows < 3000 ? 8 : large ? 64 : 32;
  if (o->epochs == 0) o->epochs = choose_epochs(rows, labels, from, probable);
  if (o->threads == 0) o->threads = workers_processors();
}
