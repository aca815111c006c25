/* safetensors.c -- the reader of named tensors: every tensor that it accepts can be copied. */
#include <stdlib.h>
#include <string.h>

#include "base/safetensors.h"
#include "fuzz.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed) {
  return fuzz_mutate_safetensors(data, size, most, seed);
}

static void copy_all(const SafeTensors *st, const uint8_t *data) {
  for (size_t i = 0; i < st->count; i++) {
    const TensorView *view = &st->tensors[i];
    size_t length, count = view->dtype == DTYPE_OTHER || view->dtype == DTYPE_U8 || view->dtype == DTYPE_I8
                               ? 0
                               : safetensors_count(view);
    strings_get(&st->names, view->name, &length);
    void *numbers = malloc(count * 4 + 1);
    FUZZ_CHECK(numbers, "a tensor of %zu numbers has no memory", count);
    safetensors_copy(st, data, view, count, numbers);
    free(numbers);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  SafeTensors st;
  Error error;
  char stated[IDENTIFIER_LENGTH + 1], identifier[IDENTIFIER_LENGTH + 1];
  fuzz_memory_begin();
  Status status = safetensors_read(data, size, size, &st, &error);
  if (!status) status = safetensors_unpack(&st, data, &error);
  if (!status) {
    copy_all(&st, data);
    safetensors_metadata(&st, "format");
    safetensors_find(&st, "embedding");
    safetensors_free(&st);
  }
  if (safetensors_stated_identifier(data, size, stated)) safetensors_identifier(data, size, identifier);
  fuzz_memory_end(64 * size + (1 << 16));
  return 0;
}
