#include "train/warnings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "base/matrix.h"
#include "base/number_text.h"
#include "classifier/fingerprints.h"
#include "train/stage.h"

static Status warn(Strings *warnings, Error *error, const char *format, ...) __attribute__((format(printf, 3, 4)));

static Status warn(Strings *warnings, Error *error, const char *format, ...) {
  Error sentence;
  va_list arguments;
  va_start(arguments, format);
  error_format(&sentence, format, arguments);
  va_end(arguments);
  uint32_t number = strings_add(warnings, sentence.message, strlen(sentence.message));
  return number == STRINGS_NONE ? error_no_memory(error) : STATUS_OK;
}

/* ---- labels that look alike ------------------------------------------------------------ */

enum { PAIRS_NAMED = 5, LABELS_NAMED = 5 };

/* What two labels may differ in. */
enum { CASE = 1, SPACES = 2, FORM = 4, ANY = CASE | SPACES | FORM };

static const struct {
  int in;
  const char *name;
} DIFFERENCES[] = {{SPACES, "spaces"}, {FORM, "Unicode form"}, {CASE, "case"}, {ANY, "case, spaces or Unicode form"}};

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Removes spaces at both ends, and makes one space of several. Returns the new length. */
static size_t squeeze(char *text, size_t length) {
  size_t kept = 0;
  for (size_t i = 0; i < length; i++) {
    bool again = kept == 0 || text[kept - 1] == ' ';
    if (!is_space(text[i])) text[kept++] = text[i];
    else if (!again) text[kept++] = ' ';
  }
  return kept > 0 && text[kept - 1] == ' ' ? kept - 1 : kept;
}

/* Returns a copy of the text without the differences of `in`, for free(). A text that is not UTF-8
** keeps its case and form. NULL: memory is out.
*/
static char *fold(const char *text, size_t length, int in, size_t *folded_length) {
  utf8proc_uint8_t *folded = NULL;
  utf8proc_option_t options = UTF8PROC_STABLE;
  if (in & SPACES) options |= UTF8PROC_IGNORE; /* such as a zero-width space */
  if (in & CASE) options |= UTF8PROC_CASEFOLD;
  if (in & FORM) options |= UTF8PROC_COMPAT | UTF8PROC_COMPOSE;
  utf8proc_ssize_t size = utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, &folded, options);
  if (size < 0 && size != UTF8PROC_ERROR_NOMEM && (folded = malloc(length + 1)) != NULL) {
    memcpy(folded, text, length);
    size = (utf8proc_ssize_t)length;
  }
  if (size < 0 || !folded) return NULL;
  *folded_length = in & SPACES ? squeeze((char *)folded, (size_t)size) : (size_t)size;
  return (char *)folded;
}

static bool differ_only(const Label *a, const Label *b, int in) {
  size_t m = 0, n = 0;
  char *x = fold(a->text, a->length, in, &m), *y = fold(b->text, b->length, in, &n);
  bool same = x && y && m == n && memcmp(x, y, n) == 0;
  free(x);
  free(y);
  return same;
}

static Status warn_of_pair(const Label *a, const Label *b, Strings *warnings, Error *error) {
  size_t d = 0;
  while (DIFFERENCES[d].in != ANY && !differ_only(a, b, DIFFERENCES[d].in)) d++;
  return warn(warnings, error, "labels %s and %s differ only in %s", label_text(*a).text,
              label_text(*b).text, DIFFERENCES[d].name);
}

/* Returns label i: first come the labels that are learned, then those of validation rows only. */
static Label label_at(const Corpus *c, size_t i) {
  size_t known = c->labels.keys.count;
  return i < known ? labels_get(&c->labels, (uint32_t)i) : labels_get(&c->others, (uint32_t)(i - known));
}

