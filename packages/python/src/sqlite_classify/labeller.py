"""Labels the texts of other programs, batch after batch: what Spark, Ray, Dask and others call in their workers.

    from sqlite_classify.labeller import labeller
    with labeller(weights) as model:
        labels, confidences = model.label(["where is my parcel?", None])

A Labeller has a database of its own in memory, with the model and one batch of texts, so that a worker needs no file.
The standard library is all that is needed.
"""
import collections
import contextlib
import hashlib
import json
import os
import re
import threading

from . import connections, model_file
from .saving import create_tables

NAME = "model"     # of the model in a Labeller's database
ROWS = 65536       # texts that are labelled at once: their memory is small, and classify_rows can sort them by length
VALUES = 250       # texts in one INSERT, which costs half of what an INSERT for each of them does
MOST_THREADS = 256
KEPT = 8           # models of which a process keeps Labellers

INSERT = "INSERT INTO texts(text) VALUES "
LABEL = f"SELECT label, confidence FROM classify_rows('SELECT rowid, text FROM texts', '{NAME}', ?)"
SCORES = f"SELECT texts.rowid, label, probability FROM texts CROSS JOIN classify_labels(text, '{NAME}')"
REASONS = f"""
SELECT texts.rowid, token, start, length, contribution FROM texts CROSS JOIN classify_attention(text, '{NAME}')"""
CHECK = "SELECT count(*) FROM classify_labels('', ?)"
NAMES = "SELECT DISTINCT name FROM classify_models"
NEWEST = "SELECT weights FROM classify_models WHERE name = ? ORDER BY version DESC LIMIT 1"
VERSION = "SELECT weights FROM classify_models WHERE name = ? AND version = ?"

_idle = collections.OrderedDict()  # what a Labeller is made of: those that are not in use; the last used come last
_lock = threading.Lock()


class Labeller:
    """Labels texts, batch after batch, by one model on a connection of its own in memory.

    `model` is the bytes of a model's weights, or the path of a database and the name of a model in it; a name may have
    a version, and None is the model that classify() takes. Threads may share a Labeller, but wait for each other then.
    close() frees it, and so does the end of `with Labeller(model) as found:`.
    """

    def __init__(self, model, threads=1):
        check_threads(threads)
        weights = model if isinstance(model, (bytes, bytearray, memoryview)) else weights_of(model)
        self.is_closed = False
        self._lock = threading.Lock()
        self._options = json.dumps({"threads": threads})
        self._db = open_database(":memory:")
        with sentences():
            create_tables(self._db.cursor(), "main")
            self._execute("INSERT INTO classify_models VALUES (?, 1, '', '[]', '{}', '{}', ?)", [NAME, bytes(weights)])
            self._execute(CHECK, [NAME])
        metadata, tensors = model_file.split(weights)
        self.labels = model_file.labels(tensors, "replace")
        self.multilabel = metadata.get("multilabel") == "true"
        self.separator = metadata.get("separator")
        self.version = self._execute("SELECT classify_version()")[0][0]
        self._execute("CREATE TABLE texts(text)")

    def label(self, texts):
        """The label of each text, and its confidence: two lists. A text that is None, or what pandas has in its place,
        has None for both. A model of several labels a text gives lists of labels.
        """
        texts, labels, confidences = _checked(texts), [], []
        with self._lock, sentences():
            for begin in range(0, max(1, len(texts)), ROWS):
                self._fill(texts[begin:begin + ROWS], begin)
                rows = self._execute(LABEL, [self._options])
                labels += [row[0] for row in rows]
                confidences += [row[1] for row in rows]
        if self.multilabel:
            labels = [None if label is None else json.loads(label) for label in labels]
        return labels, confidences

    def scores(self, texts):
        """Of each text a dict of label: probability, the most probable first; None for None."""
        return [scores and dict(scores) for scores in self._for_each_text(SCORES, texts)]

    def reasons(self, texts):
        """Of each text a list of (token, start, length, contribution) as classify_attention() has them, in the order of
        the text; None for None. A model that reads padding has None for its token, start and length.
        """
        return self._for_each_text(REASONS, texts)

    def close(self):
        self.is_closed = True
        self._db.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _for_each_text(self, sql, texts):
        """The rows of each text, without their first column: its number in the table, from 1. None for None."""
        texts = _checked(texts)
        found = [None if text is None else [] for text in texts]
        with self._lock, sentences():
            for begin in range(0, len(texts), ROWS):
                self._fill(texts[begin:begin + ROWS], begin)
                for number, *row in self._execute(sql):
                    found[begin + number - 1].append(tuple(row))
        return found

    def _fill(self, texts, first):
        """Puts these texts into the table in place of others, in their order. `first` is the number of the first."""
        self._execute("DELETE FROM texts")
        for begin in range(0, len(texts), VALUES):
            some = texts[begin:begin + VALUES]
            try:
                self._execute(INSERT + ", ".join(["(?)"] * len(some)), some)
            except UnicodeEncodeError:
                for number, text in enumerate(some, first + begin):
                    model_file.check_text(f"text {number}", text or "")
                raise

    def _execute(self, sql, values=()):
        cursor = self._db.cursor()
        try:
            return cursor.execute(sql, values).fetchall()
        finally:
            cursor.close()


