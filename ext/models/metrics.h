/* metrics.h -- the column metrics of classify_models: how a model was trained and how good
** it is, as JSON. metrics_write.h writes it and metrics_read.h reads it; what its members
** are called stands here and nowhere else.
*/
#ifndef CLASSIFY_METRICS_H
#define CLASSIFY_METRICS_H

#define METRICS_ROWS "rows"                       /* learned from or held out               */
#define METRICS_VALIDATION_ROWS "validation_rows" /* held out, or judged by cross-validation */
#define METRICS_SKIPPED "skipped"                 /* rows without a text or a label         */
#define METRICS_LABELS "labels"                   /* their number                           */
#define METRICS_WORDS "words"                     /* of the vocabulary, their number        */
#define METRICS_BITS "bits"                       /* an object: of each number of the model */
#define METRICS_EMBEDDING "embedding"
#define METRICS_LINEAR "linear"
#define METRICS_CUT "cut"                         /* share of the texts above max_tokens    */
#define METRICS_GUESSED "guessed"                 /* texts that were given a pseudo-label;
                                                     absent where all texts had labels      */
#define METRICS_TEACHER "teacher" /* an object, where a teacher guessed: also METRICS_GUESSED */
#define METRICS_SURE "sure"       /* of the guessed texts, those with a probability of 0.9 or more   */
#define METRICS_JUDGED "judged"   /* labelled rows whose labels were hidden from it to see how good it is */
#define METRICS_RIGHT "right"     /* of them; the share is METRICS_ACCURACY, null without such rows       */
#define METRICS_EPOCHS "epochs"
#define METRICS_BEST_EPOCH "best_epoch"
#define METRICS_VALIDATION_ACCURACY "validation_accuracy" /* null: nothing was held out     */
#define METRICS_VALIDATION_F1 "validation_f1"             /* macro-F1                       */
#define METRICS_SECONDS "seconds"
#define METRICS_SEED "seed"
#define METRICS_THREADS "threads"
#define METRICS_KERNEL "kernel" /* of matrix.h, for the processor                           */
#define METRICS_QUERY "query"   /* that gave the rows; null: not known                      */
#define METRICS_LABEL_ROWS "label_rows" /* [rows of each label], as the column labels has them */
#define METRICS_WARNINGS "warnings"     /* [sentences of warnings.h]; absent without any    */

/* An object: what the held-out rows say of the best epoch's model, with its confidence
** fitted to them, or all rows by cross-validation; null without such rows.
*/
#define METRICS_VALIDATION "validation"
/* also METRICS_ROWS */
#define METRICS_FOLDS "folds" /* of cross-validation; absent where the rows were held out once */
#define METRICS_ACCURACY "accuracy"
#define METRICS_MACRO_F1 "macro_f1"
#define METRICS_WEIGHTED_F1 "weighted_f1"
#define METRICS_LOG_LOSS "log_loss"
#define METRICS_CALIBRATION_ERROR "calibration_error"
#define METRICS_MICRO_F1 "micro_f1"       /* this and the next only of a multi-label model                */
#define METRICS_LRAP "lrap"
#define METRICS_CALIBRATION "calibration" /* [[rows, mean confidence, share right] of each bin of score.h] */
#define METRICS_CONFUSION "confusion"     /* [[actual label, predicted label, rows], ...]; of a multi-label model
                                             the pairs of score_pair_labels(), null for SCORE_ABSENT */
#define METRICS_EXAMPLES "examples"       /* objects of the four below                                     */
#define METRICS_TEXT "text"
#define METRICS_LABEL "label" /* this and the next: of a multi-label model an array */
#define METRICS_PREDICTED "predicted"
#define METRICS_CONFIDENCE "confidence"

/* An object for each epoch. */
#define METRICS_HISTORY "history"
/* also METRICS_VALIDATION_ACCURACY, METRICS_VALIDATION_F1, METRICS_SECONDS */
#define METRICS_EPOCH "epoch"
#define METRICS_TRAIN_LOSS "train_loss"
#define METRICS_TRAIN_ACCURACY "train_accuracy"
#define METRICS_VALIDATION_LOSS "validation_loss"
#define METRICS_LEARNING_RATE "learning_rate"

#endif