/* Compares each label with the first one that is the same once folded. */
static Status warn_of_labels(const Corpus *c, Strings *warnings, Error *error) {
  size_t count = c->labels.keys.count + c->others.keys.count, pairs = 0;
  Strings folded = {0};
  uint32_t *first = malloc((count + 1) * sizeof *first); /* label of each folded text */
  Status status = first ? STATUS_OK : error_no_memory(error);
  for (size_t i = 0; i < count && !status; i++) {
    Label label = label_at(c, i), before;
    if (label.kind != LABEL_TEXT) continue;
    size_t length, known = folded.count;
    char *text = fold(label.text, label.length, ANY, &length);
    uint32_t number = text ? strings_add(&folded, text, length) : STRINGS_NONE;
    free(text);
    if (number == STRINGS_NONE) {
      status = error_no_memory(error);
    } else if (number == known) {
      first[number] = (uint32_t)i;
    } else if (pairs++ < PAIRS_NAMED) {
      before = label_at(c, first[number]);
      status = warn_of_pair(&before, &label, warnings, error);
    }
  }
  if (!status && pairs > PAIRS_NAMED)
    status = warn(warnings, error, "%zu more labels differ from another only in %s", pairs - PAIRS_NAMED,
                  DIFFERENCES[sizeof DIFFERENCES / sizeof *DIFFERENCES - 1].name);
  strings_free(&folded);
  free(first);
  return status;
}

static Status warn_of_majority(const Corpus *c, const size_t *label_rows, Strings *warnings, Error *error) {
  size_t rows = 0, most = 0;
  for (size_t l = 0; l < c->labels.keys.count; l++) {
    rows += label_rows[l];
    if (label_rows[l] > label_rows[most]) most = l;
  }
  if (c->multilabel) rows = corpus_count(c, ROW_TRAINS) + corpus_count(c, ROW_VALIDATES);
  if (label_rows[most] * 100 <= rows * 99) return STATUS_OK;
  Label label = labels_get(&c->labels, (uint32_t)most);
  return warn(warnings, error, "label %s has %zu of the %zu rows: %s", label_text(label).text, label_rows[most],
              rows, c->multilabel ? "it tells hardly any two rows apart" : "always giving it would be right as often");
}

/* Python prints ['a', 'b'], which is no JSON. */
static bool looks_like_list(const Label *label) {
  return label->kind == LABEL_TEXT && label->length > 1 && label->text[0] == '[' &&
         label->text[label->length - 1] == ']';
}

static Status warn_of_lists(const Corpus *c, Strings *warnings, Error *error) {
  size_t lists = 0, last = 0;
  for (size_t l = 0; l < c->labels.keys.count && !c->multilabel; l++) {
    Label label = labels_get(&c->labels, (uint32_t)l);
    if (!looks_like_list(&label)) continue;
    lists++;
    last = l;
  }
  if (lists == 0) return STATUS_OK;
  Label label = labels_get(&c->labels, (uint32_t)last);
  return warn(warnings, error, "%zu labels look like lists, such as %s, and are each learned as one label: several "
              "labels of a row are a JSON array, [\"a\",\"b\"]", lists, label_text(label).text);
}

/* ---- texts --------------------------------------------------------------------------------- */

/* Lists the different texts of the rows that are trained on, and with `held_out` of those held out. */
static Status different_texts(const Corpus *c, bool held_out, Fingerprints *texts, size_t *rows, Error *error) {
  uint32_t *hashes = malloc((c->rows + 1) * sizeof *hashes);
  *rows = 0;
  if (!hashes) return error_no_memory(error);
  for (size_t row = 0; row < c->rows; row++)
    if (c->use[row] == ROW_TRAINS || (held_out && c->use[row] == ROW_VALIDATES)) hashes[(*rows)++] = c->hash[row];
  Status status = fingerprints_new(hashes, *rows, NULL, c->poll, texts, error);
  free(hashes);
  return status;
}

