/* about.h -- what this extension is and runs on.
**
**   classify_version()   '0.1.0'
**   classify_debug()     JSON: versions, BLAS kernel, SIMD path, threads, build
*/
#ifndef CLASSIFY_ABOUT_H
#define CLASSIFY_ABOUT_H

#include "host/sqlite.h"

#define ABOUT_VERSION "0.1.0"

void about_version(sqlite3_context *context, int argc, sqlite3_value **argv);
void about_debug(sqlite3_context *context, int argc, sqlite3_value **argv);

#endif
