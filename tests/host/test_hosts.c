/* The ways in which programs take the extension in. */
#define _GNU_SOURCE /* dladdr */
#include "support.h"

#include <dlfcn.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct sqlite3_api_routines Api;
typedef int EntryPoint(sqlite3 *db, char **message, const Api *api);

/* All functions work on this connection. */
static void assert_works(sqlite3 *db) {
  run(db, "DROP TABLE IF EXISTS texts; DROP TABLE IF EXISTS classify_models; DROP TABLE IF EXISTS classify_versions");
  make_texts(db);
  run(db, "SELECT classify_train(body, label, 'm', '" GOOD "') FROM texts");
  run(db, "SELECT * FROM classify_train('SELECT body, label FROM texts', 'n', '" GOOD "')");
  assert_int_equal(integer(db, "SELECT count(*) FROM classify_models"), 2);
  assert_text("cat", db, "SELECT classify(%Q, 'm')", CAT);
  assert_text("boat", db, "SELECT classify(%Q, 'n')", BOAT);
  assert_int_equal(integer(db, "SELECT classify_confidence(%Q, 'm') > 0.7", CAT), 1);
  assert_text("cat,boat", db, "SELECT group_concat(key) FROM json_each(classify_scores(%Q, 'm'))", CAT);
  assert_text("boat,cat", db, "SELECT group_concat(label) FROM classify_labels(%Q, 'm')", BOAT);
  assert_int_equal(integer(db, "SELECT count(*) FROM classify_rows('SELECT id, body FROM texts', 'm') AS r, texts AS t "
                               "WHERE r.id = t.id AND r.label = t.label"), 24);
  assert_text("kitten", db, "SELECT token FROM classify_attention('the kitten', 'm') ORDER BY weight DESC");
  assert_int_equal(integer(db, "SELECT length(classify_version()) > 0 AND json_valid(classify_debug())"), 1);
}

/* ---- loading ---------------------------------------------------------------------- */

TEST(it_loads) {
  sqlite3 *db = open_bare(":memory:", READ_WRITE);
  char *message = NULL;
  assert_int_equal(load(db, &message), SQLITE_OK);
  assert_null(message);
  assert_works(db);
  close_database(db);
}

TEST(it_loads_by_each_entry_point) {
  const char *const names[] = {"sqlite3_classify_init", "sqlite3_extension_init"};
  for (size_t i = 0; i < COUNT(names); i++) {
    sqlite3 *db = open_bare(":memory:", READ_WRITE);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
    assert_int_equal(sqlite3_load_extension(db, extension(), names[i], NULL), SQLITE_OK);
    assert_works(db);
    close_database(db);
  }
}

/* SQLite derives an entry point from the file's name. */
TEST(it_loads_under_another_name) {
  char library[300], copy[200];
  sqlite3 *db = open_bare(":memory:", READ_WRITE);
  snprintf(library, sizeof library, "%s.so", extension());
  snprintf(copy, sizeof copy, "%s", new_file("libother2.so"));
  if (symlink(library, copy) != 0) fail();
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
  assert_int_equal(sqlite3_load_extension(db, copy, NULL, NULL), SQLITE_OK);
  assert_works(db);
  close_database(db);
}

/* Old statements, models and kept statements go on. */
TEST(it_loads_twice) {
  sqlite3 *db = open_database(new_file("twice"));
  make_texts(db);
  teach(db, "m", "old");
  sqlite3_stmt *idle = prepare(db, "SELECT classify(body, 'm') FROM texts");
  sqlite3_stmt *table = prepare(db, "SELECT label FROM classify_labels('x', 'm')");
  assert_taught(db, "m", "old");
  assert_step(table, SQLITE_ROW);
  sqlite3_reset(table);
  assert_int_equal(load(db, NULL), SQLITE_OK);
  assert_taught(db, "m", "old");
  assert_step(idle, SQLITE_ROW);
  assert_step(table, SQLITE_ROW);
  sqlite3_finalize(idle);
  sqlite3_finalize(table);
  assert_int_equal(load(db, NULL), SQLITE_OK);
  assert_works(db);
  close_database(db);
}

