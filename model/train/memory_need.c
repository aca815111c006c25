#include "train/memory_need.h"

#include <math.h>

#include "classifier/predict.h"
#include "linear/linear.h"
#include "network/network.h"
#include "optimizer/minibatch.h"
#include "text/capitals.h"
#include "train/preparation.h"
#include "train/pseudo_labels.h"
#include "train/text_folds.h"

enum {
  WORD = sizeof(uint32_t),
  SIZE = 8, TEXT = 24,   /* of a size_t and a Text in 64 bits: in 32 bits the figures are the same         */
  WORD_TABLE = 1 << 26,  /* bytes of a table of word_table.c, at most                                      */
  BESIDES = 24 << 20     /* bytes: code, stacks, blocks of matrices, what the allocator does not give back */
};

/* ---- the table ------------------------------------------------------------------------------- */

static void measure_words(const Vocabulary *v, bool subwords, TableSize *s) {
  s->words = (double)v->words.count;
  s->letters = (double)v->words.length;
  for (uint32_t w = 0; w < v->words.count && subwords; w++) {
    size_t length;
    const char *word = strings_get(&v->words, w, &length);
    s->ngrams += (double)subwords_estimate(word, length);
  }
}

void table_size_measure(const Corpus *c, bool subwords, TableSize *s) {
  *s = (TableSize){.rows = (double)c->rows, .tokens = c->rows ? (double)c->end[c->rows - 1] : 0.0,
                   .labels = (double)(c->labels.keys.count + c->others.keys.count)};
  for (size_t row = 0; row < c->rows; row++) {
    s->longest = fmax(s->longest, (double)corpus_text(c, row).length);
    s->unlabelled += c->use[row] == ROW_UNLABELLED;
    s->held_out += c->use[row] == ROW_VALIDATES;
  }
  if (c->multilabel) s->set_labels = (double)c->sets.keys.length / WORD;
  measure_words(&c->vocabulary, subwords, s);
}

/* ---- what the stages share -------------------------------------------------------------------- */

typedef struct Need {
  TrainingOptions options; /* as they will be used */
  const TableSize *table;
  Shape shape;
  double learned, held_out; /* rows                                       */
  double kept;              /* words of the vocabulary                    */
  double columns, features; /* of the linear branch; features: at most    */
  double network;           /* bytes of its parameters                    */
  double branch;            /* bytes of the linear branch                 */
} Need;

/* Strings, and a number for each. */
static double strings_bytes(double count, double bytes) {
  double places = 64.0;
  while (places < 2.0 * count) places *= 2.0;
  return bytes + 2.0 * WORD * count + places * sizeof(struct StringsPlace);
}

static double words_bytes(const Need *n, double words) {
  return strings_bytes(words, words * n->table->letters / fmax(1.0, n->table->words));
}

static double token_bytes(const Need *n) { return WORD + (n->options.subwords ? sizeof(uint8_t) : 0); }

/* Target, use, hash and end of each row, and its tokens. */
static double rows_bytes(const Need *n) {
  double row = 2.0 * WORD + sizeof(uint8_t) + SIZE;
  return row * n->table->rows + token_bytes(n) * n->table->tokens + strings_bytes(0, WORD * n->table->set_labels) +
         n->table->vectors;
}

static double subwords_bytes(const Need *n) {
  if (!n->options.subwords) return 0.0;
  return WORD * n->table->ngrams + (WORD + SIZE) * n->table->words;
}

static double validation_bytes(const Need *n) {
  double words = n->table->tokens * n->held_out / fmax(1.0, n->table->rows);
  double row = TEXT + 2.0 * WORD + sizeof(Prediction) + 3.0 * sizeof(float) * n->table->labels;
  return n->held_out * row + WORD * words;
}

/* What is there from the first stage on: rows, words, which rows are learned from, the network. */
static double lasting_bytes(const Need *n) {
  return rows_bytes(n) + words_bytes(n, n->kept) + subwords_bytes(n) + WORD * n->table->rows + validation_bytes(n) +
         n->network;
}

/* ---- stages ------------------------------------------------------------------------------------ */

