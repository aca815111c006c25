"""Loads the library into a connection, and remembers why that was not possible. Guards connections that only read."""
import sys

import sqlite_classify
from datasette.utils.sqlite import sqlite3

CANNOT_LOAD = ("This Python's sqlite3 cannot load extensions, so there are no classify functions: install "
               "pysqlite3-binary beside Datasette, which then uses it, or run Datasette by another Python, such as "
               "/usr/bin/python3 of Debian.")

_why_missing = None


def load(conn):
    """Without the library all other pages of Datasette must still work, so that this is no error."""
    try:
        sqlite_classify.load(conn)
    except sqlite_classify.ExtensionsUnavailable:
        _remember(CANNOT_LOAD)
    except sqlite3.Error as error:  # such as an SQLite that is too old
        _remember(f"The library of sqlite-classify cannot be loaded: {error}.")


def guard(conn, database):
    """Visitors may run SELECT, and with classify_train() that can write: into _memory, whose models all who meet this
    connection would see, and into what else a host attaches for writing. Datasette itself sets query_only for named
    databases in memory.
    """
    if database == "_memory" or _is_read_only(conn):
        conn.execute("PRAGMA query_only = ON")


def _is_read_only(conn):
    """Of BEGIN IMMEDIATE SQLite makes a transaction that reads, 0, where main cannot be written. EXPLAIN only says what
    it would do, so that nothing is locked."""
    transactions = {schema: kind for _, opcode, schema, kind, *_ in conn.execute("EXPLAIN BEGIN IMMEDIATE")
                    if opcode == "Transaction"}
    return transactions.get(0) == 0


def why_missing():
    """A sentence, if a connection was opened that could not load it; else None."""
    return _why_missing


def _remember(why):
    global _why_missing
    if why != _why_missing:
        print(f"datasette-classify: {why}", file=sys.stderr)
    _why_missing = why
