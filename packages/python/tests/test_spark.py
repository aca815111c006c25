"""sqlite_classify.spark on a session of Spark in this machine. Its executors begin without the package, and ship()
brings it."""
import contextlib
import importlib.util
import io
import json
import os
import shutil
import stat
import sys
import tempfile
import unittest
import warnings
import zipfile
from unittest import mock

import sqlite_classify
from sqlite_classify import connections, labeller, spark_figures

import hosts

INSTALLED = all(map(importlib.util.find_spec, ("pyspark", "pyarrow", "pandas"))) and shutil.which("java")
TICKETS = [("my parcel", "delivery"), ("the courier is late", "delivery"), ("where is my parcel", "delivery"),
           ("I forgot my password", "login"), ("login does not work", "login"), ("a new password", "login")]
TAGGED = [("my parcel", '["delivery"]'), ("the courier", '["delivery"]'), ("my password", '["login"]'),
          ("no login", '["login"]'), ("my parcel and my password", '["delivery","login"]'), ("hello", "[]")]
NUMBERED = {"whole": {"delivery": 1, "login": 2}, "real": {"delivery": 1, "login": 2.5},
            "mixed": {"delivery": 1, "login": "1"}}
FOREIGN_SQLITE = "sqlite_version = '3.40.0'\nclass Connection:\n    pass\n"


def setUpModule():
    if not INSTALLED:
        return
    warnings.filterwarnings("ignore", module=r"pyspark(\.|$)")  # what pyspark says of pandas and of itself
    warnings.filterwarnings("ignore", category=ResourceWarning)  # its sockets
    from pyspark.sql import SparkSession, functions
    from sqlite_classify import spark as module
    global F, module_spark, session, folder, database
    F, module_spark = functions, module
    folder = tempfile.mkdtemp(prefix="sqlite classify ")
    unittest.addModuleCleanup(shutil.rmtree, folder)
    database = make_models()
    python = os.environ.get("PYSPARK_PYTHON", sys.executable)
    with mock.patch.dict(os.environ, {"PYTHONPATH": "", "PYSPARK_PYTHON": python, "SPARK_LOCAL_IP": "127.0.0.1"}):
        session = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
                   .config("spark.sql.shuffle.partitions", "2").config("spark.log.level", "OFF")
                   .config("spark.sql.warehouse.dir", folder).config("spark.ui.showConsoleProgress", "false")
                   .getOrCreate())
    unittest.addModuleCleanup(session.stop)
    global before_ship
    try:
        module_spark.label(tickets(), "text", (database, "tickets"), columns=["scores"])
        before_ship = None
    except module_spark.ExecutorError as error:
        before_ship = str(error)
    module_spark.ship(session)


def make_models():
    path = os.path.join(folder, "my models.db")
    db = labeller.open_database(path)
    train = "SELECT classify_train(value ->> 0, value ->> 1, ?) FROM json_each(?)"
    numbered = {name: [(text, labels[label]) for text, label in TICKETS] for name, labels in NUMBERED.items()}
    for name, rows in {"tickets": TICKETS, "tags": TAGGED, **numbered}.items():
        db.cursor().execute(train, [name, json.dumps(rows)]).fetchall()
    db.close()
    return path


def tickets(partitions=2):
    """The rows of TICKETS with a number, and some that have no text or no label."""
    rows = [(number, *row) for number, row in enumerate([*TICKETS, (None, "login"), ("", None), ("courier", "other")])]
    return session.createDataFrame(rows, "id int, text string, label string").repartition(partitions)


@unittest.skipUnless(INSTALLED, "pyspark, pyarrow, pandas or java is not installed")
class Test(hosts.Test):
    def ask(self, sql, *values, path=None):
        db = labeller.open_database(path or database)
        try:
            return db.cursor().execute(sql, values).fetchall()
        finally:
            db.close()

    def from_sql(self, model):
        """id: label and confidence, of the tickets."""
        rows = [(row.id, row.text) for row in tickets().collect()]
        query = "SELECT value ->> 0, value ->> 1 FROM json_each(' || quote(?) || ')"
        found = self.ask(f"SELECT id, label, confidence FROM classify_rows('{query}', ?)", json.dumps(rows), model)
        return {id: rest for id, *rest in found}


