/* available_memory.h -- how much memory the process can still take, as the system says.
**
** It is the least of
**
**   the machine's    MemAvailable of /proc/meminfo
**   the container's  what each control group that the process is in leaves of its limit (cgroups(7), version 1 and 2).
**                    Cached files do not count as taken, as in MemAvailable
**   the process's    what RLIMIT_AS and RLIMIT_DATA leave (ulimit -v and -d)
**   the addresses'   what is left of 4 GB, if an address has 32 bits
**
** The last two limit addresses, of which a program maps more than it fills: the caller says how many more.
**
** A file that is not there, or is not as expected, limits nothing: so there is no limit on systems without /proc.
*/
#ifndef CLASSIFY_AVAILABLE_MEMORY_H
#define CLASSIFY_AVAILABLE_MEMORY_H

#include <stdint.h>

typedef enum MemoryOwner {
  MEMORY_UNLIMITED, MEMORY_OF_MACHINE, MEMORY_OF_CONTAINER, MEMORY_OF_PROCESS, MEMORY_OF_ADDRESSES
} MemoryOwner;

typedef struct AvailableMemory {
  uint64_t bytes;    /* UINT64_MAX of MEMORY_UNLIMITED */
  MemoryOwner owner; /* whose limit it is              */
} AvailableMemory;

/* Reads the files below `root`; "" is the system's own root. `mapped`: bytes that will be mapped and not filled. */
AvailableMemory available_memory(const char *root, uint64_t mapped);

#endif
