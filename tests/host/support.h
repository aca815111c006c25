/* support.h -- what the tests of the loaded extension share.
**
** Each tests/host/test_x.c is a program that loads the extension as a host does, with
** SQLite's own loader: from the path in the environment variable CLASSIFY, or from the
** build that the program is part of. A helper that cannot do its work fails the test
** that called it, so they are for the main thread only; other threads use SQLite and
** report back.
**
** SQL is given as a format of sqlite3_mprintf(), so that %Q quotes a value.
*/
#ifndef CLASSIFY_SUPPORT_H
#define CLASSIFY_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "sanitized.h"

#define TEST(name) static void name(void **fixture __attribute__((unused)))
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Whether TEST_CASES=all asks for every case, where a sample is tried otherwise. */
bool all_cases(void);

/* Bytes that malloc() has given out and not got back. Those of a sanitizer do not count: such a test is skipped. */
size_t allocated(void);

/* ---- databases ------------------------------------------------------------- */

/* A path of that name in a directory of this program's own. No file is there,
** nor a journal of one. The string is good until the next call but seven.
*/
const char *new_file(const char *name);
int remove_files(void **fixture); /* a group's teardown: the directory and all in it */

#define READ_WRITE (SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)

sqlite3 *open_bare(const char *path, int flags); /* without the extension */
sqlite3 *open_with(const char *path, int flags);
sqlite3 *open_database(const char *path);
sqlite3 *another(sqlite3 *db); /* another connection to the same file */

/* Another process, which does not have the extension, runs SQL on the file. */
void elsewhere(sqlite3 *db, const char *sql);

const char *extension(void); /* its path; ends the program with a sentence if nothing is there */
int load(sqlite3 *db, char **message); /* as sqlite3_load_extension() answers */

/* sqlite3_close() gives SQLITE_OK: nothing of ours keeps it from closing. */
#define close_database(db) check_close(db, __FILE__, __LINE__)
void check_close(sqlite3 *db, const char *file, int line);

/* ---- SQL ---------------------------------------------------------------------- */

/* Runs all statements to their last row. */
#define run(...) check_run(__FILE__, __LINE__, __VA_ARGS__)
void check_run(const char *file, int line, sqlite3 *db, const char *format, ...);

/* One of the statements fails with this result code and a message that has
** `part` in it.
*/
#define assert_fails(code, part, ...) check_fails(__FILE__, __LINE__, code, part, __VA_ARGS__)
void check_fails(const char *file, int line, int code, const char *part, sqlite3 *db,
                 const char *format, ...);

/* The first column of the first row; there is one. */
#define integer(...) check_integer(__FILE__, __LINE__, __VA_ARGS__)
sqlite3_int64 check_integer(const char *file, int line, sqlite3 *db, const char *format, ...);

/* The first column of the first row reads so ("NULL" for NULL). */
#define assert_text(expected, ...) check_text(__FILE__, __LINE__, expected, __VA_ARGS__)
void check_text(const char *file, int line, const char *expected, sqlite3 *db, const char *format, ...);

#define prepare(db, sql) check_prepare(__FILE__, __LINE__, db, sql)
sqlite3_stmt *check_prepare(const char *file, int line, sqlite3 *db, const char *sql);

#define assert_step(stmt, code) check_step(__FILE__, __LINE__, stmt, code)
void check_step(const char *file, int line, sqlite3_stmt *stmt, int code);

bool has_table(sqlite3 *db, const char *schema, const char *name);

/* ---- something to learn ----------------------------------------------------------- */

/* Twenty-four lines on cats and on boats: texts(id, body, label). */
void make_texts(sqlite3 *db);
extern const char CAT[], BOAT[]; /* one that is not among them */

/* Adds an encoder of tests/reference/encoders to the table classify_encoders, and makes the table if it is not there.
** The program runs in the root of the repository.
*/
void make_encoder(sqlite3 *db, const char *name);

/* Options as JSON, for a quick training, and for one that learns the texts: of
** attention alone, so that the model is small. PARTS has all that can be had.
*/
#define PLAIN "\"subwords\":false,\"max_pool\":false,\"linear\":false"
#define QUICK "{\"epochs\":1,\"hidden\":2,\"embedding\":2,\"threads\":1,\"validation\":0," PLAIN "}"
#define PARTS "{\"epochs\":2,\"hidden\":2,\"embedding\":2,\"threads\":1,\"validation\":0.2}"
#define GOOD                                                                                  \
  "{\"epochs\":20,\"encoder\":\"none\",\"embedding\":8,\"threads\":1,\"validation\":0,"       \
  "\"learning_rate\":0.05," PLAIN "}"
#define ENDLESS                                                                               \
  "{\"epochs\":10000,\"patience\":10000,\"hidden\":16,\"embedding\":16,\"validation\":0}"

/* Trains a model whose labels all begin with the mark, and tells by its answers
** which one a name means now: "old cat" is of the mark "old".
*/
#define teach(db, model, mark) check_teach(__FILE__, __LINE__, db, model, mark)
void check_teach(const char *file, int line, sqlite3 *db, const char *model, const char *mark);
#define assert_taught(db, model, mark) check_taught(__FILE__, __LINE__, db, model, mark)
void check_taught(const char *file, int line, sqlite3 *db, const char *model, const char *mark);

/* The training of teach() as SQL, for sqlite3_free(). */
char *teaching(const char *model, const char *mark);

/* ---- time ---------------------------------------------------------------------------- */

double seconds(void); /* of a clock that only goes forward */

/* The extension asks the same clock, so that tests decide how fast time goes: each look
** is so many milliseconds later than the one before, beside what has really passed.
*/
extern atomic_int clock_step_ms; /* 0: no more than that */
extern atomic_int clock_looks;   /* while it was not 0   */

/* The extension's workers are waited for in a loop that polls every 20 ms. While this is
** set they are polled all the time, so that an interrupt is heard however fast they are.
*/
extern atomic_bool waits_are_over;

#endif
