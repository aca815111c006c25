#include "train/preparation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/random.h"
#include "network/network.h"
#include "train/time_limit.h"
#include "train/warnings.h"

static const float VECTOR_DEVIATION = 0.8f; /* of the values of given vectors */

enum { BUCKETS = 1 << 14 }; /* of the network's n-grams */

/* ---- rows and labels ----------------------------------------------------------------- */

/* Returns whether a label is on two rows. */
static Status find_repeated_label(const Corpus *c, bool *found, Error *error) {
  size_t labels = c->labels.keys.count;
  bool *seen = calloc(labels + 1, sizeof *seen);
  if (!seen) return error_no_memory(error);
  *found = false;
  for (size_t row = 0; row < c->rows && !*found; row++) {
    LabelSet set = corpus_labels(c, row);
    for (size_t i = 0; i < set.count && c->use[row] != ROW_VALIDATES; i++) {
      *found = *found || seen[set.labels[i]];
      seen[set.labels[i]] = true;
    }
  }
  free(seen);
  return STATUS_OK;
}

/* The same as check_rows(), of rows with sets of labels. */
static Status check_sets(const Training *t, size_t rows, Error *error) {
  const Corpus *c = &t->corpus;
  size_t labels = c->labels.keys.count;
  bool repeated = false;
  if (corpus_count(c, ROW_TRAINS) == 0)
    return error_set(error, STATUS_INVALID, "no rows to learn from: there are none, or each has NULL as its text or "
                     "label");
  if (labels == 0)
    return error_set(error, STATUS_INVALID, "no row has a label: each of %zu rows has an empty list, expected some "
                     "labels", rows);
  Status status = find_repeated_label(c, &repeated, error);
  if (status || repeated || t->from) return status;
  return error_set(error, STATUS_INVALID, "%zu rows have %zu labels, each of them once, expected labels that occur "
                   "more than once", rows, labels);
}

static Status check_rows(const Training *t, size_t rows, Error *error) {
  const Corpus *c = &t->corpus;
  size_t labels = c->labels.keys.count;
  bool taught = t->taught.teacher && corpus_count(c, ROW_UNLABELLED) > 0;
  if (c->multilabel) return check_sets(t, rows, error);
  if (taught && t->taught.phrases > 0 && labels > 1) return STATUS_OK;
  if (taught && corpus_count(c, ROW_TRAINS) == 0)
    return error_set(error, STATUS_INVALID, "no row has a label, expected some rows with labels, or option labels with "
                     "the names of two labels at least");
  if (corpus_count(c, ROW_TRAINS) == 0) /* known rows are learned again only beside new ones */
    return error_set(error, STATUS_INVALID, "no rows to learn from: there are none, or each has NULL as its text or "
                     "label");
  if (labels == 1)
    return error_set(error, STATUS_INVALID,
                     "there is one label only (rows: %zu), expected at least two labels", rows);
  if (labels == rows && !t->from && !taught)
    return error_set(error, STATUS_INVALID,
                     "%zu rows have %zu different labels, expected labels that occur more than once "
                     "(is the label column an id?)", rows, labels);
  return STATUS_OK;
}

/* Draws by seed which known rows are learned again: as many as there are new ones. */
static Status draw_known(Training *t, Error *error) {
  Corpus *c = &t->corpus;
  size_t known = corpus_count(c, ROW_KNOWN), wanted = corpus_count(c, ROW_TRAINS), count = 0;
  if (known == 0) return STATUS_OK;
  uint32_t *rows = malloc(known * sizeof *rows);
  if (!rows) return error_no_memory(error);
  for (size_t row = 0; row < c->rows; row++)
    if (c->use[row] == ROW_KNOWN) rows[count++] = (uint32_t)row;
  Random random = random_stream(t->options.seed, RANDOM_KNOWN_ROWS, 0);
  random_shuffle(&random, rows, count);
  for (size_t i = 0; i < count; i++) c->use[rows[i]] = i < wanted ? ROW_TRAINS : ROW_UNUSED;
  free(rows);
  return STATUS_OK;
}

