/* status.h -- how functions of model/ fail.
**
** A function that can fail returns a Status and, when that is not STATUS_OK,
** has written one sentence into the caller's Error. The sentence names the
** thing, its value and what was expected; it has no trailing full stop, so
** that a caller can put the name of an SQL function in front of it.
**
** Unless a header says otherwise, what a function that fails was to fill is then
** empty or not to be used, what it was given may still be freed, and it owns
** nothing.
*/
#ifndef CLASSIFY_STATUS_H
#define CLASSIFY_STATUS_H

#include <stdarg.h>

typedef enum Status {
  STATUS_OK = 0,
  STATUS_NO_MEMORY,   /* an allocation failed                              */
  STATUS_INVALID,     /* the input is not what was expected                */
  STATUS_INTERRUPTED  /* the caller's poll asked to stop                   */
} Status;

typedef struct Error {
  char message[512];
} Error;

/* Writes the sentence, cut to fit. A character that "%.60s" or the end of the
** buffer cut in two is left out, and so are bytes that are not UTF-8.
*/
void error_format(Error *error, const char *format, va_list arguments);

/* error_format(), and returns status. */
Status error_set(Error *error, Status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* error_set() for a failed allocation. */
Status error_no_memory(Error *error);

#endif
