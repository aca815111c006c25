/* status.h -- how functions of model/ fail.
**
** A function that can fail returns a Status and, when that is not STATUS_OK,
** has written one sentence into the caller's Error. The sentence names the
** thing, its value and what was expected; it has no trailing full stop, so
** that a caller can put the name of an SQL function in front of it.
**
** Unless a header says otherwise, after a failure the outputs must not be used, the inputs
** still belong to the caller, and nothing has to be freed.
*/
#ifndef CLASSIFY_STATUS_H
#define CLASSIFY_STATUS_H

#include <stdarg.h>

typedef enum Status {
  STATUS_OK = 0,
  STATUS_NO_MEMORY,   /* an allocation failed                              */
  STATUS_INVALID,     /* the input is not what was expected                */
  STATUS_INTERRUPTED  /* the caller's poll returned false                  */
} Status;

typedef struct Error {
  char message[512];
} Error;

/* Formats the message and cuts it to the size of the buffer. Bytes that are not UTF-8 are
** removed, also those of a character that was cut in two, by "%.60s" for example.
*/
void error_format(Error *error, const char *format, va_list arguments);

/* Formats the message and returns `status`. */
Status error_set(Error *error, Status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Returns STATUS_NO_MEMORY. */
Status error_no_memory(Error *error);

#endif