static Status warn_of_duplicates(const Corpus *c, Strings *warnings, Error *error) {
  Fingerprints texts;
  size_t rows;
  Status status = different_texts(c, true, &texts, &rows, error);
  if (status) return status;
  if ((rows - texts.count) * 2 > rows)
    status = warn(warnings, error, "%zu of the %zu texts are duplicates of others", rows - texts.count, rows);
  fingerprints_free(&texts);
  return status;
}

Status warnings_find_of_leaks(const Corpus *c, Strings *warnings, Error *error) {
  Fingerprints learned;
  size_t rows, held_out = corpus_count(c, ROW_VALIDATES), known = 0;
  if (held_out == 0) return STATUS_OK;
  Status status = different_texts(c, false, &learned, &rows, error);
  if (status) return status;
  for (size_t row = 0; row < c->rows; row++)
    known += c->use[row] == ROW_VALIDATES && fingerprints_has(&learned, c->hash[row]);
  if (known * 2 > held_out)
    status = warn(warnings, error, "%zu of the %zu validation texts are also learned from: the validation figures are "
                  "better than on new texts", known, held_out);
  fingerprints_free(&learned);
  return status;
}

static Status warn_of_cuts(const Corpus *c, Strings *warnings, Error *error) {
  if (c->cut * 2 <= c->rows) return STATUS_OK;
  return warn(warnings, error, "%zu of the %zu texts are longer than max_tokens (%zu): the network does not read all "
              "of them", c->cut, c->rows, c->cut_after);
}

Status warnings_find(const Corpus *c, const size_t *label_rows, Strings *warnings, Error *error) {
  Status status = warn_of_labels(c, warnings, error);
  if (!status) status = warn_of_majority(c, label_rows, warnings, error);
  if (!status) status = warn_of_lists(c, warnings, error);
  if (!status) status = warn_of_duplicates(c, warnings, error);
  if (!status) status = warn_of_cuts(c, warnings, error);
  return status;
}

/* Two standard errors of the teacher's share are allowed for. */
Status warnings_find_of_teacher(const Corpus *c, const size_t *label_rows, const TaughtSummary *taught,
                                Strings *warnings, Error *error) {
  size_t most = 0, rows = 0;
  for (size_t l = 0; l < c->labels.keys.count; l++) {
    rows += label_rows[l];
    if (label_rows[l] > most) most = label_rows[l];
  }
  if (rows == 0)
    return warn(warnings, error, "no row had a label, so nothing says how often the model is right");
  if (taught->judged == 0) return STATUS_OK;
  double share = (double)taught->right / (double)taught->judged, always = (double)most / (double)rows;
  double deviation = sqrt(share * (1.0 - share) / (double)taught->judged);
  if (share - 2.0 * deviation > always) return STATUS_OK;
  return warn(warnings, error, "the teacher guessed %zu of %zu labels right that were hidden from it, which always "
              "giving the most frequent label might do as well", taught->right, taught->judged);
}

/* ---- a teacher ------------------------------------------------------------------------------- */

static Status warn_of_empty_label(const Training *t, Strings *warnings, Error *error) {
  uint32_t empty = labels_find(&t->corpus.labels, (Label){.kind = LABEL_TEXT, .text = ""});
  if (empty == LABELS_NONE || t->label_rows[empty] == 0) return STATUS_OK;
  return warn(warnings, error, "'' is the label of %zu rows: a row has no label if it is NULL", t->label_rows[empty]);
}

static Status warn_of_no_vectors(const Training *t, Strings *warnings, Error *error) {
  size_t rows = t->corpus.rows, missing = 0;
  for (size_t row = 0; row < rows; row++) missing += !teacher_knows(t->taught.teacher, row);
  if (missing == 0) return STATUS_OK;
  return warn(warnings, error, "%zu of the %zu texts have no vector: their labels are guessed by words alone", missing,
              rows);
}

static Status warn_of_zeros(const Training *t, Strings *warnings, Error *error) {
  const Teacher *teacher = t->taught.teacher;
  for (size_t i = 0; i < teacher->count; i++)
    if (matrix_squares(teacher->size, teacher->features + i * teacher->size) > 0) return STATUS_OK;
  return warn(warnings, error, "the teacher's vectors are all zero: labels are guessed by words alone");
}