/* SQLite does not let functions change under a running statement, so they stay as they are. */
TEST(it_loads_twice_while_running) {
  sqlite3 *db = open_database(new_file("running"));
  make_texts(db);
  teach(db, "m", "old");
  sqlite3_stmt *stmt = prepare(db, "SELECT classify(body, 'm') FROM texts, classify_labels(body)");
  assert_step(stmt, SQLITE_ROW);
  assert_int_equal(load(db, NULL), SQLITE_OK);
  assert_step(stmt, SQLITE_ROW);
  assert_taught(db, "m", "old");
  sqlite3_finalize(stmt);
  assert_int_equal(load(db, NULL), SQLITE_OK);
  assert_works(db);
  close_database(db);
}

/* The extension's own are among them, and SQLite disconnects those that are used with its next prepare. */
TEST(modules_are_dropped_while_running) {
  const char *kept[] = {"json_each", NULL};
  sqlite3 *db = open_database(new_file("dropped"));
  make_texts(db);
  teach(db, "m", "old");
  sqlite3_stmt *texts = prepare(db, "SELECT classify(body, 'm') FROM texts");
  sqlite3_stmt *names = prepare(db, "SELECT classify(body, iif(id = 1, 'm', 'm@1')) FROM texts");
  assert_step(texts, SQLITE_ROW);
  assert_step(names, SQLITE_ROW);
  sqlite3_drop_modules(db, kept);
  assert_step(texts, SQLITE_ROW);
  assert_step(names, SQLITE_ERROR);
  assert_non_null(strstr(sqlite3_errmsg(db), "no such table: temp.classify_guard"));
  sqlite3_finalize(texts);
  sqlite3_finalize(names);
  assert_int_equal(load(db, NULL), SQLITE_OK);
  assert_works(db);
  close_database(db);
}

/* From the statement's own function, as SELECT load_extension() does. */
static void load_again(sqlite3_context *context, int argc, sqlite3_value **argv) {
  (void)argc, (void)argv;
  char *message = NULL;
  int rc = load(sqlite3_context_db_handle(context), &message);
  if (rc) sqlite3_result_error(context, message ? message : "", -1);
  if (!rc) sqlite3_result_int(context, rc);
  sqlite3_free(message);
}

static void other_version(sqlite3_context *context, int argc, sqlite3_value **argv) {
  (void)argc, (void)argv;
  sqlite3_result_text(context, "0.0.1", -1, SQLITE_STATIC);
}

TEST(it_loads_within_a_statement) {
  sqlite3 *db = open_bare(":memory:", READ_WRITE);
  sqlite3_create_function(db, "load_again", 0, SQLITE_UTF8, NULL, load_again, NULL, NULL);
  run(db, "SELECT load_again()");
  assert_text("0", db, "SELECT load_again()");
  sqlite3_create_function(db, "classify_version", 0, SQLITE_UTF8, NULL, other_version, NULL, NULL);
  assert_fails(SQLITE_ERROR, "this connection has sqlite-classify 0.0.1", db, "SELECT load_again()");
  assert_int_equal(load(db, NULL), SQLITE_OK);
  assert_works(db);
  close_database(db);
}

/* What a file has under the name of our own table, which closing depends on. */
TEST(a_table_named_as_the_guard) {
  sqlite3 *db = open_database(":memory:");
  run(db, "CREATE TABLE classify_guard(x)");
  assert_works(db);
  close_database(db);
  db = open_database(":memory:");
  run(db, "CREATE TEMP TABLE classify_guard(x)");
  assert_fails(SQLITE_ERROR, "temp has a table or a view named classify_guard", db, "SELECT classify('x')");
  run(db, "DROP TABLE temp.classify_guard");
  assert_works(db);
  close_database(db);
}

