#include "train/memory_limit.h"

#include <math.h>
#include <stdio.h>

#include "base/matrix.h"
#include "base/number_text.h"
#include "train/memory_need.h"
#include "train/stage.h"

/* ---- the table ------------------------------------------------------------------------------- */

static double bytes_of_strings(const Strings *s) {
  return (double)s->length + (double)(s->count * sizeof *s->end) + (double)(s->index_size * sizeof *s->index);
}

static double bytes_of_teacher(const Teacher *t) {
  double texts = (double)(t->texts.ids.count * sizeof(uint32_t)) + (double)(t->texts.count * sizeof(size_t));
  double vectors = bytes_of_strings(&t->strings) + (double)(t->strings.count * t->vector_size * sizeof(float));
  return texts + vectors + (double)(t->count * sizeof(uint32_t));
}

static double numbers_of_text(const Training *t) {
  const Teacher *teacher = t->taught.teacher;
  size_t vector = teacher->encoder ? encoder_size(teacher->encoder) : teacher->vector_size;
  return SENTENCE_FEATURES_MOST + (t->taught.phrases ? (double)vector : 0.0);
}

static void measure(const Training *t, bool is_whole, TableSize *s) {
  const WordVectors *vectors = &t->vectors;
  table_size_measure(&t->corpus, t->options.subwords, s);
  s->is_whole = is_whole;
  s->goes_on = t->from != NULL;
  s->features = t->options.max_size ? (double)t->budget.features : 0.0;
  s->vectors = bytes_of_strings(&vectors->words) + (double)(vectors->words.count * vectors->size * sizeof(float));
  if (!t->taught.teacher) return;
  s->vectors += bytes_of_teacher(t->taught.teacher);
  s->taught = numbers_of_text(t);
}

/* Returns a share of the rows. Their different words become fewer far more slowly. */
static TableSize sample_of(const TableSize *whole, double share) {
  TableSize s = *whole;
  double *const rows[] = {&s.rows, &s.tokens, &s.unlabelled, &s.held_out, &s.vectors};
  double *const words[] = {&s.words, &s.letters, &s.ngrams};
  double share_of_words = fmin(pow(share, 0.3), share * s.tokens / fmax(1.0, s.words));
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) *rows[i] *= share;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) *words[i] *= share_of_words;
  s.is_whole = true;
  return s;
}

/* Returns how many rows, about, need a little less than the limit: two digits of their number. */
static double most_rows(const TrainingOptions *o, const TableSize *s, double limit) {
  const double enough = 0.9 * limit;
  double least = 0.0, most = 1.0;
  for (size_t i = 0; i < 20; i++) {
    double share = (least + most) / 2.0;
    const TableSize sample = sample_of(s, share);
    if (memory_need(o, &sample) <= enough) least = share;
    else most = share;
  }
  double rows = least * s->rows, digit = pow(10.0, floor(log10(fmax(rows, 1.0))) - 1.0);
  return rows < 100.0 ? 0.0 : floor(rows / digit) * digit;
}

/* ---- what lessens the need ---------------------------------------------------------------------- */

static void fewer_words(TrainingOptions *o) {
  if (o->max_vocabulary > 10000) o->max_vocabulary = 10000;
}

static void fewer_tokens(TrainingOptions *o) {
  if (o->max_tokens > 256) o->max_tokens = 256;
}

static void no_linear(TrainingOptions *o) { o->linear = false; }
static void no_subwords(TrainingOptions *o) { o->subwords = false; }

static void smallest_network(TrainingOptions *o) {
  fewer_words(o);
  no_linear(o);
  no_subwords(o);
  o->embedding = 32;
  if (o->hidden) o->hidden = 32;
}

static void smallest_training(TrainingOptions *o) {
  smallest_network(o);
  fewer_tokens(o);
}

/* From those that cost the least accuracy on. */
static const struct {
  const char *json;
  void (*apply)(TrainingOptions *options);
} CHANGES[] = {{"{\"max_vocabulary\": 10000}", fewer_words},
               {"{\"max_tokens\": 256}", fewer_tokens},
               {"{\"subwords\": false}", no_subwords},
               {"{\"linear\": false}", no_linear},
               {"{\"linear\": false, \"subwords\": false, \"max_vocabulary\": 10000, \"embedding\": 32, "
                "\"hidden\": 32}", smallest_network},
               {"{\"linear\": false, \"subwords\": false, \"max_vocabulary\": 10000, \"max_tokens\": 256, "
                "\"embedding\": 32, \"hidden\": 32}", smallest_training}};
enum { CHANGE_COUNT = sizeof CHANGES / sizeof *CHANGES };

