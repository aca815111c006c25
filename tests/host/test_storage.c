/* Storage that fails: each operation on a file fails in turn, alone or with all of its kind after it,
** while statements train, save and label. Then the error says what SQLite says of it, the tables are
** as before, or complete where the statement gave no error, a model that was trained is in temp if it
** is not saved, nothing leaks, and the file is whole.
**
** Each run is on a copy of a file, by a connection that is new. TEST_CASES=all fails every operation;
** without, the first few of each kind and some of the others.
*/
#include "faulty_vfs.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_ROWS = 24, STATE = 1000, MOST_STEPS = 4, MOST_COMPLAINTS = 3 };

static const char *const JOURNALS[] = {"DELETE", "WAL"};

typedef struct Case {
  const char *name;
  bool empty;                    /* on a file without models         */
  bool trains;                   /* one model, of all texts          */
  const char *steps[MOST_STEPS]; /* statements; one that fails is the last */
  bool others_write;             /* while texts are read */
  const char *between;           /* models that may be there after an error, beside those before; or NULL */
} Case;

/* ---- the files ---------------------------------------------------------------------- */

static char master[128], copy[128];

static void copy_file(const char *from, const char *to) {
  static char bytes[1 << 20];
  FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
  assert_true(in && out);
  size_t length = fread(bytes, 1, sizeof bytes, in);
  assert_in_range(length, 1, sizeof bytes - 1);
  assert_int_equal(fwrite(bytes, 1, length, out), length);
  fclose(in);
  fclose(out);
}

static void make_master(const char *journal, bool empty) {
  snprintf(master, sizeof master, "%s", new_file("master"));
  sqlite3 *db = open_database(master);
  run(db, "PRAGMA journal_mode = %s", journal);
  make_texts(db);
  run(db, "ALTER TABLE texts ADD COLUMN guess; ALTER TABLE texts ADD COLUMN page;"
          "UPDATE texts SET page = hex(zeroblob(1500));" /* of which each fills one */
          "CREATE TABLE guesses(id, label); CREATE TABLE others(x)");
  make_encoder(db, "bert");
  if (!empty) {
    teach(db, "m", "old");
    teach(db, "m", "new");
  }
  close_database(db);
}

static int texts_seen;
static sqlite3 *other; /* a connection that does not fail, and writes while a text is read; or NULL */

static void seen(sqlite3_context *context, int argc, sqlite3_value **argv) {
  (void)argc;
  if (++texts_seen == TEXT_ROWS / 2 && other) sqlite3_exec(other, "INSERT INTO others VALUES (1)", NULL, NULL, NULL);
  sqlite3_result_value(context, argv[0]);
}

static void use_copy(void) {
  snprintf(copy, sizeof copy, "%s", new_file("copy"));
  copy_file(master, copy);
}

/* A small page cache, so that pages are read, and written before the end of a transaction. */
static sqlite3 *open_faulty(void) {
  sqlite3 *db;
  char *message = NULL;
  assert_int_equal(sqlite3_open_v2(copy, &db, READ_WRITE, FAULTY_VFS), SQLITE_OK);
  if (load(db, &message)) fail_msg("the extension cannot be loaded: %s", message);
  sqlite3_create_function(db, "seen", 1, SQLITE_UTF8, NULL, seen, NULL, NULL);
  run(db, "PRAGMA cache_size = 10; PRAGMA temp.cache_size = 1000");
  return db;
}

/* ---- one run ------------------------------------------------------------------------- */

typedef struct Run {
  const Case *c;
  const char *journal;
  Fault fault;
  long nth;
  bool persistent;
  int rc, step;          /* of the last statement */
  char message[600];
  char before[STATE], complete[STATE], after[STATE];
  sqlite3_int64 memory;  /* of SQLite, with all connections closed */
} Run;

static int runs, complaints, complaints_of_case;

static void complain(const Run *r, const char *what) {
  complaints++;
  if (complaints_of_case++ >= MOST_COMPLAINTS) return;
  print_error("%s, %s: %s %ld%s: %s\n  code %d: %s\n  after: %s\n", r->c->name, r->journal, FAULT_NAMES[r->fault],
              r->nth, r->persistent ? " and all after it" : "", what, r->rc, r->message, r->after);
}

static void run_steps(Run *r, sqlite3 *db) {
  texts_seen = 0;
  *r->after = '\0';
  r->rc = SQLITE_OK;
  for (r->step = 0; !r->rc && r->step < MOST_STEPS && r->c->steps[r->step]; r->step++)
    r->rc = sqlite3_exec(db, r->c->steps[r->step], NULL, NULL, NULL);
  snprintf(r->message, sizeof r->message, "%s", r->rc ? sqlite3_errmsg(db) : "");
}

