"""Apache Spark labels, explains and judges tables that one machine does not read, and trains a model for each group.

    from sqlite_classify import spark
    labelled = spark.label(tickets, "body", ("my.db", "triage"))

    label()            adds columns to a DataFrame: label, confidence, scores, reasons
    classify_udf()     a function for Spark SQL
    evaluate()         how good a model is, as classify_evaluate() says it
    train()            trains a model on the driver, on rows that are streamed to it
    train_by_group()   trains a model for each group, in the executors; save_models() stores them
    save_kept()        saves a model that train() could not save
    ship(), archive()  bring this package to executors where it is not installed

`model` is always the bytes of a model's weights, or the path of a database at the driver and the name of a model in it.
The weights are sent once to each executor. It needs pyspark 4 with pyarrow (for classify_udf() pandas, too), and a
session of its own: Spark Connect has no broadcast variables.
"""
import atexit
import collections
import contextlib
import json
import os
import re
import shutil
import sys
import tempfile
import weakref
import zipfile

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession, types
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import pandas_udf

from . import connections, model_file, spark_saving
from .labeller import check_threads, digest_of, labeller, open_database, sentences, weights_of
from .spark_figures import Counts
from .spark_saving import NotSaved, save_kept  # noqa: F401, for the callers

KINDS = "label", "confidence", "scores", "reasons"  # of columns
REASONS = "array<struct<token:string,start:int,length:int,contribution:double>>"
GROUP_SCHEMA = ("name string, version bigint, created string, labels string, options string, metrics string, "
                "weights binary")
NUMBERS = types.ByteType, types.ShortType, types.IntegerType, types.LongType, types.FloatType, types.DoubleType
ONE_LABEL = types.StringType, *NUMBERS
KEPT = 16         # models whose broadcasts are kept, of all sessions of a process
INSERTED = 10000  # rows of a training at once

LIBRARIES = b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"MZ"  # begin so: of Linux, macOS (two), Windows
MOST_MEMORY = 10 ** 15  # of the option max_memory

MISSING = "the executor {host} ({python}) has no {module}: install it there (pip install {package})"
MISSING_OURS = ", or bring it to the executors by sqlite_classify.spark.ship(spark)"
NEED_DATABASE = "from", "labels", "teacher", "unlabelled", "vectors"  # options that look into the database
TRAIN_ROWS = "SELECT classify_train(text, label, ?, ?) FROM temp.spark_rows"
NO_ROWS = "SELECT classify_train(NULL, NULL, 'model', ?) FROM (SELECT 1)"

Shared = collections.namedtuple("Shared", "model labels multilabel")  # model: what spark_worker.borrowed() takes

_shared = collections.OrderedDict()  # (application, digest, threads): the Shared of a model that executors can use
_persisted = weakref.WeakSet()       # DataFrames that save_models() has persisted, and could not save
_checked = set()                     # applications whose executors can train


class ExecutorError(RuntimeError):
    """The executors cannot run sqlite-classify; the message says what helps."""


# ---- labels -----------------------------------------------------------------------


def label(df, text, model, options=None, columns=("label", "confidence")):
    """The DataFrame with columns added that say how the texts of the column `text` are labelled.

    columns   which, of these; a dict {column: name} gives them other names
                label        the label: string; bigint or double if all labels are numbers; of a model of several
                             labels a text an array of these
                confidence   double, as classify_confidence()
                scores       map<string,double>: each label as text, with its probability
                reasons      array<struct<token,start,length,contribution>>: what classify_attention() says
    options   {"threads": n}, of each task; 1 if it is not given

    A row whose text is NULL has NULL in all of them. Bytes of a text that are not UTF-8 are read as U+FFFD. All
    columns of the DataFrame pass through Python: select those that are needed.
    """
    columns = _added_columns(df, columns)
    at = _column(df, "text", text)
    shared = _share(df.sparkSession, model, _threads(options))
    kinds = [(kind, _type_of(kind, shared)) for kind in columns]
    numbered = df.toDF(*(f"c{number}" for number in range(len(df.columns))))  # others may not get through
    added = [types.StructField(kind, types.DataType.fromDDL(type_)) for kind, type_ in kinds]
    schema = types.StructType([*numbered.schema.fields, *added])
    run = _in_executor("label", shared.model, at, kinds, schema.names)
    return numbered.mapInArrow(run, schema).toDF(*df.columns, *columns.values())


