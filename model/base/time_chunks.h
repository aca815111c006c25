/* time_chunks.h -- cuts what is done for many things of a kind into chunks, as long as time is left.
**
**   TimeChunks chunks = {.time = time, .count = count, .least = 64};
**   while (time_chunks_next(&chunks)) do things chunks.begin .. chunks.end - 1
**
** Without a limit all is one chunk. With one, a chunk takes about a quarter of the time that is left, by the speed of
** the one before. The first, of `least` things, is there whatever the time.
*/
#ifndef CLASSIFY_TIME_CHUNKS_H
#define CLASSIFY_TIME_CHUNKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/time_left.h"

typedef struct TimeChunks {
  const TimeLeft *time; /* borrowed; or NULL */
  size_t count, least;
  size_t begin, end;    /* the chunk; in the end those before `end` are done. The caller may begin later than at 0 */
  double left;          /* private: before the chunk */
} TimeChunks;

/* Goes to the next chunk; false if all are done, or time is over. */
bool time_chunks_next(TimeChunks *chunks);

#endif
