/* Memory that is out: one allocation fails, alone or with all after it; or SQLite's heap has a limit (PRAGMA
** hard_heap_limit). Every statement then ends with SQLITE_NOMEM or with what it gives otherwise; a model is saved whole
** or not at all; nothing leaks; and the connection works on.
**
** Which allocations fail, is_chosen() says. TEST_CASES=all fails every one, which takes long.
**
** Two kinds of allocation fail: those of SQLite, through SQLITE_CONFIG_MALLOC,
** and those of the extension itself. For these the program's own malloc() stands
** before the C library's, and fails where an object calls that was not there
** when the program began. The sanitizers bring a malloc() of their own; under
** them only SQLite's fail.
*/
#define _GNU_SOURCE /* dl_iterate_phdr */
#include "support.h"

#include <execinfo.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the extension's code ---------------------------------------------------------- */

static struct {
  uintptr_t begin, end;
} known[64]; /* objects that were there when the program began */
static size_t known_count;

static int add_known(struct dl_phdr_info *object, size_t size, void *unused) {
  (void)size, (void)unused;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *p = &object->dlpi_phdr[i];
    if (p->p_type != PT_LOAD || known_count == COUNT(known)) continue;
    known[known_count].begin = object->dlpi_addr + p->p_vaddr;
    known[known_count++].end = object->dlpi_addr + p->p_vaddr + p->p_memsz;
  }
  return 0;
}

static bool is_extension(const void *caller) {
  uintptr_t at = (uintptr_t)caller;
  for (size_t i = 0; i < known_count; i++)
    if (at >= known[i].begin && at < known[i].end) return false;
  return known_count > 0;
}

/* The way through the extension's code that leads here; 0: it is not on it. */
static uint64_t current_path(void) {
  void *frames[64];
  int depth = backtrace(frames, COUNT(frames));
  uint64_t path = 0;
  for (int i = 0; i < depth; i++)
    if (is_extension(frames[i])) path = path * 0x9E3779B97F4A7C15u + (uintptr_t)frames[i];
  return path;
}

/* ---- which allocation fails --------------------------------------------------------- */

enum { SQLITES = 1, EXTENSIONS = 2, BOTH = 3, MOST = 1 << 14 };

static atomic_int armed;       /* whose allocations count                        */
static atomic_long counted;    /* since then                                     */
static atomic_long failing;    /* the one that fails; 0: none, paths are noted   */
static atomic_bool persistent; /* and all after it                               */
static atomic_bool has_failed;
static uint64_t paths[MOST];   /* [counted] the way that led to each             */

static bool fails_now(int whose) {
  if (!(armed & whose)) return false;
  long n = ++counted;
  if (failing == 0) {
    if (n < MOST) paths[n] = current_path();
    return false;
  }
  bool fails = n == failing || (n > failing && persistent);
  if (fails) has_failed = true;
  return fails;
}

static void arm(int whose, long n) {
  has_failed = false;
  counted = 0;
  failing = n;
  armed = whose;
}

static void disarm(void) { armed = 0; }

/* ---- SQLite's --------------------------------------------------------------------------- */

static sqlite3_mem_methods real;

static void *failing_malloc(int size) { return fails_now(SQLITES) ? NULL : real.xMalloc(size); }

static void *failing_realloc(void *old, int size) { return fails_now(SQLITES) ? NULL : real.xRealloc(old, size); }

static void replace_sqlite_malloc(void) {
  if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real)) abort(); /* SQLite is in use already */
  sqlite3_mem_methods methods = real;
  methods.xMalloc = failing_malloc;
  methods.xRealloc = failing_realloc;
  sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
  sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0); /* so that small ones come here too */
}

/* ---- the extension's ---------------------------------------------------------------------- */

/* What the extension has allocated and not freed: an open hash of pointers. */
static long live_count;

#if !SANITIZED

enum { LIVE_SIZE = 1 << 16 };
static void *live[LIVE_SIZE];
static pthread_mutex_t live_mutex = PTHREAD_MUTEX_INITIALIZER;

static size_t live_place(const void *p) { return ((uintptr_t)p >> 4) * 0x9E3779B1u % LIVE_SIZE; }

static void live_add(void *p) {
  pthread_mutex_lock(&live_mutex);
  size_t at = live_place(p);
  while (live[at]) at = (at + 1) % LIVE_SIZE;
  live[at] = p;
  if (++live_count > LIVE_SIZE / 2) abort();
  pthread_mutex_unlock(&live_mutex);
}

/* Takes it out, and moves those after it that stand there for want of its place. */
static bool live_remove(const void *p) {
  pthread_mutex_lock(&live_mutex);
  size_t at = live_place(p);
  while (live[at] && live[at] != p) at = (at + 1) % LIVE_SIZE;
  bool found = live[at] != NULL;
  live[at] = NULL;
  live_count -= found;
  for (size_t next = (at + 1) % LIVE_SIZE; found && live[next]; next = (next + 1) % LIVE_SIZE) {
    size_t home = live_place(live[next]);
    if ((next - home) % LIVE_SIZE < (next - at) % LIVE_SIZE) continue;
    live[at] = live[next];
    live[at = next] = NULL;
  }
  pthread_mutex_unlock(&live_mutex);
  return found;
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *p);

/* `allocation` is not evaluated where it is to fail. */
#define ALLOCATE(allocation)                                        \
  bool ours = is_extension(__builtin_return_address(0));            \
  void *p = ours && fails_now(EXTENSIONS) ? NULL : (allocation);              \
  if (ours && p) live_add(p);                                       \
  return p

