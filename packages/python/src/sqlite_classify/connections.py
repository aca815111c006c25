"""Loads the extension into a connection, and opens connections that it can be loaded into.

Not every Python's sqlite3 can load extensions: it may have been built without enable_load_extension(). The
packages pysqlite3 (pysqlite3-binary on PyPI) and apsw bring a SQLite of their own that can.
"""
import atexit
import importlib
import os
import shutil
import tempfile
import threading

from . import signals

HERE = os.path.dirname(os.path.abspath(__file__))
DRIVERS = "sqlite3", "pysqlite3", "apsw"  # connect() takes the first that will do
OLDEST_SQLITE = 3, 35
BUSY = 5000  # milliseconds that a connection waits for one that writes, as sqlite3 does

_libraries = {}  # driver: the library that is loaded into its SQLite
_lock = threading.Lock()


class ExtensionsUnavailable(RuntimeError):
    """There is no way to load an extension; the message says what helps."""


def loadable_path():
    """The path of the library without its suffix, for load_extension() and .load."""
    return os.path.join(HERE, "classify")


def load(connection):
    """Loads the extension into a connection.

    The connection is one of sqlite3, pysqlite3 or apsw, a sqlite-utils Database, or one of SQLAlchemy
    (engine.connect() or engine.raw_connection()). Afterwards no more extensions can be loaded into it, until
    enable_load_extension(True) is called again. Raises ExtensionsUnavailable if it cannot load any.
    """
    db = unwrap(connection)
    enable = _method(db, "enable_load_extension", "enableloadextension")
    load_extension = _method(db, "load_extension", "loadextension")
    if not enable or not load_extension:
        raise ExtensionsUnavailable(f"this connection ({_kind(db)}) cannot load extensions, since its Python was "
                                    f"built without that; {_advice()}")
    enable(True)
    try:
        load_extension(_library_for(db))
    finally:
        enable(False)


def connect(path, **options):
    """Opens a database with the extension loaded.

    Gives a sqlite3.Connection where this Python's sqlite3 can load extensions. Else it is a pysqlite3.Connection,
    used like one of sqlite3; else an apsw.Connection, which differs: each statement commits by itself, and there is
    no commit(). Raises ExtensionsUnavailable if none of them is there.

    `path` is a file, or ":memory:". The options are those of sqlite3.connect() or apsw.Connection().

    Ctrl-C ends a training or any other statement at once, by KeyboardInterrupt. For this the connection has a
    progress handler, which set_progress_handler() replaces, and cursors of its own. With a `factory` in the options
    they are the factory's, and Ctrl-C is the driver's own error, which says "interrupted".
    """
    driver = next(filter(None, map(_usable_driver, DRIVERS)), None)
    if driver is None:
        raise ExtensionsUnavailable("this Python's sqlite3 cannot load extensions, or its SQLite is older than 3.35; "
                                    + _advice())
    db = _open(driver, path, options)
    try:
        load(db)
    except BaseException:
        db.close()
        raise
    if driver.__name__ == "apsw":  # which else waits for nobody
        _method(db, "set_busy_timeout", "setbusytimeout")(BUSY)
    signals.watch(driver, db)
    return db


def _open(driver, path, options):
    if driver.__name__ == "apsw":
        return driver.Connection(os.fspath(path), **options)
    return driver.connect(os.fspath(path), **{"factory": signals.connection_class(driver.Connection), **options})


def unwrap(connection):
    """The driver's own connection in one of SQLAlchemy or sqlite-utils, or in a cursor; any other as it is."""
    for name in "driver_connection", "conn", "connection":
        inner = getattr(connection, name, None)
        if inner is not None and hasattr(inner, "cursor"):
            return unwrap(inner)
    if not hasattr(connection, "cursor"):
        raise TypeError(f"the connection is a {_kind(connection)}, expected one of sqlite3, pysqlite3, apsw, "
                        "sqlite-utils or SQLAlchemy")
    return connection


def _library_for(db):
    """A loaded library calls the SQLite that has loaded it last. Drivers may each have a SQLite of their own, and
    one must not be called with what belongs to another. So the second driver of a process loads a copy.
    """
    driver = type(db).__mro__[-2].__module__.partition(".")[0]  # of the class below object
    with _lock:
        if driver not in _libraries:
            _libraries[driver] = _copy_library() if _libraries else loadable_path()
        return _libraries[driver]


def _copy_library():
    folder = tempfile.mkdtemp(prefix="sqlite_classify-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    library = next((name for name in os.listdir(HERE) if name.startswith("classify.")), None)
    if library is None:
        raise FileNotFoundError(f"there is no library in {HERE}, expected classify.so: install the package anew")
    shutil.copyfile(os.path.join(HERE, library), os.path.join(folder, library))
    return os.path.join(folder, "classify")


def _kind(value):
    return f"{type(value).__module__}.{type(value).__name__}"


def _method(thing, *names):
    """The first of these methods that it has; apsw has had two names for each."""
    return next((getattr(thing, name) for name in names if hasattr(thing, name)), None)


def _usable_driver(name):
    """The module, if it can load extensions into a SQLite that is new enough."""
    try:
        driver = importlib.import_module(name)
    except ImportError:
        return None
    version = driver.sqlitelibversion() if name == "apsw" else driver.sqlite_version
    new_enough = tuple(map(int, version.split(".")[:2])) >= OLDEST_SQLITE
    return driver if new_enough and _method(driver.Connection, "enable_load_extension", "enableloadextension") else None


def _advice():
    installed = [name for name in DRIVERS if _usable_driver(name)]
    if installed:
        return f"sqlite_classify.connect(path) gives a connection that can, by the {installed[0]} that is installed"
    return ("install apsw (pip install apsw), or pysqlite3-binary on Linux on x86-64, and "
            "sqlite_classify.connect(path) gives a connection that can; the system's Python, such as "
            "/usr/bin/python3 of Debian, needs neither")
