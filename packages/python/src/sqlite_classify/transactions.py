"""One transaction on a connection of any kind: what save() and add_encoder() have in common."""
import contextlib

from . import model_file
from .connections import unwrap


@contextlib.contextmanager
def plain_cursor(db):
    """A cursor whose rows are tuples and whose texts are texts, whatever else the connection is set to."""
    cursor = db.cursor()
    texts = getattr(db, "text_factory", str)
    if hasattr(cursor, "row_factory"):
        cursor.row_factory = None
    if hasattr(cursor, "setrowtrace"):
        cursor.setrowtrace(lambda cursor, row: row)
    try:
        if texts is not str:
            db.text_factory = str
        yield cursor
    finally:
        cursor.close()
        if texts is not str:
            db.text_factory = texts


def _is_open(connection, cursor):
    """Whether a transaction is open. Of SQLAlchemy it may be open without that its driver knows: the driver begins one
    with the first statement that writes, and so it is begun here."""
    if getattr(unwrap(connection), "in_transaction", True):
        return True
    begun = getattr(connection, "in_transaction", None)
    if not callable(begun) or not begun():
        return False
    cursor.execute("BEGIN IMMEDIATE")
    return True


@contextlib.contextmanager
def writing(connection, cursor, schema):
    """A part of the transaction that is open, or one of its own. That begins with the lock for writing: SQLite waits
    for it then, and never once the transaction has read. Others cannot lock temp."""
    is_open = _is_open(connection, cursor)
    begin, end, undo = "SAVEPOINT classify_save", "RELEASE classify_save", "ROLLBACK TO classify_save"
    if not is_open:
        begin, end, undo = "BEGIN" if schema == "temp" else "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"
    cursor.execute(begin)
    try:
        yield
        cursor.execute(end)
    except BaseException:
        with contextlib.suppress(Exception):  # SQLite has rolled back all of it after some errors
            cursor.execute(undo)
            if is_open:
                cursor.execute(end)
        raise


def is_loaded(cursor):
    return cursor.execute("SELECT 1 FROM pragma_function_list WHERE name = 'classify_version'").fetchall() != []


def quoted(schema):
    return '"' + schema.replace('"', '""') + '"'


def split_name(cursor, what, name):
    """The schema that a name begins with, or None, and the rest. Without a schema of this name a dot is just a dot."""
    if not isinstance(name, str):
        raise TypeError(f"{what} is {name!r:.80}, expected a text")
    model_file.check_text(what, name)
    schemas = {row[1].lower(): row[1] for row in cursor.execute("PRAGMA database_list").fetchall()}
    schemas.setdefault("temp", "temp")
    first, dot, rest = name.partition(".")
    schema = schemas.get(first.lower()) if dot else None
    return schema, rest if schema else name
