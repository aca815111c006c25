#include "faulty_vfs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

typedef struct DiskFile DiskFile;

typedef struct File {
  sqlite3_file base;
  DiskFile *disk;     /* NULL: what the disk holds is not followed */
  sqlite3_file *real; /* behind this in memory */
} File;

static sqlite3_vfs *real_vfs;
static int open_files;

int faulty_open_files(void) { return open_files; }

static sqlite3_file *real_file(sqlite3_file *file) { return ((File *)file)->real; }

/* ---- operations that fail ---------------------------------------------------------- */

const char *const FAULT_NAMES[FAULTS] = {"read", "write", "short write", "disk full", "sync", "truncate", "open",
                                         "lock", "map", "map lock", "delete", "size", "access"};

static const int CODES[FAULTS] = {SQLITE_IOERR_READ, SQLITE_IOERR_WRITE, SQLITE_IOERR_WRITE, SQLITE_FULL,
                                  SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE, SQLITE_CANTOPEN, SQLITE_IOERR_LOCK,
                                  SQLITE_IOERR_SHMMAP, SQLITE_IOERR_SHMLOCK, SQLITE_IOERR_DELETE, SQLITE_IOERR_FSTAT,
                                  SQLITE_IOERR_ACCESS};

static struct {
  Fault fault;
  long nth, counted; /* nth 0: none fails */
  bool persistent, has_failed;
} armed;

int faulty_code(Fault fault) { return CODES[fault] & 0xFF; }

void faulty_arm(Fault fault, long nth, bool persistent) {
  armed.fault = fault;
  armed.nth = nth;
  armed.persistent = persistent;
  armed.counted = 0;
  armed.has_failed = false;
}

bool faulty_disarm(void) {
  armed.nth = 0;
  return armed.has_failed;
}

/* ---- what the disk holds ----------------------------------------------------------- */

enum { DISK_FILES = 8, SECTOR = 512 };

typedef struct Change {
  size_t begin, length; /* of the bytes; a truncation to `begin` has none */
  unsigned char *bytes;
} Change;

struct DiskFile {
  char path[256];        /* "": this one is free */
  unsigned char *synced; /* what is on the disk for sure */
  size_t size;
  bool exists;           /* its name is there for sure */
  bool deleted;          /* but it has been taken away since */
  unsigned char *older;  /* what was taken away, where the name has been made again; NULL: nothing */
  size_t older_size;
  Change *changes;       /* not synced yet */
  size_t count;
};

static DiskFile disk[DISK_FILES];
static long kill_at, power_off_at, changes; /* 0: never */
static bool power_is_off, follows_disk;
static uint64_t chance;

static void *allocate(void *old, size_t size) {
  void *p = realloc(old, size + 1);
  if (!p) abort();
  return p;
}

static bool flip(void) {
  chance = chance * 6364136223846793005u + 1442695040888963407u;
  return chance >> 63;
}

/* Applies the first `length` bytes of a change. */
static void apply(DiskFile *d, const Change *c, size_t length) {
  size_t end = c->begin + length;
  if (!c->bytes) {
    if (d->size > c->begin) d->size = c->begin;
    return;
  }
  if (end > d->size) {
    d->synced = allocate(d->synced, end);
    memset(d->synced + d->size, 0, end - d->size);
    d->size = end;
  }
  memcpy(d->synced + c->begin, c->bytes, length);
}

static void forget_changes(DiskFile *d) {
  for (size_t i = 0; i < d->count; i++) free(d->changes[i].bytes);
  free(d->changes);
  d->changes = NULL;
  d->count = 0;
}

static void forget_file(DiskFile *d) {
  forget_changes(d);
  free(d->synced);
  free(d->older);
  *d = (DiskFile){0};
}

static void disk_synced(DiskFile *d) {
  for (size_t i = 0; i < d->count; i++) apply(d, &d->changes[i], d->changes[i].length);
  forget_changes(d);
  free(d->older);
  d->older = NULL;
  d->exists = true;
}

static void disk_changed(DiskFile *d, size_t begin, size_t length, const void *bytes) {
  d->changes = allocate(d->changes, (d->count + 1) * sizeof *d->changes);
  Change *c = &d->changes[d->count++];
  *c = (Change){begin, length, bytes ? allocate(NULL, length) : NULL};
  if (bytes) memcpy(c->bytes, bytes, length);
}

static DiskFile *find_file(const char *path) {
  for (int i = 0; i < DISK_FILES; i++)
    if (strcmp(disk[i].path, path) == 0) return &disk[i];
  return NULL;
}

static void read_file(DiskFile *d) {
  FILE *file = fopen(d->path, "rb");
  if (!file) return;
  fseek(file, 0, SEEK_END);
  d->size = (size_t)ftell(file);
  d->synced = allocate(NULL, d->size);
  rewind(file);
  if (fread(d->synced, 1, d->size, file) != d->size) abort();
  fclose(file);
  d->exists = true;
}