def classify_udf(model, spark=None):
    """A function for columns and for SQL that gives the label: spark.udf.register("classify", classify_udf(model)).

    A column with bytes that are not UTF-8 can be given to it as binary only.
    """
    import pandas
    spark = spark or SparkSession.getActiveSession()
    if spark is None:
        raise RuntimeError("there is no session of Spark in this thread, expected one: classify_udf(model, spark)")
    shared = _share(spark, model, 1)
    type_ = _type_of("label", shared)
    run = _in_executor("classify", shared.model, type_)

    def classify(texts: pandas.Series) -> pandas.Series:
        return run(texts)
    return pandas_udf(classify, type_)


def _added_columns(df, columns):
    """{kind: name} of the columns that are to be added."""
    _session(df)
    columns = (columns,) if isinstance(columns, str) else columns
    if not isinstance(columns, (dict, list, tuple, set)):
        raise TypeError(f"columns is {columns!r:.80}, expected some of {', '.join(KINDS)}, or a dict that gives them "
                        "other names")
    unknown = [kind for kind in columns if not isinstance(kind, str) or kind not in KINDS]
    if unknown:
        raise ValueError(f"columns has {unknown[0]!r:.80}, expected some of {', '.join(KINDS)}")
    columns = dict(columns) if isinstance(columns, dict) else {kind: kind for kind in columns}
    there = {_folded(df, name) for name in df.columns}
    for kind, name in columns.items():
        if not isinstance(name, str) or not name:
            raise ValueError(f"columns names the column {kind!r} {name!r}, expected a text")
        if _folded(df, name) in there:
            raise ValueError(f"the DataFrame has a column {name!r} already, or columns has it twice, expected another "
                             f"name: columns={{{kind!r}: '...'}}")
        there.add(_folded(df, name))
    if not columns:
        raise ValueError(f"columns is empty, expected some of {', '.join(KINDS)}")
    return columns


def _type_of(kind, shared):
    if kind == "label":
        one = "string"
        if all(isinstance(label, (int, float)) for label in shared.labels):
            one = "bigint" if all(isinstance(label, int) for label in shared.labels) else "double"
        return f"array<{one}>" if shared.multilabel else one
    if kind == "scores" and len(set(map(str, shared.labels))) < len(shared.labels):
        raise ValueError("columns has 'scores', but labels of the model read the same, such as 5 and '5', and would be "
                         "one key of the map")
    return {"confidence": "double", "scores": "map<string,double>", "reasons": REASONS}[kind]


def _threads(options):
    options = _options(options)
    for name in options:
        if name != "threads":
            raise ValueError(f"unknown option {name!r} (options: threads)")
    threads = 1 if options.get("threads") is None else options["threads"]
    check_threads(threads)
    return threads


# ---- figures ----------------------------------------------------------------------


def evaluate(df, text, label, model):
    """How good the model is on a DataFrame of texts and their labels: a dict of the columns of classify_evaluate().

    Rows where one of them is NULL do not count. Each partition counts for itself and gives one small row. Of a model of
    several labels a text the labels are arrays, or texts that classify_train() would read.
    """
    shared = _share(_session(df), model, 1)
    pairs = _pairs(df, text, label, (types.StringType, types.ArrayType) if shared.multilabel else ONE_LABEL)
    counts = Counts(shared.labels, shared.multilabel)
    for row in pairs.mapInArrow(_in_executor("evaluate", shared.model), "counts string").collect():
        counts.add_json(row[0])
    return counts.figures()


# ---- training ---------------------------------------------------------------------


def train(df, text, label, path, model=None, options=None, limit_memory=True):
    """Trains a model on all rows, on the driver, and saves it in the database `path`; returns the answer of
    classify_train() as a dict.

    The rows are streamed, partition by partition, into a temporary table (a file where SQLite has its temporary files:
    SQLITE_TMPDIR). Before that they are counted, and stderr shows what memory the training will need. If the driver's
    machine has less, that is an error that says what fraction it can learn; limit_memory=False, or the option
    max_memory, lets it try.

    The database is locked only while the model is saved, unless an option reads from it. If the model cannot be saved
    then, NotSaved says in which file it is, and save_kept() saves it from there.
    """
    _session(df)
    pairs = _pairs(df, text, label, (*ONE_LABEL, types.ArrayType))
    options, path, name = _options(options), spark_saving.check_target(path), _model_name(model)
    if not limit_memory:
        options.setdefault("max_memory", MOST_MEMORY)
    _plan_memory(pairs, "max_memory" not in options)
    db = open_database(path if _database_options(options) else "")
    try:
        cursor = db.cursor()
        _store(cursor, pairs)
        with sentences():
            answer, = cursor.execute(TRAIN_ROWS, [f"temp.{name}", json.dumps(options)]).fetchall()[0]
        row = spark_saving.trained_row(cursor, "temp")
    finally:
        db.close()
    return {**json.loads(answer), "model": name, "version": spark_saving.save_or_keep(path, row)}


