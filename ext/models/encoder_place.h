/* encoder_place.h -- where a pretrained encoder is: the row of a table classify_encoders that a name means.
**
** An encoder is named `name`, or `schema.name`. A bare name is looked up as a model's is: temp, main, then the
** attached databases in order. Without a name it is the only one that there is.
*/
#ifndef CLASSIFY_ENCODER_PLACE_H
#define CLASSIFY_ENCODER_PLACE_H

#include "host/connection.h"

typedef struct EncoderPlace {
  char *schema, *name;                  /* sqlite3_malloc() */
  sqlite3_int64 lengths[ENCODER_FILES]; /* of its files     */
} EncoderPlace; /* all zero is none */

/* name: NULL if it is not given. The caller owes encoder_place_free(). */
int encoder_place_find(Connection *connection, const char *name, EncoderPlace *place, Error *error);
void encoder_place_free(EncoderPlace *place);

#endif
