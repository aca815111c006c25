"""What runs in the executors of Spark: texts are labelled, judged and explained, and models trained, by Arrow batches.

pyspark itself is not needed here, and pyarrow is. Each function takes what is the same for all batches and returns the
function that Spark calls.
"""
import contextlib
import json
import platform
import sys

import pyarrow as pa

from . import spark_saving
from .labeller import labeller, open_database, sentences
from .spark_figures import Counts

REASON = pa.struct([("token", pa.string()), ("start", pa.int32()), ("length", pa.int32()),
                    ("contribution", pa.float64())])
TYPES = {  # Spark's name of a type: Arrow's type
    "string": pa.string(), "bigint": pa.int64(), "double": pa.float64(),
    "array<string>": pa.list_(pa.string()), "array<bigint>": pa.list_(pa.int64()),
    "array<double>": pa.list_(pa.float64()), "map<string,double>": pa.map_(pa.string(), pa.float64()),
    "array<struct<token:string,start:int,length:int,contribution:double>>": pa.list_(REASON)}

COLUMNS = "name", "version", "created", "labels", "options", "metrics", "weights"
MODEL = f"SELECT {', '.join(COLUMNS)} FROM classify_models"
INSERTED = 10000  # rows of a group at once


# ---- the model --------------------------------------------------------------------


@contextlib.contextmanager
def borrowed(model):
    """A Labeller of this process, for `model`: (broadcast, digest, threads, version of the library at the driver)."""
    weights, digest, threads, version = model
    with contextlib.ExitStack() as stack:
        try:
            found = stack.enter_context(labeller(lambda: weights.value, threads, digest))
        except Exception as error:
            raise RuntimeError(f"{here()}: {error}") from error
        compare_versions(found.version, version)
        yield found


def compare_versions(found, expected):
    if found != expected:
        raise RuntimeError(f"{here()} has sqlite-classify {found}, and the driver {expected}, expected the same on all "
                           "machines")


def here():
    return f"the executor {platform.node()} ({sys.executable})"


def check(model):
    """Loads the library and the model, as the tasks will."""
    def run(_):
        with borrowed(model) as found:
            found.label(["a"])
    return run


def check_version(version):
    """Loads the library."""
    def run(_):
        opened(version).close()
    return run


def opened(version):
    """A database in memory."""
    try:
        db = open_database(":memory:")
    except Exception as error:
        raise RuntimeError(f"{here()}: {error}") from error
    compare_versions(db.cursor().execute("SELECT classify_version()").fetchall()[0][0], version)
    return db


def values(column):
    """The values of an Arrow column. Bytes that are not UTF-8 become U+FFFD: Spark checks no text that it reads."""
    try:
        return column.to_pylist()
    except UnicodeDecodeError:
        is_list = pa.types.is_list(column.type)
        found = column.cast(pa.list_(pa.binary()) if is_list else pa.large_binary()).to_pylist()
        return [value and [decoded(one) for one in value] if is_list else decoded(value) for value in found]


def decoded(text):
    return None if text is None else text.decode(errors="replace")


# ---- labels -----------------------------------------------------------------------


def label(model, at, kinds, names):
    """Adds columns to batches whose column number `at` has the texts. `kinds` has what they are, label, confidence,
    scores or reasons, with their types; `names` are those of all columns."""
    def run(batches):
        with borrowed(model) as found:
            for batch in batches:
                texts = values(batch.column(at))
                yield pa.RecordBatch.from_arrays([*batch.columns, *new_columns(found, texts, kinds)], names=names)
    return run


def new_columns(found, texts, kinds):
    wanted = dict(kinds)
    columns = {}
    if "label" in wanted or "confidence" in wanted:
        columns["label"], columns["confidence"] = found.label(texts)
        columns["label"] = typed(columns["label"], wanted.get("label", ""))
    if "scores" in wanted:
        columns["scores"] = [scores and [(str(label), p) for label, p in scores.items()]
                             for scores in found.scores(texts)]
    if "reasons" in wanted:
        columns["reasons"] = found.reasons(texts)
    return [pa.array(columns[kind], TYPES[type_]) for kind, type_ in kinds]