/* Checks that some of the validation rows that were given have a label that is learned. */
static Status check_validation(const Corpus *c, Error *error) {
  for (size_t row = 0; row < c->rows; row++) {
    LabelSet set = corpus_labels(c, row);
    for (size_t i = 0; i < set.count; i++)
      if (c->use[row] == ROW_VALIDATES && set.labels[i] < c->labels.keys.count) return STATUS_OK;
  }
  return error_set(error, STATUS_INVALID, "no validation row has a label of the rows to learn from");
}

/* `open`: the caller leaves it to us how rows are judged; held_out: the fraction of them that is held out. */
static Status plan_validation(Training *t, bool open, double held_out, Error *error) {
  Status status = STATUS_OK;
  t->labelled = t->rows.count + t->validation.count;
  t->final_fit = !t->validation_given && t->options.epochs > 1 && defaults_final_fit(t->labelled, t->validation.count);
  if (open && t->validation.count > 0 && defaults_cross_validates(t->labelled))
    status = text_folds_deal(&t->corpus, t->options.seed, &t->folds, error);
  if (t->folds.dealt == 0) text_folds_free(&t->folds);
  if (!t->folds.of) t->options.validation = held_out;
  return status;
}

static Status count_labels(Training *t, Error *error) {
  const Corpus *c = &t->corpus;
  t->label_rows = calloc(c->labels.keys.count + 1, sizeof *t->label_rows);
  if (!t->label_rows) return error_no_memory(error);
  for (size_t row = 0; row < c->rows; row++) {
    LabelSet set = corpus_labels(c, row);
    bool counts = c->use[row] == ROW_TRAINS || c->use[row] == ROW_VALIDATES;
    for (size_t i = 0; i < set.count && counts; i++)
      if (set.labels[i] < c->labels.keys.count) t->label_rows[set.labels[i]]++;
  }
  return STATUS_OK;
}

static Status weigh_labels(Training *t, const float *given, Error *error) {
  const Corpus *c = &t->corpus;
  size_t labels = c->labels.keys.count;
  if (!given && !t->options.balanced) return STATUS_OK;
  t->label_weights = calloc(labels, sizeof *t->label_weights);
  if (!t->label_weights) return error_no_memory(error);
  if (given) {
    memcpy(t->label_weights, given, labels * sizeof *given);
    return STATUS_OK;
  }
  for (size_t i = 0; i < t->rows.count; i++) t->label_weights[c->target[t->rows.row[i]]] += 1.0f;
  for (size_t l = 0; l < labels; l++)
    t->label_weights[l] = (float)t->rows.count / ((float)labels * fmaxf(1.0f, t->label_weights[l]));
  return STATUS_OK;
}

/* ---- words ------------------------------------------------------------------------- */

static Status check_max_size(const Training *t, Error *error) {
  if (t->options.max_size == 0) return STATUS_OK;
  if (t->from)
    return error_set(error, STATUS_INVALID, "max_size is given beside a model to go on from, whose words and n-grams "
                     "are all kept, expected one of them");
  if (!t->options.compress)
    return error_set(error, STATUS_INVALID, "max_size is given and compress is false, expected one of them");
  return STATUS_OK;
}

static Status plan_sizes(Training *t, Error *error) {
  TrainingOptions *o = &t->options;
  if (t->from && t->vectors.size && t->vectors.size != o->embedding)
    return error_set(error, STATUS_INVALID, "the vectors have %zu numbers, expected %zu as the model to go on from",
                     t->vectors.size, o->embedding);
  if (t->vectors.size) o->embedding = t->vectors.size;
  Status status = check_max_size(t, error);
  return status ? status : size_budget_plan(o, &t->corpus, &t->budget, error);
}

