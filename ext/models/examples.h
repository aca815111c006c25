/* examples.h -- a few texts of the rows, as they were written.
**
** A training does not keep the texts. While the rows stream in, some are drawn for the model
** card (reservoir sampling). The metrics use those of them that are held out in the end.
*/
#ifndef CLASSIFY_EXAMPLES_H
#define CLASSIFY_EXAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { EXAMPLES_MOST = 2048, EXAMPLES_BYTES = 500 };

typedef struct Examples {
  struct Example {
    size_t row;   /* its number in the corpus */
    char *text;   /* its first EXAMPLES_BYTES, without a part of a character */
    size_t length;
  } list[EXAMPLES_MOST];
  size_t count;
  uint64_t seed;
  /* private */
  size_t offered;
  bool held_out;
} Examples; /* all zero but the seed is none */

void examples_free(Examples *examples);

/* Offers a row of the corpus, which may be drawn: then its text is copied. `held_out` says
** that the row comes from a validation query. From the first such row on, only such rows are
** kept. Fails only when memory is out.
*/
Status examples_offer(Examples *examples, size_t row, const char *text, size_t length, bool held_out, Error *error);

#endif
