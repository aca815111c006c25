/* contracts.h -- what our headers say in words, for programs that read one file at a time: a function that writes an
** error returns its code, which is not 0, and failure_code() is 0 for STATUS_OK alone. tests/analyse puts it in front of
** each file.
*/
#include "base/status.h"
#define error_set(error, status, ...) (error_set(error, status, __VA_ARGS__), (status))
#define error_no_memory(error) (error_no_memory(error), STATUS_NO_MEMORY)
#ifdef ANALYSED_EXT
#include "host/failure.h"
#define failure(error, code, ...) (failure(error, code, __VA_ARGS__), (code))
#define failure_no_memory(error) (failure_no_memory(error), SQLITE_NOMEM)
#define failure_sqlite(error, db, code) (failure_sqlite(error, db, code), (code))
#define failure_code(status) __extension__({ Status status_ = (status); failure_code(status_); (int)status_; })
#endif