TEST(several_connections) {
  sqlite3 *dbs[8];
  for (size_t i = 0; i < COUNT(dbs); i++) dbs[i] = open_database(":memory:");
  for (size_t i = 0; i < COUNT(dbs); i++) assert_works(dbs[i]);
  for (size_t i = 0; i < COUNT(dbs); i += 2) close_database(dbs[i]);
  for (size_t i = 1; i < COUNT(dbs); i += 2) {
    assert_text("cat", dbs[i], "SELECT classify(%Q, 'm')", CAT);
    close_database(dbs[i]);
  }
}

/* ---- as a part of the program -------------------------------------------------------- */

static void *library;
static const Api *api;

static int catch_api(sqlite3 *db, char **message, const Api *given) {
  (void)db, (void)message;
  api = given;
  return SQLITE_OK;
}

static EntryPoint *entry_point(const char *name) {
  char file[300];
  snprintf(file, sizeof file, "%s.so", extension());
  if (!library) library = dlopen(file, RTLD_NOW);
  void *symbol = library ? dlsym(library, name) : NULL;
  EntryPoint *function;
  memcpy(&function, &symbol, sizeof function);
  return function;
}

/* The entry point of a copy of the library, which no SQLite has loaded. It stays loaded. */
static EntryPoint *entry_point_of_copy(const char *name) {
  char original[300];
  const char *copy = new_file("copy.so");
  EntryPoint *function;
  snprintf(original, sizeof original, "%s.so", extension());
  FILE *from = fopen(original, "rb"), *to = fopen(copy, "wb");
  assert_true(from && to);
  for (int byte; (byte = getc(from)) != EOF;) putc(byte, to);
  assert_int_equal(fclose(from) | fclose(to), 0);
  void *opened = dlopen(copy, RTLD_NOW | RTLD_LOCAL), *symbol = opened ? dlsym(opened, name) : NULL;
  assert_non_null(symbol);
  memcpy(&function, &symbol, sizeof function);
  return function;
}

/* sqlite3_auto_extension() wants a pointer that looks like this. */
typedef void AutoExtension(void);

TEST(a_program_links_it) {
  EntryPoint *start = entry_point("sqlite3_classify_static_init");
  AutoExtension *automatic;
  assert_non_null(start);
  memcpy(&automatic, &start, sizeof automatic);
  assert_int_equal(sqlite3_auto_extension(automatic), SQLITE_OK);
  for (int i = 0; i < 3; i++) {
    sqlite3 *db = open_bare(":memory:", READ_WRITE);
    assert_works(db);
    close_database(db);
  }
  sqlite3 *db = open_database(":memory:"); /* and loads it on top */
  assert_works(db);
  close_database(db);
  sqlite3_cancel_auto_extension(automatic);
}

/* As a program does that was compiled without SQLITE_CORE. */
TEST(a_program_gives_no_functions_of_sqlite) {
  char *message = NULL;
  sqlite3 *db = open_bare(":memory:", READ_WRITE);
  assert_int_equal(entry_point_of_copy("sqlite3_classify_static_init")(db, &message, NULL), SQLITE_MISUSE);
  assert_null(message);
  assert_fails(SQLITE_ERROR, "no such function", db, "SELECT classify_version()");
  close_database(db);
}

TEST(only_entry_points_are_seen) {
  const char *const hidden[] = {"model_read", "matrix_product", "cblas_sgemm", "sgemm_", "openblas_get_corename",
                                "goto_set_num_threads", "sqlite3_api", "load", "failure"};
  assert_non_null(entry_point("sqlite3_classify_init"));
  for (size_t i = 0; i < COUNT(hidden); i++) {
    Dl_info where;
    void *symbol = dlsym(library, hidden[i]); /* of what it depends on, it may be */
    if (symbol && dladdr(symbol, &where) && strstr(where.dli_fname, "classify.so")) fail_msg("%s is seen", hidden[i]);
  }
}

/* The version is asked before anything is registered. */
static int version_number = 3035000;
static int old_version_number(void) { return version_number; }

