/* sqlite.h -- SQLite as a loadable extension sees it. */
#ifndef CLASSIFY_SQLITE_H
#define CLASSIFY_SQLITE_H

#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT3

#endif
