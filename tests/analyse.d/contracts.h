/* contracts.h -- what a header of ours says in words, for tools that read one file at a time: a function that writes an
** error returns its code, which is not 0. tests/analyse puts it in front of each file but those that define them.
*/
#include "base/status.h"
#define error_set(error, status, ...) (error_set(error, status, __VA_ARGS__), (status))
#define error_no_memory(error) (error_no_memory(error), STATUS_NO_MEMORY)
