/* stage_calibration.c -- fits the branches' scales on the rows held out, for the best epoch. */
#include "train/stage.h"

static bool wanted(const Training *t) { return t->validation.count > 0; }

static Status run(void *state, Training *t, bool *over, Error *error) {
  (void)state;
  (void)over;
  return validation_conclude(&t->validation, t->model, error);
}

const Stage STAGE_CALIBRATION = {.name = "calibrating", .wanted = wanted, .run = run};