class Label(Test):
    def test_label_and_confidence(self):
        labelled = module_spark.label(tickets().drop("label"), "text", (database, "tickets"))
        self.assertEqual(labelled.dtypes, [("id", "int"), ("text", "string"), ("label", "string"),
                                           ("confidence", "double")])
        rows, expected = labelled.collect(), self.from_sql("tickets")
        self.assertEqual(sorted(row.id for row in rows), list(range(9)))
        for row in rows:
            self.assertEqual(row.label, expected[row.id][0])
            if row.text is None:
                self.assertEqual((row.label, row.confidence), (None, None))
            else:
                self.assertAlmostEqual(row.confidence, expected[row.id][1], places=5)

    def test_other_columns_and_names(self):
        weights = labeller.weights_of((database, "tickets"))
        columns = {"reasons": "why", "scores": "scores", "label": "it is"}
        labelled = module_spark.label(tickets(1), "TEXT", weights, '{"threads": 2}', columns)
        self.assertEqual(labelled.columns, ["id", "text", "label", "why", "scores", "it is"])
        row, empty = labelled.where("id IN (0, 6)").orderBy("id").collect()
        self.assertEqual((empty["why"], empty["scores"], empty["it is"]), (None, None, None))
        rows = self.ask("SELECT token, start, length, contribution FROM classify_attention('my parcel', 'tickets')")
        self.assertEqual([one[:3] for one in row["why"]], [tuple(one[:3]) for one in rows])
        for one, other in zip(row["why"], rows):
            self.assertAlmostEqual(one.contribution, other[3], places=5)
        self.assertEqual(sorted(row["scores"]), ["delivery", "login"])
        self.assertEqual(max(row["scores"], key=row["scores"].get), "delivery")
        self.assertEqual(row["it is"], "delivery")

    def test_types_of_labels(self):
        for name, type_ in ("whole", "bigint"), ("real", "double"), ("mixed", "string"), ("tags", "array<string>"):
            labelled = module_spark.label(tickets(1), "text", (database, name), None, {"label": "found"})
            self.assertEqual(dict(labelled.dtypes)["found"], type_)
            expected = {id: label for id, (label, _) in self.from_sql(name).items()}
            for row in labelled.collect():
                given = expected[row.id]
                if name == "tags":
                    given = given and json.loads(given)
                self.assertEqual(row.found, str(given) if name == "mixed" and given is not None else given)

    def test_names_of_columns(self):
        """Any that Spark allows, and two columns with one name."""
        df = tickets(1).where("id < 6").selectExpr("id AS `a.b`", "id AS `a``b`", "id AS `a.b`", "text AS `my.text`")
        labelled = module_spark.label(df, "my.text", (database, "tickets"))
        self.assertEqual(labelled.columns, ["a.b", "a`b", "a.b", "my.text", "label", "confidence"])
        expected = {id: label for id, (label, _) in self.from_sql("tickets").items()}
        self.assertEqual({tuple(row)[:3]: row.label for row in labelled.collect()},
                         {(id, id, id): expected[id] for id in range(6)})

    def test_bytes_that_are_not_utf8(self):
        """They are read as U+FFFD."""
        df = session.range(1).selectExpr("CAST(X'6d7920ff70617263656c' AS string) AS text",
                                         "CAST(X'ff' AS string) AS label",
                                         "array(CAST(X'6cff' AS string), 'login') AS tags")
        row = module_spark.label(df.drop("label"), "text", (database, "tickets"), columns=["label", "reasons"]).first()
        with labeller.Labeller((database, "tickets")) as model:
            self.assertEqual([row.label], model.label(["my \ufffdparcel"])[0])
            reasons, = model.reasons(["my \ufffdparcel"])
            self.assertEqual([one.token for one in row.reasons], [one[0] for one in reasons])
        udf = module_spark.classify_udf((database, "tickets"), session)
        self.assertEqual(df.select(udf(F.col("text").cast("binary"))).first()[0], row.label)
        self.assertEqual(module_spark.evaluate(df, "text", "label", (database, "tickets"))["accuracy"], 0)
        self.assertEqual(module_spark.evaluate(df, "text", "tags", (database, "tags"))["rows"], 1)
        models = module_spark.train_by_group(df, "label", "text", "tags").collect()
        self.assertEqual([row.name for row in models], ["\ufffd"])

    def test_empty_partitions(self):
        few = module_spark.label(tickets(1).where("id < 1").repartition(5), "text", (database, "tickets"), None,
                                 columns="confidence")
        self.assertEqual(few.count(), 1)
        self.assertEqual(few.where("id > 5").collect(), [])

    def test_udf(self):
        session.udf.register("classify", module_spark.classify_udf((database, "tickets")))
        tickets().createOrReplaceTempView("tickets")
        expected = {id: label for id, (label, _) in self.from_sql("tickets").items()}
        self.assertEqual(dict(session.sql("SELECT id, classify(text) FROM tickets").collect()), expected)
        whole = module_spark.classify_udf((database, "whole"), session)
        expected = {id: label for id, (label, _) in self.from_sql("whole").items()}
        self.assertEqual(dict(tickets().select("id", whole("text")).collect()), expected)

    def test_a_model_is_sent_once(self):
        module_spark._shared.clear()
        with mock.patch.object(session.sparkContext, "broadcast", wraps=session.sparkContext.broadcast) as sent:
            for options in None, {"threads": None}, {"threads": 1}:
                module_spark.label(tickets(), "text", (database, "tickets"), options, {"label": "found"})
        self.assertEqual(sent.call_count, 1)


