"""Loads the library into a connection, and remembers why that was not possible."""
import sys

import sqlite_classify

CANNOT_LOAD = ("This Python's sqlite3 cannot load extensions, so there are no classify functions: install "
               "pysqlite3-binary beside Datasette, which then uses it, or run Datasette by another Python, such as "
               "/usr/bin/python3 of Debian.")

_missing = False


def load(conn):
    """Without the library all other pages of Datasette must still work, so that this is no error."""
    global _missing
    try:
        sqlite_classify.load(conn)
    except sqlite_classify.ExtensionsUnavailable:
        if not _missing:
            print(f"datasette-classify: {CANNOT_LOAD}", file=sys.stderr)
        _missing = True


def is_missing():
    """Whether a connection was opened that could not load it."""
    return _missing
