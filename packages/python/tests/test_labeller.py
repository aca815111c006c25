"""Labeller: what classify_rows() and others say of the same texts, with each driver; and what is refused."""
import json
import os
import shutil
import tempfile
import threading
import unittest
from unittest import mock

from sqlite_classify import connections, labeller as module
from sqlite_classify.labeller import Labeller, digest_of, labeller, weights_of

import hosts

DRIVERS = [name for name in connections.DRIVERS if name in hosts.INSTALLED]
WORDS = "where is my parcel the courier lost it I forgot password login does not work".split()
TEXTS = [" ".join(WORDS[(i * step) % len(WORDS)] for i in range(1 + step % 9)) for step in range(600)]
TABLES = {  # of texts and labels
    "texts": [("my parcel", "delivery"), ("the courier", "delivery"), ("my password", "login"), ("no login", "login")],
    "numbers": [("my parcel", 5), ("the courier", 5), ("my password", 0.5), ("no login", 0.5), ("hello", "5"),
                ("hello you", "5")],
    "lists": [("my parcel", '["delivery"]'), ("the courier", '["delivery"]'), ("my password", '["login"]'),
              ("no login", '["login"]'), ("my parcel and my password", '["delivery","login"]'), ("hello", "[]")]}


def with_each_driver(test):
    def run(self):
        for driver in DRIVERS:
            with self.subTest(driver), mock.patch.object(connections, "DRIVERS", (driver,)):
                module._idle.clear()
                test(self)
    run.__doc__ = test.__doc__
    return run


def setUpModule():
    """Trains the models once; each test has a copy of their database."""
    global trained
    trained = tempfile.mkdtemp(prefix="sqlite classify ")
    unittest.addModuleCleanup(shutil.rmtree, trained)
    db = module.open_database(os.path.join(trained, "models.db"))
    cursor = db.cursor()
    for name, rows in TABLES.items():
        cursor.execute(f"CREATE TABLE {name}(text, label)")
        cursor.executemany(f"INSERT INTO {name} VALUES (?, ?)", rows)
        cursor.execute(f"SELECT classify_train(text, label, '{name}') FROM {name}").fetchall()
    db.close()


class Test(hosts.Test):
    def setUp(self):
        super().setUp()
        self.path = os.path.join(self.folder, "my models.db")
        shutil.copyfile(os.path.join(trained, "models.db"), self.path)
        self.db = module.open_database(self.path)
        self.addCleanup(self.db.close)
        self.addCleanup(self.close_kept)

    def ask(self, sql, *values):
        return self.db.cursor().execute(sql, values).fetchall()

    def made(self, model, **options):
        found = Labeller(model, **options)
        self.addCleanup(found.close)
        return found

    @staticmethod
    def close_kept():
        while module._idle:
            for found in module._idle.popitem()[1]:
                found.close()

    def near(self, found, expected):
        """The seventh digit of a probability depends on the texts that are labelled together."""
        self.assertEqual(len(found), len(expected))
        for one, other in zip(found, expected):
            self.assertAlmostEqual(one, other, places=5)