/* A library that one SQLite has loaded is not called by another one. */
TEST(an_old_sqlite_is_refused_and_a_second_one) {
  static void *old[400]; /* a copy of the table of SQLite's functions */
  AutoExtension *automatic;
  int (*catcher)(sqlite3 *, char **, const Api *) = catch_api;
  memcpy(&automatic, &catcher, sizeof automatic);
  sqlite3_auto_extension(automatic);
  sqlite3 *db = open_bare(":memory:", READ_WRITE);
  sqlite3_cancel_auto_extension(automatic);
  assert_non_null(api);
  /* which of its pointers is sqlite3_libversion_number() is found by comparing */
  int (*asked)(void) = sqlite3_libversion_number, (*answer)(void) = old_version_number;
  size_t place = 0, routines = 253; /* as many as SQLite 3.35 has */
  memcpy(old, api, routines * sizeof *old);
  while (place < routines && memcmp(&old[place], &asked, sizeof asked) != 0) place++;
  assert_true(place < routines);
  memcpy(&old[place], &answer, sizeof answer);
  EntryPoint *start = entry_point_of_copy("sqlite3_classify_static_init");
  char *message = NULL;
  version_number = 3034001;
  assert_int_equal(start(db, &message, (const Api *)(const void *)old), SQLITE_ERROR);
  assert_non_null(strstr(message, "3.35"));
  sqlite3_free(message);
  assert_int_equal(start(db, NULL, (const Api *)(const void *)old), SQLITE_ERROR);
  assert_fails(SQLITE_ERROR, "no such function", db, "SELECT classify_version()");
  version_number = 3035000;
  assert_int_equal(start(db, &message, (const Api *)(const void *)old), SQLITE_OK);
  assert_works(db);
  assert_int_equal(start(db, &message, api), SQLITE_ERROR);
  assert_non_null(strstr(message, "another SQLite of this process"));
  sqlite3_free(message);
  assert_int_equal(start(db, NULL, api), SQLITE_ERROR);
  assert_works(db);
  close_database(db);
}

/* ---- kinds of databases and connections ------------------------------------------------ */

TEST(utf16) {
  const char *const encodings[] = {"UTF-16le", "UTF-16be", "UTF-8"};
  for (size_t i = 0; i < COUNT(encodings); i++) {
    const char *path = new_file("encoding");
    sqlite3 *db = open_bare(path, READ_WRITE);
    run(db, "PRAGMA encoding = '%s'", encodings[i]);
    load(db, NULL);
    assert_works(db);
    assert_text(encodings[i], db, "PRAGMA encoding");
    run(db, "CREATE TABLE words(body, label); INSERT INTO words VALUES ('Grüße, Müller 🙂', 'größer'), "
            "('猫が好き', '猫'), ('Grüße 🙂', 'größer'), ('猫', '猫')");
    run(db, "SELECT classify_train(body, label, 'größe', '" GOOD "') FROM words");
    assert_text("größer", db, "SELECT classify('GRÜSSE grüße 🙂', 'größe')");
    assert_text("猫", db, "SELECT label FROM classify_labels('猫', 'größe')");
    assert_text("🙂", db, "SELECT substr('a🙂ü', start, length) FROM classify_attention('a🙂ü', 'größe') "
                          "WHERE position = 2");
    assert_fails(SQLITE_ERROR, "no model named 'größer'", db, "SELECT classify('x', 'größer')");
    assert_fails(SQLITE_ERROR, "no label \"größe\" (labels: \"größer\", \"猫\")", db,
                 "SELECT * FROM classify_attention('x', 'größe', 'größe')");
    close_database(db);
  }
}

TEST(threading_modes) {
  const int modes[] = {SQLITE_OPEN_NOMUTEX, SQLITE_OPEN_FULLMUTEX, SQLITE_OPEN_PRIVATECACHE, SQLITE_OPEN_SHAREDCACHE};
  for (size_t i = 0; i < COUNT(modes); i++) {
    sqlite3 *db = open_with(new_file("mode"), READ_WRITE | modes[i]);
    assert_works(db);
    close_database(db);
  }
}

