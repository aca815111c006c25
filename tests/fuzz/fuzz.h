/* fuzz.h -- what the fuzz targets share.
**
** Each other .c file here but main.c and fuzz.c is a target: a program that takes bytes from anywhere. `make fuzz`
** links it with libFuzzer, which makes them up; `make check` with main.c, which reads the files of corpus/TARGET.
** A finding is a crash, a report of a sanitizer, a leak, a check that fails (FUZZ_CHECK), or more memory than the
** bytes are worth.
*/
#ifndef CLASSIFY_FUZZ_H
#define CLASSIFY_FUZZ_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A target may have this one, too. It changes data [size] in place, up to `most` bytes, and returns the new size. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

/* Ends the program with a sentence if something is not so. */
#define FUZZ_CHECK(holds, ...) ((holds) ? (void)0 : fuzz_fail(__FILE__, __LINE__, __VA_ARGS__))
_Noreturn void fuzz_fail(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* ---- memory ------------------------------------------------------------------ */

/* What is allocated between the two may be at most `most` bytes at any time. Only under the address
** sanitizer is it counted.
*/
void fuzz_memory_begin(void);
void fuzz_memory_end(size_t most);

/* ---- several files in one ------------------------------------------------------ */

typedef struct FuzzPart {
  const uint8_t *bytes;
  size_t size;
} FuzzPart;

/* Cuts data into `count` parts: before each but the last stand its length, four bytes, the lowest first. A length
** that is too large is what is left.
*/
void fuzz_split(const uint8_t *data, size_t size, size_t count, FuzzPart *parts);

/* ---- mutation: for LLVMFuzzerCustomMutator() ------------------------------------- */

typedef size_t FuzzMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

/* Returns a number below `below`, and moves the seed on. */
size_t fuzz_random(unsigned *seed, size_t below);

size_t fuzz_mutate_bytes(uint8_t *data, size_t size, size_t most, unsigned seed); /* as libFuzzer does */

/* A safetensors file: numbers of its header, bytes of its tensors, or a tensor's size with all that hangs on it.
** If the file states an identifier, it is right again.
*/
size_t fuzz_mutate_safetensors(uint8_t *data, size_t size, size_t most, unsigned seed);

/* One of several parts, by its own mutator. */
size_t fuzz_mutate_parts(uint8_t *data, size_t size, size_t most, unsigned seed, size_t count,
                         FuzzMutator *const *mutators);

/* ---- databases --------------------------------------------------------------------- */

/* An empty database in memory that has the functions. Statements end after a while. */
sqlite3 *fuzz_open(void);
void fuzz_close(sqlite3 *db);

void fuzz_must(sqlite3 *db, const char *sql); /* statements that cannot fail */

/* Runs a statement to its last row. Its parameters are the parts, as texts. An error must be a sentence; and the
** texts of its rows must be UTF-8, unless they come from a database of bytes that were made up. Returns false after
** an error.
*/
extern bool fuzz_texts_are_checked;
bool fuzz_query(sqlite3 *db, const char *sql, const FuzzPart *parts, int count);

/* Twelve lines on cats and on boats: texts(id, body, label). And a model `m` that has learned them. */
void fuzz_make_texts(sqlite3 *db);
void fuzz_make_model(sqlite3 *db);

#endif
