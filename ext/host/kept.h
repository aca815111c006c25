/* kept.h -- the models and the encoder that a connection has used lately, so that the next statement need not read them
** again. ext/models looks (loading.c, encoder_loading.c) whether their rows are still what they were.
*/
#ifndef CLASSIFY_KEPT_H
#define CLASSIFY_KEPT_H

#include "classifier/model.h"
#include "host/row_state.h"

enum {
  KEPT_MODELS = 8,
  KEPT_MODELS_BYTES = 1 << 28, /* of all but the last used, at most */
  ENCODER_FILES = 3            /* config, tokenizer, weights */
};

/* A random number that changes with the models of a schema: change_mark.h. */
typedef struct ChangeMark {
  bool known;
  sqlite3_int64 mark;
  sqlite3_int64 foreign; /* PRAGMA data_version of then */
} ChangeMark;

/* A model, and what its row was when its weights were read. */
typedef struct KeptModel {
  char *schema, *name;  /* sqlite3_malloc() */
  sqlite3_int64 version, rowid, size;
  RowState state;       /* when the weights were read, or were known to be still the same */
  ChangeMark mark;
  const Model *model;   /* a reference into the cache */
} KeptModel; /* all zero is none */

/* A pretrained encoder, and what its row was then. */
typedef struct KeptEncoder {
  char *schema, *name;      /* sqlite3_malloc() */
  sqlite3_int64 lengths[ENCODER_FILES];
  RowState state;           /* when they were read                */
  const void *encoder;      /* a reference into the cache         */
} KeptEncoder; /* all zero is none */

typedef struct Kept {
  KeptModel models[KEPT_MODELS]; /* the last used first */
  KeptEncoder encoder;           /* the last used */
} Kept; /* all zero is nothing */

void kept_free(Kept *kept); /* all zero then */

/* Takes over what `model` owns, and puts it first, in place of the same version as it was before. What was used longest
** ago is let go of.
*/
void kept_add_model(Kept *kept, const KeptModel *model);
void kept_model_free(KeptModel *model); /* frees what it owns; all zero then */

/* Takes over what `encoder` owns, in place of the one before. */
void kept_set_encoder(Kept *kept, const KeptEncoder *encoder);

/* Lets go of what was read in the schema: other rows may have their places now. */
void kept_forget(Kept *kept, const char *schema);

#endif
