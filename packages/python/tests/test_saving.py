"""save(): the row that it makes, what the extension then says of the model, and what is refused."""
import json
import sqlite3
import struct
import sys
import threading
import unittest
import warnings

import sqlite_classify
from sqlite_classify import connections, model_file, saving

import hosts

ROWS = [("Where is my parcel?", "delivery"), ("the courier has my parcel", "delivery"), ("my password", "account"),
        ("login and password", "account"), ("the courier forgot his password", "account"),
        ("a parcel, a login", "account"),
        ("my courier knows my password and my login", "delivery"), ("where?", "other")]
TICKETS = [(f"{number} {word} {thing}", label) for number in range(8) for word in ("my", "the")
           for thing, label in (("parcel", "delivery"), ("courier", "delivery"), ("password", "account"),
                                ("login", "account"), ("invoice login", 5), ("amount", 5), ("half parcel", 2.5))]


SMALL = '{"epochs": 1, "hidden": 4, "embedding": 4, "subwords": false}'


class Asking:
    """Short questions to a connection of any kind."""

    def __init__(self, connection):
        sqlite_classify.load(connection)
        self.db = connections.unwrap(connection)

    def all(self, sql, *values):
        return self.db.cursor().execute(sql, values).fetchall()

    def one(self, sql, *values):
        row, = self.all(sql, *values)
        return row[0] if len(row) == 1 else row

    def train(self, name):
        return self.all("SELECT classify_train(column1, column2, ?, ?) "
                        "FROM (VALUES ('a', 1), ('a b', 1), ('c', 2), ('c b', 2))", name, SMALL)

    def fill(self, rows):
        self.all("CREATE TABLE t(body, category)")
        self.db.cursor().executemany("INSERT INTO t VALUES (?, ?)", rows)
        self.commit()

    def commit(self):
        if getattr(self.db, "in_transaction", False) and hasattr(self.db, "commit"):
            self.db.commit()


