"""How models that Spark has trained come into a database: it is checked before the training, and is locked only while
they are written."""
import contextlib
import os
import re
import tempfile

from . import model_file, refusals, saving
from .labeller import open_database, sentences

COLUMNS = "name", "created", "labels", "options", "metrics", "weights"
TRAINED = f"SELECT {', '.join(COLUMNS)} FROM {{schema}}.classify_models ORDER BY name, version"
SAVE = """
INSERT INTO classify_models(name, version, created, labels, options, metrics, weights)
VALUES (:name, {next_version}, :created, :labels, :options, :metrics, :weights)
RETURNING version"""


class NotSaved(RuntimeError):
    """A model was trained, but could not be saved; the message says where it is now, and how to save it."""


def check_target(path):
    """The path as a text. Raises an error if models cannot be saved in this database now; makes no file."""
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"path is {path!r:.80}, expected the path of a database")
    path = os.fspath(path)
    if path in ("", ":memory:"):
        raise ValueError(f"path is {path!r}, a database that is gone when it is closed, and the model with it, "
                         "expected a file")
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"there is no folder {folder}, expected that of the database")
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"database {path}: folder {folder} cannot be written, expected one that can")
    if os.path.isdir(path):
        raise IsADirectoryError(f"{path} is a folder, expected a database")
    if os.path.exists(path):
        with _writing(path) as cursor:
            refusals.check_table(cursor, "main", "classify_models", saving.COLUMNS)
    return path


def check_name(what, name):
    """Raises ValueError for what cannot be the name of a model, without a schema before it."""
    model_file.check_text(what, name)
    if not name or re.search(r"@[0-9]*\Z", name):
        raise ValueError(f"{what} is '{name}', expected a name that is not empty, and no @ with a version at its end")


def save_rows(path, rows):
    """Saves dicts of COLUMNS, each as the next version of its name, or none of them; returns the versions."""
    with _writing(path) as cursor:
        refusals.check_table(cursor, "main", "classify_models", saving.COLUMNS)
        save = SAVE.format(next_version=saving.create_tables(cursor, "main"))
        versions = [cursor.execute(save, row).fetchall()[0][0] for row in rows]
        cursor.execute("COMMIT")
    return versions


def save_or_keep(path, row):
    """Saves a model; returns its version. If that is not possible, the model goes into another file."""
    try:
        return save_rows(path, [row])[0]
    except Exception as error:
        kept = _keep(path, row)
        raise NotSaved(f"{error}: the model '{row['name']}' is trained, but could not be saved, and is now in {kept}; "
                       f"sqlite_classify.spark.save_kept({kept!r}, {path!r}) saves it") from error


def trained_row(cursor, schema):
    """The model that is alone in this schema, for save_rows()."""
    return dict(zip(COLUMNS, cursor.execute(TRAINED.format(schema=schema)).fetchall()[0]))


def save_kept(kept, path):
    """Saves the models of a file that NotSaved has named, as next versions, and deletes the file."""
    if not os.path.isfile(kept):
        raise FileNotFoundError(f"there is no file {kept}, expected one with models that could not be saved")
    path = check_target(path)
    db = open_database(kept)
    try:
        with sentences(f"database {kept}: "):
            rows = [dict(zip(COLUMNS, row)) for row in db.cursor().execute(TRAINED.format(schema="main")).fetchall()]
    finally:
        db.close()
    save_rows(path, rows)
    os.remove(kept)


def _keep(path, row):
    """The path of the file that has the model now: one beside the database, or in the folder of temporary files."""
    beside = f"{path}.unsaved.db"
    with contextlib.suppress(Exception):
        save_rows(beside, [row])
        return beside
    elsewhere = os.path.join(tempfile.mkdtemp(prefix="sqlite_classify-"), os.path.basename(beside))
    save_rows(elsewhere, [row])
    return elsewhere


@contextlib.contextmanager
def _writing(path):
    """A cursor in a transaction that has the lock for writing, for which it waits as the connection does. What is not
    committed is rolled back. Errors name the path."""
    with sentences(f"database {path}: "):
        db = open_database(path)
        try:
            cursor = db.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
            finally:
                with contextlib.suppress(Exception):  # it is committed, or SQLite has rolled back all of it
                    cursor.execute("ROLLBACK")
        finally:
            db.close()