class Evaluate(Test):
    def figures_of_sql(self, rows, model):
        query = "SELECT value ->> 0, value ->> 1 FROM json_each(' || quote(?) || ')"
        names = "rows", "accuracy", "macro_f1", "weighted_f1", "log_loss", "calibration_error", "micro_f1", "lrap"
        row, = self.ask(f"SELECT {', '.join(names)} FROM classify_evaluate('{query}', ?)", json.dumps(rows), model)
        return dict(zip(names, row))

    def same(self, found, expected):
        self.assertEqual(list(found), list(expected))
        for name, value in expected.items():
            if value is None or name == "rows":
                self.assertEqual(found[name], value)
            else:
                places = 6 if name in ("log_loss", "calibration_error") else 14
                self.assertAlmostEqual(found[name], value, places=places)

    def test_labels(self):
        wrong = [("my parcel is late", "login"), ("password", "delivery"), ("courier", "other"), ("new", "other"),
                 (None, "login"), ("login", None)]
        for rows in [*TICKETS, *wrong] * 3, [(None, "login")]:
            df = session.createDataFrame(rows, "body string, category string").repartition(3)
            self.same(module_spark.evaluate(df, "body", "category", (database, "tickets")),
                      self.figures_of_sql(rows, "tickets"))

    def test_numbers(self):
        rows = [(text, NUMBERED["real"][label]) for text, label in TICKETS] + [("parcel", 2.5), ("hello", 7.25)]
        df = session.createDataFrame([(text, float(label)) for text, label in rows], "text string, label double")
        self.same(module_spark.evaluate(df, "text", "label", (database, "real")), self.figures_of_sql(rows, "real"))

    def test_lists(self):
        rows = [*TAGGED, ("parcel", '["login"]'), ("password", '["delivery","other"]'), ("hello", '["more"]'),
                ("login", '["login","delivery","x"]'), ("a courier", "[]"), ("b", '["login"]')]
        expected = self.figures_of_sql(rows, "tags")
        df = session.createDataFrame(rows, "text string, label string").repartition(2)
        self.same(module_spark.evaluate(df, "text", "label", (database, "tags")), expected)
        arrays = df.withColumn("label", F.from_json("label", "array<string>"))
        self.same(module_spark.evaluate(arrays, "text", "label", (database, "tags")), expected)

    def test_counts_of_parts(self):
        """They add up to those of the whole."""
        rows = [("a", "a", .9, .9), ("a", "b", .6, .1), ("c", "b", 1.0, 0.0), ("b", "b", .31, .31)]
        whole, sum_ = spark_figures.Counts("ab", False), spark_figures.Counts("ab", False)
        for row in rows:
            whole.add(*row)
            part = spark_figures.Counts("ab", False)
            part.add(*row)
            sum_.add_json(part.to_json())
        self.assertEqual(sum_.figures(), whole.figures())
        self.assertEqual(whole.figures()["accuracy"], 0.5)


