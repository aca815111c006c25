/* classify.h -- sqlite-classify in a C program that has SQLite in it, or links it.
**
**   sqlite3 *db;
**   char *message = NULL;
**   sqlite3_open("my.db", &db);
**   if (sqlite3_classify_static_init(db, &message, NULL) != SQLITE_OK)
**     fprintf(stderr, "%s\n", message ? message : "out of memory");
**
** From then on this connection has the SQL functions: classify_train(), classify() and the
** others. There is no other way in; all that they do is asked for in SQL. For every connection
** that will be opened:
**
**   sqlite3_auto_extension((void (*)(void))sqlite3_classify_static_init);
**
** With the static library, which `make install` puts beside a pkg-config file:
**
**   cc program.c $(pkg-config --cflags --libs sqlite-classify sqlite3)
**
** With the amalgamation, classify.c, which needs OpenBLAS and utf8proc. SQLITE_CORE says that
** SQLite is in the program; sqlite3.c may stand in the place of -lsqlite3:
**
**   cc -O3 -fno-math-errno -fno-trapping-math -DSQLITE_CORE program.c classify.c \
**     -lsqlite3 -lopenblas -lutf8proc -lm -pthread
**
** Without SQLITE_CORE it becomes an extension to be loaded, as classify.so is:
**
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
** ran out. `api` may be NULL if this was compiled with SQLITE_CORE, as the static library is.
** Each connection is used by one thread at a time, as SQLite asks; two connections may be used
** at the same time.
*/
int sqlite3_classify_static_init(sqlite3 *db, char **message, const sqlite3_api_routines *api);

#ifndef SQLITE_CORE
/* For SQLite, which looks for these names in a file that it loads. They do the same, and tell it
** never to unload the file.
*/
int sqlite3_classify_init(sqlite3 *db, char **message, const sqlite3_api_routines *api);
int sqlite3_extension_init(sqlite3 *db, char **message, const sqlite3_api_routines *api);
#endif

#ifdef __cplusplus
}
#endif

#endif
