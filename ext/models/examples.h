/* examples.h -- a few texts of the rows, kept as they were written.
**
** A training keeps no texts. Those that a model card shows are drawn while the rows
** stream in (reservoir sampling), and of them the ones that are then held out are used.
*/
#ifndef CLASSIFY_EXAMPLES_H
#define CLASSIFY_EXAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { EXAMPLES_MOST = 256, EXAMPLES_BYTES = 500 };

typedef struct Examples {
  struct Example {
    size_t row;   /* number in the corpus                      */
    char *text;   /* its first bytes, whole characters of them */
    size_t length;
  } list[EXAMPLES_MOST];
  size_t count;
  uint64_t seed;
  /* private */
  size_t offered;
  bool held_out;
} Examples; /* all zero but the seed: none */

void examples_free(Examples *examples);

/* A row of the corpus. Once there are rows that are held out by themselves only those
** are kept.
*/
Status examples_offer(Examples *examples, size_t row, const char *text, size_t length, bool held_out, Error *error);

#endif