class Train(Test):
    def train(self, df, *arguments, **named):
        stderr = io.StringIO()
        with contextlib.redirect_stderr(stderr):
            answer = module_spark.train(df, *arguments, **named)
        return answer, stderr.getvalue()

    def test_train(self):
        path = os.path.join(self.folder, "new.db")
        df = tickets(3).where("id < 8")
        with mock.patch.object(module_spark, "INSERTED", 3):
            answer, said = self.train(df, "text", "label", path, "spark", {"epochs": 2})
        self.assertEqual((answer["model"], answer["version"], answer["rows"], answer["skipped"], answer["epochs"]),
                         ("spark", 1, 6, 2, 2))
        characters = sum(len(text) for text, _ in TICKETS)
        self.assertIn(f"train(): 8 rows with {characters} characters, whose training needs some 60 MB of memory", said)
        self.assertEqual(sorted(labeller.Labeller((path, "spark")).labels), ["delivery", "login"])
        self.assertEqual(self.ask("SELECT name FROM sqlite_master WHERE name LIKE 'spark%'", path=path), [])

    def test_lists(self):
        df = session.createDataFrame(TAGGED, "text string, label string")
        df = df.select("text", F.from_json("label", "array<string>").alias("label"))
        path = os.path.join(self.folder, "new.db")
        self.train(df, "text", "label", path)
        self.assertTrue(labeller.Labeller((path, "default")).multilabel)

    def test_memory(self):
        path = os.path.join(self.folder, "new.db")
        with mock.patch.object(module_spark, "_free_memory", lambda: 60_006_000):
            self.refuses(MemoryError, "train on df.sample(0.37), or let it try by limit_memory=False", self.train,
                         tickets(), "text", "label", path)
            self.assertFalse(os.path.exists(path))
            self.refuses(ValueError, "there is one label only", self.train, tickets().where("label = 'login'"), "text",
                         "label", path, limit_memory=False)
        self.assertGreater(module_spark._free_memory(), 1e6)

    @contextlib.contextmanager
    def locked(self, path):
        """Another program writes into this database."""
        db = labeller.open_database(path)
        db.cursor().execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            db.close()

    def copied(self):
        path = os.path.join(self.folder, "copy.db")
        shutil.copyfile(database, path)
        return path

    def test_others_write_meanwhile(self):
        path, store, refused = self.copied(), module_spark._store, []
        other = labeller.open_database(path)
        self.addCleanup(other.close)
        for pragma in "busy_timeout = 0", "synchronous = off":
            other.cursor().execute(f"PRAGMA {pragma}").fetchall()

        def write():
            try:
                other.cursor().execute("CREATE TABLE IF NOT EXISTS others(id INTEGER PRIMARY KEY)")
                other.cursor().execute("INSERT INTO others DEFAULT VALUES")
            except Exception as error:
                refused.append(str(error))

        def store_then_write(cursor, pairs):
            store(cursor, pairs)
            cursor.connection.set_progress_handler(write, 20)  # again and again in the training
        with mock.patch.object(module_spark, "_store", store_then_write):
            answer, _ = self.train(tickets(), "text", "label", path, "main.tickets", {"epochs": 1})
        self.assertEqual(refused, [])
        self.assertGreater(self.ask("SELECT count(*) FROM others", path=path)[0][0], 0)
        self.assertEqual((answer["model"], answer["version"]), ("tickets", 2))

    def test_options_that_read_the_database(self):
        path = self.copied()
        self.ask("CREATE TABLE checked AS SELECT 'my parcel' AS text, 'delivery' AS label", path=path)
        options = {"epochs": 1, "from": "main.tickets", "validation": "SELECT text, label FROM main.checked"}
        answer, _ = self.train(tickets().where("label <> 'other'"), "text", "label", path, "tickets", options)
        self.assertEqual((answer["model"], answer["version"]), ("tickets", 2))
        metrics, = self.ask("SELECT metrics ->> 'validation_rows' FROM classify_models WHERE version = 2", path=path)
        self.assertEqual(metrics, (1,))

    def test_a_model_that_cannot_be_saved(self):
        path = self.copied()
        kept, store = path + ".unsaved.db", module_spark._store
        with contextlib.ExitStack() as stack:
            def lock(cursor, pairs):
                store(cursor, pairs)
                stack.enter_context(self.locked(path))
            with mock.patch.object(module_spark, "_store", lock):
                sentence = (f"database {path}: database is locked: the model 'tickets' is trained, but could not be "
                            f"saved, and is now in {kept}; sqlite_classify.spark.")
                error = self.refuses(module_spark.NotSaved, sentence, self.train, tickets(), "text", "label", path,
                                     "tickets", {"epochs": 1})
            self.assertIn(f"save_kept({kept!r}, {path!r}) saves it", str(error))
            self.assertEqual(sorted(labeller.Labeller((kept, "tickets")).labels), ["delivery", "login", "other"])
        module_spark.save_kept(kept, path)
        self.assertFalse(os.path.exists(kept))
        self.assertEqual(sorted(labeller.Labeller((path, "tickets@2")).labels), ["delivery", "login", "other"])

    def test_kept_in_the_folder_of_temporary_files(self):
        """Where there is no place beside the database."""
        path, saving = self.copied(), module_spark.spark_saving
        os.mkdir(path + ".unsaved.db")
        columns = ", ".join(saving.COLUMNS)
        row = dict(zip(saving.COLUMNS, self.ask(f"SELECT {columns} FROM classify_models WHERE name = 'tickets'")[0]))
        self.ask("CREATE TRIGGER full BEFORE INSERT ON classify_models BEGIN SELECT raise(ABORT, 'it is full'); END",
                 path=path)
        with mock.patch.object(tempfile, "tempdir", self.folder):
            error = self.refuses(module_spark.NotSaved, f"database {path}: it is full: the model 'tickets' is trained",
                                 saving.save_or_keep, path, row)
        kept, = (os.path.join(self.folder, name, "copy.db.unsaved.db") for name in os.listdir(self.folder)
                 if name.startswith("sqlite_classify-"))
        self.assertIn(f"is now in {kept};", str(error))
        self.ask("DROP TRIGGER full", path=path)
        module_spark.save_kept(kept, path)
        self.assertEqual(labeller.weights_of((path, "tickets@2")), row["weights"])
        self.refuses(FileNotFoundError, f"there is no file {kept}", module_spark.save_kept, kept, path)

    def test_databases_that_cannot_be_written(self):
        """Nothing is counted or trained."""
        text = os.path.join(self.folder, "notes.txt")
        with open(text, "w") as file:
            file.write("This is a text, and it is no database. " * 30)
        models = os.path.join(self.folder, "other.db")
        self.ask("CREATE TABLE classify_models(a)", path=models)
        broken = session.range(1).selectExpr("'a' AS text", "CAST(raise_error('ran') AS string) AS label")
        groups = module_spark.train_by_group(broken, "text", "text", "label")
        for path, kind, sentence in (
                (text, ValueError, f"database {text}: file is not a database"),
                (self.folder, IsADirectoryError, f"{self.folder} is a folder, expected a database"),
                (models, ValueError, "table main.classify_models has no column 'name'"),
                (":memory:", ValueError, "path is ':memory:', a database that is gone when it is closed"),
                (5, TypeError, "path is 5, expected the path of a database")):
            self.refuses(kind, sentence, module_spark.train, broken, "text", "label", path)
            self.refuses(kind, sentence, module_spark.save_models, groups, path)
        for models in 5, broken:
            self.refuses(TypeError, "expected the DataFrame that train_by_group() gives", module_spark.save_models,
                         models, self.copied())
        path = self.copied()
        with self.locked(path):
            for call, *arguments in (module_spark.train, "text", "label"), (module_spark.save_models,):
                df = broken if arguments else groups
                self.refuses(ValueError, f"database {path}: database is locked", call, df, *arguments, path)
        for name, sentence in ("temp.a", "which would be gone"), ("a@1", "no @ with a version"), ("main.", "not empty"):
            self.refuses(ValueError, sentence, module_spark.train, broken, "text", "label", path, name)

    def test_names_of_groups(self):
        """Those that cannot be names of models are left out, and the errors have them as they are."""
        rows = [(name, *row) for name in ("a@1", "", "main.x", "a.b") for row in TICKETS]
        models = module_spark.train_by_group(session.createDataFrame(rows, "team string, text string, label string"),
                                             "team", "text", "label", {"epochs": 1})
        path = os.path.join(self.folder, "new.db")
        self.assertEqual(module_spark.save_models(models, path), {
            "a@1": "the group is 'a@1', expected a name that is not empty, and no @ with a version at its end",
            "": "the group is '', expected a name that is not empty, and no @ with a version at its end",
            "main.x": "the group is 'main.x', expected a name that does not begin with main. or temp., which name "
                      "databases"})
        self.assertEqual(sorted(labeller.Labeller((path, "a.b")).labels), ["delivery", "login"])

    def test_trained_groups_are_kept(self):
        """They are trained once if saving fails, and stay persisted if their user has done that."""
        path, new = self.copied(), os.path.join(self.folder, "new.db")
        models = module_spark.train_by_group(tickets().where("id < 6"), "label", "text", "label")
        with mock.patch.object(module_spark.spark_saving, "save_rows", side_effect=ValueError("disk is full")):
            self.refuses(ValueError, "disk is full", module_spark.save_models, models, new)
        self.assertTrue(models.storageLevel.useDisk)
        self.assertEqual(set(module_spark.save_models(models, new)), {"delivery", "login"})
        self.assertFalse(models.storageLevel.useDisk)
        models.persist()
        module_spark.save_models(models, path)
        self.assertTrue(models.storageLevel.useMemory)
        models.unpersist()

    def test_a_model_for_each_group(self):
        df = tickets().withColumn("team", F.expr("CASE WHEN id < 6 THEN id % 2 WHEN id = 8 THEN 7 END"))
        models = module_spark.train_by_group(df, "team", "text", "label", {"epochs": 2})
        path = os.path.join(self.folder, "new.db")
        left_out = module_spark.save_models(models, path)
        self.assertEqual(list(left_out), ["7"])
        self.assertIn("there is one label only (rows: 1)", left_out["7"])
        session.conf.set("spark.sql.execution.arrow.useLargeVarTypes", "true")
        self.addCleanup(session.conf.unset, "spark.sql.execution.arrow.useLargeVarTypes")
        self.assertEqual(module_spark.save_models(models.where("name = '0'"), path), {})
        known = "SELECT name, version, metrics ->> 'rows', options ->> 'threads' FROM classify_models ORDER BY 1, 2"
        self.assertEqual(self.ask(known, path=path), [("0", 1, 3, 1), ("0", 2, 3, 1), ("1", 1, 3, 1)])
        self.assertEqual(sorted(labeller.Labeller((path, "1")).labels), ["delivery", "login"])


