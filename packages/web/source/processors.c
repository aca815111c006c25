/* How many threads a training may start. The C library declares these functions (CPU_COUNT()
** calls the second), and emscripten lacks them.
*/
#define _GNU_SOURCE /* cpu_set_t */
#include <emscripten/threading.h>
#include <sched.h>
#include <string.h>

int sched_getaffinity(pid_t process, size_t size, cpu_set_t *set) {
  (void)process;
  int count = emscripten_has_threading_support() ? emscripten_num_logical_cores() : 1;
  memset(set, 0, size);
  for (int i = 0; i < count && i < CPU_SETSIZE; i++) CPU_SET(i, set);
  return 0;
}

int __sched_cpucount(size_t size, const cpu_set_t *set) {
  const unsigned char *bytes = (const unsigned char *)set;
  int count = 0;
  for (size_t i = 0; i < size; i++) count += __builtin_popcount(bytes[i]);
  return count;
}