def train_by_group(df, group, text, label, options=None):
    """Trains a model for each group of rows, in the executors: a DataFrame of rows of classify_models.

    The name is the group as text. A group that cannot be trained, such as one with a single label, has a row without
    weights, whose metrics say why: {"error": "there is one label only ..."}. So has one whose name no model can have:
    an empty one, one that ends in @ or in @ and a version, one that begins with main. or temp. Rows where the group,
    the text or the label is NULL do not count. The rows of a group must fit into the memory of a task. Each training
    has one thread, if `options` do not say otherwise; options that need a database are refused.
    """
    spark = _session(df)
    name = df.columns[_column(df, "group", group, (types.StringType, types.BooleanType, types.DateType, *NUMBERS[:4]))]
    pairs = _pairs(df, text, label, (*ONE_LABEL, types.ArrayType), F.col(_quoted(name)).cast("string").alias("name"))
    options = json.dumps({"threads": 1, **_group_options(options)})
    if spark.sparkContext.applicationId not in _checked:
        _check_executor(spark, _in_executor("check_version", _version()))
        _checked.add(spark.sparkContext.applicationId)
    run = _in_executor("train_group", options, _version())

    def train_one(_, table):
        return run(table)
    return pairs.dropna().groupBy("name").applyInArrow(train_one, GROUP_SCHEMA)


def save_models(models, path):
    """Saves the models of train_by_group() in a database, each as the next version of its name. Returns a dict of the
    groups that could not be trained, with the reasons.

    The database is locked only while the models are saved. If that fails, the DataFrame stays persisted, so that a
    second call trains nothing anew.
    """
    if not isinstance(models, DataFrame) or not {*spark_saving.COLUMNS} <= {*models.columns}:
        raise TypeError(f"models is {models!r:.80}, expected the DataFrame that train_by_group() gives")
    path = spark_saving.check_target(path)
    level = models.storageLevel
    if not (level.useDisk or level.useMemory or level.useOffHeap):
        models.persist(StorageLevel.DISK_ONLY)
        _persisted.add(models)
    models.count()  # here all partitions are trained at the same time, and toLocalIterator() takes one by one
    left_out = {row.name: json.loads(row.metrics)["error"] for row in models.where("weights IS NULL").collect()}
    trained = models.where("weights IS NOT NULL").drop("version").toLocalIterator()
    spark_saving.save_rows(path, ({**row.asDict(), "weights": bytes(row.weights)} for row in trained))
    if models in _persisted:  # else its user has persisted it
        _persisted.discard(models)
        models.unpersist()
    return left_out


def _plan_memory(pairs, limited):
    """Says what memory the training of these rows needs, and refuses more than there is."""
    rows, characters = pairs.select(F.count("*"), F.coalesce(F.sum(F.length("text")), F.lit(0))).first()
    need, free = _memory_needed(rows, characters), _free_memory()
    says = (f"{rows:,} rows with {characters:,} characters, whose training needs some {_size(need)} of memory; "
            f"the driver's machine has {'an unknown size' if free is None else _size(free)} free")
    print(f"train(): {says}", file=sys.stderr, flush=True)
    if limited and free is not None and need > free:
        share = 0.95
        while share * rows > 1 and _memory_needed(share * rows, share * characters) > free:
            share *= 0.9
        raise MemoryError(f"the DataFrame has {says}: train on df.sample({share:.2g}), or let it try by "
                          "limit_memory=False")


def _memory_needed(rows, characters):
    """Bytes, about: of the network, which grows with the words, of the rows, and of tokens of five characters."""
    return min(300e6, 60e6 + 1500 * rows) + 90 * rows + 40 * characters / 5


