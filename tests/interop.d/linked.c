/* linked SQL -- runs SQL in a program that has the extension in it, for tests/interop/amalgamation.
**
** It prints the first column of each row, on each of two connections, and then the threads that
** the process has.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classify.h"

static void print_threads(void) {
  char line[200];
  FILE *file = fopen("/proc/self/status", "r");
  while (file && fgets(line, sizeof line, file))
    if (strncmp(line, "Threads:", 8) == 0) printf("threads %d\n", atoi(line + 8));
  if (file) fclose(file);
}

static int print_row(void *unused, int count, char **values, char **names) {
  (void)unused;
  (void)names;
  if (count > 0) printf("%s\n", values[0] ? values[0] : "NULL");
  return 0;
}

int main(int count, char **arguments) {
  sqlite3_auto_extension((void (*)(void))sqlite3_classify_static_init);
  for (int i = 0; i < 2; i++) {
    sqlite3 *db;
    int rc = sqlite3_open(":memory:", &db);
    if (!rc) rc = sqlite3_exec(db, count > 1 ? arguments[1] : "", print_row, NULL, NULL);
    if (rc) printf("%s\n", sqlite3_errmsg(db));
    sqlite3_close(db);
  }
  print_threads();
  return 0;
}
