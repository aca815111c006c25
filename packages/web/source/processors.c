/* How many threads a training may start: as many as wait in the pool that source/threads.js makes,
** or one. The C library declares these functions (CPU_COUNT() calls the second), and emscripten
** lacks them.
*/
#define _GNU_SOURCE /* cpu_set_t */
#include <emscripten/emscripten.h>
#include <sched.h>
#include <string.h>

EM_JS(int, pool_size, (void), { return Module['threads'] || 1; })

int sched_getaffinity(pid_t process, size_t size, cpu_set_t *set) {
  (void)process;
  memset(set, 0, size);
  for (int i = 0; i < pool_size() && i < CPU_SETSIZE; i++) CPU_SET(i, set);
  return 0;
}

int __sched_cpucount(size_t size, const cpu_set_t *set) {
  const unsigned char *bytes = (const unsigned char *)set;
  int count = 0;
  for (size_t i = 0; i < size; i++) count += __builtin_popcount(bytes[i]);
  return count;
}
