#include "status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Removes a UTF-8 sequence that the end of the buffer cut in two. */
static void trim_partial_character(char *text) {
  size_t end = strlen(text);
  size_t start = end;
  while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) start--;
  if (start == 0) return;
  unsigned char lead = (unsigned char)text[start - 1];
  size_t wanted = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  if (end - start < wanted) text[start - 1] = '\0';
}

Status error_set(Error *error, Status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(error->message, sizeof error->message, format, arguments);
  va_end(arguments);
  if (length >= (int)sizeof error->message) trim_partial_character(error->message);
  return status;
}

Status error_no_memory(Error *error) {
  return error_set(error, STATUS_NO_MEMORY, "out of memory");
}