void *malloc(size_t size) { ALLOCATE(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { ALLOCATE(__libc_calloc(count, size)); }
void *aligned_alloc(size_t alignment, size_t size) { ALLOCATE(__libc_memalign(alignment, size)); }

char *strdup(const char *text) {
  size_t size = strlen(text) + 1;
  bool ours = is_extension(__builtin_return_address(0));
  char *p = ours && fails_now(EXTENSIONS) ? NULL : __libc_malloc(size);
  if (p) memcpy(p, text, size);
  if (ours && p) live_add(p);
  return p;
}

void *realloc(void *old, size_t size) {
  bool ours = is_extension(__builtin_return_address(0));
  if (ours && fails_now(EXTENSIONS)) return NULL;
  bool was = old && live_remove(old);
  void *p = __libc_realloc(old, size);
  if (p ? ours : was) live_add(p ? p : old);
  return p;
}

void free(void *p) {
  if (p && live_count) live_remove(p);
  __libc_free(p);
}

#endif

/* ---- a statement under failing memory ------------------------------------------------------- */

typedef struct Case {
  const char *name;
  const char *sql;     /* what is run: one statement                                     */
  const char *check;   /* a query whose answer shows what the statement has left, or NULL */
  const char *before;  /* is run first, with memory, or NULL                             */
  const char *message; /* it fails, with this, where memory is not out; or NULL          */
} Case;

enum { ANSWER = 1 << 14 };

typedef struct Outcome {
  int rc;
  char message[400];
  char answer[ANSWER]; /* all values of all rows, to the first "seconds" */
} Outcome;

/* Allocates nothing of its own. */
static void append(Outcome *o, const char *text) {
  size_t used = strlen(o->answer);
  snprintf(o->answer + used, sizeof o->answer - used, "%s|", text);
}

static void step_through(sqlite3 *db, const char *sql, Outcome *o) {
  sqlite3_stmt *stmt = NULL;
  *o = (Outcome){.rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL)};
  while (!o->rc && (o->rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    o->rc = SQLITE_OK;
    for (int i = 0; i < sqlite3_column_count(stmt); i++) {
      const char *text = (const char *)sqlite3_column_text(stmt, i);
      if (!text && sqlite3_column_type(stmt, i) != SQLITE_NULL) o->rc = SQLITE_NOMEM;
      append(o, text ? text : "NULL");
    }
  }
  if (o->rc == SQLITE_DONE) o->rc = SQLITE_OK;
  snprintf(o->message, sizeof o->message, "%s", o->rc ? sqlite3_errmsg(db) : "");
  sqlite3_finalize(stmt);
  char *seconds_at = strstr(o->answer, ",\"seconds\":");
  if (seconds_at) *seconds_at = '\0';
}

static char path[128];

static sqlite3 *open_case(void) {
  sqlite3 *db = open_database(path);
  run(db, "ATTACH ':memory:' AS empty");
  return db;
}

/* Each run is rolled back in the end, so that the next one finds the same. */
static sqlite3 *begin(const Case *c) {
  sqlite3 *db = open_case();
  run(db, "BEGIN; %s", c->before ? c->before : "");
  return db;
}

/* SQLite itself may roll the transaction back when memory is out. What was trained in it is then kept in temp. */
static bool is_kept(const Outcome *o) {
  return o->rc == SQLITE_ABORT && strstr(o->message, "has ended. It is kept as temp.");
}

/* What is wrong with an outcome; "" if nothing is. */
static const char *judge(const Case *c, const Outcome *o, const Outcome *expected, bool failed) {
  if (!failed && strcmp(o->message, expected->message) != 0) return "it fails although memory was there";
  if (o->rc == SQLITE_NOMEM || is_kept(o)) return "";
  if (o->rc != expected->rc) return "neither SQLITE_NOMEM nor what it gives otherwise";
  bool lost = strcmp(o->message, sqlite3_errstr(o->rc)) == 0; /* by SQLite: the code is right */
  if (c->message && !lost && strcmp(o->message, expected->message) != 0) return "another message than otherwise";
  if (!c->message && strcmp(o->answer, expected->answer) != 0) return "another answer than otherwise";
  return "";
}

/* The weights begin with a header, which has the identifier of all of them. */
static const char MODELS[] =
    "SELECT name, version, labels, options, hex(substr(weights, 1, 100)), json_array_length(metrics, '$.history'), "
    "json_remove(metrics, '$.history', '$.seconds') FROM classify_models ORDER BY name, version";

typedef struct Mode {
  const char *name;
  int whose;
  bool persistent;
} Mode;

static const Mode HEAP = {"(bytes of heap)", 0, false};
static const Mode MODES[] = {
    {"of the extension", EXTENSIONS, false},
    {"of SQLite", SQLITES, false},
    {"and all after it", BOTH, true},
};

typedef struct Run {
  const Case *c;
  const Mode *mode;
  Outcome expected;                 /* of the statement; and of `check`: */
  Outcome original, untouched, left; /* at first, then after `before`, then after the statement */
  size_t complaints;
} Run;

/* Shows the answer from where it is another than `wanted`. */
static void complain(Run *r, long n, const Outcome *o, const char *wanted, const char *what) {
  size_t same = 0;
  if (r->complaints++ > 8) return;
  while (o->answer[same] && o->answer[same] == wanted[same]) same++;
  print_error("%s, allocation %ld %s: %s\n  code %d: %s\n  ... %.100s\n  ... %.100s was expected\n", r->c->name, n,
              r->mode->name, what, o->rc, o->message, o->answer + same, wanted + same);
}

static long runs; /* of statements without memory */

static void limit_heap(sqlite3_int64 bytes) {
  sqlite3_hard_heap_limit64(bytes);
  if (bytes == 0) sqlite3_soft_heap_limit64(0);
}

/* One run in which allocation n fails; or, by HEAP, with n bytes of SQLite's. Returns the code of the statement. */
static int run_failing(Run *r, long n) {
  static Outcome o, after;
  sqlite3 *db = begin(r->c);
  bool heap = r->mode == &HEAP;
  runs++;
  if (heap) limit_heap(sqlite3_memory_used() + n);
  else arm(r->mode->whose, n);
  step_through(db, r->c->sql, &o);
  disarm();
  limit_heap(0);
  if (heap) has_failed = true;
  const char *wrong = judge(r->c, &o, &r->expected, has_failed);
  if (*wrong) complain(r, n, &o, r->expected.answer, wrong);
  if (r->c->check) {
    step_through(db, r->c->check, &after);
    bool ended = sqlite3_get_autocommit(db);
    const Outcome *wanted = ended ? &r->original : o.rc ? &r->untouched : &r->left;
    if (after.rc || strcmp(after.answer, wanted->answer) != 0)
      complain(r, n, &after, wanted->answer,
               o.rc ? "it failed and left something" : "it left something else than otherwise");
  }
  const char *works = is_kept(&o) ? "cat|1|" : "cat|0|";
  step_through(db, "SELECT classify('my kitten purrs', 'good'), count(*) > 0 FROM temp.sqlite_master", &after);
  if (after.rc || strcmp(after.answer, works) != 0) complain(r, n, &after, works, "it does not work after");
  if (!sqlite3_get_autocommit(db)) run(db, "ROLLBACK");
  close_database(db);
  return o.rc;
}

/* The ways through the extension that have led to an allocation, in any case so far: an open hash. */
enum { WAYS = 1 << 16 };
static uint64_t ways[WAYS];
static size_t way_count;

static void forget_ways(void) {
  memset(ways, 0, sizeof ways);
  way_count = 0;
}

/* Whether it is met for the first time. */
static bool meet_way(uint64_t way, const Mode *mode) {
  uint64_t key = (way ^ (uint64_t)(mode - MODES + 1)) * 0x9E3779B97F4A7C15u | 1;
  size_t at = (size_t)(key >> 48) % WAYS;
  while (ways[at] && ways[at] != key) at = (at + 1) % WAYS;
  if (ways[at]) return false;
  if (++way_count > WAYS / 2) abort();
  ways[at] = key;
  return true;
}

/* Where a sample begins: the name of the case alone decides it, so that a failure comes again. */
static long offset_of(const char *name) {
  unsigned long seed = 0;
  for (; *name; name++) seed = seed * 31 + (unsigned char)*name;
  return (long)(seed & 0xFFFF);
}

/* Whether allocation n of `all` is one to fail: where a way through the extension is met for the first time in all
** cases, and four more, evenly apart. Of the extension's own all are tried where there are few.
*/
static bool is_chosen(const Run *r, long n, long all) {
  enum { FEW = 100, SAMPLES = 4 };
  bool own = r->mode->whose == EXTENSIONS;
  bool first = meet_way(paths[n], r->mode); /* asked first: it remembers */
  return first || (own && all <= FEW) || (n + offset_of(r->c->name)) % (all / SAMPLES + 1) == 0 || all_cases();
}

/* With more and more heap, until it is enough. */
static void run_heap(Run *r) {
  enum { LEAST = 1 << 10, MOST_HEAP = 1 << 27 };
  r->mode = &HEAP;
  for (long bytes = LEAST; bytes < MOST_HEAP; bytes *= 2)
    if (run_failing(r, bytes) == r->expected.rc) break;
}

/* Returns how many allocations there are. */
static long run_mode(Run *r, const Mode *mode) {
  r->mode = mode;
  persistent = mode->persistent;
  run_failing(r, 0);
  long all = counted < MOST ? counted : MOST - 1; /* the more, the longer it took: polls allocate as well */
  for (long n = 1; n <= all; n++)
    if (is_chosen(r, n, all)) run_failing(r, n);
  return all;
}

static void expect(Run *r) {
  sqlite3 *db = open_case();
  if (r->c->check) step_through(db, r->c->check, &r->original);
  close_database(db);
  db = begin(r->c);
  if (r->c->check) step_through(db, r->c->check, &r->untouched);
  step_through(db, r->c->sql, &r->expected);
  if (r->c->check) step_through(db, r->c->check, &r->left);
  if (r->c->message ? !strstr(r->expected.message, r->c->message) : r->expected.rc)
    fail_msg("%s gives: %s", r->c->name, r->expected.message);
  run(db, "ROLLBACK");
  close_database(db);
}

static size_t run_case(const Case *c) {
  static Run r;
  r = (Run){.c = c};
  expect(&r);
  sqlite3_int64 sqlite_before = sqlite3_memory_used();
  long before = live_count, all[COUNT(MODES)];
  for (size_t mode = 0; mode < COUNT(MODES); mode++) all[mode] = run_mode(&r, &MODES[mode]);
  run_heap(&r);
  print_message("%-24s %4ld allocations of the extension, %4ld of SQLite\n", c->name, all[0], all[1]);
  if (sqlite3_memory_used() != sqlite_before && ++r.complaints)
    print_error("%s: %lld bytes of SQLite leak\n", c->name, sqlite3_memory_used() - sqlite_before);
  if (live_count != before && ++r.complaints)
    print_error("%s: %ld allocations of the extension leak\n", c->name, live_count - before);
  return r.complaints;
}

static void run_cases(const Case *cases, size_t count) {
  size_t complaints = 0;
  for (size_t i = 0; i < count; i++) complaints += run_case(&cases[i]);
  assert_int_equal(complaints, 0);
}

/* ---- cases --------------------------------------------------------------------------------------- */

static const Case TRAININGS[] = {
    {"train", "SELECT classify_train(body, label, 'm', '" QUICK "') FROM texts", MODELS, NULL, NULL},
    {"train, no table yet", "SELECT classify_train(body, label, 'empty.m', '" QUICK "') FROM texts", NULL, NULL, NULL},
    {"train, tokenize",
     "SELECT classify_train(body, label, 'm', json_set('" QUICK "', '$.tokenize', 'porter unicode61')) FROM texts",
     MODELS, NULL, NULL},
    {"train, a tokenizer of ours",
     "SELECT classify_train(body, label, 'm', json_set('" QUICK "', '$.tokenize', 'whitespace lower ascii remove "
     "punctuation')) FROM texts", MODELS, NULL, NULL},
    {"train, markup",
     "SELECT classify_train('<p>' || body || '&amp;', label, 'm', json_set('" QUICK "', '$.markup', 'html')) "
     "FROM texts", MODELS, NULL, NULL},
    {"train, markup and tokenize",
     "SELECT classify_train('<p>' || body || '&amp;', label, 'm', json_set('" QUICK "', '$.markup', 'html', "
     "'$.tokenize', 'porter')) FROM texts", MODELS, NULL, NULL},
    {"train, validate",
     "SELECT classify_train(body, label, 'm', json_set('" QUICK "', '$.epochs', 2, '$.keep', 1, "
     "'$.validation', 'SELECT body, label FROM texts LIMIT 9', '$.class_weight', json_object('cat', 2))) FROM texts",
     MODELS, NULL, NULL},
    {"train in FROM", "SELECT epoch FROM classify_train('SELECT body, label FROM texts', 'm', '" QUICK "')", MODELS,
     NULL, NULL},
    {"train, all parts", "SELECT classify_train(body, label, 'm', '" PARTS "') FROM texts", MODELS, NULL, NULL},
    {"train, keep", "SELECT classify_train(body, label, 'm', json_set('" QUICK "', '$.keep', 1)) FROM texts", MODELS,
     "INSERT INTO classify_models SELECT 'm', 1, created, labels, options, metrics, weights FROM classify_models "
     "WHERE name = 'good'", NULL},
    {"train, bad option", "SELECT classify_train(body, label, 'm', '{\"epoch\":3}') FROM texts", MODELS, NULL,
     "unknown option 'epoch'"},
};

#define WITH(member, value) \
  "SELECT classify_train(body, label, 'm', json_set('" PARTS "', '" member "', '" value "')) FROM texts"

static const Case SOURCES[] = {
    {"unlabelled", WITH("$.unlabelled", "SELECT body || id FROM texts LIMIT 9"), MODELS, NULL, NULL},
    {"vectors", WITH("$.vectors", "vectors"), MODELS, NULL, NULL},
    {"vectors, of another size", WITH("$.vectors", "vectors"), MODELS, "INSERT INTO vectors VALUES ('last', '[1]')",
     "has 1 number, expected 2"},
    {"no vectors", WITH("$.vectors", "texts"), MODELS, NULL, "expected a table with the columns token and vector"},
    {"from", "SELECT classify_train(body || ' ahoy', label || id % 2, 'm', '{\"from\":\"parts\",\"epochs\":1}') "
     "FROM texts",
     MODELS, NULL, NULL},
    {"from, with rows",
     "SELECT epoch FROM classify_train('VALUES (''meow'', ''lion'')', 'm', json_set('" PARTS "', '$.from', "
     "json_object('model', 'parts', 'rows', 'SELECT body, label FROM texts')))",
     MODELS, NULL, NULL},
    {"from nowhere", WITH("$.from", "nowhere"), MODELS, NULL, "no model named 'nowhere'"},
    {"all of it",
     "SELECT classify_train(body, label, 'm', json_set('" PARTS "', '$.unlabelled', 'SELECT ''meow'' || id "
     "FROM texts', "
     "'$.vectors', 'vectors', '$.position_bias', json('true'), '$.class_weight', 'balanced', '$.patience', 1, "
     "'$.from', json_object('model', 'parts', 'rows', 'SELECT body, label FROM texts'))) FROM texts",
     MODELS, NULL, NULL},
};

static const Case OPTIONS[] = {
    {"compress", WITH("$.compress", "yes"), MODELS, NULL, "option compress"},
    {"compressed",
     "SELECT classify_train(body, label, 'm', json_set('" PARTS "', '$.compress', json('true'))) FROM texts", MODELS,
     NULL, NULL},
    {"max_size", "SELECT classify_train(body, label, 'm', json_set('" PARTS "', '$.max_size', 90000)) FROM texts",
     MODELS, NULL, NULL},
    {"precision", WITH("$.precision", "int8"), MODELS, NULL, NULL},
    {"keep", "SELECT classify_train(body, label, 'mixed', json_set('" QUICK "', '$.keep', 1)) FROM texts", MODELS, NULL,
     NULL},
    {"stop_file", WITH("$.stop_file", "/tmp/classify-test-memory-stop"), MODELS, NULL, NULL},
    {"cross-validation", "SELECT classify_train(body, label, 'm', json_remove('" PARTS "', '$.validation')) FROM texts",
     MODELS, NULL, NULL},
    {"max_memory", "SELECT classify_train(body, label, 'm', json_set('" PARTS "', '$.max_memory', 1000000)) FROM texts",
     MODELS, NULL, "option max_memory allows"},
    {"labels without rows",
     "SELECT classify_train(body, label, 'm', json_set('" QUICK "', '$.labels', json('[\"dog\"]'))) FROM texts", MODELS,
     NULL, "option labels"},
    {"debug", "SELECT length(classify_debug()) > 0, length(classify_version()) > 0", NULL, NULL, NULL},
};

static const Case LABELLINGS[] = {
    {"classify", "SELECT classify(body, 'good') FROM texts", NULL, NULL, NULL},
    {"classify, unnamed", "SELECT classify(body) FROM texts LIMIT 1", NULL,
     "DELETE FROM classify_models WHERE name <> 'good'", NULL},
    {"classify, tokenize", "SELECT classify(body, 'porter') FROM texts LIMIT 3", NULL, NULL, NULL},
    {"classify, markup", "SELECT classify('<p>' || body || '&amp;<b>', 'html') FROM texts LIMIT 3", NULL, NULL, NULL},
    {"scores", "SELECT classify_scores(body, 'mixed'), classify_confidence(body, 'mixed') FROM texts LIMIT 2", NULL,
     NULL, NULL},
    {"scores, one key", "SELECT classify_scores(body, 'alike') FROM texts", NULL, NULL, "would be one key"},
    {"labels", "SELECT rank, label, round(probability, 4) FROM classify_labels('a kitten', 'mixed')", NULL, NULL, NULL},
    {"rows", "SELECT * FROM classify_rows('SELECT ''row '' || id, body FROM texts', 'good', '{\"threads\":2}')", NULL,
     NULL, NULL},
    {"rows, tokenize",
     "SELECT id, label, round(confidence, 4) FROM classify_rows('SELECT id, iif(id % 5, body, NULL) FROM texts', "
     "'porter', '{\"threads\":2}')", NULL, NULL, NULL},
    {"rows, markup",
     "SELECT id, label, round(confidence, 4) FROM classify_rows('SELECT id, body || ''&lt;<br>'' FROM texts', 'html', "
     "'{\"threads\":2}')", NULL, NULL, NULL},
    {"rows, markup and tokenize",
     "SELECT id, label, round(confidence, 4) FROM classify_rows('SELECT id, body || ''&lt;<br>'' FROM texts', "
     "'porter html', '{\"threads\":2}')", NULL, NULL, NULL},
    {"rows, more than a chunk",
     "SELECT count(*), count(label) FROM classify_rows('SELECT a.id, a.body FROM texts AS a, texts AS b', 'good', "
     "'{\"threads\":2}')", NULL, NULL, NULL},
    {"rows, a bad one", "SELECT * FROM classify_rows('SELECT id, iif(id = 20, x''00'', body) FROM texts', 'good')",
     NULL,
     NULL, "the text is a BLOB"},
    {"rows, 8-bit integers",
     "SELECT id, label, round(confidence, 3) FROM classify_rows('SELECT id, body FROM texts', 'integers')", NULL, NULL,
     NULL},
    {"rows for a writer",
     "INSERT INTO texts SELECT NULL, label, confidence FROM classify_rows('SELECT id, body FROM texts', 'good')",
     "SELECT count(*) FROM texts", NULL, NULL},
    {"attention",
     "SELECT token, round(weight, 4), round(leave_one_out, 4) "
     "FROM classify_attention('My kitten at the sail', 'good', 'boat')",
     NULL, NULL, NULL},
    {"classify, all parts", "SELECT classify(body || ' unheard of', 'parts') FROM texts LIMIT 2", NULL, NULL, NULL},
    {"rows, all parts",
     "SELECT * FROM classify_rows('SELECT id, body || '' unheard of'' FROM texts', 'parts', '{\"threads\":2}')", NULL,
     NULL, NULL},
    {"attention, all parts",
     "SELECT token, round(weight, 4), round(contribution, 4), round(leave_one_out, 4) "
     "FROM classify_attention('My kitten at the nail', 'parts', 'boat')", NULL, NULL, NULL},
    {"classify, a tokenizer of ours", "SELECT classify(body, 'whitespace') FROM texts LIMIT 2", NULL, NULL, NULL},
    {"rows, a tokenizer of ours",
     "SELECT id, label FROM classify_rows('SELECT id, body FROM texts', 'whitespace', '{\"threads\":2}')", NULL, NULL,
     NULL},
    {"highlight",
     "SELECT classify_highlight(body || ' <unheard> ' || char(7, 8), 'parts', 'html'), "
     "classify_highlight(body, 'mixed') "
     "FROM texts LIMIT 2", NULL, NULL, NULL},
    {"highlight, bad format", "SELECT classify_highlight('x', 'good', 'text')", NULL, NULL,
     "expected 'ansi' or 'html'"},
    {"card", "WITH c(page) AS MATERIALIZED (SELECT classify_card('parts')) SELECT length(page), substr(page, -12000) "
     "FROM c",
     NULL, NULL, NULL},
    {"card, of nothing", "SELECT length(classify_card('mixed'))", NULL,
     "UPDATE classify_models SET metrics = '{}', options = '['", NULL},
    {"no such model", "SELECT classify('x', 'goo')", NULL, NULL,
     "(models: alike, good, html, integers, lists, mixed, parts, porter, porter html, whitespace)"},
    {"no such version", "SELECT classify('x', 'good@9')", NULL, NULL, "(versions: 1)"},
    {"no such label", "SELECT * FROM classify_attention('x', 'good', 'dog')", NULL, NULL,
     "(labels: \"cat\", \"boat\")"},
};

/* Several labels a row, or none. */
#define LISTS "SELECT body, iif(id % 5, json_array(label, ''id'' || id % 2), ''[]'') FROM texts"

static const Case SETS[] = {
    {"train lists", "SELECT classify_train(body, iif(id % 5, json_array(label, 7), '[]'), 'm', '" PARTS "') FROM texts",
     MODELS, NULL, NULL},
    {"train a separator",
     "SELECT classify_train(body, iif(id % 5, label || '|x', ''), 'm', json_set('" QUICK "', '$.multilabel', '|')) "
     "FROM texts", MODELS, NULL, NULL},
    {"train lists, from",
     "SELECT classify_train(body, json_array(label, 'new'), 'm', '{\"from\":\"lists\",\"epochs\":1}') FROM texts",
     MODELS, NULL, NULL},
    {"train lists, a bad one", "SELECT classify_train(body, iif(id = 9, label, '[1]'), 'm', '" QUICK "') FROM texts",
     MODELS, NULL, "row 9 has the label"},
    {"classify lists",
     "SELECT classify(body, 'lists'), round(classify_confidence(body, 'lists'), 4) FROM texts LIMIT 3", NULL, NULL,
     NULL},
    {"labels and scores of lists",
     "SELECT label, chosen, classify_scores('a kitten', 'lists') FROM classify_labels('a kitten', 'lists')", NULL, NULL,
     NULL},
    {"rows of lists",
     "SELECT id, label FROM classify_rows('SELECT id, iif(id % 5, body, NULL) FROM texts', 'lists', "
     "'{\"threads\":2}')", NULL, NULL, NULL},
    {"highlight of lists", "SELECT classify_highlight(body, 'lists', 'html') FROM texts LIMIT 2", NULL, NULL, NULL},
    {"card of lists", "SELECT length(classify_card('lists'))", NULL, NULL, NULL},
    {"evaluate lists", "SELECT rows, round(micro_f1, 3), round(lrap, 3) FROM classify_evaluate('" LISTS "', 'lists')",
     NULL, NULL, NULL},
    {"evaluate lists held out", "SELECT * FROM classify_evaluate(NULL, 'lists')", NULL, NULL, NULL},
    {"confusion of lists", "SELECT * FROM classify_confusion('" LISTS "', 'lists')", NULL, NULL, NULL},
    {"confusion of a bad list", "SELECT * FROM classify_confusion('SELECT body, label FROM texts', 'lists')", NULL,
     NULL, "row 1 of the query: the labels are 'cat'"},
    {"doubts about lists",
     "SELECT id, label, suggested FROM classify_doubts('SELECT id, body, iif(id % 7, json_array(label), NULL) "
     "FROM texts', 'lists')", NULL, NULL, NULL},
};

static const Case JUDGEMENTS[] = {
    {"evaluate", "SELECT * FROM classify_evaluate('SELECT body, iif(id % 7, label, ''new'') FROM texts', 'good')", NULL,
     NULL, NULL},
    {"evaluate, held out", "SELECT * FROM classify_evaluate(NULL, 'parts')", NULL, NULL, NULL},
    {"evaluate, none held out", "SELECT * FROM classify_evaluate(NULL, 'mixed')", NULL, NULL,
     "no validation rows"},
    {"report", "SELECT * FROM classify_report('SELECT body, iif(id % 7, label, id / 2.0) FROM texts', 'mixed')", NULL,
     NULL, NULL},
    {"report, held out", "SELECT * FROM classify_report(NULL, 'parts')", NULL, NULL, NULL},
    {"confusion", "SELECT * FROM classify_confusion('SELECT body, iif(id % 7, label, NULL) FROM texts', 'porter')",
     NULL, NULL, NULL},
    {"confusion, held out", "SELECT * FROM classify_confusion(NULL, 'parts')", NULL, NULL, NULL},
    {"confusion, a bad label", "SELECT * FROM classify_confusion('SELECT body, x''00'' FROM texts', 'good')", NULL,
     NULL, "a label is a BLOB"},
    {"words", "SELECT label, token, count, round(contribution, 4) FROM classify_words('parts')", NULL, NULL, NULL},
    {"words of a label", "SELECT token, count FROM classify_words('mixed', 2)", NULL, NULL, NULL},
    {"doubts, rows seen",
     "SELECT id, label, suggested, round(probability, 4) FROM classify_doubts('SELECT ''row '' || id, body, "
     "iif(id % 9, label, NULL) FROM texts', 'parts')", NULL, NULL, NULL},
    {"doubts, seen, a tokenizer",
     "SELECT id, suggested, round(probability, 4) FROM classify_doubts('SELECT id, body, label FROM texts', 'porter')",
     NULL, NULL, NULL},
    {"doubts, rows not seen",
     "SELECT id, label, suggested, round(probability, 4) FROM classify_doubts('SELECT ''row '' || id, "
     "iif(id % 5, body || '' ahoy'', NULL), iif(id % 9, label, id) FROM texts', 'parts')", NULL, NULL, NULL},
    {"doubts, a bad row", "SELECT * FROM classify_doubts('SELECT id, iif(id = 20, x''00'', body), label FROM texts', "
     "'parts')", NULL, NULL, "the text is a BLOB"},
};

/* Three of the rows have a label, so few that the teacher is not judged, which would take long. */
#define TAUGHT(options) \
  "SELECT classify_train(body, iif(id % 7, NULL, label), 'm', json_set('" QUICK "', " options ")) FROM texts"

static const Case ENCODERS[] = {
    {"embedding", "SELECT hex(classify_embedding(body, 'bert')), length(classify_embedding(NULL)) FROM texts LIMIT 3",
     NULL, NULL, NULL},
    {"embedding, unnamed", "SELECT hex(classify_embedding('late'))", NULL,
     "DELETE FROM classify_encoders WHERE name <> 'static'", NULL},
    {"embedding, a schema", "SELECT hex(classify_embedding('late', 'main.roberta'))", NULL, NULL, NULL},
    {"embedding, of none", "SELECT classify_embedding('late', 'gpt')", NULL, NULL,
     "no encoder named 'gpt' (encoders: bert, roberta, static)"},
    {"embedding, of which", "SELECT classify_embedding('late')", NULL, NULL, "expected one of: bert, roberta, static"},
    {"embedding, bad weights", "SELECT classify_embedding('late', 'bert')", NULL,
     "UPDATE classify_encoders SET weights = substr(weights, 2)", "encoder 'bert' cannot be used"},
    {"embeddings",
     "SELECT id, hex(embedding) FROM classify_embeddings('SELECT ''row '' || id, iif(id % 5, body, NULL) FROM texts', "
     "'bert', '{\"threads\":2}')", NULL, NULL, NULL},
    {"embeddings, in chunks",
     "SELECT count(*), count(embedding) FROM classify_embeddings('SELECT a.id, a.body || b.id FROM texts AS a, "
     "texts AS b LIMIT 40', 'static', '{\"threads\":2}')", NULL, NULL, NULL},
    {"embeddings, a bad row", "SELECT * FROM classify_embeddings('SELECT id, iif(id = 20, x''00'', body) FROM texts', "
     "'static')", NULL, NULL, "the text is a BLOB"},
    {"embeddings for a writer",
     "INSERT INTO texts SELECT NULL, id, hex(embedding) FROM classify_embeddings('SELECT id, body FROM texts', "
     "'static')", "SELECT count(*), count(DISTINCT label) FROM texts", NULL, NULL},
};

static const Case TEACHERS[] = {
    {"teacher", TAUGHT("'$.teacher', 'static'"), MODELS, NULL, NULL},
    {"teacher, markup", TAUGHT("'$.teacher', 'static', '$.markup', 'html'"), MODELS, NULL, NULL},
    {"teacher in FROM", "SELECT epoch FROM classify_train('SELECT body, iif(id % 7, NULL, label) FROM texts', 'm', "
     "json_set('" QUICK "', '$.teacher', 'static', '$.embedding', 8, '$.linear', json('true')))", MODELS, NULL, NULL},
    {"teacher, labels",
     TAUGHT("'$.teacher', 'static', '$.labels', json('{\"cat\":\"the cat\",\"dog\":null,\"boat\":[\"sail\"]}')"),
     MODELS, NULL, NULL},
    {"teacher, a query", TAUGHT("'$.teacher', 'SELECT text, vector FROM given', '$.labels', json('[\"cat\"]')"), MODELS,
     NULL, NULL},
    {"teacher, no vectors", TAUGHT("'$.teacher', 'SELECT text || 1, vector FROM given'"), MODELS, NULL,
     "gives a vector of none of the texts"},
    {"teacher, no such", TAUGHT("'$.teacher', 'gpt'"), MODELS, NULL, "no encoder named 'gpt'"},
    {"teacher, bad labels", TAUGHT("'$.teacher', 'static', '$.labels', json('[\"a\", 1]')"), MODELS, NULL,
     "option labels has integer '1'"},
};

static int begin_all(void **fixture) {
  (void)fixture;
  snprintf(path, sizeof path, "%s", new_file("memory"));
  sqlite3 *db = open_database(path);
  make_texts(db);
  run(db, "SELECT classify_train(body, label, 'good', '" GOOD "') FROM texts");
  run(db, "SELECT classify_train(body, label, 'porter', json_set('" QUICK "', '$.tokenize', 'porter')) FROM texts");
  run(db, "SELECT classify_train(body, label, 'html', json_set('" QUICK "', '$.markup', 'html')) FROM texts");
  run(db, "SELECT classify_train(body, label, 'porter html', json_set('" QUICK "', '$.markup', 'html', '$.tokenize', "
          "'porter')) FROM texts");
  run(db, "SELECT classify_train(body, label, 'whitespace', json_set('" QUICK "', '$.tokenize', 'whitespace')) "
          "FROM texts");
  run(db, "SELECT classify_train(body, iif(id %% 3, id %% 3, label), 'mixed', '" QUICK "') FROM texts");
  run(db, "SELECT classify_train(body, iif(id %% 2, 1, '1'), 'alike', '" QUICK "') FROM texts");
  run(db, "SELECT classify_train(body, label, 'parts', '" PARTS "') FROM texts");
  run(db, "SELECT classify_train(body, label, 'integers', json_set('" PARTS "', '$.precision', 'int8')) FROM texts");
  run(db, "SELECT classify_train(body, iif(id %% 5, json_array(label, 'id' || id %% 2), '[]'), 'lists', '" PARTS "') "
          "FROM texts");
  run(db, "CREATE TABLE vectors(token, vector); INSERT INTO vectors VALUES ('kitten', '[1,2]'), ('sail', zeroblob(8)), "
          "('meow', '[-1, 0.5e3]'), ('ahoy', '[1,0]')");
  close_database(db);
  return 0;
}

static int begin_encoders(void **fixture) {
  (void)fixture;
  snprintf(path, sizeof path, "%s", new_file("encoders"));
  sqlite3 *db = open_database(path);
  make_texts(db);
  make_encoder(db, "bert");
  make_encoder(db, "roberta");
  make_encoder(db, "static");
  run(db, "SELECT classify_train(body, label, 'good', '" GOOD "') FROM texts");
  run(db, "CREATE TABLE given AS SELECT body AS text, iif(label = 'cat', x'0000803f0000003f', x'0000003f0000803f') "
          "AS vector FROM texts UNION ALL SELECT 'cat', x'0000803f0000003f'");
  close_database(db);
  return 0;
}

static int begin_utf16(void **fixture) {
  (void)fixture;
  snprintf(path, sizeof path, "%s", new_file("utf16"));
  sqlite3 *db = open_database(path);
  run(db, "PRAGMA encoding = 'UTF-16'");
  close_database(db);
  db = open_database(path);
  make_texts(db);
  run(db, "SELECT classify_train(body, label, 'good', '" GOOD "') FROM texts");
  run(db, "SELECT classify_train(body, label, 'porter', json_set('" QUICK "', '$.tokenize', 'porter')) FROM texts");
  close_database(db);
  return 0;
}

TEST(training) { run_cases(TRAININGS, COUNT(TRAININGS)); }
TEST(sources) { run_cases(SOURCES, COUNT(SOURCES)); }
TEST(options) { run_cases(OPTIONS, COUNT(OPTIONS)); }
TEST(labelling) { run_cases(LABELLINGS, COUNT(LABELLINGS)); }
TEST(sets_of_labels) { run_cases(SETS, COUNT(SETS)); }
TEST(judging) { run_cases(JUDGEMENTS, COUNT(JUDGEMENTS)); }
TEST(encoders) { run_cases(ENCODERS, COUNT(ENCODERS)); }
TEST(teachers) { run_cases(TEACHERS, COUNT(TEACHERS)); }

TEST(in_utf16) {
  const Case card = {"card", "SELECT classify_card('good')", NULL, NULL, NULL};
  const Case cases[] = {TRAININGS[4], LABELLINGS[0], LABELLINGS[12], card};
  forget_ways(); /* what follows is tried anew */
  run_cases(cases, COUNT(cases));
}

/* ---- loading and closing -------------------------------------------------------------------------- */

/* In a child, which has not loaded it yet: a library that cannot be initialised
** is unloaded, so nothing of it may be left in the connection.
*/
static void load_failing(long n, bool for_ever) {
  sqlite3 *db = open_bare(":memory:", READ_WRITE);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
  persistent = for_ever;
  arm(BOTH, n);
  int rc = sqlite3_load_extension(db, extension(), NULL, NULL);
  disarm();
  bool failed = has_failed;
  sqlite3_exec(db, "SELECT classify('x')", NULL, NULL, NULL);
  sqlite3_exec(db, "SELECT * FROM classify_labels('x')", NULL, NULL, NULL);
  if (sqlite3_close(db) || (rc && !failed)) _exit(1);
  _exit(failed ? 2 : 0);
}

TEST(loading) {
  int crashed = 0;
  for (int mode = 0; mode < 2; mode++) {
    for (long n = 1, status = 2 << 8; status != 0; n++) {
      pid_t child = fork();
      if (child == 0) {
        signal(SIGSEGV, SIG_DFL); /* and not cmocka's handler */
        load_failing(n, mode == 1);
      }
      int ended = -1;
      waitpid(child, &ended, 0);
      if (ended != 0 && ended != 2 << 8) {
        if (crashed++ == 0) print_error("loading, allocation %ld: ended with %#x\n", n, (unsigned)ended);
        ended = 2 << 8;
      }
      status = ended;
      if (n > 5000) fail_msg("loading does not end");
    }
  }
  assert_int_equal(crashed, 0);
}

/* Closing frees, and cannot fail. */
TEST(closing) {
  for (long n = 1; n < 40; n++) {
    sqlite3 *db = open_database(path);
    sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
    for (size_t i = 0; i < COUNT(LABELLINGS); i++) sqlite3_exec(db, LABELLINGS[i].sql, NULL, NULL, NULL);
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    persistent = true;
    arm(BOTH, n);
    int rc = sqlite3_close(db);
    disarm();
    assert_int_equal(rc, SQLITE_OK);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(loading),
      cmocka_unit_test_setup(training, begin_all),
      cmocka_unit_test_setup(sources, begin_all),
      cmocka_unit_test_setup(options, begin_all),
      cmocka_unit_test_setup(labelling, begin_all),
      cmocka_unit_test_setup(sets_of_labels, begin_all),
      cmocka_unit_test_setup(judging, begin_all),
      cmocka_unit_test_setup(encoders, begin_encoders),
      cmocka_unit_test_setup(teachers, begin_encoders),
      cmocka_unit_test_setup(closing, begin_all),
      cmocka_unit_test_setup(in_utf16, begin_utf16),
  };
  replace_sqlite_malloc();     /* before SQLite's first allocation */
  current_path(), extension(); /* what they need is there now, not with failing memory */
  dl_iterate_phdr(add_known, NULL);
  int failed = cmocka_run_group_tests(tests, NULL, remove_files);
  print_message("%ld runs without memory\n", runs);
  return failed;
}
