#include "train/stop_file.h"

#include <errno.h>
#include <locale.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { MILLISECONDS = 50 }; /* between two looks */

struct StopFile {
  char *path;
  atomic_bool seen;
  atomic_uint_least64_t next_look; /* milliseconds of clock.h */
};

static bool exists(const char *path) { return access(path, F_OK) == 0; }

/* The folder must be there, or a misspelt path would never stop anything. */
static Status check_folder(char *path, Error *error) {
  char *slash = strrchr(path, '/');
  if (!slash || slash == path) return STATUS_OK;
  *slash = '\0';
  Status status = STATUS_OK;
  if (!exists(path))
    status = error_set(error, STATUS_INVALID, "option stop_file is a file in the folder '%.200s', which does not exist",
                       path);
  *slash = '/';
  return status;
}

/* In English, like the rest of the sentence. The locale "C" takes no memory that would have to be freed. */
static const char *reason(int code) {
  locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  return plain ? strerror_l(code, plain) : "no reason is known";
}

static Status check_path(char *path, Error *error) {
  if (exists(path))
    return error_set(error, STATUS_INVALID, "option stop_file is '%.200s', which exists already, expected a file that "
                     "does not exist yet", path);
  if (errno != ENOENT)
    return error_set(error, STATUS_INVALID, "option stop_file is '%.200s', expected the path of a file (%s)", path,
                     reason(errno));
  return check_folder(path, error);
}

Status stop_file_new(const char *path, StopFile **file, Error *error) {
  StopFile *f = calloc(1, sizeof *f);
  if (!f) return error_no_memory(error);
  f->path = strdup(path);
  Status status = f->path ? check_path(f->path, error) : error_no_memory(error);
  if (status)
    stop_file_free(f);
  else
    *file = f;
  return status;
}

void stop_file_free(StopFile *f) {
  if (!f) return;
  free(f->path);
  free(f);
}

bool stop_file_appeared(StopFile *f) {
  if (!f) return false;
  uint64_t now = (uint64_t)(clock_seconds() * 1000.0);
  if (atomic_load(&f->seen) || now < atomic_load(&f->next_look)) return atomic_load(&f->seen);
  atomic_store(&f->next_look, now + MILLISECONDS);
  if (exists(f->path)) atomic_store(&f->seen, true);
  return atomic_load(&f->seen);
}
