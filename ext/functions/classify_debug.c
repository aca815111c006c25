#include "functions/classify_debug.h"

#include <utf8proc.h>

#include "base/matrix.h"
#include "base/simd.h"
#include "base/workers.h"
#include "inference/gru_step_int8.h"

void classify_version(sqlite3_context *context, int argc, sqlite3_value **argv) {
  (void)argc;
  (void)argv;
  sqlite3_result_text(context, ABOUT_VERSION, -1, SQLITE_STATIC);
}

void classify_debug(sqlite3_context *context, int argc, sqlite3_value **argv) {
  (void)argc;
  (void)argv;
  char *json = sqlite3_mprintf(
      "{\"version\":\"" ABOUT_VERSION "\",\"sqlite\":\"%s\",\"built_with_sqlite\":\"%s\",\"blas_kernel\":\"%s\","
      "\"simd\":\"%s\",\"int8\":%s,\"threads\":%d,\"unicode\":\"%s\",\"compiler\":\"%s\",\"build\":\"%s\"}",
      sqlite3_libversion(), SQLITE_VERSION, matrix_kernel(), simd_name(simd_level()),
      gru_step_int8_available() ? "true" : "false", (int)workers_processors(),
      utf8proc_unicode_version(), __VERSION__, BUILD_FLAGS);
  if (json)
    sqlite3_result_text(context, json, -1, sqlite3_free);
  else
    sqlite3_result_error_nomem(context);
}
