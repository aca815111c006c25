/* classify_debug.h -- versions of the extension, and what it runs on.
**
**   classify_version()   '0.1.0'
**   classify_debug()     JSON: versions, BLAS kernel, SIMD path, threads, build
*/
#ifndef CLASSIFY_CLASSIFY_DEBUG_H
#define CLASSIFY_CLASSIFY_DEBUG_H

#include "host/sqlite.h"

#define ABOUT_VERSION "0.1.0"

void classify_version(sqlite3_context *context, int argc, sqlite3_value **argv);
void classify_debug(sqlite3_context *context, int argc, sqlite3_value **argv);

#endif