class Labels(Test):
    def of_classify_rows(self, name, texts):
        query = "'SELECT key, value FROM json_each(' || quote(?) || ')'"
        return self.ask(f"SELECT label, confidence FROM classify_rows({query}, ?)", json.dumps(texts), name)

    @with_each_driver
    def test_as_classify_rows(self):
        for name in "texts", "numbers":
            found, expected = self.made((self.path, name)), self.of_classify_rows(name, TEXTS)
            labels, confidences = found.label(TEXTS)
            self.assertEqual(labels, [row[0] for row in expected])
            self.assertEqual([type(label) for label in labels], [type(row[0]) for row in expected])
            self.near(confidences, [row[1] for row in expected])
            self.assertGreater(len(set(labels)), 1)

    @with_each_driver
    def test_several_labels_a_text(self):
        labels, confidences = self.made((self.path, "lists")).label([*TEXTS, None])
        expected = self.of_classify_rows("lists", [*TEXTS, None])
        self.assertEqual(labels, [row[0] and json.loads(row[0]) for row in expected])
        self.assertGreater(len(set(map(str, labels))), 1)
        self.near(confidences[:-1], [row[1] for row in expected[:-1]])
        self.assertIsNone(confidences[-1])

    def test_many_batches_and_numbers_of_texts(self):
        found = self.made((self.path, "texts"))
        labels, confidences = found.label(TEXTS)
        with mock.patch.object(module, "ROWS", 260):  # not a multiple of VALUES
            for count in 0, 1, 249, 250, 251, 260, 261, 600:
                some = found.label(TEXTS[:count])
                self.assertEqual(some[0], labels[:count])
                self.near(some[1], confidences[:count])
            self.assertEqual([max(row, key=row.get) for row in found.scores(TEXTS)], labels)

    @with_each_driver
    def test_what_has_no_text(self):
        class NAType:
            """That of pandas.NA, which refuses to be compared."""
            def __ne__(self, other):
                raise TypeError

        found = self.made((self.path, "texts"))
        labels, confidences = found.label([None, "", float("nan"), NAType(), "parcel"])
        self.assertEqual([label is None for label in labels], [True, False, True, True, False])
        self.assertEqual([confidence is None for confidence in confidences], [True, False, True, True, False])
        self.assertEqual(found.scores([None]), [None])
        self.assertEqual(found.reasons([None, ""]), [None, []])

    def test_other_lists(self):
        class Array:
            """As pyarrow's: its elements are no texts, and to_pylist() gives these."""
            def __iter__(self):
                return iter([object()])

            def to_pylist(self):
                return ["my parcel"]

        class Text(str):
            """Such as numpy.str_."""

        found = self.made((self.path, "texts"))
        expected = found.label(["my parcel"])
        for texts in ("my parcel",), iter(["my parcel"]), Array(), [Text("my parcel")]:
            self.assertEqual(found.label(texts), expected)

    def test_a_text_with_nul_and_quotes(self):
        found = self.made((self.path, "texts"))
        text = "my 'parcel' \"is\"\0 the password\n😀"
        self.assertEqual([reason[0] for reason in found.reasons([text])[0]][-3:], ["the", "password", "😀"])

    @with_each_driver
    def test_scores_and_reasons(self):
        texts = ["Where is my Parcel?", None, "login"]
        for name in TABLES:
            found = self.made((self.path, name))
            scores, reasons = found.scores(texts), found.reasons(texts)
            for text, score, reason in zip(texts, scores, reasons):
                if text is None:
                    self.assertEqual((score, reason), (None, None))
                    continue
                rows = self.ask("SELECT label, probability FROM classify_labels(?, ?)", text, name)
                self.assertEqual(list(score), [label for label, _ in rows])
                self.near(list(score.values()), [p for _, p in rows])
                rows = self.ask("SELECT token, start, length, contribution FROM classify_attention(?, ?)", text, name)
                self.assertEqual([one[:3] for one in reason], [tuple(row[:3]) for row in rows])
                self.near([one[3] for one in reason], [row[3] for row in rows])

    def test_labels(self):
        self.assertEqual(sorted(self.made((self.path, "texts")).labels), ["delivery", "login"])
        self.assertEqual(sorted(self.made((self.path, "numbers")).labels, key=str), [0.5, 5, "5"])
        self.assertEqual([self.made((self.path, name)).multilabel for name in TABLES], [False, False, True])

    def test_weights_that_were_made_elsewhere(self):
        labels, _ = self.made(hosts.weights()).label(["parcel courier", "password login"])
        self.assertEqual(labels, ["delivery", "account"])

    def test_memory_stays_flat(self):
        found = self.made((self.path, "texts"))
        sizes = []
        for number in range(40):
            found.label([text + " and more" * 50 for text in TEXTS])
            sizes.append(found._execute("PRAGMA page_count"))
        self.assertEqual(sizes[2:], sizes[2:3] * 38)


class Refused(Test):
    @with_each_driver
    def test_texts(self):
        found = self.made((self.path, "texts"))
        for texts, sentence in (([*TEXTS, 5], "text 600 is 5 (int), expected a text or None"),
                                ([b"x"], "text 0 is b'x' (bytes), expected a text or None"),
                                ("abc", "the texts are 'abc', expected a list of texts"),
                                (5, "the texts are 5, expected a list of texts")):
            for method in found.label, found.scores, found.reasons:
                self.refuses(TypeError, sentence, method, texts)
        self.refuses(ValueError, "text 300 is 'a\\ud800', which is no text", found.label, [*TEXTS[:300], "a\ud800"])
        self.assertEqual(len(found.label(TEXTS)[0]), 600)  # none of them is left in the table

    @with_each_driver
    def test_models(self):
        weights = weights_of((self.path, "texts"))
        self.refuses(ValueError, "the weights cannot be used: 3 bytes are not a whole", Labeller, b"abc")
        self.refuses(ValueError, "the weights cannot be used: ", Labeller, weights[:-10])
        self.refuses(TypeError, "the model is 5, expected the bytes of its weights, or the path", Labeller, 5)
        self.refuses(TypeError, "the path of the model's database is 5, expected a text", Labeller, (5, "texts"))
        self.refuses(TypeError, "the model's name is 5, expected a text", Labeller, (self.path, 5))
        self.refuses(ValueError, "option threads is 0, expected an integer from 1 to 256", Labeller, weights, threads=0)

    @with_each_driver
    def test_databases(self):
        self.refuses(FileNotFoundError, "there is no file no.db, expected the database of the model", weights_of,
                     ("no.db", "texts"))
        self.assertFalse(os.path.exists("no.db"))
        for name, sentence in (("spma", "no model named 'spma' (models: lists, numbers, texts)"),
                               ("texts@7", "model 'texts' has no version 7 (versions: 1)")):
            error = self.refuses(ValueError, sentence, weights_of, (self.path, name))
            self.assertTrue(str(error).startswith(f"database {self.path}: "), str(error))
        other = os.path.join(self.folder, "text")
        with open(other, "w") as file:
            file.write("no database" * 1000)
        self.refuses(ValueError, f"database {other}: file is not a database", weights_of, (other, "texts"))


