#include "teacher/zero_shot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/matrix.h"
#include "base/memory.h"
#include "network/output.h"

enum { ROUNDS = 5, BLOCK = 256 };

typedef struct Rounds {
  const ZeroShot *asked;
  float *names;    /* [labels][size] */
  float *centres;  /* [labels][size], then how many texts each has [labels] */
  float *scores;   /* [texts][labels] by the centres that `multiply` reads */
  const float *multiplied; /* [labels][size] */
} Rounds;

/* The mean of a label's phrases; where it has none, of its labelled texts. */
static void find_names(Rounds *r) {
  const ZeroShot *z = r->asked;
  memset(r->names, 0, z->labels * z->size * sizeof *r->names);
  for (size_t i = 0; i < z->phrases; i++)
    matrix_add_scaled(z->size, 1.0f, z->vectors + (z->texts + i) * z->size, r->names + z->phrase_labels[i] * z->size);
  for (size_t l = 0; l < z->labels; l++) {
    bool named = matrix_squares(z->size, r->names + l * z->size) > 0;
    for (size_t i = 0; i < z->texts && !named; i++)
      if (z->targets[i] == l) matrix_add_scaled(z->size, 1.0f, z->vectors + i * z->size, r->names + l * z->size);
    matrix_normalise(z->size, r->names + l * z->size);
  }
}

/* scores of a block of texts */
static Status multiply(void *context, size_t block, size_t worker, Error *error) {
  (void)worker;
  (void)error;
  const Rounds *r = context;
  const ZeroShot *z = r->asked;
  size_t begin = block * BLOCK, count = z->texts - begin < BLOCK ? z->texts - begin : BLOCK;
  matrix_product_bt((Matrix){z->vectors + begin * z->size, count, z->size}, (Matrix){r->multiplied, z->labels, z->size},
                    0.0f, r->scores + begin * z->labels);
  return STATUS_OK;
}

static Status score(Rounds *r, const float *by, float *scores, Workers *workers, Error *error) {
  r->multiplied = by;
  r->scores = scores;
  return workers_run(workers, (r->asked->texts + BLOCK - 1) / BLOCK, multiply, r, error);
}

static void move_centres(Rounds *r) {
  const ZeroShot *z = r->asked;
  float *counts = r->centres + z->labels * z->size;
  memset(r->centres, 0, z->labels * (z->size + 1) * sizeof *r->centres);
  for (size_t i = 0; i < z->texts; i++) {
    uint32_t own = z->targets[i];
    uint32_t label = own < z->labels ? own : output_argmax(r->scores + i * z->labels, z->labels);
    matrix_add_scaled(z->size, 1.0f, z->vectors + i * z->size, r->centres + label * z->size);
    counts[label] += 1.0f;
  }
  for (size_t l = 0; l < z->labels; l++) {
    float *centre = r->centres + l * z->size;
    for (size_t i = 0; i < z->size; i++) centre[i] /= fmaxf(counts[l], 1.0f);
    matrix_add_scaled(z->size, 1.0f, r->names + l * z->size, centre);
    matrix_normalise(z->size, centre);
  }
}

Status zero_shot_scores(const ZeroShot *z, Workers *workers, float *by_names, float *by_centres, Error *error) {
  Rounds r = {.asked = z, .names = memory_floats(memory_product(z->labels, z->size)),
              .centres = memory_floats(memory_product(z->labels, z->size + 1))};
  Status status = r.names && r.centres ? STATUS_OK : error_no_memory(error);
  if (!status) {
    find_names(&r);
    status = score(&r, r.names, by_names, workers, error);
  }
  for (int round = 0; round < ROUNDS && !status; round++) {
    if (round == 0) memcpy(by_centres, by_names, z->texts * z->labels * sizeof *by_names);
    r.scores = by_centres;
    move_centres(&r);
    status = score(&r, r.centres, by_centres, workers, error);
  }
  free(r.names);
  free(r.centres);
  return status;
}