@contextlib.contextmanager
def labeller(model, threads=1, digest=None):
    """A Labeller of this process: one that was made before, if none of its other threads uses it, else a new one.

    They are kept by a digest of the weights. A caller that has many batches gives it, digest_of(weights), so that it is
    not worked out for each; `model` may then be a function that gives the weights, which is called if they are needed.
    The KEPT models that were used last are kept.
    """
    check_threads(threads)
    if not digest and not isinstance(model, (bytes, bytearray, memoryview)):
        model = weights_of(model)
    key = digest or digest_of(model), threads, os.getpid()  # connections do not outlive a fork
    with _lock:
        idle = [one for one in _idle.pop(key, []) if not one.is_closed]  # its user may have kept and closed it
        found = idle.pop() if idle else None
        if idle:
            _idle[key] = idle
    found = found or Labeller(model() if callable(model) else model, threads)
    try:
        yield found
    finally:
        with _lock:
            if not found.is_closed:
                _idle.setdefault(key, []).append(found)
                _idle.move_to_end(key)
            dropped = [_idle.popitem(last=False)[1] for _ in range(len(_idle) - KEPT)]
        for old in sum(dropped, []):
            old.close()


def check_threads(threads):
    if threads is not None and (type(threads) is not int or not 1 <= threads <= MOST_THREADS):
        raise ValueError(f"option threads is {threads!r:.80}, expected an integer from 1 to {MOST_THREADS}")


def digest_of(weights):
    return hashlib.sha256(weights).hexdigest()


def weights_of(model):
    """The bytes of the weights of (path of a database, name of a model in it)."""
    path, name = _place(model)
    db = open_database(path)
    try:
        with sentences(f"database {path}: "):
            cursor = db.cursor()
            cursor.execute(CHECK, [name]).fetchall()
            if name is None:
                names = [found for found, in cursor.execute(NAMES).fetchall()]
                name = names[0] if len(names) == 1 else "default"
            return bytes(_find(cursor, name))
    finally:
        db.close()


def _place(model):
    """The path and the name that stand in `model`."""
    if not isinstance(model, (tuple, list)) or len(model) != 2:
        raise TypeError(f"the model is {model!r:.80}, expected the bytes of its weights, or the path of a database and "
                        "the name of a model in it")
    path, name = model
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"the path of the model's database is {path!r:.80}, expected a text")
    if name is not None and not isinstance(name, str):
        raise TypeError(f"the model's name is {name!r:.80}, expected a text")
    if not os.path.isfile(path):
        raise FileNotFoundError(f"there is no file {os.fspath(path)}, expected the database of the model")
    return os.fspath(path), name


def _find(cursor, name):
    """The weights of a model that is there, in main: the extension has found it by this name."""
    name = name[len("main."):] if name.lower().startswith("main.") else name
    versioned = re.fullmatch(r"(.*)@([0-9]+)", name, re.DOTALL)
    found = cursor.execute(VERSION, [versioned[1], int(versioned[2])]) if versioned else cursor.execute(NEWEST, [name])
    return found.fetchall()[0][0]


def open_database(path):
    """A connection that any thread may use, and that opens no transaction by itself. Both are so with apsw."""
    try:
        return connections.connect(path, check_same_thread=False, isolation_level=None)
    except TypeError:
        return connections.connect(path)


def _checked(texts):
    """A list of str and None."""
    if isinstance(texts, (str, bytes)) or not hasattr(texts, "__iter__"):
        raise TypeError(f"the texts are {texts!r:.80}, expected a list of texts")
    texts = texts.to_pylist() if hasattr(texts, "to_pylist") else list(texts)  # the former is pyarrow's
    return [text if type(text) is str else _text(number, text) for number, text in enumerate(texts)]


def _text(number, value):
    if isinstance(value, str):
        return str(value)
    if value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and value != value):
        return None
    raise TypeError(f"text {number} is {value!r:.80} ({type(value).__name__}), expected a text or None")


@contextlib.contextmanager
def sentences(before=""):
    """What the driver raises becomes a ValueError that names neither a function of SQL nor a place in the database."""
    try:
        yield
    except (ValueError, TypeError, MemoryError, connections.ExtensionsUnavailable):
        raise
    except Exception as error:
        message = re.sub(r"^(\w*Error: )?(classify_\w+\(\): )?", "", str(error))  # the first is apsw's
        raise ValueError(before + message.replace(f"the weights of main.{NAME}@1", "the weights")) from error