class Refused(Test):
    def test_models(self):
        weights = labeller.weights_of((database, "tickets"))
        changed = bytearray(weights)
        changed[-1] ^= 1
        for model, kind, sentence in (
                ((database, "spma"), ValueError, "no model named 'spma' (models: "),
                (("none.db", "a"), FileNotFoundError, "there is no file none.db"),
                (weights[:-9], ValueError, "the weights cannot be used"),
                (bytes(changed), ValueError, "the bytes have changed since their identifier was written"),
                ("tickets", TypeError, "the model is 'tickets', expected the bytes of its weights, or the path")):
            self.refuses(kind, sentence, module_spark.label, tickets(), "text", model, columns={"label": "a"})
            self.refuses(kind, sentence, module_spark.classify_udf, model, session)

    def label(self, *arguments, **named):
        return module_spark.label(*arguments, **{"model": (database, "tickets"), "columns": {"label": "a"}, **named})

    def test_columns(self):
        df = tickets()
        for named, kind, sentence in (
                ({"text": "body"}, ValueError, "the DataFrame has no column 'body', expected one with the text "
                                               "(columns: id, text, label)"),
                ({"text": "id"}, TypeError, "column 'id' with the text is of the type int, expected string"),
                ({"text": 5}, TypeError, "text is 5, expected the name of a column"),
                ({"columns": ("label",)}, ValueError, "the DataFrame has a column 'label' already"),
                ({"columns": {"label": "TEXT"}}, ValueError, "the DataFrame has a column 'TEXT' already"),
                ({"columns": {"label": "a", "scores": "a"}}, ValueError, "or columns has it twice"),
                ({"columns": ["labels"]}, ValueError, "columns has 'labels', expected some of label, confidence, "),
                ({"columns": {"label": 5}}, ValueError, "columns names the column 'label' 5, expected a text"),
                ({"columns": None}, TypeError, "columns is None, expected some of label, confidence"),
                ({"columns": [["label"]]}, ValueError, "columns has ['label'], expected some of"),
                ({"columns": []}, ValueError, "columns is empty, expected some of"),
                ({"options": {"thread": 1}}, ValueError, "unknown option 'thread' (options: threads)"),
                ({"options": {"threads": 0}}, ValueError, "option threads is 0, expected an integer from 1 to 256"),
                ({"options": {"threads": [1]}}, ValueError, "option threads is [1], expected an integer from 1 to 256"),
                ({"options": {"threads": True}}, ValueError, "option threads is True, expected an integer from 1"),
                ({"options": "{"}, ValueError, "options is '{', which is not JSON, expected a dict"),
                ({"options": [1]}, TypeError, "options is [1], expected a dict")):
            self.refuses(kind, sentence, self.label, df, **{"text": "text", **named})
        self.refuses(TypeError, "df is 5, expected a DataFrame of Spark", self.label, 5, "text")
        self.refuses(ValueError, "the DataFrame has 2 columns 'text'", self.label, df.select("text", "text"), "text")
        self.refuses(ValueError, "labels of the model read the same", self.label, df, "text", model=(database, "mixed"),
                     columns=["scores"])

    def test_evaluate_and_train(self):
        df = tickets().withColumn("day", F.current_date()).withColumn("tags", F.array("label"))
        for column, type_ in ("day", "date"), ("tags", "array<string>"):
            sentence = f"column '{column}' with the label is of the type {type_}, expected string or"
            self.refuses(TypeError, sentence, module_spark.evaluate, df, "text", column, (database, "tickets"))
        self.refuses(FileNotFoundError, "there is no folder /no, expected that of the database", module_spark.train, df,
                     "text", "label", "/no/my.db")
        for group, options, kind, sentence in (
                ("tags", None, TypeError, "column 'tags' with the group is of the type array<string>"),
                ("id", {"epoch": 1}, ValueError, "unknown option 'epoch'"),
                ("id", {"epochs": 0}, ValueError, "option epochs is 0"),
                ("id", {"teacher": "minilm"}, ValueError, "option teacher is 'minilm', expected none"),
                ("id", {"validation": "SELECT 1"}, ValueError, "option validation is 'SELECT 1', expected none")):
            self.refuses(kind, sentence, module_spark.train_by_group, df, group, "text", "label", options)

    def test_in_a_task(self):
        """What is found out there only is a sentence in Spark's own exception."""
        df = session.createDataFrame([("my parcel", "delivery")], "text string, label string")
        with self.assertRaises(Exception) as raised:
            module_spark.evaluate(df, "text", "label", (database, "tags"))
        self.assertIn("a row has the label 'delivery', expected a list of texts and numbers", str(raised.exception))


