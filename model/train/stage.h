/* stage.h -- the stages of a training: what they share, and how one is run.
**
** training.c runs them in the order of its list and knows nothing else of them. A stage
** reads what those before it have made, in the Training below, and what it needs for
** itself is its state. So a new stage is a file, and a line in that list.
**
** Time limits, the stop file, interrupts and progress are training.c's: t->workers carry the
** poll, a stage asks training_ends_early() where it may leave off early, and says how far it is
** only where it can tell more than its name.
*/
#ifndef CLASSIFY_STAGE_H
#define CLASSIFY_STAGE_H

#include "train/epochs.h"
#include "train/memory_limit.h"
#include "train/text_folds.h"
#include "train/size_budget.h"
#include "train/stop_file.h"
#include "train/taught_labels.h"
#include "train/training.h"

struct Training {
  /* the rows and how to learn from them: the caller, then preparation.c */
  TrainingOptions options;
  char *tokenize;
  char *separator;          /* Model.separator, or NULL */
  const Model *from;        /* borrowed; or NULL */
  Corpus corpus;
  WordVectors vectors;
  Lexicon lexicon;
  TaughtLabels taught;      /* the teacher, if there is one */
  float *label_weights;     /* [labels] or NULL */
  size_t *label_rows;       /* [labels] with a label of their own, those held out too */
  Strings warnings;         /* warnings.h */
  bool validation_given;    /* the rows held out came as such, and stay held out      */
  SizeBudget budget;        /* of the model                                           */
  TrainingRows rows;        /* that are trained on                                    */
  size_t labelled;          /* rows with a label of their own, those held out too     */

  /* what the stages make, in their order */
  size_t pseudo_labelled;      /* rows, by STAGE_PSEUDO_LABELS or STAGE_TAUGHT_LABELS       */
  Model *model;                /* preparation.c; its linear branch: STAGE_LINEAR            */
  double linear_seconds;       /* that STAGE_LINEAR took                                    */
  Epochs *epochs;              /* STAGE_NETWORK, then STAGE_FINAL_FIT                       */
  Validation validation;       /* of the epochs; then as STAGE_CALIBRATION leaves it, or
                               ** of all rows by STAGE_CROSS_VALIDATION                     */
  Epoch best;                  /* the best epoch so far                                     */
  Parameters best_parameters;  /* its network, or that of the final fit                     */
  bool final_fit;              /* STAGE_FINAL_FIT is part of the training                   */
  TextFolds folds;                 /* of STAGE_CROSS_VALIDATION; none where it is not wanted    */

  /* of training.c */
  MemoryLimit memory;
  double started;           /* seconds, of clock.h: training_new() */
  double reserved, ending;  /* seconds of max_seconds that are kept back, and for the end alone: time_limit.h */
  StopFile *stop_file;      /* or NULL                           */
  Poll poll;                /* of the caller, for training_poll() */
  size_t stage;             /* under way, in the list            */
  void *state;              /* of that stage; NULL until it began */
  Workers *workers;         /* of the call under way             */
  Epoch *epoch;             /* that the call fills in            */
  size_t epoch_number;
};

typedef struct Stage {
  const char *name;    /* as progress says it; NULL: the epochs say it */
  bool gives_epochs;   /* each run is an epoch and fills in t->epoch   */
  size_t state_size;   /* of its state, zeroed before begin()          */
  bool (*wanted)(const Training *t);                                 /* NULL: always      */
  Status (*begin)(void *state, Training *t, Error *error);           /* NULL: no work     */
  Status (*run)(void *state, Training *t, bool *over, Error *error); /* *over comes true  */
  void (*progress)(const void *state, const Training *t, TrainingProgress *progress); /* NULL */
  void (*end)(void *state, Training *t);                             /* also after errors; NULL */
} Stage;

extern const Stage STAGE_TAUGHT_LABELS, STAGE_PSEUDO_LABELS, STAGE_LINEAR, STAGE_NETWORK, STAGE_CALIBRATION,
    STAGE_COMPRESSION, STAGE_FINAL_FIT, STAGE_CROSS_VALIDATION, STAGE_DESCRIPTION;

/* Whether max_seconds are over, or the stop file is there. Any thread may ask. */
bool training_ends_early(const Training *t);

/* Lists the rows of the corpus that are trained on, anew. */
Status training_list_rows(Training *t, Error *error);

#endif
