/* How much memory there is, as files say that look like those of the system. */
#define _GNU_SOURCE
#include "base/available_memory.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/support.h"

static char root[] = "/tmp/classify-XXXXXX";

static int make_root(void **state) {
  (void)state;
  strcpy(root + strlen(root) - 6, "XXXXXX");
  return mkdtemp(root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place) {
  (void)status, (void)type, (void)place;
  return remove(path);
}

static int remove_root(void **state) {
  (void)state;
  return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Makes the file with the folders above it. */
static void write_file(const char *path, const char *contents) {
  char whole[512];
  snprintf(whole, sizeof whole, "%s%s", root, path);
  for (char *slash = strchr(whole + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(whole, 0700);
    *slash = '/';
  }
  FILE *file = fopen(whole, "w");
  assert_non_null(file);
  assert_true(fputs(contents, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static void check(uint64_t bytes, MemoryOwner owner) {
  AvailableMemory available = available_memory(root, 0);
  assert_int_equal(available.owner, owner);
  assert_int_equal(available.bytes, bytes);
}

static void check_unlimited(void) { check(UINT64_MAX, MEMORY_UNLIMITED); }

/* ---- the machine ------------------------------------------------------------------------ */

TEST(without_files_there_is_no_limit) { check_unlimited(); }

TEST(the_machine_says_what_is_available) {
  write_file("/proc/meminfo", "MemTotal:    24105 kB\nMemFree:     100 kB\nMemAvailable:     2048 kB\nBuffers: 1 kB\n");
  check(2048 * 1024, MEMORY_OF_MACHINE);
}

TEST(what_the_machine_does_not_say_limits_nothing) {
  const char *const contents[] = {"", "MemTotal: 24105 kB\n", "MemAvailable:\n", "MemAvailable: much\n",
                                  "MemAvailable: -5 kB\n", "MemAvailableX: 5 kB\n", "\n\n\n", ":::\n"};
  for (size_t i = 0; i < COUNT(contents); i++) {
    write_file("/proc/meminfo", contents[i]);
    check_unlimited();
  }
}

/* ---- control groups --------------------------------------------------------------------- */

TEST(a_group_of_version_2_leaves_a_part_of_its_limit) {
  write_file("/proc/self/cgroup", "0::/user/shell\n");
  write_file("/sys/fs/cgroup/user/shell/memory.max", "1000000\n");
  write_file("/sys/fs/cgroup/user/shell/memory.current", "400000\n");
  check(600000, MEMORY_OF_CONTAINER);
  write_file("/sys/fs/cgroup/user/shell/memory.stat", "anon 5\nfile 9\ninactive_file 100000\nactive_file 50000\n");
  check(750000, MEMORY_OF_CONTAINER);
}

TEST(groups_above_count_too) {
  write_file("/proc/self/cgroup", "0::/user/shell\n");
  write_file("/sys/fs/cgroup/user/shell/memory.max", "max\n");
  write_file("/sys/fs/cgroup/user/shell/memory.current", "1\n");
  check_unlimited();
  write_file("/sys/fs/cgroup/user/memory.max", "7000\n");
  write_file("/sys/fs/cgroup/user/memory.current", "6000\n");
  check(1000, MEMORY_OF_CONTAINER);
  write_file("/sys/fs/cgroup/memory.max", "900\n");
  write_file("/sys/fs/cgroup/memory.current", "0\n");
  check(900, MEMORY_OF_CONTAINER);
}

/* Its path is that outside of the container, where the process cannot look. */
TEST(a_group_of_version_1_is_found_within_a_container) {
  write_file("/proc/self/cgroup", "12:pids:/docker/ab\n5:cpu,memory:/docker/ab\n0::/\n");
  write_file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9000\n");
  write_file("/sys/fs/cgroup/memory/memory.usage_in_bytes", "2000\n");
  check(7000, MEMORY_OF_CONTAINER);
  write_file("/sys/fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 500\ntotal_active_file 30\n");
  check(7530, MEMORY_OF_CONTAINER);
}

TEST(groups_without_a_limit_of_memory_limit_nothing) {
  write_file("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "9000\n");
  write_file("/sys/fs/cgroup/memory/a/memory.usage_in_bytes", "2000\n");
  write_file("/sys/fs/cgroup/a/memory.max", "9000\n");
  const char *const contents[] = {"", "\n", "0\n", "0:", "4:pids:/a\n", "4:memoryless:/a\n", "4:x_memory:/a\n",
                                  "1::/a\n", "0:name=systemd:/a\n", "0::/a\n", "0::/b\n"};
  for (size_t i = 0; i < COUNT(contents); i++) {
    write_file("/proc/self/cgroup", contents[i]); /* what /a has taken in version 2 is not said */
    check_unlimited();
  }
}

TEST(a_group_beyond_its_limit_leaves_nothing) {
  write_file("/proc/self/cgroup", "0::/\n");
  write_file("/sys/fs/cgroup/memory.max", "1000\n");
  write_file("/sys/fs/cgroup/memory.current", "2000\n");
  check(0, MEMORY_OF_CONTAINER);
  write_file("/sys/fs/cgroup/memory.stat", "inactive_file 5000\nactive_file much\n");
  check(1000, MEMORY_OF_CONTAINER);
}

TEST(the_least_limit_counts) {
  write_file("/proc/meminfo", "MemAvailable: 1 kB\n");
  write_file("/proc/self/cgroup", "0::/\n");
  write_file("/sys/fs/cgroup/memory.max", "1025\n");
  write_file("/sys/fs/cgroup/memory.current", "0\n");
  check(1024, MEMORY_OF_MACHINE);
  write_file("/sys/fs/cgroup/memory.max", "1023\n");
  check(1023, MEMORY_OF_CONTAINER);
}

/* A path of a group longer than any that can be opened. */
TEST(a_path_that_is_too_long_limits_nothing) {
  char line[9000] = "0::/";
  memset(line + 4, 'a', sizeof line - 6);
  line[sizeof line - 2] = '\n';
  write_file("/proc/self/cgroup", line);
  check_unlimited();
}

/* ---- the process ------------------------------------------------------------------------ */

enum { PAGES = 600, DATA = 300 };

/* A resource is an int or an enum. */
static int get_limit(bool of_data, struct rlimit *limit) {
  return of_data ? getrlimit(RLIMIT_DATA, limit) : getrlimit(RLIMIT_AS, limit);
}

static int set_limit(bool of_data, const struct rlimit *limit) {
  return of_data ? setrlimit(RLIMIT_DATA, limit) : setrlimit(RLIMIT_AS, limit);
}

/* qemu sets no limits of memory, which would be its own. */
static void check_resource(bool of_data, uint64_t pages) {
  struct rlimit before, limit, set;
  assert_int_equal(get_limit(of_data, &before), 0);
  limit = before;
  limit.rlim_cur = before.rlim_max == RLIM_INFINITY ? RLIM_INFINITY / 2 : before.rlim_max; /* more than is ever taken */
  assert_int_equal(set_limit(of_data, &limit), 0);
  assert_int_equal(get_limit(of_data, &set), 0);
  if (set.rlim_cur != limit.rlim_cur) skip();
  AvailableMemory available = available_memory(root, 0);
  assert_int_equal(set_limit(of_data, &before), 0);
  assert_int_equal(available.owner, MEMORY_OF_PROCESS);
  assert_int_equal(available.bytes, limit.rlim_cur - pages * (uint64_t)sysconf(_SC_PAGESIZE));
}

TEST(limits_of_the_process_count) {
  char statm[64];
  snprintf(statm, sizeof statm, "%d 20 10 5 0 %d 0\n", PAGES, DATA);
  write_file("/proc/self/statm", statm);
  check_resource(false, PAGES);
  check_resource(true, DATA);
}

/* There are 4 GB of them in 32 bits. In 64 bits there are more than any machine has memory. */
TEST(addresses_are_a_limit) {
  char statm[64];
  snprintf(statm, sizeof statm, "%d 20 10 5 0 %d 0\n", PAGES, DATA);
  write_file("/proc/self/statm", statm);
  AvailableMemory available = available_memory(root, 1000);
  assert_int_equal(available.owner == MEMORY_OF_ADDRESSES, SIZE_MAX < UINT64_MAX);
  if (available.owner == MEMORY_OF_ADDRESSES)
    assert_int_equal(available.bytes, SIZE_MAX - PAGES * (uint64_t)sysconf(_SC_PAGESIZE) - 1000);
}

/* Here the numbers change from one moment to the next. */
TEST(the_system_itself_is_asked) {
  AvailableMemory available = available_memory("", 0);
  bool said = access("/proc/meminfo", R_OK) == 0;
  assert_true(available.bytes > 0);
  assert_true(!said || available.owner != MEMORY_UNLIMITED);
}

#define IN_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_ROOT(without_files_there_is_no_limit),
      IN_ROOT(the_machine_says_what_is_available),
      IN_ROOT(what_the_machine_does_not_say_limits_nothing),
      IN_ROOT(a_group_of_version_2_leaves_a_part_of_its_limit),
      IN_ROOT(groups_above_count_too),
      IN_ROOT(a_group_of_version_1_is_found_within_a_container),
      IN_ROOT(groups_without_a_limit_of_memory_limit_nothing),
      IN_ROOT(a_group_beyond_its_limit_leaves_nothing),
      IN_ROOT(the_least_limit_counts),
      IN_ROOT(a_path_that_is_too_long_limits_nothing),
      IN_ROOT(limits_of_the_process_count),
      IN_ROOT(addresses_are_a_limit),
      cmocka_unit_test(the_system_itself_is_asked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
