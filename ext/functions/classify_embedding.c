#include "functions/classify_embedding.h"

#include <stdlib.h>

#include "base/little_endian.h"
#include "base/memory.h"
#include "host/cache.h"
#include "host/query.h"
#include "models/encoder_loading.h"

/* One thread beside this one, which polls only when 20 ms have passed. Without it the poll of each text would take
** four times as long as its start.
*/
static int embed(Connection *c, const Encoder *encoder, const char *text, size_t length, float **vector, Error *error) {
  EncoderTexts texts = {.poll = connection_poll(c)};
  Workers *workers = NULL;
  *vector = memory_floats(encoder_size(encoder));
  Status status = *vector ? STATUS_OK : error_no_memory(error);
  if (!status) status = encoder_tokenize(encoder, text, length, &texts, error);
  if (!status) status = workers_new(1, connection_poll(c), &workers, error);
  if (!status) status = encoder_embed(encoder, &texts, workers, NULL, *vector, error);
  workers_free(workers);
  encoder_texts_free(&texts);
  return failure_code(status);
}

void classify_embedding_result(sqlite3_context *context, const float *vector, size_t size) {
  void *blob = sqlite3_malloc64(size * sizeof *vector);
  if (!blob) {
    sqlite3_result_error_nomem(context);
    return;
  }
  little_endian_copy(blob, vector, size, sizeof *vector);
  sqlite3_result_blob64(context, blob, size * sizeof *vector, sqlite3_free);
}

void classify_embedding(sqlite3_context *context, int argc, sqlite3_value **argv) {
  const char *text, *name;
  size_t length;
  const Encoder *encoder = NULL;
  float *vector = NULL;
  Error error;
  int rc = query_text(argv[0], "text", &text, &length, &error);
  if (!rc) rc = query_text(argc > 1 ? argv[1] : NULL, "encoder's name", &name, NULL, &error);
  if (!rc && text) rc = encoder_loading_load_once(context, name, &encoder, &error);
  if (!rc && text) rc = embed(sqlite3_user_data(context), encoder, text, length, &vector, &error);
  if (encoder) rc = encoder_loading_failure(name, rc, &error);
  if (rc)
    failure_result(context, "classify_embedding", rc, &error);
  else if (vector)
    classify_embedding_result(context, vector, encoder_size(encoder));
  free(vector);
  cache_release(encoder);
}
