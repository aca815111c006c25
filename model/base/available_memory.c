#include "base/available_memory.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, LINE_BYTES = 4096 };

/* ---- files ------------------------------------------------------------------------------- */

typedef struct Path {
  char bytes[PATH_BYTES];
} Path;

/* A path that is too long is that of no file. */
static FILE *open_file(const char *root, const char *folder, const char *name) {
  Path path;
  int length = snprintf(path.bytes, sizeof path.bytes, "%s%s/%s", root, folder, name);
  return length > 0 && (size_t)length < sizeof path.bytes ? fopen(path.bytes, "r") : NULL;
}

/* Reads a whole number of at least one digit, behind spaces. */
static bool parse(const char *text, uint64_t *number) {
  while (*text == ' ' || *text == '\t') text++;
  if (*text < '0' || *text > '9') return false;
  *number = strtoull(text, NULL, 10);
  return true;
}

/* Reads number `index` of the numbers that a file begins with. */
static bool read_number(const char *root, const char *folder, const char *name, size_t index, uint64_t *number) {
  char line[LINE_BYTES];
  FILE *file = open_file(root, folder, name);
  bool ok = file && fgets(line, sizeof line, file);
  const char *at = line;
  for (size_t i = 0; i < index && ok; i++) ok = (at = strchr(at, ' ')) != NULL && *++at;
  if (file) fclose(file);
  return ok && parse(at, number);
}

/* Reads the number of the line that begins with the key, which ends in the character before the number. */
static bool read_key(const char *root, const char *folder, const char *name, const char *key, uint64_t *number) {
  char line[LINE_BYTES];
  FILE *file = open_file(root, folder, name);
  size_t length = strlen(key);
  bool found = false;
  while (file && !found && fgets(line, sizeof line, file))
    found = strncmp(line, key, length) == 0 && parse(line + length, number);
  if (file) fclose(file);
  return found;
}

/* ---- limits ------------------------------------------------------------------------------ */

static void take_least(AvailableMemory *available, uint64_t bytes, MemoryOwner owner) {
  if (bytes < available->bytes) *available = (AvailableMemory){bytes, owner};
}

static uint64_t rest(uint64_t limit, uint64_t taken) { return limit > taken ? limit - taken : 0; }

static void ask_machine(const char *root, AvailableMemory *available) {
  uint64_t kilobytes;
  if (read_key(root, "/proc", "meminfo", "MemAvailable:", &kilobytes))
    take_least(available, kilobytes < UINT64_MAX / 1024 ? kilobytes * 1024 : UINT64_MAX, MEMORY_OF_MACHINE);
}

/* What a version of control groups calls its files. */
typedef struct GroupFiles {
  const char *mount, *limit, *taken, *inactive, *active; /* the last two are lines of memory.stat */
} GroupFiles;

static const GroupFiles VERSION_1 = {"/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
                                     "total_inactive_file ", "total_active_file "};
static const GroupFiles VERSION_2 = {"/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file ",
                                     "active_file "};

static void ask_group(const char *root, const char *folder, const GroupFiles *files, AvailableMemory *available) {
  uint64_t limit, taken, inactive = 0, active = 0;
  if (!read_number(root, folder, files->limit, 0, &limit) || !read_number(root, folder, files->taken, 0, &taken))
    return;
  read_key(root, folder, "memory.stat", files->inactive, &inactive);
  read_key(root, folder, "memory.stat", files->active, &active);
  take_least(available, rest(limit, rest(rest(taken, inactive), active)), MEMORY_OF_CONTAINER);
}

/* Asks the group and all above it. Within a container the group's path may be that outside of it: then only the mount
** itself, which is the container's group, has the files.
*/
static void ask_groups(const char *root, const char *group, const GroupFiles *files, AvailableMemory *available) {
  Path folder;
  size_t mount = strlen(files->mount);
  int length = snprintf(folder.bytes, sizeof folder.bytes, "%s%s", files->mount, group);
  if (length < 0 || (size_t)length >= sizeof folder.bytes) return;
  for (char *slash; (slash = strrchr(folder.bytes + mount, '/')) != NULL; *slash = '\0')
    if (slash[1]) ask_group(root, folder.bytes, files, available);
  ask_group(root, files->mount, files, available);
}

/* Whether a list of controllers, separated by commas, has that of memory. */
static bool has_memory(const char *controllers) {
  static const char NAME[] = "memory";
  for (const char *at = controllers; at; at = (at = strchr(at, ',')) ? at + 1 : NULL)
    if (strncmp(at, NAME, sizeof NAME - 1) == 0 && (!at[sizeof NAME - 1] || at[sizeof NAME - 1] == ',')) return true;
  return false;
}

/* Each line of the file is number:controllers:path; version 2 is number 0, without controllers. */
static void ask_container(const char *root, AvailableMemory *available) {
  char line[LINE_BYTES];
  FILE *file = open_file(root, "/proc/self", "cgroup");
  while (file && fgets(line, sizeof line, file)) {
    char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group) continue;
    *group++ = '\0';
    group[strcspn(group, "\n")] = '\0';
    bool second = line[0] == '0' && controllers[1] == '\0';
    if (second || has_memory(controllers + 1))
      ask_groups(root, group, second ? &VERSION_2 : &VERSION_1, available);
  }
  if (file) fclose(file);
}

/* `failed` is what getrlimit() has returned, whose resource is an int or an enum. */
static uint64_t limit_of(int failed, const struct rlimit *limit) {
  return failed || limit->rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit->rlim_cur;
}

static void take_limit(const char *root, uint64_t limit, size_t index, uint64_t mapped, MemoryOwner owner,
                       AvailableMemory *available) {
  uint64_t pages;
  if (limit == UINT64_MAX || !read_number(root, "/proc/self", "statm", index, &pages)) return;
  take_least(available, rest(limit, pages * (uint64_t)sysconf(_SC_PAGESIZE) + mapped), owner);
}

AvailableMemory available_memory(const char *root, uint64_t mapped) {
  enum { ALL_PAGES = 0, DATA_PAGES = 5 }; /* numbers of statm */
  AvailableMemory available = {UINT64_MAX, MEMORY_UNLIMITED};
  ask_machine(root, &available);
  ask_container(root, &available);
  struct rlimit addresses, data;
  uint64_t of_addresses = limit_of(getrlimit(RLIMIT_AS, &addresses), &addresses);
  uint64_t of_data = limit_of(getrlimit(RLIMIT_DATA, &data), &data);
  take_limit(root, of_addresses, ALL_PAGES, mapped, MEMORY_OF_PROCESS, &available);
  take_limit(root, of_data, DATA_PAGES, mapped, MEMORY_OF_PROCESS, &available);
  take_limit(root, SIZE_MAX, ALL_PAGES, mapped, MEMORY_OF_ADDRESSES, &available);
  return available;
}
