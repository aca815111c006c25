/* faulty_vfs.h -- a VFS for SQLite that breaks when a test says so: "faulty", over the default one.
**
** It does one of three things, to all files that are opened through it:
**   - an operation fails: the Nth of a kind, alone or with all of its kind after it;
**   - the process is killed at the Nth change of a file;
**   - the power goes off at the Nth change: what was not synced is on the disk or not, by chance.
** A change is a write, a truncation, a sync or a deletion. Nothing is really synced, since the
** machine stays up. For one thread.
*/
#ifndef FAULTY_VFS_H
#define FAULTY_VFS_H

#include <stdbool.h>
#include <stdint.h>

#define FAULTY_VFS "faulty"

void faulty_register(void); /* not as the default */
int faulty_open_files(void);

/* ---- operations that fail ---------------------------------------------------------- */

typedef enum Fault {
  FAULT_READ,        /* gives SQLITE_IOERR, as all but two do                              */
  FAULT_WRITE,
  FAULT_SHORT_WRITE, /* the first half is written                                          */
  FAULT_FULL,        /* of a write that makes a file longer, so much: gives SQLITE_FULL     */
  FAULT_SYNC,
  FAULT_TRUNCATE,
  FAULT_OPEN,        /* gives SQLITE_CANTOPEN                                              */
  FAULT_LOCK,
  FAULT_MAP,         /* shared memory                                                      */
  FAULT_MAP_LOCK,
  FAULT_DELETE,
  FAULT_SIZE,
  FAULT_ACCESS,
  FAULTS
} Fault;

extern const char *const FAULT_NAMES[FAULTS];
int faulty_code(Fault fault); /* the primary result code */

void faulty_arm(Fault fault, long nth, bool persistent);
bool faulty_disarm(void); /* whether an operation has failed since */

/* ---- a killed process, lost power ----------------------------------------------------- */

void faulty_kill_at(long nth); /* by SIGKILL */

/* From here on it is known what the disk holds of each file that is opened. Once the power is off
** every operation fails. Then all connections are closed, and faulty_power_back() makes the files
** what the disk held. The same seed makes the same choice of what was written.
*/
void faulty_power_off_at(long nth, uint64_t seed);
bool faulty_power_is_off(void);
void faulty_power_back(void);

#endif
