/* comma_locale.c -- preloaded into a program, puts the locale $TEST_LOCALE in force before main(), so that the program
** runs as in a host that calls setlocale(). tests/one does so.
*/
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((constructor)) static void set_locale(void) {
  const char *name = getenv("TEST_LOCALE");
  if (name && setlocale(LC_ALL, name)) return;
  fprintf(stderr, "There is no locale '%s', expected one in the folder that LOCPATH names\n", name ? name : "");
  _Exit(1);
}