static size_t largest_count(const Vocabulary *v) {
  size_t largest = 0;
  for (size_t w = 0; w < v->words.count; w++)
    if (v->counts[w] > largest) largest = v->counts[w];
  return largest;
}

/* Without a word the model may still tell texts by n-grams of characters. */
static Status check_words(Training *t, size_t largest, Error *error) {
  const TrainingOptions *o = &t->options;
  if (t->corpus.vocabulary.words.count > 0 || largest == 0 || largest >= o->min_count) return STATUS_OK;
  if (o->subwords) return warnings_find_of_no_words(o->min_count, largest, &t->warnings, error);
  return error_set(error, STATUS_INVALID, "min_count is %zu, but no word occurs more than %zu times, expected at most "
                   "as much", o->min_count, largest);
}

static Status prune(Training *t, Error *error) {
  const TrainingOptions *o = &t->options;
  size_t largest = largest_count(&t->corpus.vocabulary);
  word_vectors_scale(&t->vectors, VECTOR_DEVIATION);
  PruneOptions options = {.min_count = o->min_count, .most = t->budget.words, .spelled = o->subwords,
                          .keep = t->from ? t->from->vocabulary.words.count : 0,
                          .extra = &t->vectors.words};
  Status status = t->from ? ngrams_copy(&t->from->ngrams, &t->corpus.ngrams, error) : STATUS_OK;
  if (!status) status = corpus_prune(&t->corpus, &options, error);
  if (!status) status = check_words(t, largest, error);
  t->lexicon = corpus_lexicon(&t->corpus);
  return status;
}

/* ---- the model as it begins ------------------------------------------------------------ */

Status preparation_set_prior(Training *t, Error *error) {
  Model *m = t->model;
  bool vectors = t->vectors.size > 0;
  m->calibration = t->from ? t->from->calibration
                           : defaults_calibration(t->options.linear, vectors, t->rows.count);
  if (!t->corpus.multilabel) return STATUS_OK;
  binary_relevance_free(&m->relevance);
  RelevancePrior prior = defaults_relevance(t->options.linear, vectors, t->rows.count);
  Status status = binary_relevance_new(t->corpus.labels.keys.count, &prior, &m->relevance, error);
  if (!status && t->from) binary_relevance_take(&m->relevance, &t->from->relevance);
  return status;
}

Shape preparation_shape(const TrainingOptions *o, bool shaped, size_t vocabulary, size_t labels) {
  return (Shape){.vocabulary = vocabulary, .embedding = o->embedding,
                 .buckets = (o->subwords ? BUCKETS : 0u) + (shaped ? CAPITALS_ROWS : 0u), .hidden = o->hidden,
                 .labels = labels, .positions = o->position_bias ? o->max_tokens : 0, .pooled = o->max_pool,
                 .shaped = shaped};
}

static Status make_model(Training *t, Error *error) {
  const TrainingOptions *o = &t->options;
  Shape shape = preparation_shape(o, t->corpus.shaped, vocabulary_size(&t->corpus.vocabulary),
                                  t->corpus.labels.keys.count);
  if (t->from) {
    shape.buckets = t->from->parameters.shape.buckets;
    shape.positions = t->from->parameters.shape.positions;
    shape.resets_early = t->from->parameters.shape.resets_early;
    shape.padding = t->from->parameters.shape.padding;
  }
  t->model = calloc(1, sizeof *t->model);
  if (!t->model) return error_no_memory(error);
  t->model->reading = t->from ? t->from->reading : (Reading){.max_tokens = o->max_tokens};
  t->model->precision = o->precision;
  t->model->markup = o->markup;
  if (t->separator && !(t->model->separator = strdup(t->separator))) return error_no_memory(error);
  Status status = parameters_new(&shape, t->corpus.poll, &t->model->parameters, error);
  return status ? status : preparation_set_prior(t, error);
}