static int append_values(void *state, int count, char **values, char **names) {
  size_t used = strlen(state);
  (void)names;
  for (int i = 0; i < count && used < STATE; i++)
    used += (size_t)snprintf((char *)state + used, STATE - used, "%s ", values[i] ? values[i] : "NULL");
  return 0;
}

#define NOT_DELETED "the model is saved as main.m@3, but its older versions could not be deleted: "

/* All models, each of which must label; then what has been labelled; then whether the file is whole. */
static void read_state(char *state) {
  static const char MODELS[] = "SELECT name || '@' || version || iif(classify('the kitten purrs', name || '@' || "
                               "version) IS NULL, '?', '') FROM classify_models ORDER BY name, version";
  static const char LABELLED[] = "SELECT ', ' || count(label) || ' guesses of', count(*), 'rows,', "
                                 "(SELECT count(guess) FROM texts) FROM guesses";
  const char *const queries[] = {MODELS, LABELLED, "PRAGMA integrity_check"};
  sqlite3 *db = open_database(copy);
  *state = '\0';
  for (size_t i = has_table(db, "main", "classify_models") ? 0 : 1; i < COUNT(queries); i++)
    if (sqlite3_exec(db, queries[i], append_values, state, NULL))
      append_values(state, 1, (char *[]){(char *)sqlite3_errmsg(db)}, NULL);
  close_database(db);
}

/* Whether the error says that the model is in temp, or in main beside those that `keep` should have deleted, and it
** is there and labels.
*/
static bool is_kept(const Run *r, sqlite3 *db) {
  char labels[STATE] = "";
  bool in_temp = strstr(r->message, "It is kept as temp.m@"), in_main = strstr(r->message, NOT_DELETED);
  if (!in_temp && !in_main) return false;
  sqlite3_exec(db, in_temp ? "SELECT classify('the kitten purrs', 'temp.m')"
                           : "SELECT classify('the kitten purrs', 'main.m@3')", append_values, labels, NULL);
  return strcmp(labels, "cat ") == 0 || strcmp(labels, "boat ") == 0;
}

/* After a change of the schema that cannot be rolled back SQLite prepares no statement, on no schema, until
** the one that trains has ended. Then there is no place to keep a model in.
*/
static bool is_beyond_keeping(const Run *r) {
  return r->c->empty && r->fault != FAULT_FULL && strcmp(r->journal, "DELETE") == 0 &&
         strstr(r->message, "the trained model could not be saved: ");
}

static void check_error(const Run *r, sqlite3 *db) {
  bool trained = r->c->trains && texts_seen == TEXT_ROWS && strstr(r->c->steps[r->step - 1], "classify_train");
  bool kept = is_kept(r, db);
  /* After one of these codes SQLite rolls a transaction back, and with it what is in temp. */
  if ((r->rc & 0xFF) != faulty_code(r->fault) && !(kept && r->rc == SQLITE_ERROR)) complain(r, "another code");
  if (!strstr(r->message, sqlite3_errstr(faulty_code(r->fault)))) complain(r, "the error does not name the cause");
  if (trained && !kept && !is_beyond_keeping(r)) complain(r, "the trained model is lost");
}

/* Where the scan of an aggregate fails, SQLite still ends the aggregate, which cannot tell: a model of the rows
** so far is saved. In FROM that is not so.
*/
static bool is_of_fewer_rows(const Run *r) {
  bool is_aggregate = strncmp(r->c->steps[0], "SELECT classify_train(", 22) == 0;
  return is_aggregate && texts_seen < TEXT_ROWS && strcmp(r->after, r->complete) == 0;
}

static bool is_between(const Run *r) {
  size_t length = r->c->between ? strlen(r->c->between) : 0;
  return length && strncmp(r->after, r->c->between, length) == 0 &&
         strcmp(r->after + length, strchr(r->before, ',')) == 0;
}

static void check_after(const Run *r) {
  if (faulty_open_files()) complain(r, "files are open");
  if (sqlite3_memory_used() != r->memory) complain(r, "memory is left");
  if (!r->rc && strcmp(r->after, r->complete) != 0) complain(r, "no error, but it is not complete");
  bool as_before = strcmp(r->after, r->before) == 0;
  if (r->rc && !as_before && !is_between(r) && !is_of_fewer_rows(r)) complain(r, "it failed and left something");
}

/* Returns whether the fault was met. */
static bool run_once(Run *r) {
  runs++;
  use_copy();
  sqlite3 *db = open_faulty();
  other = r->c->others_write ? open_database(copy) : NULL;
  faulty_arm(r->fault, r->nth, r->persistent);
  run_steps(r, db);
  bool met = faulty_disarm();
  if (r->rc && !met) complain(r, "it fails without a fault");
  if (r->rc && met) check_error(r, db);
  if (!sqlite3_get_autocommit(db) && strcmp(r->c->steps[0], "BEGIN") != 0) complain(r, "a transaction is left open");
  close_database(db);
  if (other) close_database(other);
  r->memory = r->memory ? r->memory : sqlite3_memory_used();
  read_state(r->after);
  return met;
}