class Weights(Test):
    def weights(self, *model):
        return weights_of((self.path, *model))

    def test_versions(self):
        stored, = self.ask("SELECT weights FROM classify_models WHERE name = 'texts'")
        self.assertEqual(self.weights("texts"), bytes(stored[0]))
        self.ask("""SELECT classify_train(text, label, 'texts', '{"epochs": 3}') FROM texts""")
        self.assertNotEqual(self.weights("texts"), bytes(stored[0]))
        self.assertEqual(self.weights("main.texts@1"), bytes(stored[0]))
        self.assertEqual(self.weights("texts@2"), self.weights("texts"))

    def test_without_a_name(self):
        self.refuses(ValueError, "expected one of: lists, numbers, texts", self.weights, None)
        self.ask("UPDATE classify_models SET name = 'default' WHERE name = 'texts'")
        self.assertEqual(self.weights(None), self.weights("default"))
        self.ask("DELETE FROM classify_models WHERE name <> 'lists'")
        self.assertEqual(self.weights(None), self.weights("lists"))

    def test_a_name_with_dot_and_percent(self):
        self.ask("UPDATE classify_models SET name = 'a.b@c %''' WHERE name = 'texts'")
        self.assertEqual(sorted(self.made((self.path, "a.b@c %'")).labels), ["delivery", "login"])


class Kept(Test):
    def setUp(self):
        super().setUp()
        self.close_kept()
        self.weights = weights_of((self.path, "texts"))

    def test_one_is_used_again(self):
        with labeller(self.weights) as first:
            expected = first.label(TEXTS)
        for model in self.weights, bytearray(self.weights), (self.path, "texts"):
            with labeller(model) as again:
                self.assertIs(again, first)
        with labeller(self.weights, threads=2) as other:
            self.assertIsNot(other, first)
            self.assertEqual(other.label(TEXTS)[0], expected[0])

    def test_weights_are_asked_for_once(self):
        asked = mock.Mock(return_value=self.weights)
        for _ in range(3):
            with labeller(asked, digest=digest_of(self.weights)) as found:
                self.assertEqual(sorted(found.labels), ["delivery", "login"])
        asked.assert_called_once_with()

    def test_after_an_error(self):
        with self.assertRaises(TypeError), labeller(self.weights) as first:
            first.label([5])
        with labeller(self.weights) as again:
            self.assertIs(again, first)

    def test_one_that_was_closed(self):
        """By its user, in the block or after it."""
        with labeller(self.weights) as first, first:
            pass
        with labeller(self.weights) as second:
            self.assertEqual(second.label(["parcel"])[0], ["delivery"])
        second.close()
        with labeller(self.weights) as third:
            self.assertEqual(third.label(["parcel"])[0], ["delivery"])
        self.assertRaises(Exception, first.label, ["parcel"])

    def test_threads(self):
        """Each thread has one of its own, and what one has given back another may take."""
        found, both = [], threading.Barrier(2)
        with labeller(self.weights) as one:
            expected = one.label(TEXTS)[0]

        def run():
            with labeller(self.weights) as mine:
                both.wait()
                found.append((mine, mine.label(TEXTS)[0] == expected))
                both.wait()
        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([right for _, right in found], [True, True])
        self.assertIsNot(found[0][0], found[1][0])

    def test_a_shared_one(self):
        found, results = self.made(self.weights), []
        expected = [found.label(TEXTS[i:])[0] for i in range(4)]
        threads = [threading.Thread(target=lambda i=i: results.append((i, found.label(TEXTS[i:])[0])))
                   for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(results), list(enumerate(expected)))

    def test_the_last_models_are_kept(self):
        with mock.patch.object(module, "KEPT", 2):
            for name in "texts", "numbers", "texts", "lists":
                with labeller((self.path, name)):
                    pass
            kept = [digest for digest, *_ in module._idle]
        self.assertEqual(kept, [digest_of(weights_of((self.path, name))) for name in ("texts", "lists")])
        with labeller((self.path, "numbers")) as found:  # made anew
            self.assertEqual(len(found.labels), 3)

    def test_after_a_fork(self):
        with labeller(self.weights) as parent:
            with mock.patch.object(os, "getpid", lambda: 1):
                with labeller(self.weights) as child:
                    self.assertIsNot(child, parent)
