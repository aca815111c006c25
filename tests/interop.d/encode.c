/* encode TOKENIZER SPECIAL MOST -- encodes texts, for tests/interop/encoder_tokenizer.
**
** Each text comes as its length, 4 bytes little-endian, and its bytes. Its ids go out on a line.
*/
#include <stdio.h>
#include <stdlib.h>

#include "encoder_tokenizer/encoder_tokenizer.h"

static void stop(const char *why) {
  fprintf(stderr, "encode: %s\n", why);
  exit(1);
}

static char *read_file(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  if (!file) stop("cannot open the tokenizer");
  fseek(file, 0, SEEK_END);
  *length = (size_t)ftell(file);
  rewind(file);
  char *bytes = malloc(*length + 1);
  if (!bytes || fread(bytes, 1, *length, file) != *length) stop("cannot read the tokenizer");
  fclose(file);
  return bytes;
}

static char *read_text(size_t *length) {
  unsigned char size[4];
  if (fread(size, 1, 4, stdin) != 4) return NULL;
  *length = size[0] | (size_t)size[1] << 8 | (size_t)size[2] << 16 | (size_t)size[3] << 24;
  char *text = malloc(*length ? *length : 1);
  if (!text || fread(text, 1, *length, stdin) != *length) stop("cannot read a text");
  return text;
}

int main(int count, char **arguments) {
  Error error;
  EncoderTokenizer *tokenizer;
  TokenIds ids = {0};
  size_t length;
  if (count != 4) stop("expected TOKENIZER SPECIAL MOST");
  char *file = read_file(arguments[1], &length), *text;
  if (encoder_tokenizer_new(file, length, &tokenizer, &error)) stop(error.message);
  bool special = atoi(arguments[2]) != 0;
  size_t most = (size_t)strtoull(arguments[3], NULL, 10);
  while ((text = read_text(&length))) {
    ids.count = 0;
    if (encoder_tokenizer_encode(tokenizer, text, length, (EncodeOptions){special, most, {0}}, &ids, &error))
      stop(error.message);
    for (size_t i = 0; i < ids.count; i++) printf("%s%u", i ? " " : "", (unsigned)ids.ids[i]);
    putchar('\n');
    free(text);
  }
  token_ids_free(&ids);
  encoder_tokenizer_free(tokenizer);
  free(file);
  return 0;
}
