/* entities.h -- the characters of HTML's named character references. */
#ifndef CLASSIFY_ENTITIES_H
#define CLASSIFY_ENTITIES_H

#include <stddef.h>

enum { ENTITY_NAME_MOST = 32, ENTITY_BYTES_MOST = 6 };

/* Returns the characters, UTF-8 of at most ENTITY_BYTES_MOST bytes, of a name such as `eacute;`, or NULL if there is no
** such name. The semicolon belongs to the name; the names of HTML 2 and 3 are there without it, too.
*/
const char *entities_find(const char *name, size_t length);

#endif