/* learned [labels]: whether a row has the label, its own or a guessed one, or the model to go on from has it. */
static Status list_learned(const Training *t, bool **learned, Error *error) {
  const Corpus *c = &t->corpus;
  size_t labels = c->labels.keys.count, from = t->from ? t->from->labels.keys.count : 0;
  *learned = calloc(labels + 1, sizeof **learned);
  if (!*learned) return error_no_memory(error);
  for (size_t l = 0; l < from; l++) (*learned)[l] = true;
  for (size_t row = 0; row < c->rows; row++) {
    bool trains = c->use[row] == ROW_TRAINS || (c->use[row] == ROW_VALIDATES && !t->validation_given);
    if (trains && c->target[row] < labels) (*learned)[c->target[row]] = true;
  }
  return STATUS_OK;
}

/* Labels that are listed but were not learned. */
static Status warn_of_unlearned(const Training *t, Strings *warnings, Error *error) {
  bool *learned;
  size_t count = 0;
  Status status = list_learned(t, &learned, error);
  for (size_t i = 0; i < t->taught.phrases && !status; i++) {
    uint32_t l = t->taught.phrase_labels[i];
    Label label = labels_get(&t->corpus.labels, l);
    if (learned[l]) continue;
    learned[l] = true;
    if (count++ < LABELS_NAMED)
      status = warn(warnings, error, "label %s has no row, and none was guessed to have it: it was not learned",
                    label_text(label).text);
  }
  free(learned);
  if (!status && count > LABELS_NAMED)
    status = warn(warnings, error, "%zu more labels were not learned", count - LABELS_NAMED);
  return status;
}

Status warnings_find_of_guesses(const Training *t, Strings *warnings, Error *error) {
  Status status = warn_of_empty_label(t, warnings, error);
  if (!status && training_taught(t)) status = warn_of_no_vectors(t, warnings, error);
  if (!status && training_taught(t)) status = warn_of_zeros(t, warnings, error);
  return status ? status : warn_of_unlearned(t, warnings, error);
}

static const char *limit_of(const Training *t) {
  return stop_file_appeared(t->stop_file) ? "stop_file" : "max_seconds";
}

Status warnings_find_of_early_end(const Training *t, Strings *warnings, Error *error) {
  double epochs = epochs_done(t->epochs);
  char had[64] = "less than one epoch";
  if (epochs >= 1.0) snprintf(had, sizeof had, "%s of %zu epochs", number_fixed(epochs, 1).text, t->options.epochs);
  if (epochs >= 1.0 && !stop_file_appeared(t->stop_file)) return STATUS_OK;
  return warn(warnings, error, "%s ended the training: the network had %s", limit_of(t), had);
}

Status warnings_find_of_short_linear(const Training *t, size_t cut, Strings *warnings, Error *error) {
  return warn(warnings, error, "%s left less time for the linear branch than it takes: %zu of %zu labels were cut "
              "short", limit_of(t), cut, t->corpus.labels.keys.count);
}

Status warnings_find_of_fewer(const Training *t, const char *what, size_t done, size_t all, const char *things,
                              Strings *warnings, Error *error) {
  return warn(warnings, error, "%s left time for %s %zu of %zu %s", limit_of(t), what, done, all, things);
}

Status warnings_find_of_left_out(const Training *t, const char *left_out, Strings *warnings, Error *error) {
  return warn(warnings, error, "%s left no time for %s", limit_of(t), left_out);
}

Status warnings_find_of_no_words(size_t min_count, size_t largest, Strings *warnings, Error *error) {
  return warn(warnings, error, "min_count is %zu, but no word occurs more than %zu time%s: the model knows no words, "
              "only their parts", min_count, largest, largest == 1 ? "" : "s");
}
