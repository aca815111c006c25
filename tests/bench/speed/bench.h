/* bench.h -- what the benchmark programs share.
**
** A program is started as
**
**   program EXTENSION FOLDER [PART]
**
** EXTENSION is what sqlite3_load_extension() takes, FOLDER holds the databases
** that it makes. What must be measured in a process of its own is a PART: the
** program starts itself, and the part prints numbers.
**
** Whatever cannot be measured ends the program with a message and code 1.
** One thread.
*/
#ifndef BENCH_H
#define BENCH_H

#include <sqlite3.h>
#include <stddef.h>

typedef struct Bench {
  const char *program, *extension, *folder, *part; /* part: NULL for the whole */
} Bench;

Bench bench_arguments(int argc, char **argv);

/* ---- databases ---------------------------------------------------------------------- */

/* Opens FOLDER/name, or makes it, and loads the extension. */
sqlite3 *bench_open(const Bench *b, const char *name);
sqlite3 *bench_open_bare(const Bench *b, const char *name); /* does not load it */
void bench_load(const Bench *b, sqlite3 *db);
void bench_remove(const Bench *b, const char *name);

void bench_run(sqlite3 *db, const char *format, ...);      /* statements, for sqlite3_mprintf() */
double bench_number(sqlite3 *db, const char *format, ...); /* what the first row begins with */
sqlite3_stmt *bench_prepare(sqlite3 *db, const char *sql);
int bench_step(sqlite3_stmt *stmt);                        /* 1: a row, 0: done */

/* ---- rows --------------------------------------------------------------------------- */

enum { BENCH_WORDS = 20000, BENCH_LABELS = 10 };

/* Members of the options for the network alone: embedding 128, a GRU of 64 both ways, attention. */
#define BENCH_PLAIN "\"subwords\":false,\"max_pool\":false,\"linear\":false,"

/* Makes a table (id, text, label) of made-up texts of `least` to `most` words
** each; returns how many words it holds. Word number r is as frequent as 1/r,
** which is how words of a language fall. The same arguments give the same rows.
*/
size_t bench_texts(sqlite3 *db, const char *table, size_t rows, size_t least, size_t most);

/* Trains models that know all BENCH_WORDS words: the plain network, the default, the
** same with precision int8, the default without encoder.
*/
enum { BENCH_MODELS = 4 };
extern const char *const BENCH_MODEL[BENCH_MODELS]; /* plain, default, int8, none */
void bench_models(sqlite3 *db);

/* ---- figures ------------------------------------------------------------------------- */

double bench_now(void); /* seconds */

/* Sorts the values; share 0.5 is the median. */
double bench_quantile(double *values, size_t count, double share);

/* The numbers that a process of a part prints. */
void bench_process(const Bench *b, const char *part, double *numbers, int count);

/* The median of what `runs` processes of a part print. */
double bench_processes(const Bench *b, const char *part, int runs);

/* A table: a heading, lines, an end, which says if other programs kept the
** processor busy meanwhile. A line's target may be "".
*/
void bench_begin(const char *what);
void bench_figure(double figure, const char *unit, const char *target, const char *format, ...);
void bench_end(void);

#endif
