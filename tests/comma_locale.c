/* comma_locale.c -- preloaded into a program, puts the locale $TEST_LOCALE in force before main(), so that the program
** runs as in a host that calls setlocale(). tests/one does so.
**
** Debian's SQLite reads the numbers of JSON by strtod(). A test's own SQL means a point all the same: only what the
** extension asks of SQLite is read as the locale says.
*/
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((constructor)) static void set_locale(void) {
  const char *name = getenv("TEST_LOCALE");
  if (name && setlocale(LC_ALL, name)) return;
  fprintf(stderr, "There is no locale '%s', expected one in the folder that LOCPATH names\n", name ? name : "");
  _Exit(1);
}

static bool is_in(void *address, const char *library) {
  Dl_info info;
  return dladdr(address, &info) && info.dli_fname && strstr(info.dli_fname, library);
}

static bool extension_is_called(void) {
  void *frames[256];
  int count = backtrace(frames, sizeof frames / sizeof *frames), i = 0;
  while (i < count && !is_in(frames[i], "/classify.so")) i++;
  return i < count;
}

double strtod(const char *text, char **end) {
  static double (*own)(const char *, char **);
  static locale_t plain;
  if (!own) own = (double (*)(const char *, char **))dlsym(RTLD_NEXT, "strtod");
  if (!plain) plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  bool tests = is_in(__builtin_return_address(0), "sqlite3") && !extension_is_called();
  return tests ? strtod_l(text, end, plain) : own(text, end);
}