/* A file of a name that was taken away. The disk may hold the old one until the new one is synced. */
static void make_again(DiskFile *d) {
  forget_changes(d);
  if (d->exists) { /* before the sync that made it there, what was older was forgotten */
    d->older = d->synced;
    d->older_size = d->size;
  } else {
    free(d->synced);
  }
  d->synced = NULL;
  d->size = 0;
  d->exists = d->deleted = false;
}

/* Before the file is opened. */
static DiskFile *follow_file(const char *path) {
  DiskFile *d = find_file(path);
  if (d && d->deleted) make_again(d);
  if (d) return d;
  d = find_file("");
  if (!d || strlen(path) >= sizeof d->path) abort();
  strcpy(d->path, path);
  read_file(d);
  return d;
}

/* Where only the name of a file was taken away, the disk may still hold it. */
static void disk_deleted(const char *path, bool directory_synced) {
  DiskFile *d = find_file(path);
  if (d && (directory_synced || !(d->exists || d->older)))
    forget_file(d);
  else if (d)
    d->deleted = true;
}

static void take_older(DiskFile *d) {
  forget_changes(d);
  free(d->synced);
  d->synced = d->older;
  d->size = d->older_size;
  d->older = NULL;
  d->exists = true;
}

/* A write is there, or not, or the sectors at its beginning are. */
static void lose_changes(DiskFile *d) {
  if (d->older && flip()) {
    take_older(d);
    return;
  }
  for (size_t i = 0; i < d->count; i++) {
    size_t length = d->changes[i].length;
    if (flip()) apply(d, &d->changes[i], flip() ? length : length / SECTOR / 2 * SECTOR);
  }
  forget_changes(d);
  if (d->deleted || !d->exists) d->exists = flip();
}

static void power_off(void) {
  for (int i = 0; i < DISK_FILES; i++)
    if (*disk[i].path) lose_changes(&disk[i]);
  power_is_off = true;
  follows_disk = false;
}

void faulty_kill_at(long nth) { kill_at = nth, changes = 0; }

void faulty_power_off_at(long nth, uint64_t seed) {
  power_off_at = nth;
  changes = 0;
  chance = seed;
  follows_disk = true;
}

bool faulty_power_is_off(void) { return power_is_off; }

void faulty_power_back(void) {
  for (int i = 0; i < DISK_FILES; i++) {
    DiskFile *d = &disk[i];
    if (power_is_off && *d->path) unlink(d->path);
    FILE *file = power_is_off && d->exists ? fopen(d->path, "wb") : NULL;
    if (file && (fwrite(d->synced, 1, d->size, file) != d->size || fclose(file))) abort();
    forget_file(d);
  }
  power_is_off = follows_disk = false;
  power_off_at = 0;
}

/* Whether this operation fails, which no change of a file is. */
static bool fails(Fault fault) {
  if (power_is_off) return true;
  if (!armed.nth || fault != armed.fault) return false;
  long n = ++armed.counted;
  bool now = n == armed.nth || (n > armed.nth && armed.persistent);
  if (now) armed.has_failed = true;
  return now;
}

/* Called for each change, before it. Returns whether the power is off. */
static bool count_change(void) {
  changes++;
  if (changes == kill_at) raise(SIGKILL);
  if (changes == power_off_at && !power_is_off) power_off();
  return power_is_off;
}

/* ---- files ------------------------------------------------------------------------------ */

static int file_close(sqlite3_file *file) {
  open_files--;
  return real_file(file)->pMethods->xClose(real_file(file));
}

static int file_read(sqlite3_file *file, void *bytes, int amount, sqlite3_int64 at) {
  if (fails(FAULT_READ)) return SQLITE_IOERR_READ;
  return real_file(file)->pMethods->xRead(real_file(file), bytes, amount, at);
}

static int write_real(sqlite3_file *file, const void *bytes, int amount, sqlite3_int64 at) {
  return real_file(file)->pMethods->xWrite(real_file(file), bytes, amount, at);
}

static int file_write(sqlite3_file *file, const void *bytes, int amount, sqlite3_int64 at) {
  sqlite3_int64 size = 0;
  DiskFile *d = ((File *)file)->disk;
  if (count_change() || fails(FAULT_WRITE)) return SQLITE_IOERR_WRITE;
  real_file(file)->pMethods->xFileSize(real_file(file), &size);
  bool full = at + amount > size && fails(FAULT_FULL);
  if (full || fails(FAULT_SHORT_WRITE)) {
    write_real(file, bytes, amount / 2, at);
    return full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  }
  if (d && follows_disk) disk_changed(d, (size_t)at, (size_t)amount, bytes);
  return write_real(file, bytes, amount, at);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size) {
  DiskFile *d = ((File *)file)->disk;
  if (count_change() || fails(FAULT_TRUNCATE)) return SQLITE_IOERR_TRUNCATE;
  if (d && follows_disk) disk_changed(d, (size_t)size, 0, NULL);
  return real_file(file)->pMethods->xTruncate(real_file(file), size);
}

