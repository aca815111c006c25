/* strings.h -- a growing set of byte strings, numbered in order of arrival.
**
** All bytes are in one block; string i ends, and string i + 1 begins, at end[i]. A hash
** table with open addressing gives a string's number. It also stores part of each
** hash, so that a search rarely compares the bytes of different strings. The hash has a key, so that whoever
** writes a file or a text cannot make strings that all have the same hash. Numbers do not depend on the key.
**
** Strings may contain any byte, also NUL. Pointers into the set are valid until the next
** strings_add().
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
    uint32_t number; /* the string's number + 1, or 0 if the place is free */
    uint32_t tag;    /* the low half of its hash                          */
  } *index;          /* [index_size], a power of two                      */
  size_t index_size;
  uint64_t key[2]; /* of the hash; from strings_set_key() */
} Strings; /* all zero is an empty set */

/* Sets the key of all sets that are begun from now on, which should be random and secret; before the first call it is
** a constant. No other thread may begin a set meanwhile.
*/
void strings_set_key(const uint64_t key[2]);

void strings_free(Strings *strings);

const char *strings_get(const Strings *strings, uint32_t number, size_t *length);

/* Returns the string's number, or STRINGS_NONE. */
uint32_t strings_find(const Strings *strings, const char *bytes, size_t length);

/* Finds the string that consists of the byte `head` followed by `bytes`. */
uint32_t strings_find_after(const Strings *strings, char head, const char *bytes, size_t length);

/* Adds a string, unless it is there, and returns its number; STRINGS_NONE if memory is out
** or the set would exceed 4 GB.
*/
uint32_t strings_add(Strings *strings, const char *bytes, size_t length);

/* Reserves memory for `count` strings of `length` bytes in all, so that adding them cannot
** fail. Returns false if memory is out.
*/
bool strings_reserve(Strings *strings, size_t count, size_t length);

#endif