def _free_memory():
    """Bytes, by the system and by the limit of a container; None where that is not known."""
    found = []
    with contextlib.suppress(OSError, ValueError, TypeError):  # no Linux, no container, or one without a limit
        found.append(int(re.search(r"MemAvailable: *([0-9]+) kB", _contents("/proc/meminfo"))[1]) * 1024)
        limit, used = (int(_contents(f"/sys/fs/cgroup/memory.{name}")) for name in ("max", "current"))
        found.append(limit - used)
    return min(found, default=None)


def _contents(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def _size(size):
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{max(1, round(size / 1e6)):,} MB"


def _store(cursor, pairs):
    """Puts the rows into temp.spark_rows."""
    cursor.execute("CREATE TEMP TABLE spark_rows(text, label)")
    cursor.execute("BEGIN")
    rows = []
    for text, label in pairs.toLocalIterator(prefetchPartitions=True):
        rows.append((text, json.dumps(label, ensure_ascii=False) if isinstance(label, list) else label))
        if len(rows) == INSERTED:
            cursor.executemany("INSERT INTO temp.spark_rows VALUES (?, ?)", rows)
            rows.clear()
    cursor.executemany("INSERT INTO temp.spark_rows VALUES (?, ?)", rows)
    cursor.execute("COMMIT")


def _group_options(options):
    """Options that can be used where there is no database. Others are refused, and so is what classify_train() refuses
    before it looks at rows."""
    options = _options(options)
    for name in _database_options(options):
        raise ValueError(f"option {name} is {options[name]!r:.80}, expected none: it needs a database, and an executor "
                         "has none")
    refusals = []
    for given in {}, options:
        db = open_database(":memory:")
        try:
            with sentences():
                db.cursor().execute(NO_ROWS, [json.dumps(given)]).fetchall()
        except ValueError as error:
            refusals.append(error)
        finally:
            db.close()
    if str(refusals[1]) != str(refusals[0]):
        raise refusals[1]
    return options


def _database_options(options):
    """Those that look into the database."""
    return [name for name, value in options.items()
            if value is not None and (name in NEED_DATABASE or (name == "validation" and isinstance(value, str)))]


# ---- arguments --------------------------------------------------------------------


def _session(df):
    if not isinstance(df, DataFrame):
        raise TypeError(f"df is {df!r:.80}, expected a DataFrame of Spark")
    return df.sparkSession


def _pairs(df, text, label, kinds, *more):
    """The columns text and label under these names, behind others. `kinds`: the types that labels may have."""
    places = {"text": _column(df, "text", text), "label": _column(df, "label", label, kinds)}
    found = [F.col(_quoted(df.columns[at])).alias(name) for name, at in places.items()]
    return df.select(*more, *found)


def _column(df, what, name, kinds=(types.StringType,)):
    """The number of the column with this name."""
    if not isinstance(name, str):
        raise TypeError(f"{what} is {name!r:.80}, expected the name of a column")
    found = [at for at, other in enumerate(df.columns) if _folded(df, other) == _folded(df, name)]
    if len(found) != 1:
        has = "no column" if not found else f"{len(found)} columns"
        raise ValueError(f"the DataFrame has {has} {name!r}, expected one with the {what} "
                         f"(columns: {', '.join(df.columns)})")
    type_ = df.schema[found[0]].dataType
    if not isinstance(type_, kinds) or not isinstance(getattr(type_, "elementType", types.StringType()), ONE_LABEL):
        expected = " or ".join(kind.typeName() for kind in kinds)
        raise TypeError(f"column {name!r} with the {what} is of the type {type_.simpleString()}, expected {expected}")
    return found[0]


def _model_name(model):
    """The name of a model to be saved, without main before it."""
    if model is None:
        return "default"
    if not isinstance(model, str):
        raise TypeError(f"model is {model!r:.80}, expected the name of a model")
    if model.lower().startswith("temp."):
        raise ValueError(f"model is '{model}', which would be gone when train() returns, expected a name without temp "
                         "before it")
    name = model[len("main."):] if model.lower().startswith("main.") else model
    spark_saving.check_name("model", name)
    return name


def _folded(df, name):
    return name if df.sparkSession.conf.get("spark.sql.caseSensitive") == "true" else name.lower()


def _quoted(name):
    return "`" + name.replace("`", "``") + "`"


def _options(options):
    """A dict of options that are given as one, or as JSON."""
    if isinstance(options, str):
        try:
            options = json.loads(options)
        except ValueError:
            raise ValueError(f"options is {options!r:.80}, which is not JSON, expected a dict") from None
    if options is not None and not isinstance(options, dict):
        raise TypeError(f"options is {options!r:.80}, expected a dict")
    return dict(options or {})


# ---- executors --------------------------------------------------------------------


def _share(spark, model, threads):
    """Sends a model to the executors, once, after a task of theirs has shown that they can use it."""
    weights = model if isinstance(model, (bytes, bytearray, memoryview)) else weights_of(model)
    digest, context = digest_of(weights), _context(spark)
    key = context.applicationId, digest, threads
    if key not in _shared:
        model_file.check(weights)
        with labeller(weights, threads, digest) as found:
            labels, multilabel, version = found.labels, found.multilabel, found.version
        shared = Shared((context.broadcast(bytes(weights)), digest, threads, version), labels, multilabel)
        _check_executor(spark, _in_executor("check", shared.model))
        _shared[key] = shared
    _shared.move_to_end(key)
    while len(_shared) > KEPT:
        _shared.popitem(last=False)  # DataFrames that use it still hold it
    return _shared[key]


def _context(spark):
    try:
        return spark.sparkContext
    except Exception as error:
        raise ExecutorError("this session has no sparkContext, as with Spark Connect, expected one of the driver's "
                            "own: the model is sent by a broadcast variable") from error


def _in_executor(function, *arguments):
    """What calls this function of spark_worker in an executor. It is pickled whole, since it is no function of a
    module: so it can say that the package is not there."""
    missing, missing_ours = MISSING, MISSING_OURS

    def call(*given):
        import importlib
        import platform
        import sys
        try:
            if "sqlite_classify.spark_worker" not in sys.modules:
                importlib.invalidate_caches()  # ship() may have brought it since
            worker = importlib.import_module("sqlite_classify.spark_worker")
        except ImportError as error:
            module = str(error.name).partition(".")[0]
            says = missing + (missing_ours if module == "sqlite_classify" else "")
            raise RuntimeError(says.format(host=platform.node(), python=sys.executable, module=module,
                                           package=module.replace("_", "-"))) from None
        return getattr(worker, function)(*arguments)(*given)
    return call


def _check_executor(spark, call):
    """Raises ExecutorError with the sentence of a task that tries it in an executor."""
    def attempt(nothing):
        try:
            call(nothing)
        except Exception as error:
            return str(error)
    try:
        said, = _context(spark).parallelize([None], 1).map(attempt).collect()
    except Exception as error:
        found = re.findall(r"^\S*(?:Error|Exception): (.+)$", str(error), re.MULTILINE)
        raise ExecutorError(f"no task of Python runs in the executors: {found[-1] if found else error}") from error
    if said:
        raise ExecutorError(said)


def _version():
    db = open_database(":memory:")
    try:
        return db.cursor().execute("SELECT classify_version()").fetchall()[0][0]
    finally:
        db.close()


# ---- executors without the package ------------------------------------------------


def ship(spark, library=None):
    """Brings this package to executors where it is not installed, for the rest of the session's application. `library`
    is another classify.so than the driver's, such as one of `make dist` for older systems. They need pyarrow."""
    folder = tempfile.mkdtemp(prefix="sqlite_classify-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # executors that come later fetch it from there, too
    path = archive(os.path.join(folder, "sqlite_classify.zip"), library)
    _context(spark).addArchive(path + "#sqlite_classify")


def archive(path, library=None):
    """Writes this package as a zip for spark-submit --archives PATH#sqlite_classify, which unpacks it where the Python
    of the executors looks for packages; returns the path."""
    here = connections.HERE
    names = [name for name in sorted(os.listdir(here)) if name.endswith(".py") or name == "schema.sql"]
    library = library or connections.loadable_path() + ".so"
    if not os.path.isfile(library):
        raise FileNotFoundError(f"there is no library {library}, expected classify.so")
    with open(library, "rb") as file:
        if not file.read(4).startswith(LIBRARIES):
            raise ValueError(f"{library} is no library, expected classify.so")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.write(os.path.join(here, name), name)
        file.write(library, "classify" + os.path.splitext(library)[1])
    return path
