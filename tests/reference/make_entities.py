"""Writes model/markup/entities_table.h: the named character references of HTML, as Python's html.entities has them.

    python3 tests/reference/make_entities.py > model/markup/entities_table.h
"""
from html.entities import html5

HEAD = """/* entities_table.h -- the named character references of HTML 5; for entities.c only.
**
** Written by tests/reference/make_entities.py. Of each: the name, a blank, one or two characters, NUL. Names are in
** the order of their bytes. Those of old may stand without the semicolon.
*/
#ifndef CLASSIFY_ENTITIES_TABLE_H
#define CLASSIFY_ENTITIES_TABLE_H

static const char ENTITIES[] =
"""
ESCAPES = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n"}


def escaped(character):
    """As C has it: an ASCII character by itself, any other by its number."""
    if character.isascii():
        return ESCAPES.get(character, character)
    return ("\\u%04X" if ord(character) < 0x10000 else "\\U%08X") % ord(character)


def lines(entries):
    line = ""
    for entry in entries:
        if line and len(line) + len(entry) > 112:
            yield line
            line = ""
        line += entry
    yield line


if __name__ == "__main__":
    entries = [name + " " + "".join(map(escaped, html5[name])) + "\\0" for name in sorted(html5)]
    print(HEAD + "\n".join(f'    "{line}"' for line in lines(entries)) + ";\n\n#endif")