/* A host that opens in one thread and works in another. */
static void *work(void *connection) {
  static const char *const statements[] = {
      "SELECT classify_train(body, label, 'm', '" QUICK "') FROM texts",
      "SELECT classify(body, 'm') FROM texts",
      "SELECT * FROM classify_rows('SELECT id, body FROM texts', 'm')",
  };
  for (size_t i = 0; i < COUNT(statements); i++)
    if (sqlite3_exec(connection, statements[i], NULL, NULL, NULL)) return connection;
  return NULL;
}

TEST(a_connection_moves_between_threads) {
  sqlite3 *db = open_with(new_file("moves"), READ_WRITE | SQLITE_OPEN_NOMUTEX);
  make_texts(db);
  for (int i = 0; i < 3; i++) {
    pthread_t thread;
    void *failed;
    pthread_create(&thread, NULL, work, db);
    pthread_join(thread, &failed);
    assert_null(failed);
  }
  assert_null(work(db));
  assert_int_equal(integer(db, "SELECT max(version) FROM classify_models"), 4);
  close_database(db);
}

TEST(extended_result_codes) {
  sqlite3 *db = open_database(new_file("extended"));
  sqlite3_extended_result_codes(db, 1);
  assert_works(db);
  assert_fails(SQLITE_ERROR, "no model named 'x'", db, "SELECT classify('a', 'x')");
  run(db, "DROP TABLE classify_models");
  assert_fails(SQLITE_ERROR, "no model", db, "SELECT classify('a', 'm')");
  sqlite3 *reader = open_with(sqlite3_db_filename(db, "main"), SQLITE_OPEN_READONLY);
  sqlite3_extended_result_codes(reader, 1);
  assert_fails(SQLITE_READONLY, "read-only", reader, "SELECT classify_train(body, label) FROM texts");
  close_database(reader);
  close_database(db);
}

/* What https://www.sqlite.org/security.html recommends where SQL comes from others. */
static const struct {
  int limit, value;
} CAREFUL[] = {
    {SQLITE_LIMIT_LENGTH, 1000000},     {SQLITE_LIMIT_SQL_LENGTH, 100000},  {SQLITE_LIMIT_COLUMN, 100},
    {SQLITE_LIMIT_EXPR_DEPTH, 10},      {SQLITE_LIMIT_COMPOUND_SELECT, 3},  {SQLITE_LIMIT_VDBE_OP, 25000},
    {SQLITE_LIMIT_FUNCTION_ARG, 8},     {SQLITE_LIMIT_ATTACHED, 0},         {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50},
    {SQLITE_LIMIT_VARIABLE_NUMBER, 10}, {SQLITE_LIMIT_TRIGGER_DEPTH, 10},
};

/* Limits and switches that careful hosts set. */
TEST(careful_hosts) {
  sqlite3 *db = open_database(new_file("careful"));
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
  for (size_t i = 0; i < COUNT(CAREFUL); i++) sqlite3_limit(db, CAREFUL[i].limit, CAREFUL[i].value);
  sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
  sqlite3_limit(db, SQLITE_LIMIT_TRIGGER_DEPTH, 1);
  run(db, "PRAGMA cell_size_check = 1; PRAGMA foreign_keys = 1; PRAGMA recursive_triggers = 1; "
          "PRAGMA secure_delete = 1");
  assert_works(db);
  close_database(db);
}

