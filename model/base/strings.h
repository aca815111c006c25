/* strings.h -- a growing set of byte strings, numbered in order of arrival.
**
** The bytes lie one after another in one block; end[i] is where string i ends
** and string i+1 begins. An open-addressing index finds a string's number;
** beside a number stands a part of its hash, so that a search seldom looks at
** the bytes of other strings. Strings may hold any byte, NUL too. Pointers into
** the set are good until the next strings_add().
*/
#ifndef CLASSIFY_STRINGS_H
#define CLASSIFY_STRINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STRINGS_NONE UINT32_MAX

typedef struct Strings {
  char *bytes;
  size_t length, bytes_capacity;
  uint32_t *end; /* [count] */
  size_t count, end_capacity;
  struct StringsPlace {
    uint32_t number; /* + 1, or 0 where free */
    uint32_t tag;    /* of its hash          */
  } *index;          /* [index_size] a power of two */
  size_t index_size;
} Strings; /* all zero is an empty set */

void strings_free(Strings *strings); /* leaves an empty set */

const char *strings_get(const Strings *strings, uint32_t number, size_t *length);
uint32_t strings_find(const Strings *strings, const char *bytes, size_t length);

/* The string that begins with the byte `head` and goes on with `bytes`. */
uint32_t strings_find_after(const Strings *strings, char head, const char *bytes, size_t length);

/* The string's number, old or new; STRINGS_NONE when memory is out or the set
** would pass 4 GB.
*/
uint32_t strings_add(Strings *strings, const char *bytes, size_t length);

/* Room for `count` strings of `length` bytes together, so that adding them fails
** no more. False: memory is out.
*/
bool strings_reserve(Strings *strings, size_t count, size_t length);

#endif