static int file_sync(sqlite3_file *file, int flags) {
  DiskFile *d = ((File *)file)->disk;
  (void)flags;
  if (count_change() || fails(FAULT_SYNC)) return SQLITE_IOERR_FSYNC;
  if (d && follows_disk) disk_synced(d);
  return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size) {
  if (fails(FAULT_SIZE)) return SQLITE_IOERR_FSTAT;
  return real_file(file)->pMethods->xFileSize(real_file(file), size);
}

static int file_lock(sqlite3_file *file, int level) {
  if (fails(FAULT_LOCK)) return SQLITE_IOERR_LOCK;
  return real_file(file)->pMethods->xLock(real_file(file), level);
}

static int file_unlock(sqlite3_file *file, int level) {
  return real_file(file)->pMethods->xUnlock(real_file(file), level);
}

static int file_check_lock(sqlite3_file *file, int *locked) {
  return real_file(file)->pMethods->xCheckReservedLock(real_file(file), locked);
}

static int file_control(sqlite3_file *file, int operation, void *argument) {
  if (operation == SQLITE_FCNTL_VFSNAME) { /* as VFSs over others do: no name to open by */
    *(char **)argument = sqlite3_mprintf(FAULTY_VFS "/%s", real_vfs->zName);
    return SQLITE_OK;
  }
  return real_file(file)->pMethods->xFileControl(real_file(file), operation, argument);
}

static int file_sector(sqlite3_file *file) { return real_file(file)->pMethods->xSectorSize(real_file(file)); }

static int file_device(sqlite3_file *file) {
  return real_file(file)->pMethods->xDeviceCharacteristics(real_file(file));
}

static int file_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory) {
  if (fails(FAULT_MAP)) return SQLITE_IOERR_SHMMAP;
  return real_file(file)->pMethods->xShmMap(real_file(file), page, size, extend, memory);
}

static int file_map_lock(sqlite3_file *file, int offset, int count, int flags) {
  if (flags & SQLITE_SHM_LOCK && fails(FAULT_MAP_LOCK)) return SQLITE_IOERR_SHMLOCK;
  return real_file(file)->pMethods->xShmLock(real_file(file), offset, count, flags);
}

static void file_barrier(sqlite3_file *file) { real_file(file)->pMethods->xShmBarrier(real_file(file)); }

static int file_unmap(sqlite3_file *file, int delete) {
  return real_file(file)->pMethods->xShmUnmap(real_file(file), delete);
}

static const sqlite3_io_methods METHODS = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_device,
    .xShmMap = file_map,
    .xShmLock = file_map_lock,
    .xShmBarrier = file_barrier,
    .xShmUnmap = file_unmap,
};

/* ---- the VFS ------------------------------------------------------------------------------ */

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *opened, int flags, int *flags_out) {
  (void)vfs;
  const int followed = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;
  File *file = (File *)opened;
  *file = (File){.real = (sqlite3_file *)(file + 1)};
  if (fails(FAULT_OPEN)) return SQLITE_CANTOPEN;
  if (path && follows_disk && flags & followed) file->disk = follow_file(path);
  int rc = real_vfs->xOpen(real_vfs, path, file->real, flags, flags_out);
  if (rc) return rc;
  file->base.pMethods = &METHODS;
  open_files++;
  return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_directory) {
  (void)vfs;
  if (count_change() || fails(FAULT_DELETE)) return SQLITE_IOERR_DELETE;
  if (follows_disk) disk_deleted(path, sync_directory);
  return real_vfs->xDelete(real_vfs, path, 0);
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
  (void)vfs;
  if (fails(FAULT_ACCESS)) return SQLITE_IOERR_ACCESS;
  return real_vfs->xAccess(real_vfs, path, flags, result);
}

void faulty_register(void) {
  static sqlite3_vfs faulty;
  if (real_vfs) return;
  real_vfs = sqlite3_vfs_find(NULL);
  faulty = *real_vfs; /* the rest asks the real one, whose pAppData it has */
  faulty.zName = FAULTY_VFS;
  faulty.szOsFile = (int)sizeof(File) + real_vfs->szOsFile;
  faulty.xOpen = vfs_open;
  faulty.xDelete = vfs_delete;
  faulty.xAccess = vfs_access;
  sqlite3_vfs_register(&faulty, 0);
}
