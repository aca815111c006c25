#include "encoder_tokenizer/json_type.h"

#include <stdio.h>
#include <string.h>

void json_read_type(JsonReader *r, char type[JSON_TYPE_SIZE]) {
  json_peek(r); /* goes to the object */
  const char *start = r->at;
  *type = '\0';
  for (bool first = json_open(r, '{'); !*type && json_next(r, '}', &first);) {
    json_read_key(r);
    if (json_text_is(r, "type")) {
      json_read_string(r);
      if (!r->status) snprintf(type, JSON_TYPE_SIZE, "%s", r->text);
    } else {
      json_skip(r);
    }
  }
  if (!r->status) r->at = start;
}

void json_refuse(JsonReader *r, const char *format, ...) {
  if (r->status) return;
  va_list arguments;
  va_start(arguments, format);
  error_format(r->error, format, arguments);
  va_end(arguments);
  r->status = STATUS_INVALID;
}

void json_no_memory(JsonReader *r) {
  if (!r->status) r->status = error_no_memory(r->error);
}
