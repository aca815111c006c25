/* stop_file.h -- a file that ends a training as soon as it exists, for hosts that cannot interrupt SQLite.
**
** Whoever makes the file, by whatever means, need not know the training: another thread, a shell. Any thread may ask
** whether it is there; the file system is asked at most every 50 ms. Once seen it counts as there for good.
*/
#ifndef CLASSIFY_STOP_FILE_H
#define CLASSIFY_STOP_FILE_H

#include <stdbool.h>

#include "base/status.h"

typedef struct StopFile StopFile;

/* Copies the path. It is an error if the file is there already, or can never be: no such folder, too long a name. */
Status stop_file_new(const char *path, StopFile **file, Error *error);
void stop_file_free(StopFile *file);

bool stop_file_appeared(StopFile *file); /* NULL: false */

#endif
