/* Every database that is opened has the extension's functions. SQLite calls this once, when it
** is initialised (SQLITE_WASM_EXTRA_INIT of its ext/wasm/api/sqlite3-wasm.c).
*/
#include <sqlite3.h>

int sqlite3_classify_static_init(sqlite3 *db, char **message, const struct sqlite3_api_routines *api);
int sqlite3_wasm_extra_init(const char *unused);

int sqlite3_wasm_extra_init(const char *unused) {
  (void)unused;
  return sqlite3_auto_extension((void (*)(void))sqlite3_classify_static_init);
}