/* ---- all runs ------------------------------------------------------------------------------ */

static long next(long n) {
  return all_cases() || n < 3 ? n + 1 : 2 * n;
}

static void fail_each(Run *r) {
  for (int persistent = 0; persistent < 2; persistent++) {
    r->persistent = persistent;
    for (r->nth = 1; run_once(r); r->nth = next(r->nth)) check_after(r);
  }
}

static void run_case(const Case *c, const char *journal) {
  static Run r;
  r = (Run){.c = c, .journal = journal};
  complaints_of_case = 0;
  make_master(journal, c->empty);
  use_copy();
  read_state(r.before);
  run_once(&r); /* nth is 0 */
  snprintf(r.complete, sizeof r.complete, "%s", r.after);
  if (r.rc || strcmp(r.before, r.complete) == 0) complain(&r, "it does nothing");
  for (r.fault = 0; r.fault < FAULTS; r.fault++) fail_each(&r);
}

static void run_cases(const Case *cases, size_t count) {
  runs = complaints = 0;
  for (size_t i = 0; i < count; i++)
    for (size_t j = cases[i].others_write ? 1 : 0; j < COUNT(JOURNALS); j++) run_case(&cases[i], JOURNALS[j]);
  print_message("%d runs\n", runs);
  assert_int_equal(complaints, 0);
}

#define TRAIN "SELECT classify_train(seen(body), label, 'm', '" QUICK "') FROM texts"
#define KEEP "SELECT classify_train(seen(body), label, 'm', json_set('" QUICK "', '$.keep', 2)) FROM texts"
#define HALVES                                                                                              \
  "SELECT classify_train(body, label, 'half' || half, '" QUICK "') FROM "                                   \
  "(SELECT id / 2 % 2 AS half, body, label FROM texts) GROUP BY half"
#define WATCHED "SELECT * FROM classify_train('SELECT seen(body), label FROM texts', 'm', '" QUICK "')"

TEST(training) {
  static const Case CASES[] = {
      {"the first model", .empty = true, .trains = true, .steps = {TRAIN}},
      {"another version", .trains = true, .steps = {TRAIN}},
      {"keep", .trains = true, .steps = {KEEP}, .between = "m@1 m@2 m@3 "},
      {"in FROM", .trains = true, .steps = {WATCHED}},
      {"in FROM, others write", .trains = true, .others_write = true, .steps = {WATCHED}},
      {"others write", .trains = true, .others_write = true, .steps = {KEEP}, .between = "m@1 m@2 m@3 "},
      {"groups", .steps = {HALVES}, .between = "half0@1 m@1 m@2 "},
      {"the first groups", .empty = true, .steps = {HALVES}, .between = "half0@1 "},
  };
  run_cases(CASES, COUNT(CASES));
}

TEST(in_a_transaction) {
  static const Case CASES[] = {
      {"the first model in BEGIN", .empty = true, .trains = true, .steps = {"BEGIN", TRAIN, "COMMIT"}},
      {"another version in BEGIN", .trains = true, .steps = {"BEGIN", "UPDATE texts SET guess = 1", KEEP, "COMMIT"}},
      {"in FROM in BEGIN", .trains = true, .steps = {"BEGIN", WATCHED, "COMMIT"}},
  };
  run_cases(CASES, COUNT(CASES));
}

TEST(labelling) {
  static const Case CASES[] = {
      {"classify_rows",
       .steps = {"INSERT INTO guesses SELECT id, label FROM classify_rows('SELECT id, body FROM texts', 'm')"}},
      {"classify", .steps = {"UPDATE texts SET guess = classify(body, 'm')"}},
      {"in a transaction",
       .steps = {"BEGIN", "UPDATE texts SET guess = 1", "SELECT classify(body, 'm') FROM texts", "COMMIT"}},
      {"one that is not named", .steps = {"INSERT INTO guesses VALUES (1, classify('x'))"}},
      {"the words of a model", .steps = {"INSERT INTO guesses SELECT token, label FROM classify_words('m')"}},
      {"a model card", .steps = {"INSERT INTO guesses SELECT 1, classify_card('m')"}},
      {"deleting a version", .steps = {"DELETE FROM classify_models WHERE version = 1"}},
      {"classify_embedding", .steps = {"UPDATE texts SET guess = classify_embedding(body)"}},
      {"classify_embeddings",
       .steps = {"INSERT INTO guesses SELECT id, embedding FROM classify_embeddings('SELECT id, body FROM texts')"}},
  };
  run_cases(CASES, COUNT(CASES));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(training),
      cmocka_unit_test(in_a_transaction),
      cmocka_unit_test(labelling),
  };
  faulty_register();
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