/* A model larger than a value may be is refused with a sentence, and not lost
** without one.
*/
/* Under lower limits a training is refused before it learns, or its model is saved. */
TEST(limits_on_saving) {
  static const struct {
    int limit, value;
    const char *name;
  } LIMITS[] = {{SQLITE_LIMIT_EXPR_DEPTH, 6, "SQLITE_LIMIT_EXPR_DEPTH"},
                {SQLITE_LIMIT_COMPOUND_SELECT, 2, "SQLITE_LIMIT_COMPOUND_SELECT"},
                {SQLITE_LIMIT_VARIABLE_NUMBER, 5, "SQLITE_LIMIT_VARIABLE_NUMBER"},
                {SQLITE_LIMIT_TRIGGER_DEPTH, 0, "SQLITE_LIMIT_TRIGGER_DEPTH"}};
  for (size_t i = 0; i < COUNT(LIMITS); i++) {
    sqlite3 *db = open_database(new_file("saving"));
    make_texts(db);
    sqlite3_stmt *training = prepare(db, "SELECT classify_train(body, label, 'm', '" QUICK "') FROM texts");
    int before = sqlite3_limit(db, LIMITS[i].limit, LIMITS[i].value);
    assert_step(training, SQLITE_ERROR);
    if (!strstr(sqlite3_errmsg(db), LIMITS[i].name)) fail_msg("%s", sqlite3_errmsg(db));
    int saved = 0;
    for (int value = LIMITS[i].value + 1; value <= 10; value++) {
      sqlite3_reset(training);
      sqlite3_limit(db, LIMITS[i].limit, value);
      saved += sqlite3_step(training) == SQLITE_ROW;
      if (strstr(sqlite3_errmsg(db), "could not be saved")) fail_msg("%s", sqlite3_errmsg(db));
    }
    sqlite3_finalize(training);
    sqlite3_limit(db, LIMITS[i].limit, before);
    assert_int_equal(integer(db, "SELECT count(*) FROM classify_models"), saved);
    close_database(db);
  }
}

TEST(a_limit_on_length) {
  sqlite3 *db = open_database(new_file("limit"));
  make_texts(db);
  teach(db, "m", "old");
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 3000);
  assert_fails(SQLITE_TOOBIG, "classify_train(): ", db,
               "SELECT classify_train(body, label, 'm', '" QUICK "') FROM texts");
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 5000);
  assert_fails(SQLITE_ERROR, "more than the 5000 that SQLite takes in a row", db,
               "SELECT classify_train(body, label, 'm', '" PARTS "') FROM texts");
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 1000000000);
  assert_int_equal(integer(db, "SELECT count(*) FROM classify_models"), 1);
  assert_taught(db, "m", "old");
  close_database(db);
}

/* printf() of such a locale writes 2,5. */
TEST(a_host_with_a_locale) {
  const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "nl_NL.UTF-8", "C.UTF-8"};
  for (size_t i = 0; i < COUNT(names) && !setlocale(LC_ALL, names[i]); i++) continue;
  sqlite3 *db = open_database(":memory:");
  assert_works(db);
  run(db, "SELECT classify_train(body, iif(label = 'cat', 2.5, 0.1), 'real', '" GOOD "') FROM texts");
  assert_text("2.5", db, "SELECT classify(%Q, 'real')", CAT);
  assert_int_equal(integer(db, "SELECT json_valid(labels) AND json_valid(options) AND json_valid(metrics) "
                               "FROM classify_models WHERE name = 'real'"), 1);
  assert_int_equal(integer(db, "SELECT json_valid(classify_scores('x', 'real'))"), 1);
  setlocale(LC_ALL, "C");
  close_database(db);
}

static void no_fts5(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)count;
  (void)values;
  sqlite3_result_null(context);
}

/* FTS5 is asked for its tokenizers by its function fts5(): here it gives nothing. */
TEST(a_host_without_fts5) {
  sqlite3 *db = open_database(":memory:");
  assert_int_equal(sqlite3_create_function(db, "fts5", 1, SQLITE_UTF8, NULL, no_fts5, NULL, NULL), SQLITE_OK);
  make_texts(db);
  assert_fails(SQLITE_ERROR, "lacks FTS5, so it has no tokenizer 'porter', expected unicode, whitespace or characters",
               db, "SELECT classify_train(body, label, 'm', json_set('" GOOD "', '$.tokenize', 'porter')) FROM texts");
  run(db, "SELECT classify_train(body, label, 'm', json_set('" GOOD "', '$.tokenize', 'whitespace')) FROM texts");
  assert_text("cat", db, "SELECT classify(%Q, 'm')", CAT);
  close_database(db);
}