class Executors(Test):
    def setUp(self):
        super().setUp()
        self.forget()
        self.addCleanup(self.forget)

    @staticmethod
    def forget():
        module_spark._shared.clear()
        module_spark._checked.clear()

    def test_without_the_package(self):
        if before_ship is None:
            self.skipTest("the package is installed in the Python of the executors")
        self.assertRegex(before_ship, r"^the executor \S+ \(.*python.*\) has no sqlite_classify: install it there "
                                      r"\(pip install sqlite-classify\), or bring")

    def label(self):
        return module_spark.label(tickets(), "text", (database, "tickets"), columns=["scores"])

    def train_by_group(self):
        return module_spark.train_by_group(tickets(), "id", "text", "label")

    @contextlib.contextmanager
    def python(self, script):
        path = os.path.join(self.folder, "python")
        with open(path, "w") as file:
            file.write("#!/bin/sh\n" + script)
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
        with mock.patch.object(session.sparkContext, "pythonExec", path):
            yield

    def test_without_extensions(self):
        os.mkdir(os.path.join(self.folder, "sqlite3"))
        with open(os.path.join(self.folder, "sqlite3", "__init__.py"), "w") as file:
            file.write(FOREIGN_SQLITE)
        for name in "apsw", "pysqlite3":
            with open(os.path.join(self.folder, name + ".py"), "w") as file:
                file.write("raise ImportError\n")
        with self.python(f'PYTHONPATH="{self.folder}:$PYTHONPATH" exec "{session.sparkContext.pythonExec}" "$@"'):
            for call in self.label, self.train_by_group:
                error = self.refuses(module_spark.ExecutorError, "this Python's sqlite3 cannot load extensions", call)
                self.assertRegex(str(error), r"^the executor \S+ \(.*python.*\): .*pip install apsw")

    def test_no_python(self):
        with self.python("echo no Python here >&2; exit 1"):
            self.refuses(module_spark.ExecutorError, "no task of Python runs in the executors: ", self.label)

    def test_another_version(self):
        with mock.patch.object(module_spark, "_version", lambda: "0.0.1"):
            sentence = ", and the driver 0.0.1, expected the same on all machines"
            error = self.refuses(module_spark.ExecutorError, sentence, self.train_by_group)
        version, = self.ask("SELECT classify_version()")[0]
        self.assertIn(f" has sqlite-classify {version}, and", str(error))
        found = mock.MagicMock(version="0.0.1", labels=["delivery", "login"], multilabel=False)
        found.__enter__.return_value = found
        with mock.patch.object(module_spark, "labeller", lambda *_: found):
            self.refuses(module_spark.ExecutorError, sentence, self.label)

    def test_archive(self):
        path = module_spark.archive(os.path.join(self.folder, "a.zip"))
        with zipfile.ZipFile(path) as file:
            file.extractall(os.path.join(self.folder, "sqlite_classify"))
        with mock.patch.object(connections, "HERE", os.path.join(self.folder, "sqlite_classify")):
            self.assertTrue(os.path.exists(sqlite_classify.loadable_path() + ".so"))
        self.assertIn("spark_worker.py", os.listdir(os.path.join(self.folder, "sqlite_classify")))
        self.refuses(FileNotFoundError, "there is no library none.so, expected classify.so", module_spark.archive,
                     path, "none.so")
        self.refuses(ValueError, f"{path} is no library, expected classify.so", module_spark.archive, path, path)
