/* encoder_tokenizer.c -- tokenizer.json or vocab.txt, and a text: the two parts of the file. Ids are those of
** tokens, and at most as many as were asked for.
*/
#include "encoder_tokenizer/encoder_tokenizer.h"

#include <stdlib.h>

#include "fuzz.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed) {
  static FuzzMutator *const MUTATORS[] = {fuzz_mutate_bytes, fuzz_mutate_bytes};
  return fuzz_mutate_parts(data, size, most, seed, 2, MUTATORS);
}

static void encode(const EncoderTokenizer *tokenizer, FuzzPart text, bool special, size_t most) {
  TokenIds ids = {0};
  Error error;
  EncodeOptions options = {special, most, {0}};
  Status status = encoder_tokenizer_encode(tokenizer, (const char *)text.bytes, text.size, options, &ids, &error);
  FUZZ_CHECK(status != STATUS_NO_MEMORY, "no memory for a text of %zu bytes", text.size);
  FUZZ_CHECK(status || ids.count <= most, "there are %zu ids, expected at most %zu", ids.count, most);
  for (size_t i = 0; i < ids.count && !status; i++) {
    size_t length;
    FUZZ_CHECK(ids.ids[i] < encoder_tokenizer_ids(tokenizer), "there is no id %u", ids.ids[i]);
    encoder_tokenizer_token(tokenizer, ids.ids[i], &length);
  }
  free(ids.ids);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  FuzzPart parts[2];
  EncoderTokenizer *tokenizer = NULL;
  Error error;
  fuzz_split(data, size, 2, parts);
  fuzz_memory_begin();
  if (!encoder_tokenizer_new((const char *)parts[0].bytes, parts[0].size, &tokenizer, &error)) {
    encode(tokenizer, parts[1], true, 64);
    encode(tokenizer, parts[1], false, SIZE_MAX);
    encode(tokenizer, parts[0], true, 512);
    encode(tokenizer, parts[1], true, 1);
    encoder_tokenizer_free(tokenizer);
  }
  fuzz_memory_end(256 * size + (1 << 20));
  return 0;
}
