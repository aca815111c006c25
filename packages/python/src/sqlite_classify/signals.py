"""Ctrl-C ends what SQLite does, and KeyboardInterrupt is raised by the method that was called.

Python acts on a signal when it next runs Python code. So a connection gets a progress handler, which SQLite calls again
and again. What a signal raises there cannot pass through SQLite: the handler keeps it and makes SQLite stop, the driver
raises an error of its own ("interrupted"), and the cursor raises what was kept in its place.
"""
import functools
import itertools

STEPS = 1000  # of SQLite between two looks for signals: a fraction of a millisecond
RUNS_SQLITE = "execute", "executemany", "executescript", "fetchone", "fetchmany", "fetchall", "__next__"


class Signals:
    """What a signal has raised while SQLite ran, of one connection."""

    def __init__(self):
        self.caught = None

    def handler(self):
        """A progress handler.

        In a function KeyboardInterrupt comes before the first line, and so leaves it: then apsw 3.40 would run more
        Python code with that exception pending, which Python forbids (SystemError). A generator goes on within its
        `try`. A second Ctrl-C may end the generator while it sees to the first; another one follows.
        """
        handler = itertools.chain.from_iterable(iter(self._look, None)).__next__
        handler()  # it is within its `try` from now on
        return handler

    def _look(self):
        """Each next() says whether SQLite is to stop."""
        stop = False
        while True:
            try:
                while True:
                    yield stop
                    stop = False
            except GeneratorExit:
                return
            except BaseException as raised:  # of any signal, not only of Ctrl-C
                self.caught = raised
                stop = True

    def raise_caught(self):
        caught, self.caught = self.caught, None
        raise caught.with_traceback(None) from None

    def cursor_class(self, cursor):
        """The driver's class of cursors, with methods that raise what was caught."""
        methods = {name: self._raising(getattr(cursor, name)) for name in RUNS_SQLITE if hasattr(cursor, name)}
        return type("Cursor", (cursor,), methods)

    def _raising(self, method):
        @functools.wraps(method)
        def call(*arguments, **named):
            self.caught = None
            try:
                return method(*arguments, **named)
            finally:
                if self.caught is not None:
                    self.raise_caught()
        return call


@functools.lru_cache(maxsize=None)
def connection_class(connection):
    """The class of connections of sqlite3 or pysqlite3, with the attribute `cursor_factory` that apsw's have."""

    class Connection(connection):
        cursor_factory = None

        def cursor(self, factory=None):
            factory = factory or self.cursor_factory
            return super().cursor(factory) if factory else super().cursor()

        # Those of sqlite3 make a cursor without asking cursor().

        def execute(self, *arguments):
            return self.cursor().execute(*arguments)

        def executemany(self, *arguments):
            return self.cursor().executemany(*arguments)

        def executescript(self, *arguments):
            return self.cursor().executescript(*arguments)

    return Connection


def watch(driver, db):
    """Lets Ctrl-C end what the connection runs, and KeyboardInterrupt leave it if it has a `cursor_factory`."""
    signals = Signals()
    set_handler = getattr(db, "set_progress_handler", None) or db.setprogresshandler  # apsw has had two names for it
    set_handler(signals.handler(), STEPS)
    if hasattr(db, "cursor_factory"):
        db.cursor_factory = signals.cursor_class(driver.Cursor)
