"""A plugin of sqlite-utils: every database that it opens has the functions of sqlite-classify."""
import warnings

import sqlite_classify
from sqlite_utils import hookimpl

ADVICE = ("sqlite-utils-classify: this Python's sqlite3 cannot load extensions, so there are no classify functions: "
          "install pysqlite3-binary, which sqlite-utils then uses, or run it by another Python, such as "
          "/usr/bin/python3 of Debian")


@hookimpl
def prepare_connection(conn):
    """Without the functions all else must still work, so that it is a warning only."""
    try:
        sqlite_classify.load(conn)
    except sqlite_classify.ExtensionsUnavailable:
        warnings.warn(ADVICE, RuntimeWarning, stacklevel=2)