/* It leaves the host's signals, threads and standard streams alone. */
TEST(it_leaves_nothing_behind) {
  sqlite3 *db = open_database(":memory:");
  int threads_before = 0, threads_after = 0;
  for (int after = 0; after < 2; after++) {
    int *threads = after ? &threads_after : &threads_before;
    FILE *status = fopen("/proc/self/status", "r");
    char line[200];
    while (status && fgets(line, sizeof line, status)) sscanf(line, "Threads: %d", threads);
    if (status) fclose(status);
    if (!after) assert_works(db);
  }
  assert_int_equal(threads_after, threads_before);
  close_database(db);
}

/* ---- a tokenizer of the host ------------------------------------------------------------- */

static int tokenizer_create(void *context, const char **words, int count, Fts5Tokenizer **tokenizer) {
  (void)words, (void)count;
  *tokenizer = context;
  return SQLITE_OK;
}

static void tokenizer_delete(Fts5Tokenizer *tokenizer) { (void)tokenizer; }

/* Gives a text as one token; fails with the code that the host has set. */
static int tokenizer_run(Fts5Tokenizer *tokenizer, void *context, int flags, const char *text, int length,
                         int (*sink)(void *, int, const char *, int, int, int)) {
  (void)flags;
  int code = *(int *)tokenizer;
  return code ? code : sink(context, 0, text, length, 0, length);
}

static void add_tokenizer(sqlite3 *db, int *code) {
  fts5_api *fts5 = NULL;
  sqlite3_stmt *stmt = prepare(db, "SELECT fts5(?1)");
  fts5_tokenizer methods = {tokenizer_create, tokenizer_delete, tokenizer_run};
  sqlite3_bind_pointer(stmt, 1, &fts5, "fts5_api_ptr", NULL);
  sqlite3_step(stmt);
  sqlite3_finalize(stmt);
  assert_non_null(fts5);
  assert_int_equal(fts5->xCreateTokenizer(fts5, "whole", code, &methods, NULL), SQLITE_OK);
}

#define TOKEN "SELECT token FROM classify_attention('a b', 'm')"

TEST(a_tokenizer_of_the_host_that_fails) {
  sqlite3 *db = open_database(":memory:");
  int code = SQLITE_OK;
  add_tokenizer(db, &code);
  make_texts(db);
  run(db, "SELECT classify_train(body, label, 'm', json_set('" GOOD "', '$.tokenize', 'whole')) FROM texts");
  assert_text("a b", db, TOKEN);
  code = SQLITE_CORRUPT;
  assert_fails(SQLITE_ERROR, "the tokenizer 'whole' failed: database disk image is malformed", db, TOKEN);
  code = SQLITE_NOMEM;
  assert_fails(SQLITE_NOMEM, "out of memory", db, TOKEN);
  code = SQLITE_OK;
  assert_text("a b", db, TOKEN);
  close_database(db);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_loads),
      cmocka_unit_test(it_loads_by_each_entry_point),
      cmocka_unit_test(it_loads_under_another_name),
      cmocka_unit_test(it_loads_twice),
      cmocka_unit_test(it_loads_twice_while_running),
      cmocka_unit_test(modules_are_dropped_while_running),
      cmocka_unit_test(it_loads_within_a_statement),
      cmocka_unit_test(a_table_named_as_the_guard),
      cmocka_unit_test(several_connections),
      cmocka_unit_test(a_program_links_it),
      cmocka_unit_test(a_program_gives_no_functions_of_sqlite),
      cmocka_unit_test(only_entry_points_are_seen),
      cmocka_unit_test(an_old_sqlite_is_refused_and_a_second_one),
      cmocka_unit_test(utf16),
      cmocka_unit_test(threading_modes),
      cmocka_unit_test(a_connection_moves_between_threads),
      cmocka_unit_test(extended_result_codes),
      cmocka_unit_test(careful_hosts),
      cmocka_unit_test(limits_on_saving),
      cmocka_unit_test(a_limit_on_length),
      cmocka_unit_test(a_host_with_a_locale),
      cmocka_unit_test(a_host_without_fts5),
      cmocka_unit_test(a_tokenizer_of_the_host_that_fails),
      cmocka_unit_test(it_leaves_nothing_behind),
  };
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