class Row(hosts.Test):
    @hosts.for_each_kind
    def test_without_rows(self, connection):
        ask = Asking(connection)
        self.assertEqual(sqlite_classify.save(connection, "m", hosts.weights(), options={"from": "é"}), 1)
        row = ask.one("SELECT name, version, labels, options, metrics FROM classify_models")
        self.assertEqual(row, ("m", 1, '["delivery","account"]', '{"from":"é"}', '{"labels":2,"words":4}'))
        age = ask.one("SELECT julianday('now') - julianday(created) FROM classify_models")
        self.assertTrue(-0.01 < age < 1, age)
        self.assertEqual(ask.one("SELECT classify('Where is my parcel?', 'm')"), "delivery")
        self.assertIn("<h2>Labels</h2>", ask.one("SELECT classify_card('m')"))
        self.refuses(Exception, "has no validation rows", ask.all, "SELECT * FROM classify_evaluate(NULL, 'm')")
        self.refuses(Exception, "has no list of words", ask.all, "SELECT * FROM classify_words('m')")

    @hosts.for_each_kind
    def test_it_loads_the_extension_and_commits(self, connection):
        sqlite_classify.save(connection, "m", hosts.weights())
        ask = Asking(connection)
        self.assertFalse(ask.db.in_transaction)
        self.assertEqual(ask.one("SELECT classify('my password', 'm')"), "account")

    @hosts.for_each_kind
    def test_versions_are_never_used_twice(self, connection):
        ask = Asking(connection)
        self.assertEqual([sqlite_classify.save(connection, "m", hosts.weights()) for _ in range(3)], [1, 2, 3])
        ask.all("DELETE FROM classify_models WHERE version = 3")
        ask.commit()
        self.assertEqual(sqlite_classify.save(connection, "m", hosts.weights()), 4)
        self.assertEqual(sqlite_classify.save(connection, "n", hosts.weights()), 1)
        ask.train("m")
        self.assertEqual(ask.one("SELECT max(version) FROM classify_models WHERE name = 'm'"), 5)

    @hosts.for_each_kind
    def test_a_table_made_by_hand_is_completed(self, connection):
        ask = Asking(connection)
        ask.all("""CREATE TABLE classify_models(name TEXT NOT NULL, version INTEGER NOT NULL, created TEXT NOT NULL,
            labels TEXT NOT NULL, options TEXT NOT NULL, metrics TEXT NOT NULL, weights BLOB NOT NULL,
            PRIMARY KEY (name, version))""")
        sqlite_classify.save(connection, "m", hosts.weights())
        ask.all("DELETE FROM classify_models")
        ask.commit()
        self.assertEqual(sqlite_classify.save(connection, "m", hosts.weights()), 2)

    @hosts.for_each_kind
    def test_it_is_made_as_a_training_makes_it(self, connection):
        ask = Asking(connection)
        ask.all("ATTACH ':memory:' AS trained")
        ask.train("trained.m")
        sqlite_classify.save(connection, "main.m", hosts.weights())
        made = "SELECT type, name, replace(sql, 'trained', 'main') FROM %s.sqlite_master ORDER BY type, name"
        self.assertEqual(ask.all(made % "main"), ask.all(made % "trained"))

    @hosts.for_each_kind
    def test_schemas(self, connection):
        ask = Asking(connection)
        ask.all("ATTACH ':memory:' AS \"other \"\"one\"")
        for name in 'Other "One.m', "temp.t", "MAIN.a.b", "main.no.schema":
            self.assertEqual(sqlite_classify.save(connection, name, hosts.weights(), ROWS), 1)
        self.assertEqual(ask.one('SELECT name FROM "other ""one".classify_models'), "m")
        self.assertEqual(ask.one("SELECT name FROM temp.classify_models"), "t")
        self.assertEqual(ask.all("SELECT name FROM main.classify_models ORDER BY name"), [("a.b",), ("no.schema",)])
        self.assertEqual(sqlite_classify.save(connection, "t", hosts.weights()), 1)
        self.assertEqual(ask.all("SELECT name FROM main.classify_models WHERE name = 't'"), [("t",)])

    @hosts.for_each_kind
    def test_foreign_versions(self, connection):
        ask = Asking(connection)
        ask.all("CREATE TABLE classify_versions(x)")
        self.assertEqual([sqlite_classify.save(connection, "m", hosts.weights()) for _ in "12"], [1, 2])
        self.assertEqual(ask.all("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%_versions%'"), [])

    @hosts.for_each_kind
    def test_foreign_changes(self, connection):
        ask = Asking(connection)
        for foreign in ("TABLE classify_changes(x)", "TABLE classify_changes(mark, author)",
                        "VIEW classify_changes AS SELECT 40 AS mark"):
            ask.all(f"CREATE {foreign}")
            version = sqlite_classify.save(connection, "m", hosts.weights())
            self.assertEqual(sqlite_classify.save(connection, "m", hosts.weights()), version + 1)
            self.assertEqual(ask.all("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%_changes%'"),
                             [])
            ask.all(f"DROP {foreign.split('(')[0].split(' AS')[0]}")

    @hosts.for_each_kind
    def test_newest_of_any_kind(self, connection):
        ask = Asking(connection)
        for version, newest in enumerate(["1", "9223372036854775806", "1e300", "'abc'"], 1):
            self.assertEqual(sqlite_classify.save(connection, "m", hosts.weights()), version)
            ask.all(f"UPDATE classify_versions SET newest = {newest}")

    @hosts.for_each_kind
    def test_labels_are_written_as_a_training_writes_them(self, connection):
        ask = Asking(connection)
        ask.fill([(f"{word} {label}", label) for label in (5, -2.5, 7.0, 'é "\\\n', "") for word in "abc"])
        ask.all("SELECT classify_train(body, category, 'trained', ?) FROM t", SMALL)
        ask.commit()
        sqlite_classify.save(connection, "copy", ask.one("SELECT weights FROM classify_models"))
        labels = ask.all("SELECT labels, weights FROM classify_models")
        self.assertEqual(len(labels), 2)
        self.assertEqual(labels[0], labels[1])

    @hosts.for_each_kind
    def test_an_identifier(self, connection):
        ask = Asking(connection)
        sqlite_classify.save(connection, "m", hosts.weights())
        saved = ask.one("SELECT weights FROM classify_models")
        self.assertIn(b'{"__metadata__":{"identifier":"', saved[:60])
        damaged = model_file.identified(hosts.weights(keys=("tdelivery", "tlogin"))).replace(b"courier", b"carrier")
        self.refuses(Exception, "the bytes have changed since their identifier was written", sqlite_classify.save,
                     connection, "m", damaged)


    @hosts.for_each_kind
    def test_an_identifier_of_a_model_that_is_there(self, connection):
        """The extension has it in memory by its identifier, and would not look at the bytes."""
        ask = Asking(connection)
        whole = model_file.identified(hosts.weights())
        sqlite_classify.save(connection, "m", whole, ROWS)
        size = len(whole)
        for damaged, sentence in (
                (whole[:-10], f"they are cut off, their header says {size} bytes"),
                (whole[:size // 4], "their header is cut off or damaged"),
                (whole.replace(b"courier", b"carrier"), "the bytes have changed since their identifier was written"),
                (whole + b"more", f"there is more behind their end, their header says {size} bytes")):
            error = self.refuses(ValueError, sentence, sqlite_classify.save, connection, "n", damaged)
            self.assertIn(f"({len(damaged)} bytes)", str(error))
        self.assertEqual(ask.one("SELECT count(*) FROM classify_models"), 1)

    @hosts.for_each_kind
    def test_words_that_the_tokenizer_does_not_give(self, connection):
        def weights(tokenize):
            metadata, tensors = model_file.split(hosts.weights())
            return model_file.join({**metadata, "tokenize": tokenize}, tensors)
        with self.assertWarnsRegex(UserWarning, "tokenizer 'trigram' does not give 4 of 4 words .* is 'parcel'"):
            sqlite_classify.save(connection, "m", weights("trigram"))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for tokenize in "unicode61", "porter unicode61", "unicode lower none":
                sqlite_classify.save(connection, "m", weights(tokenize))

    @hosts.for_each_kind
    def test_an_identifier_that_is_not_seen(self, connection):
        """The extension looks for it without blanks. With one it gets a new identifier."""
        saved = model_file.identified(hosts.weights())
        length, = struct.unpack_from("<Q", saved)
        header = saved[8:8 + length].replace(b'"identifier":"', b'"identifier": "')
        file = struct.pack("<Q", len(header)) + header + saved[8 + length:]
        self.assertEqual(sqlite_classify.save(connection, "m", file), 1)
        stored = Asking(connection).one("SELECT weights FROM classify_models")
        self.assertEqual(stored.index(b'{"__metadata__":{"identifier":"'), 8)
        self.assertEqual(model_file.split(stored)[1], model_file.split(saved)[1])


class Rows(hosts.Test):
    @hosts.for_each_kind
    def test_what_is_stored_is_what_the_extension_says_of_the_rows(self, connection):
        ask = Asking(connection)
        ask.fill(ROWS)
        sqlite_classify.save(connection, "m", hosts.weights(), iter(ROWS))
        query = "SELECT body, category FROM t"
        for function in "classify_report", "classify_confusion":
            stored = ask.all(f"SELECT * FROM {function}(NULL, 'm')")
            self.assertEqual(stored, ask.all(f"SELECT * FROM {function}(?, 'm')", query), function)
        figures = [ask.one("SELECT * FROM classify_evaluate(?, 'm')", rows) for rows in (None, query)]
        for stored, computed in zip(*figures):  # sums of rows in another order
            self.assertAlmostEqual(stored, computed, 12)
        card = ask.one("SELECT classify_card('m')")
        for section in "Confusion", "Calibration", "Words", "Examples":
            self.assertIn(f"<h2>{section}</h2>", card)

    @hosts.for_each_kind
    def test_figures(self, connection):
        ask = Asking(connection)
        rows = [*ROWS, (None, "delivery"), ("parcel", None), ("parcel", float("nan"))]
        sqlite_classify.save(connection, "m", hosts.weights(), rows)
        metrics = json.loads(ask.one("SELECT metrics FROM classify_models"))
        validation = metrics["validation"]
        self.assertEqual((metrics["validation_rows"], metrics["skipped"], validation["rows"]), (8, 3, 8))
        self.assertEqual(sum(count for count, _, _ in validation["calibration"]), 8)
        self.assertEqual(len(validation["calibration"]), 15)
        self.assertEqual(sum(count for _, _, count in validation["confusion"]), 8)
        gap = sum(rows * abs(confidence - right) for rows, confidence, right in validation["calibration"] if rows) / 8
        self.assertAlmostEqual(gap, validation["calibration_error"])
        for example in validation["examples"]:
            self.assertIn((example["text"], example["label"]), ROWS)
            self.assertEqual(example["predicted"], ask.one("SELECT classify(?, 'm')", example["text"]))
        wrong = [example for example in validation["examples"] if example["label"] != example["predicted"]]
        self.assertEqual(len(wrong), min(4, round(8 * (1 - validation["accuracy"]))))

    @hosts.for_each_kind
    def test_it_is_as_after_a_training(self, connection):
        """A model that was trained here has the same metrics and keywords when it is saved once more."""
        ask = Asking(connection)
        ask.fill(TICKETS)
        options = json.dumps({"validation": "SELECT body, category FROM t WHERE rowid % 3 = 0", "epochs": 2,
                              "hidden": 4, "subwords": False})
        ask.all("SELECT classify_train(body, category, 'm', ?) FROM t WHERE rowid % 3", options)
        trained = ask.one("SELECT weights FROM classify_models")
        held_out = ask.all("SELECT body, category FROM t WHERE rowid % 3 = 0")
        sqlite_classify.save(connection, "m", hosts.without(trained, "keywords."), held_out)
        first, second = [json.loads(metrics)["validation"] for metrics, in
                         ask.all("SELECT metrics FROM classify_models ORDER BY version")]
        self.assertEqual(first.keys(), second.keys())
        self.assertEqual(sorted(first["confusion"], key=str), sorted(second["confusion"], key=str))
        for name in "rows", "accuracy", "macro_f1", "weighted_f1", "log_loss", "calibration_error":
            self.assertAlmostEqual(first[name], second[name], 4, name)  # six digits are stored
        for a, b in zip(first["calibration"], second["calibration"]):
            self.assertEqual(a[0], b[0])
            if a[0]:
                self.assertAlmostEqual(a[1], b[1], 4)
                self.assertAlmostEqual(a[2], b[2], 4)
        learned = ask.all("SELECT body, category FROM t WHERE rowid % 3")
        sqlite_classify.save(connection, "m", hosts.without(trained, "keywords."), learned)
        words = "SELECT label, token, count, contribution FROM classify_words(?) ORDER BY 1, 2"
        ours, theirs = ask.all(words, "m@3"), ask.all(words, "m@1")
        self.assertEqual([row[:3] for row in ours], [row[:3] for row in theirs])
        for a, b in zip(ours, theirs):
            self.assertAlmostEqual(a[3], b[3], 4, a)

    @hosts.for_each_kind
    def test_words_of_the_model_stay(self, connection):
        ask = Asking(connection)
        ask.train("m")
        trained = ask.one("SELECT weights FROM classify_models")
        sqlite_classify.save(connection, "m", trained, [("a", 1)])
        self.assertEqual(ask.one("SELECT weights FROM classify_models WHERE version = 2"), trained)

    @hosts.for_each_kind
    def test_texts_without_a_known_word(self, connection):
        ask = Asking(connection)
        sqlite_classify.save(connection, "m", hosts.weights(), [("what else?", "account"), ("", "delivery")])
        self.assertEqual(ask.one("SELECT rows FROM classify_evaluate(NULL, 'm')"), 2)
        self.refuses(Exception, "has no list of words", ask.all, "SELECT * FROM classify_words('m')")

    @hosts.for_each_kind
    def test_texts_that_are_numbers(self, connection):
        ask = Asking(connection)
        sqlite_classify.save(connection, "m", hosts.weights(), [(5, "account"), (2.5, "delivery"), ("a", "account")])
        examples = json.loads(ask.one("SELECT metrics FROM classify_models"))["validation"]["examples"]
        self.assertEqual(sorted(example["text"] for example in examples), ["2.5", "5", "a"])

    @hosts.for_each_kind
    def test_long_texts_are_shown_in_part(self, connection):
        ask = Asking(connection)
        sqlite_classify.save(connection, "m", hosts.weights(), [("é" * 400, "account")])
        example, = json.loads(ask.one("SELECT metrics FROM classify_models"))["validation"]["examples"]
        self.assertEqual(example["text"], "é" * 250)

    @hosts.for_each_kind
    def test_numbers_of_numpy(self, connection):
        class Number:  # as numpy has them: bytes to sqlite3, if they are passed on as they are
            def item(self):
                return 5
        ask = Asking(connection)
        file = hosts.weights(b"ti", ("ta", "n5"))
        sqlite_classify.save(connection, "m", file, [("my password", Number()), ["parcel", "a"]])
        self.assertEqual(ask.one("SELECT accuracy FROM classify_evaluate(NULL, 'm')"), 1)

    def test_the_strongest_words(self):
        """By |sum| / (count + 5), then those that speak for the label first; of equals the first word."""
        uses = [(1, 5, 1.0), (2, 5, -20.0), (3, 45, 10.0), (4, 5, 1.0), (5, 1, 0.5)]
        self.assertEqual([use[0] for use in saving._strongest(uses, 1)], [3, 1, 4, 5, 2])
        many = [(word, 5, 10.0 - word % 300) for word in range(1000)]
        self.assertEqual(len(saving._strongest(many, 2)), 200)
        self.assertEqual(len(saving._strongest(many, 1000)), 20)
        self.assertEqual(len(saving._strongest(many, 10000)), 10)


class Transactions(hosts.Test):
    @hosts.for_each_kind
    def test_a_transaction_that_is_open_stays_open(self, connection):
        ask = Asking(connection)
        ask.all("BEGIN")
        ask.all("CREATE TABLE t(x)")
        sqlite_classify.save(connection, "m", hosts.weights(), ROWS)
        self.assertTrue(ask.db.in_transaction)
        self.assertEqual(ask.one("SELECT classify('my password', 'm')"), "account")
        ask.all("ROLLBACK")
        self.assertEqual(ask.all("SELECT name FROM sqlite_master"), [])

    @hosts.for_each_kind
    def test_an_error_leaves_nothing(self, connection):
        ask = Asking(connection)
        for rows in [], [("parcel", None)], [(b"parcel", "account")], [("parcel", b"account")]:
            with self.assertRaises(Exception):
                sqlite_classify.save(connection, "m", hosts.weights(), rows)
            self.assertFalse(ask.db.in_transaction)
            for schema in "main", "temp":
                self.assertEqual(ask.all(f"SELECT name FROM {schema}.sqlite_master"), [])

    @hosts.for_each_kind
    def test_an_error_in_a_transaction_undoes_its_own_part_only(self, connection):
        ask = Asking(connection)
        ask.all("BEGIN")
        ask.all("CREATE TABLE t(x)")
        with self.assertRaises(Exception):
            sqlite_classify.save(connection, "m", hosts.weights()[:-1])
        ask.all("COMMIT")
        self.assertEqual(ask.all("SELECT name FROM sqlite_master"), [("t",)])

    @hosts.for_each_kind
    def test_it_waits_for_a_lock(self, connection):
        """Of another connection that writes, also when the table of models is there already."""
        db = connections.unwrap(connection)
        getattr(db, "set_busy_timeout", getattr(db, "setbusytimeout", lambda time: None))(5000)
        path = Asking(connection).one("SELECT file FROM pragma_database_list WHERE name = 'main'")
        for version in 1, 2:
            driver = sqlite3 if hosts.CAN_LOAD else __import__("pysqlite3")
            other = driver.connect(path, isolation_level=None, check_same_thread=False)
            other.execute("BEGIN IMMEDIATE")
            ending = threading.Timer(0.2, other.execute, ["ROLLBACK"])
            ending.start()
            self.assertEqual(sqlite_classify.save(connection, "m", hosts.weights()), version)
            ending.join()
            other.close()

    def test_many_threads(self):
        path = f"{self.folder}/threads.db"
        saved = []

        def run():
            db = sqlite_classify.connect(path)
            saved.append(sqlite_classify.save(db, "m", hosts.weights()))
            db.close()

        threads = [threading.Thread(target=run) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(saved), list(range(1, 9)))

    @hosts.for_each_kind
    def test_a_lock_is_none_of_temp(self, connection):
        path = Asking(connection).one("SELECT file FROM pragma_database_list WHERE name = 'main'")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        self.assertEqual(sqlite_classify.save(connection, "temp.m", hosts.weights()), 1)
        other.close()

    def test_a_transaction_of_sqlalchemy(self):
        """Which its driver does not know of before the first statement that writes."""
        if "SQLAlchemy" not in hosts.INSTALLED:
            self.skipTest("there is no SQLAlchemy")
        import sqlalchemy
        connection = hosts.KINDS["SQLAlchemy"][1](f"{self.folder}/alchemy.db")
        self.addCleanup(hosts.close, connection)
        count = sqlalchemy.text("SELECT count(*) FROM sqlite_master")
        for ending, tables in ("rollback", 0), ("commit", 10):
            transaction = connection.begin()
            sqlite_classify.save(connection, "m", hosts.weights())
            getattr(transaction, ending)()
            with connection.begin():
                self.assertEqual(connection.execute(count).scalar(), tables)

    def test_every_way_of_committing(self):
        driver = sqlite3 if hosts.CAN_LOAD else __import__("pysqlite3")
        ways = [{"isolation_level": level} for level in ("", None, "IMMEDIATE", "EXCLUSIVE")]
        if driver is sqlite3 and sys.version_info >= (3, 12):
            ways += [{"autocommit": True}, {"autocommit": False}]
        for way in ways:
            with self.subTest(**way):
                path = f"{self.folder}/{way}.db"
                db = driver.connect(path, **way)
                sqlite_classify.save(db, "m", hosts.weights(), ROWS)
                if way == {"autocommit": False}:
                    db.commit()
                db.close()
                db = driver.connect(path)
                self.assertEqual(db.execute("SELECT version FROM classify_models").fetchall(), [(1,)])
                db.close()

    @hosts.for_each_kind
    def test_factories(self, connection):
        ask = Asking(connection)
        if not hasattr(ask.db, "row_factory"):
            return
        ask.db.row_factory = lambda cursor, row: dict(zip([column[0] for column in cursor.description], row))
        ask.db.text_factory = bytes
        sqlite_classify.save(connection, "m", hosts.weights(), ROWS)
        self.assertIs(ask.db.text_factory, bytes)
        ask.db.row_factory = None
        labels = ask.all("SELECT DISTINCT label FROM classify_words('m') ORDER BY 1")
        self.assertEqual(labels, [(b"account",), (b"delivery",)])


class Refused(hosts.Test):
    @hosts.for_each_kind
    def test_weights(self, connection):
        driver = connections.unwrap(connection)
        for damaged, sentence in (
                (hosts.weights()[:-1], "cannot be used: tensor 'vocabulary.bytes' lies at bytes"),
                (b"", "cannot be used: 0 bytes are not a whole safetensors file"),
                (hosts.weights().replace(b"output.bias", b"output.beer"), "tensor 'output.beer' is not known"),
                (hosts.weights(b"ti"), "label 2 is not a value")):
            error = self.refuses(Exception, sentence, sqlite_classify.save, connection, "m", damaged)
            self.assertEqual(type(error).__module__.split(".")[0], type(driver).__module__.split(".")[0])
            self.assertIn("main.m@1", str(error))
            self.assertIn("save(): ", str(error))
            self.assertNotIn("classify_labels()", str(error))
        self.refuses(TypeError, "weights is 'm.keras', expected the bytes of a model's file", sqlite_classify.save,
                     connection, "m", "m.keras")
        self.assertEqual(sqlite_classify.save(connection, "m", memoryview(hosts.weights())), 1)

    @hosts.for_each_kind
    def test_names(self, connection):
        for name in "", "main.", "m@3", "main.m@1", "m@", "@", "m@" + "9" * 30:
            self.refuses(ValueError, f"the model's name is '{name}', expected name or schema.name",
                         sqlite_classify.save, connection, name, hosts.weights())
        self.refuses(ValueError, "no database is attached as 'nosuch', expected the name of one before the dot of the "
                     "model's name 'nosuch.z'; 'main.nosuch.z' is", sqlite_classify.save, connection, "nosuch.z",
                     hosts.weights())
        self.refuses(TypeError, "the model's name is 5, expected a text", sqlite_classify.save, connection, 5,
                     hosts.weights())
        self.assertEqual(sqlite_classify.save(connection, "me@home", hosts.weights()), 1)

    @hosts.for_each_kind
    def test_rows(self, connection):
        for rows, sentence in (
                (["ab"], "row 0 of rows is 'ab', expected a text and its label"),
                ([("a", "account"), ("a", "account", 1)], "row 1 of rows is ('a', 'account', 1), expected a text"),
                ([{"text": 1, "label": 2}], "row 0 of rows is {'text': 1, 'label': 2}, expected"),
                ([5], "row 0 of rows is 5, expected"),
                ([("a", None)], "rows has no text with a label (rows: 1), expected at least one"),
                ([], "rows has no text with a label (rows: 0), expected at least one")):
            self.refuses(ValueError, sentence, sqlite_classify.save, connection, "m", hosts.weights(), rows)
        for row, sentence in (
                ((b"a", "account"), "the text of row 0 of rows is b'a' (a BLOB), expected a text or a number"),
                ((["a"], "account"), "the text of row 0 of rows is ['a'], expected a text or a number"),
                (("a", {"b": 1}), "the label of row 0 of rows is {'b': 1}, expected a text or a number")):
            self.refuses(TypeError, sentence, sqlite_classify.save, connection, "m", hosts.weights(), [row])
        self.refuses(ValueError, "the label of row 0 of rows is 18446744073709551616, which does not fit",
                     sqlite_classify.save, connection, "m", hosts.weights(), [("a", 2**64)])
        for rows in 5, "ab":
            self.refuses(TypeError, f"rows is {rows!r}, expected texts with their labels", sqlite_classify.save,
                         connection, "m", hosts.weights(), rows)

    @hosts.for_each_kind
    def test_a_model_of_several_labels(self, connection):
        metadata, tensors = model_file.split(hosts.weights())
        metadata = {key: value for key, value in metadata.items() if key != "identifier"}
        weights = model_file.join({**metadata, "multilabel": "true"}, tensors)
        self.refuses(ValueError, "rows are given for a model that gives a text several labels", sqlite_classify.save,
                     connection, "m", weights, ROWS)
        self.assertEqual(sqlite_classify.save(connection, "m", weights), 1)
        labels = Asking(connection).one("SELECT classify('my parcel', 'm')")
        self.assertIsInstance(json.loads(labels), list)

    @hosts.for_each_kind
    def test_texts_that_are_no_unicode(self, connection):
        for arguments, named, what in (
                (["m", hosts.weights(), [("a", "b"), ("x\ud800", "b")]], {}, "the text of row 1 of rows is 'x\\ud800'"),
                (["m", hosts.weights(), [("a", "\udc80")]], {}, "the label of row 0 of rows is '\\udc80'"),
                (["m\udc80", hosts.weights()], {}, "the model's name is 'm\\udc80'"),
                (["m", hosts.weights()], {"options": {"a": "\udfff"}}, "options is '{\"a\":\"\\udfff\"}'")):
            error = self.refuses(ValueError, what, sqlite_classify.save, connection, *arguments, **named)
            self.assertIn("is half of a character", str(error))

    @hosts.for_each_kind
    def test_rows_without_a_label_of_the_model(self, connection):
        for rows, sentence in (
                ([("a", 0), ("b", 1)], "the model has 'delivery'; expected texts with the labels themselves, not with"),
                ([("delivery", "my parcel"), ("account", "my login")], "rows has labels for texts, such as 'delivery'"),
                ([("a", "Delivery")], "no row has a label of the model: one has 'Delivery'")):
            self.refuses(ValueError, sentence, sqlite_classify.save, connection, "m", hosts.weights(), rows)
        sqlite_classify.save(connection, "m", hosts.weights(), [("a", 0), ("a", "account")])
        sqlite_classify.save(connection, "n", hosts.weights(b"ii", ("n2", "n3")), [(1, 2)])
        examples, = [json.loads(row)["validation"]["examples"] for row, in
                     Asking(connection).all("SELECT metrics FROM classify_models WHERE name = 'n'")]
        self.assertEqual([(example["text"], example["label"]) for example in examples], [("1", 2)])

    @hosts.for_each_kind
    def test_a_data_frame(self, connection):
        class DataFrame:
            def __iter__(self):
                return iter(["text", "label"])

            def itertuples(self, index):
                return iter(ROWS)
        self.refuses(TypeError, "rows is a DataFrame, expected texts with their labels, such as df[['text', 'label']]."
                     "itertuples(index=False)", sqlite_classify.save, connection, "m", hosts.weights(), DataFrame())

    @hosts.for_each_kind
    def test_another_thing_of_this_name(self, connection):
        ask = Asking(connection)
        for thing, sentence in (
                ("VIEW classify_models AS SELECT 1 AS x", "main.classify_models is a view, expected a table"),
                ("TABLE classify_models(x)", "table main.classify_models has no column 'name', expected the table of")):
            ask.all("CREATE " + thing)
            ask.commit()
            self.refuses(ValueError, sentence, sqlite_classify.save, connection, "m", hosts.weights())
            ask.all(f"DROP {thing.split()[0]} classify_models")
            ask.commit()

    @hosts.for_each_kind
    def test_a_database_that_cannot_be_written(self, connection):
        ask = Asking(connection)
        ask.all("PRAGMA query_only = 1")
        self.refuses(Exception, "the database is read-only, expected one that can be written", sqlite_classify.save,
                     connection, "m", hosts.weights())

    @hosts.for_each_kind
    def test_options(self, connection):
        self.refuses(TypeError, "options is '{}', expected a dict", sqlite_classify.save, connection, "m",
                     hosts.weights(), options="{}")
        self.refuses(TypeError, "options is {'a': {1}}, expected what JSON can hold", sqlite_classify.save, connection,
                     "m", hosts.weights(), options={"a": {1}})
        self.refuses(ValueError, "options is {'a': nan}, expected what JSON can hold", sqlite_classify.save,
                     connection, "m", hosts.weights(), options={"a": float("nan")})

    @hosts.for_each_kind
    def test_a_trigger(self, connection):
        ask = Asking(connection)
        sqlite_classify.save(connection, "m", hosts.weights())
        ask.all("CREATE TRIGGER t BEFORE INSERT ON classify_models BEGIN SELECT raise(IGNORE); END")
        self.refuses(RuntimeError, "a trigger on main.classify_models has left out the new row", sqlite_classify.save,
                     connection, "m", hosts.weights())


class File(unittest.TestCase):
    def test_added_tensors_keep_the_others_aligned(self):
        metadata, tensors = model_file.split(hosts.weights())
        numbers = struct.pack("<3I", 1, 2, 3)
        added = {"u": model_file.Tensor("U8", [3], b"abc"), "a": model_file.Tensor("U32", [3], numbers),
                 "b": model_file.Tensor("F32", [1], hosts.floats(0.5)), "h": model_file.Tensor("F16", [1], b"hh")}
        file = model_file.join(metadata, {**added, **tensors})
        again = model_file.split(file)
        self.assertEqual({key: value for key, value in again[0].items() if key != "identifier"}, metadata)
        self.assertEqual(again[1], {**added, **tensors})
        end = 8 + struct.unpack_from("<Q", file)[0]
        self.assertEqual(end % 8, 0)
        for name, tensor in json.loads(file[8:end]).items():
            if name != "__metadata__":
                width = {"U8": 1, "F16": 2}.get(tensor["dtype"], 4)
                self.assertEqual(tensor["data_offsets"][0] % width, 0, name)

    def test_identifier(self):
        """The extension computes the same, or it would refuse the file; once it is there the file stays as it is."""
        file = model_file.identified(hosts.weights())
        self.assertEqual(model_file.join(*model_file.split(file)), file)
        self.assertEqual(model_file.identified(memoryview(file)), file)

    def test_texts(self):
        texts = ["", "\udc80b", "\u00e9", ""]
        self.assertEqual(model_file.strings(model_file.of_strings("x", texts), "x", "surrogateescape"), texts)
        self.assertEqual(model_file.strings(model_file.of_strings("x", []), "x", "replace"), [])