def typed(labels, type_):
    """Numbers become texts where the model has both. (That integers become doubles is seen to by Arrow.)"""
    if type_ == "string":
        return [label if label is None else str(label) for label in labels]
    if type_ == "array<string>":
        return [label if label is None else [str(one) for one in label] for label in labels]
    return labels


def classify(model, type_):
    """A function of a series of texts for a UDF of pandas."""
    def run(texts):
        with borrowed(model) as found:
            given = [decoded(text) if isinstance(text, (bytes, bytearray)) else text for text in texts]
            return type(texts)(typed(found.label(given)[0], type_), dtype=object)
    return run


# ---- figures ----------------------------------------------------------------------


def evaluate(model):
    """Counts up how well batches of texts and labels are labelled: one row of JSON for a partition."""
    def run(batches):
        with borrowed(model) as found:
            counts = Counts(found.labels, found.multilabel)
            for batch in batches:
                texts, actual = values(batch.column(0)), values(batch.column(1))
                rows = [(text, label) for text, label in zip(texts, actual)
                        if text is not None and label is not None and label == label]  # NaN is NULL to SQLite
                add_rows(found, counts, *zip(*rows)) if rows else None
        yield pa.RecordBatch.from_arrays([pa.array([counts.to_json()])], names=["counts"])
    return run


def add_rows(found, counts, texts, actual):
    if found.multilabel:
        actual = [set_of(label, found.separator) for label in actual]
        given, _ = found.label(texts)
        for row in zip(actual, given, found.scores(texts)):
            counts.add_set(*row)
        return
    given, confidences = found.label(texts)
    wrong = [number for number, label in enumerate(actual) if label != given[number]]
    scores = dict(zip(wrong, found.scores([texts[number] for number in wrong])))
    for number, row in enumerate(zip(actual, given, confidences)):
        counts.add(*row, of_actual=scores[number].get(actual[number], 0.0) if number in scores else row[-1])


def set_of(value, separator):
    """The labels of a row, of an array, or of a text as classify_train() reads it."""
    labels = value
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            labels = json.loads(value)
        if not isinstance(labels, list) and separator is not None:
            labels = [part.strip() for part in value.split(separator) if part.strip()]
    if not isinstance(labels, list) or not all(type(label) in (str, int, float) for label in labels):
        raise ValueError(f"a row has the label {value!r:.80}, expected a list of texts and numbers: an array, or JSON "
                         'such as ["billing","urgent"]')
    return set(labels)


# ---- a model for each group -------------------------------------------------------


def train_group(options, version):
    """Makes of the texts and labels of a group a row of classify_models. A group that cannot be trained has no weights,
    and its metrics say why."""
    def run(table):
        name, = values(table.column("name").slice(0, 1))
        db = opened(version)
        try:
            cursor = db.cursor()
            cursor.execute("CREATE TABLE texts(text, label)")
            for batch in table.to_batches(INSERTED):
                cursor.executemany("INSERT INTO texts VALUES (?, ?)", list(zip(*columns_of(batch))))
            row = train_rows(cursor, name, options)
        finally:
            db.close()
        return table_of(row, table.column(0).type)
    return run


def table_of(row, string):
    """A table of one row of classify_models. `string` is what this session has for texts: string or large_string."""
    binary = pa.large_binary() if pa.types.is_large_string(string) else pa.binary()
    kinds = {"version": pa.int64(), "weights": binary}
    return pa.table({name: pa.array([value], kinds.get(name, string)) for name, value in zip(COLUMNS, row)})


def columns_of(batch):
    texts, labels = map(values, batch.columns[-2:])
    return texts, [json.dumps(label, ensure_ascii=False) if isinstance(label, list) else label for label in labels]


def check_name(name):
    """Raises ValueError for a group whose model could not be found by the name of the group."""
    spark_saving.check_name("the group", name)
    if name.lower().startswith(("main.", "temp.")):
        raise ValueError(f"the group is '{name}', expected a name that does not begin with main. or temp., which name "
                         "databases")


def train_rows(cursor, name, options):
    try:
        with sentences():
            check_name(name)
            cursor.execute("SELECT classify_train(text, label, ?, ?) FROM texts", [f"main.{name}", options]).fetchall()
            return cursor.execute(MODEL).fetchall()[0]
    except ValueError as error:
        return name, None, None, None, options, json.dumps({"error": str(error)}, ensure_ascii=False), None
