"""A plugin of sqlite-utils: every database that it opens has the functions of sqlite-classify."""
import warnings

import sqlite_classify
from sqlite_utils import hookimpl
from sqlite_utils.utils import sqlite3

CANNOT_LOAD = ("this Python's sqlite3 cannot load extensions: install pysqlite3-binary, which sqlite-utils then uses, "
               "or run it by another Python, such as /usr/bin/python3 of Debian")


@hookimpl
def prepare_connection(conn):
    """Without the functions all else must still work, so that it is a warning only. A connection may come here more
    than once: sqlite_utils.Database() takes open ones, too."""
    if _has_functions(conn):
        return
    try:
        sqlite_classify.load(conn)
    except sqlite_classify.ExtensionsUnavailable:
        _warn(CANNOT_LOAD)
    except sqlite3.Error as error:  # such as an SQLite that is too old
        _warn(error)


def _has_functions(conn):
    try:
        conn.execute("SELECT classify_version()").fetchone()
    except sqlite3.Error:
        return False
    return True


def _warn(why):
    warnings.warn(f"sqlite-utils-classify: there are no classify functions: {why}", RuntimeWarning, stacklevel=3)