/* The vocabulary before and after, and what words are renumbered by. */
static double pruning_bytes(const Need *n) {
  double lists = 3.0 * WORD * n->table->words;
  return rows_bytes(n) + words_bytes(n, n->table->words) + words_bytes(n, n->kept) + subwords_bytes(n) + lists;
}

/* What linear_train() takes at its peak besides the branch, of so many rows, and the list of their texts. */
static double linear_bytes(const Need *n, double rows) {
  const TableSize *t = n->table;
  double share = rows / fmax(1.0, t->rows);
  LinearSize size = {.rows = (uint64_t)rows, .tokens = (uint64_t)(share * t->tokens), .vocabulary = (uint64_t)n->kept,
                     .words = n->options.subwords ? (uint64_t)t->words : 0,
                     .ngrams = n->options.subwords ? (uint64_t)t->ngrams : 0, .columns = (size_t)n->columns,
                     .most = (size_t)n->features, .threads = n->options.threads, .sets = t->set_labels > 0};
  return (TEXT + WORD) * rows + fmax(0.0, (double)linear_training_bytes(&size) - n->branch);
}

static double draws(const Need *n) { return n->table->taught > 0 && n->table->unlabelled > 0 ? TAUGHT_DRAWS : 1.0; }

static double linear_stage(const Need *n) {
  return n->options.linear ? lasting_bytes(n) + n->branch + linear_bytes(n, draws(n) * n->learned) : 0.0;
}

/* Moments of Adam, and of each shard of a minibatch a gradient and a pass (minibatch.h). */
static double minibatch_bytes(const Need *n) {
  size_t texts, shards = minibatch_shards(n->options.batch_size, &texts);
  size_t tokens = texts * (size_t)fmin(n->table->longest, (double)n->options.max_tokens);
  double dense = n->network - sizeof(float) * (double)(shape_rows(&n->shape) * n->shape.embedding);
  double pass = sizeof(float) * (double)pass_floats(&n->shape, texts, tokens);
  return 2.0 * n->network + (double)shards * (dense + pass) + WORD * (double)shape_rows(&n->shape);
}

/* The network twice: as it is, and as it was at its best. */
static double network_stage(const Need *n) { return lasting_bytes(n) + n->branch + n->network + minibatch_bytes(n); }

/* Of a table of which only the first rows are there it is not known yet. */
static bool fits_at_last(const Need *n) {
  return n->table->is_whole && n->table->held_out == 0 &&
         defaults_final_fit((size_t)(n->learned + n->held_out), (size_t)n->held_out);
}

/* The linear branch once more; the first one is there until it is done. */
static double final_fit(const Need *n) {
  if (!n->options.linear || !fits_at_last(n)) return 0.0;
  return network_stage(n) + n->branch + linear_bytes(n, draws(n) * n->table->rows);
}

/* What labelling keeps of so many words (word_table.h), and of about a quarter of them with capitals, too. */
static double tables_bytes(const Need *n, double words) {
  double width = 6.0 * (double)n->shape.hidden + 16.0, capitals = width + (double)n->shape.embedding;
  double of_words = fmin(WORD_TABLE, sizeof(float) * words * width);
  double of_capitals = fmin(WORD_TABLE, sizeof(float) * words * CAPITALS_COUNT * capitals) / 4.0;
  return n->options.subwords ? of_words + of_capitals : of_words;
}

/* The use of each n-gram in each word, which sorting takes once more; or the words by their n-grams' names, and the
** tables to label so many of them.
*/
static double naming_bytes(const Need *n, double words) {
  double labelling = subwords_bytes(n) + tables_bytes(n, words);
  if (!n->options.compress || !n->options.subwords) return labelling;
  double uses = 2.0 * sizeof(NgramUse) * n->table->ngrams + 2.0 * WORD * n->table->words;
  return fmax(uses + fmax(n->network, n->branch), labelling);
}

/* Beside the best network a compressed copy of the model. Adam's moments are there only if they are needed again. */
static double compression_stage(const Need *n) {
  double epochs = fits_at_last(n) ? minibatch_bytes(n) : 0.0;
  double words = n->kept * fmin(1.0, sqrt(n->held_out / fmax(1.0, n->table->rows))); /* of the rows held out, about */
  double copy = n->network + n->branch + naming_bytes(n, words);
  return n->options.compress ? lasting_bytes(n) + n->branch + n->network + epochs + copy : 0.0;
}