/* Returns the first change with which the table needs no more than the limit, or CHANGE_COUNT. Where rows are still to
** come, it must leave half of the limit for them.
*/
static size_t find_change(const TrainingOptions *options, const TableSize *s, double limit, double *need) {
  size_t i = 0;
  for (; i < CHANGE_COUNT; i++) {
    TrainingOptions changed = *options;
    CHANGES[i].apply(&changed);
    *need = memory_need(&changed, s);
    if (*need <= (s->is_whole ? limit : limit / 2.0)) break;
  }
  return i;
}

/* ---- the sentence ----------------------------------------------------------------------------- */

typedef struct Amount {
  char text[40];
} Amount;

/* A need is rounded up and a limit down, so that they differ, and the need as max_memory will do. */
static Amount print_bytes(double bytes, double (*to_whole)(double)) {
  Amount a;
  if (bytes >= 1e9) snprintf(a.text, sizeof a.text, "%s GB", number_fixed(to_whole(bytes / 1e8) / 10.0, 1).text);
  else if (bytes >= 1e6) snprintf(a.text, sizeof a.text, "%.0f MB", to_whole(bytes / 1e6));
  else snprintf(a.text, sizeof a.text, "%.0f byte%s", bytes, bytes == 1.0 ? "" : "s");
  return a;
}

static const char *owner_of(const Training *t) {
  if (t->options.max_memory) return "option max_memory allows";
  switch (t->memory.most.owner) {
    case MEMORY_OF_CONTAINER: return "the container (control group) has left";
    case MEMORY_OF_PROCESS: return "the process may still take (ulimit)";
    case MEMORY_OF_ADDRESSES: return "the process has addresses for (32 bits)";
    default: return "the machine has left";
  }
}

static double limit_of(const Training *t) {
  return t->options.max_memory ? (double)t->options.max_memory : (double)t->memory.most.bytes;
}

/* Such as "60 rows" or "the first row". */
static Amount print_rows(const TableSize *s) {
  Amount a;
  const char *first = s->is_whole ? "" : "the first ", *end = s->rows > 1.0 ? "s" : "";
  if (!s->is_whole && s->rows <= 1.0) snprintf(a.text, sizeof a.text, "the first row");
  else snprintf(a.text, sizeof a.text, "%s%.0f row%s", first, s->rows, end);
  return a;
}

static Status refuse(const Training *t, const TrainingOptions *o, const TableSize *s, double need, Error *error) {
  double limit = limit_of(t), rows = most_rows(o, s, limit), changed = 0.0;
  size_t change = CHANGE_COUNT; /* a model to go on from has its own sizes */
  if (!s->goes_on) change = find_change(o, s, limit, &changed);
  char options[200] = "", fewer[64] = "";
  if (change < CHANGE_COUNT)
    snprintf(options, sizeof options, "options such as %s (%s%s), ", CHANGES[change].json,
             print_bytes(changed, ceil).text, s->is_whole ? "" : " for these alone");
  if (rows > 0.0) snprintf(fewer, sizeof fewer, "about %.0f rows at most, ", rows);
  const char *more = t->options.max_memory ? "a higher max_memory" : "option max_memory, to go on all the same";
  return error_set(error, STATUS_INVALID, "to learn from %s takes about %s of memory, more than the %s that %s, "
                   "expected %s%s%s%s", print_rows(s).text, print_bytes(need, ceil).text,
                   print_bytes(limit, floor).text, owner_of(t), options, fewer, *options || *fewer ? "or " : "", more);
}

/* ---- the checks ------------------------------------------------------------------------------- */

static size_t threads_of(const TrainingOptions *o) { return o->threads ? o->threads : workers_processors(); }

static void find_limit(Training *t) {
  enum { STACK = 8 << 20 };
  if (!t->memory.known && !t->options.max_memory)
    t->memory.most = available_memory("", (uint64_t)threads_of(&t->options) * (STACK + matrix_memory_bytes()));
  t->memory.known = true;
}

static Status check(Training *t, bool is_whole, Error *error) {
  TrainingOptions o = t->options;
  TableSize size;
  find_limit(t);
  measure(t, is_whole, &size);
  o.threads = threads_of(&o);
  if (t->budget.words && t->budget.words < o.max_vocabulary) o.max_vocabulary = t->budget.words;
  double need = memory_need(&o, &size);
  return need > limit_of(t) ? refuse(t, &o, &size, need, error) : STATUS_OK;
}

Status memory_limit_watch(Training *t, Error *error) {
  enum { STEP = 1 << 20, ROW = 8 }; /* bytes; the same on all processors, so that all refuse at the same row */
  const Corpus *c = &t->corpus;
  find_limit(t);
  size_t bytes = c->rows ? c->rows * ROW + c->end[c->rows - 1] * sizeof *c->words : 0;
  if (bytes < t->memory.next + STEP) return STATUS_OK;
  t->memory.next = bytes + bytes / 16;
  return check(t, false, error);
}

Status memory_limit_check(Training *t, Error *error) { return check(t, true, error); }
