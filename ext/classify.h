/* classify.h -- sqlite-classify in a C program that has SQLite in it, or links it.
**
**   sqlite3 *db;
**   char *message = NULL;
**   sqlite3_open("my.db", &db);
**   int rc = sqlite3_classify_static_init(db, &message, NULL);
**   if (rc) fprintf(stderr, "%s\n", message ? message : sqlite3_errstr(rc));
**
** From then on this connection has the SQL functions: classify_train(), classify() and the
** others. There is no other way in; all that they do is asked for in SQL. For every connection
** that will be opened:
**
**   sqlite3_auto_extension((void (*)(void))sqlite3_classify_static_init);
**
** docs/c.md says how to link the static library. The amalgamation, classify.c, needs OpenBLAS and
** utf8proc. SQLITE_CORE says that SQLite is in the program, and sqlite3.c may stand in the place
** of -lsqlite3; without it the file becomes an extension to be loaded:
**
**   cc -O3 -fno-math-errno -fno-trapping-math -DSQLITE_CORE program.c classify.c \
**     -lsqlite3 -lopenblas -lutf8proc -lm -pthread
**   cc -O3 -fno-math-errno -fno-trapping-math -fPIC -shared -o classify.so classify.c \
**     -lopenblas -lutf8proc -lm -pthread
*/
#ifndef SQLITE_CLASSIFY_H
#define SQLITE_CLASSIFY_H

#include <sqlite3.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Adds the SQL functions to a connection. They are freed when it is closed. Returns SQLITE_OK,
** or an error code; *message is then a sentence for sqlite3_free(), or unchanged where memory
** ran out. `message` may be NULL. `api` is NULL if this was compiled with SQLITE_CORE, as the
** static library is; without SQLITE_CORE NULL is refused with SQLITE_MISUSE. Each connection is
** used by one thread at a time, as SQLite asks; two connections may be used at the same time.
*/
int sqlite3_classify_static_init(sqlite3 *db, char **message, const sqlite3_api_routines *api);

#ifdef __cplusplus
}
#endif

#endif