/* The model in its parts, as a file and in the database. */
static double saving(const Need *n) {
  double model = n->network + n->branch, file = n->options.compress ? model / sizeof(float) : model;
  return lasting_bytes(n) + n->branch + fmax(naming_bytes(n, n->kept), 2.0 * file + subwords_bytes(n));
}

/* A training in each fold, as many at once as there are threads. */
static double cross_validation(const Need *n) {
  bool open = n->options.validation < 0 && n->table->held_out == 0 && n->table->unlabelled == 0;
  bool wanted = n->table->is_whole && open && !n->table->goes_on && defaults_cross_validates((size_t)n->table->rows);
  double linear = n->options.linear ? n->branch + linear_bytes(n, n->table->rows) : 0.0;
  double fold = n->network + fmax(linear, n->branch + minibatch_bytes(n));
  return wanted ? network_stage(n) + fmin(TEXT_FOLDS, (double)n->options.threads) * fold : 0.0;
}

/* Labels that rows without one are given: by their words (pseudo_labels.h), or by a teacher (taught_guesser.h). */
static double guessing(const Need *n) {
  const TableSize *t = n->table;
  double label = sizeof(float) * t->labels, pairs = sizeof(uint64_t) * t->tokens;
  double by_words = 2.0 * sizeof(float) * PSEUDO_LABELS_POINT + label + 24.0 * WORD + TEXT;
  double by_teacher = sizeof(float) * t->taught + 4.0 * label + 6.0 * WORD + TEXT;
  if (t->unlabelled == 0) return 0.0;
  return lasting_bytes(n) + 2.0 * pairs + t->rows * (t->taught > 0 ? by_teacher : by_words);
}

/* ---- all together ------------------------------------------------------------------------------ */

static void plan_rows(Need *n) {
  const TableSize *t = n->table;
  TrainingOptions *o = &n->options;
  double labelled = t->rows - t->unlabelled - t->held_out;
  double fraction = o->validation < 0 ? defaults_validation((size_t)labelled, t->taught > 0) : o->validation;
  n->held_out = t->held_out > 0 ? t->held_out : fraction * labelled;
  n->learned = t->rows - n->held_out;
  defaults_set_network(o, o->max_size ? NETWORK_SIZES - 1 : defaults_network((size_t)t->rows));
  defaults_sizes(o, (size_t)n->learned, (size_t)t->labels, t->goes_on, t->taught > 0 || t->set_labels > 0);
}

/* The more labels, the fewer features: rows that are still to come may bring some. */
static void plan_branch(Need *n) {
  double most = n->table->features > 0 ? n->table->features : LINEAR_WEIGHTS / fmax(1.0, n->columns);
  n->features = n->table->is_whole ? fmin(n->kept + n->table->tokens, fmax(most, n->kept)) : n->kept;
  double of_feature = sizeof(float) * (n->columns + 1.0) + WORD + 2.0 * sizeof(TfidfPair);
  double buckets = sizeof(float) * n->columns * (double)linear_buckets((size_t)n->columns);
  n->branch = n->features * of_feature + (n->options.subwords ? buckets + WORD * n->kept : 0.0);
}

double memory_need(const TrainingOptions *options, const TableSize *table) {
  Need n = {.options = *options, .table = table};
  plan_rows(&n);
  n.kept = fmin(table->words, (double)options->max_vocabulary);
  n.shape = preparation_shape(&n.options, options->subwords, (size_t)n.kept + 1, (size_t)table->labels);
  n.network = sizeof(float) * (double)shape_parameters(&n.shape);
  if (options->linear) n.columns = fmax(1.0, (double)linear_columns(n.shape.labels, table->set_labels > 0));
  if (options->linear) plan_branch(&n);
  const double stages[] = {pruning_bytes(&n), guessing(&n),  linear_stage(&n),     network_stage(&n),
                           compression_stage(&n), final_fit(&n), cross_validation(&n), saving(&n)};
  double most = 0.0;
  for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) most = fmax(most, stages[i]);
  return most + BESIDES;
}