/* Sets the bias of each label from `first` on to the logit of its share of the rows: of many labels most are rare. */
static void set_biases(Training *t, size_t first) {
  OutputWeights output = network_output(&t->model->parameters);
  float rows = (float)(t->rows.count + t->validation.count);
  for (size_t l = first; l < output.labels; l++) {
    float with = (float)t->label_rows[l];
    output.bias[l] = logf((with + 0.5f) / (rows - with + 0.5f));
  }
}

/* Draws the parameters, then puts in given vectors and what the model before has learned. */
static Status initialise(Training *t, Error *error) {
  Parameters *p = &t->model->parameters;
  EmbeddingWeights embedding = network_embedding(p);
  const Strings *words = &t->corpus.vocabulary.words;
  if (!parameters_initialise(p, t->options.seed, t->corpus.poll)) return poll_stopped(error);
  for (uint32_t w = 0; t->vectors.size && w < words->count; w++) {
    size_t length;
    const char *word = strings_get(words, w, &length);
    const float *vector = word_vectors_find(&t->vectors, word, length);
    if (vector) memcpy(embedding.table + (w + 1) * embedding.size, vector, embedding.size * sizeof *vector);
  }
  if (t->corpus.multilabel) set_biases(t, t->from ? t->from->labels.keys.count : 0);
  if (!t->from) return STATUS_OK;
  parameters_take(p, &t->from->parameters);
  if (embedding.buckets)
    embedding_fold(&embedding, &t->corpus.subwords, t->from->parameters.shape.vocabulary, -1.0f);
  return STATUS_OK;
}

Status preparation_new_model(Training *t, Error *error) {
  Status status = make_model(t, error);
  return status ? status : initialise(t, error);
}

/* ---- all of it --------------------------------------------------------------------------- */

Status preparation_run(Training *t, const float *label_weights, Error *error) {
  Corpus *c = &t->corpus;
  TrainingOptions *o = &t->options;
  size_t known = t->from ? t->from->parameters.shape.vocabulary : 0;
  t->validation_given = corpus_count(c, ROW_VALIDATES) > 0;
  bool labelled = corpus_count(c, ROW_UNLABELLED) == 0, taught = t->taught.teacher && !labelled;
  bool open = o->validation < 0 && !t->validation_given && !t->from && labelled;
  double held_out = o->validation < 0 ? defaults_validation(corpus_count(c, ROW_TRAINS), taught) : o->validation;
  Status status = check_rows(t, corpus_count(c, ROW_TRAINS) + corpus_count(c, ROW_KNOWN), error);
  if (!status && t->validation_given) status = check_validation(c, error);
  if (!status && c->multilabel && (label_weights || o->balanced))
    status = error_set(error, STATUS_INVALID, "the labels have weights, expected none with several labels a row: each "
                       "label has a threshold of its own");
  if (!status) status = draw_known(t, error);
  if (!status) status = plan_sizes(t, error);
  if (!status) status = memory_limit_check(t, error);
  if (!status) status = prune(t, error);
  if (!status) status = size_budget_check(o, c, error);
  if (!status && !t->validation_given && held_out > 0) status = corpus_split(c, held_out, o->seed, error);
  if (!status)
    defaults_sizes(o, corpus_count(c, ROW_TRAINS) + corpus_count(c, ROW_UNLABELLED), c->labels.keys.count, t->from,
                   taught || c->multilabel);
  if (!status) status = training_list_rows(t, error);
  if (!status) status = validation_new(c, known, &t->validation, error);
  if (!status) status = plan_validation(t, open, held_out, error);
  if (!status) status = count_labels(t, error);
  if (!status) status = warnings_find(c, t->label_rows, &t->warnings, error);
  if (!status && !t->folds.of) status = warnings_find_of_leaks(c, &t->warnings, error);
  if (!status) status = weigh_labels(t, label_weights, error);
  if (status) return status;
  double begun = clock_seconds();
  status = preparation_new_model(t, error);
  return status ? status : time_limit_reserve(t, clock_seconds() - begun, t->model->parameters.count, error);
}
