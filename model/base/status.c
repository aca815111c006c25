#include "base/status.h"

#include <stdio.h>
#include <utf8proc.h>

/* Removes bytes that are not UTF-8, in place. */
static void keep_whole_characters(char *text) {
  const utf8proc_uint8_t *from = (const utf8proc_uint8_t *)text;
  while (*from) {
    utf8proc_int32_t code;
    utf8proc_ssize_t length = utf8proc_iterate(from, -1, &code);
    for (utf8proc_ssize_t i = 0; i < length; i++) *text++ = (char)from[i];
    from += length > 0 ? length : 1;
  }
  *text = '\0';
}

void error_format(Error *error, const char *format, va_list arguments) {
  vsnprintf(error->message, sizeof error->message, format, arguments);
  keep_whole_characters(error->message);
}

Status error_set(Error *error, Status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  error_format(error, format, arguments);
  va_end(arguments);
  return status;
}

Status error_no_memory(Error *error) {
  return error_set(error, STATUS_NO_MEMORY, "out of memory");
}
