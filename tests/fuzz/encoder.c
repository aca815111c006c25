/* encoder.c -- a pretrained encoder: config.json, tokenizer.json or vocab.txt, and weights. What is accepted makes
** vectors of texts. The file is these three parts (fuzz_split()).
*/
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "encoder/encoder.h"
#include "fuzz.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed) {
  static FuzzMutator *const MUTATORS[] = {fuzz_mutate_bytes, fuzz_mutate_bytes, fuzz_mutate_safetensors};
  return fuzz_mutate_parts(data, size, most, seed, 3, MUTATORS);
}

static void embed(const Encoder *encoder) {
  static const char *const TEXTS[] = {
      "", "the parcel", "Where is MY parcel? [SEP] caf\xC3\xA9, \xE6\x9D\xB1\xE4\xBA\xAC \xFF"};
  EncoderTexts texts = {0};
  Workers *workers = NULL;
  Error error;
  Status status = STATUS_OK;
  for (size_t i = 0; i < 3 && !status; i++)
    status = encoder_tokenize(encoder, TEXTS[i], strlen(TEXTS[i]), &texts, &error);
  FUZZ_CHECK(!status || status == STATUS_INVALID, "a text cannot be read: %s", error.message);
  size_t numbers = encoder_size(encoder) * texts.count;
  float *vectors = calloc(numbers + 1, sizeof *vectors);
  if (!status) status = workers_new(1, (Poll){NULL, NULL}, &workers, &error);
  if (!status) status = encoder_embed(encoder, &texts, workers, NULL, vectors, &error);
  for (size_t i = 0; i < numbers && !status; i++)
    FUZZ_CHECK(isfinite(vectors[i]), "number %zu of the vectors is %g", i, (double)vectors[i]);
  free(vectors);
  if (workers) workers_free(workers);
  encoder_texts_free(&texts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  FuzzPart parts[3];
  Encoder *encoder = NULL;
  Error error;
  fuzz_split(data, size, 3, parts);
  EncoderFiles files = {(const char *)parts[0].bytes, (const char *)parts[1].bytes, parts[2].bytes,
                        parts[0].size, parts[1].size, parts[2].size};
  fuzz_memory_begin();
  if (!encoder_new(&files, &encoder, &error)) {
    embed(encoder);
    encoder_free(encoder);
  }
  fuzz_memory_end(64 * size + (8 << 20));
  return 0;
}
