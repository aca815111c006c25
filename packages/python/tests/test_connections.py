"""load() with each kind of connection, connect(), and what they say where nothing can be loaded."""
import contextlib
import importlib
import importlib.util
import os
import pathlib
import pydoc
import signal
import sqlite3
import subprocess
import sys
import types
from unittest import mock

import sqlite_classify
from sqlite_classify import connections, signals

import hosts

DRIVERS = [name for name in connections.DRIVERS if name in hosts.INSTALLED]

TRAIN_LONG = """
import signal, sqlite_classify, sys
from sqlite_classify import signals
sqlite_classify.connections.DRIVERS = sys.argv[2],
db = sqlite_classify.connect(sys.argv[1])
cursor = db.cursor()
cursor.execute("CREATE TABLE t(body, category)")
cursor.execute("BEGIN")
cursor.executemany("INSERT INTO t VALUES (?, ?)", [(f"{i} and {i % 7}", i % 3) for i in range(5000)])
cursor.execute("COMMIT")
def interrupt(number, frame):
    # only while SQLite runs: any other moment is too early or too late
    if frame.f_code.co_filename == signals.__file__:
        signal.default_int_handler(number, frame)
signal.signal(signal.SIGINT, interrupt)
print("begun", flush=True)
try:
    db.execute('''SELECT classify_train(body, category, 'm', '{"epochs": 10000}') FROM t''').fetchall()
except BaseException as error:
    print("ended by", type(error).__name__, error)
print("models:", cursor.execute("SELECT count(*) FROM sqlite_master WHERE name = 'classify_models'").fetchall()[0][0])
"""


SEVERAL_DRIVERS = """
import importlib, sys, sqlite_classify
drivers = [importlib.import_module(name) for name in sys.argv[1:]]
opened = [driver.Connection(":memory:") for driver in drivers + drivers]
models = 0
for db in opened:
    sqlite_classify.load(db)
for db in opened:
    cursor = db.cursor()
    for table in "(VALUES ('a', 1), ('a b', 1), ('c', 2), ('c b', 2))", "(VALUES ('a', 1), ('b', 1))":
        try:
            cursor.execute("SELECT classify_train(column1, column2) FROM " + table).fetchall()
        except Exception as error:
            assert "there is one label only" in str(error)
    cursor.execute("SELECT epoch FROM classify_train('VALUES (1, 1), (1, 2), (1, 1), (1, 2)', 'm')").fetchall()
    models += len(cursor.execute("SELECT classify_card(name) FROM classify_models").fetchall()) // 2
for db in opened:
    db.close()
print(models, "models")
"""


class Unable:
    """A connection of a Python that was built without enable_load_extension()."""

    def cursor(self):
        raise AssertionError("nothing is to be run")


class Test(hosts.Test):
    @contextlib.contextmanager
    def without_library(self):
        with mock.patch.object(connections, "HERE", self.folder), mock.patch.object(connections, "_libraries", {}):
            yield


class Load(Test):
    @hosts.for_each_kind
    def test_load(self, connection):
        self.assertIsNone(sqlite_classify.load(connection))
        cursor = connections.unwrap(connection).cursor()
        self.assertRegex(cursor.execute("SELECT classify_version()").fetchall()[0][0], r"^\d+\.\d+\.\d+$")
        with self.assertRaisesRegex(Exception, "not authorized"):
            cursor.execute("SELECT load_extension('none')").fetchall()
        sqlite_classify.load(connection)  # a second time changes nothing

    @hosts.for_each_kind
    def test_load_through_a_cursor(self, connection):
        cursor = connections.unwrap(connection).cursor()
        sqlite_classify.load(cursor)
        self.assertEqual(cursor.execute("SELECT classify(NULL) IS NULL").fetchall(), [(1,)])

    @hosts.for_each_kind
    def test_after_an_error_no_more_can_be_loaded(self, connection):
        with self.without_library(), self.assertRaises(Exception):
            sqlite_classify.load(connection)
        with self.assertRaisesRegex(Exception, "not authorized"):
            connections.unwrap(connection).cursor().execute("SELECT load_extension('none')").fetchall()

    def test_several_drivers_in_one_process(self):
        printed = subprocess.run([sys.executable, "-W", "error", "-c", SEVERAL_DRIVERS, *DRIVERS],
                                 capture_output=True, text=True)
        self.assertEqual((printed.stdout, printed.stderr), (f"{2 * len(DRIVERS)} models\n", ""))

    def test_path(self):
        path = sqlite_classify.loadable_path()
        self.assertTrue(os.path.isabs(path))
        self.assertEqual(os.path.splitext(path)[1], "")
        self.assertTrue(os.path.exists(path + ".so"))

    def test_the_library_is_gone(self):
        with self.without_library():
            self.refuses(FileNotFoundError, f"there is no library in {self.folder}, expected classify.so",
                         connections._copy_library)

    def test_not_a_connection(self):
        self.refuses(TypeError, "the connection is a builtins.str, expected one of sqlite3, pysqlite3, apsw, "
                     "sqlite-utils or SQLAlchemy", sqlite_classify.load, "my.db")


class Unavailable(hosts.Test):
    def test_nothing_is_installed(self):
        with mock.patch.object(connections, "DRIVERS", ()):
            error = self.refuses(RuntimeError, "Unable) cannot load extensions, since its Python was built without "
                                 "that; install apsw (pip install apsw), or pysqlite3-binary",
                                 sqlite_classify.load, Unable())
            self.assertIsInstance(error, sqlite_classify.ExtensionsUnavailable)
            self.assertIn("sqlite_classify.connect(path) gives a connection that can; the system's Python", str(error))

    def test_another_driver_is_installed(self):
        with mock.patch.object(connections, "_usable_driver", lambda name: name == "apsw"):
            self.refuses(sqlite_classify.ExtensionsUnavailable, "sqlite_classify.connect(path) gives a connection that "
                         "can, by the apsw that is installed", sqlite_classify.load, Unable())

    def test_connect(self):
        with mock.patch.object(connections, "_usable_driver", lambda name: None):
            self.refuses(sqlite_classify.ExtensionsUnavailable, "this Python's sqlite3 cannot load extensions, or its "
                         "SQLite is older than 3.35; install apsw", sqlite_classify.connect, ":memory:")

    def test_an_old_sqlite_does_not_count(self):
        with mock.patch.object(sqlite3, "sqlite_version", "3.34.1"):
            self.assertIsNone(connections._usable_driver("sqlite3"))

    def test_this_python(self):
        db = sqlite3.connect(":memory:")
        self.addCleanup(db.close)
        if hosts.CAN_LOAD:
            sqlite_classify.load(db)
        else:
            self.refuses(sqlite_classify.ExtensionsUnavailable, "this connection (sqlite3.Connection) cannot load "
                         "extensions", sqlite_classify.load, db)


class Connect(Test):
    def connect_by(self, kind):
        """connect() as it is where the drivers before this one are of no use."""
        return mock.patch.object(connections, "DRIVERS", (kind,))

    def test_connect(self):
        for kind in DRIVERS:
            with self.subTest(kind), self.connect_by(kind):
                db = sqlite_classify.connect(pathlib.Path(self.folder, kind + ".db"))
                self.assertIsInstance(db, importlib.import_module(kind).Connection)
                train = "SELECT classify_train('text ' || value, value % 2) FROM json_each('[1,2,3,4,5,6,7,8,9]')"
                self.assertIn('"rows":9,', db.cursor().execute(train).fetchall()[0][0])
                db.close()

    def test_the_first_that_will_do(self):
        with mock.patch.object(connections, "DRIVERS", ("no_such_driver", *connections.DRIVERS)):
            db = sqlite_classify.connect(":memory:")
        self.assertIsInstance(db, importlib.import_module(DRIVERS[0]).Connection)
        db.close()

    def test_it_waits_for_one_that_writes(self):
        for kind in DRIVERS:
            with self.subTest(kind), self.connect_by(kind):
                db = sqlite_classify.connect(":memory:")
                self.assertEqual(db.cursor().execute("PRAGMA busy_timeout").fetchall(), [(5000,)])
                db.close()

    def test_options(self):
        for kind in set(DRIVERS) - {"apsw"}:
            with self.subTest(kind), self.connect_by(kind):
                db = sqlite_classify.connect(":memory:", isolation_level=None, check_same_thread=False)
                self.assertIsNone(db.isolation_level)
                db.close()

    def test_a_library_that_does_not_load_leaves_no_connection(self):
        with self.without_library(), self.assertRaises(Exception):
            sqlite_classify.connect(os.path.join(self.folder, "x.db"))

    def test_control_c_ends_a_training(self):
        for kind in DRIVERS:
            with self.subTest(kind):
                path = os.path.join(self.folder, kind + " stopped.db")
                child = subprocess.Popen([sys.executable, "-W", "error", "-c", TRAIN_LONG, path, kind],
                                         stdout=subprocess.PIPE, text=True)
                self.addCleanup(child.kill)
                self.assertEqual(child.stdout.readline(), "begun\n")
                self.assertEqual(self.interrupt(child), "ended by KeyboardInterrupt \nmodels: 0\n")

    def interrupt(self, child):
        """Ctrl-C until it ends, since those that come before SQLite runs do nothing."""
        for _ in range(1000):
            child.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                return child.communicate(timeout=0.3)[0]
        return "it has not ended"

    def test_every_method_raises_what_a_signal_raised(self):
        always = property(lambda signals: KeyboardInterrupt(), lambda signals, value: None)
        for kind in DRIVERS:
            with self.subTest(kind), self.connect_by(kind):
                db = sqlite_classify.connect(":memory:")
                cursor = db.cursor()
                cursor.execute("CREATE TABLE t(a)")
                for call in self.statements(db, cursor):
                    with mock.patch.object(signals.Signals, "caught", always, create=True):
                        self.assertRaises(KeyboardInterrupt, call)
                    call()
                db.close()

    def statements(self, db, cursor):
        query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9) SELECT i FROM n"
        for one in db, cursor:
            yield lambda: one.execute("SELECT 1")
            yield lambda: one.executemany("INSERT INTO t VALUES (?)", [(1,), (2,)])
            if hasattr(one, "executescript"):
                yield lambda: one.executescript("SELECT 1; SELECT 2")
        cursor.execute(query)
        yield lambda: cursor.fetchone()
        yield lambda: next(cursor)
        yield lambda: cursor.fetchall()

    def test_the_handler_outlives_what_it_catches(self):
        watched = signals.Signals()
        looking = watched._look()
        self.assertFalse(next(looking))
        for caught in KeyboardInterrupt, SystemExit, KeyboardInterrupt:
            self.assertTrue(looking.throw(caught))
            self.assertRaises(caught, watched.raise_caught)
            self.assertIsNone(watched.caught)
            self.assertFalse(next(looking))
        looking.close()
        handler = watched.handler()
        self.assertEqual([handler(), handler()], [False, False])
        with mock.patch.object(watched, "_look", side_effect=[iter([False, False]), looking, iter([False])]):
            handler = watched.handler()
            self.assertEqual([handler(), handler()], [False, False])  # the first two have ended

    def test_a_factory_of_the_caller(self):
        for kind in set(DRIVERS) - {"apsw"}:
            with self.subTest(kind), self.connect_by(kind):
                driver = importlib.import_module(kind)
                db = sqlite_classify.connect(":memory:", factory=driver.Connection)
                self.assertIs(type(db), driver.Connection)
                db.close()


class Package(hosts.Test):
    def test_what_it_has(self):
        shown = pydoc.render_doc(sqlite_classify, renderer=pydoc.plaintext)
        for name in "connect(path, **options)", "load(connection)", "loadable_path()", "save(connection, name, weights":
            self.assertIn("\n    " + name, shown)
        lists = "labels(weights)", "vocabulary(weights)"
        models = ("from_keras(model, ", "to_keras(weights, ", "from_torch(module, ", "to_torch(weights)",
                  "attention_layer(")
        for name in lists + models * bool(importlib.util.find_spec("numpy")):
            self.assertIn("\n    " + name, shown)
            self.assertIn(name.partition("(")[0], dir(sqlite_classify))
        with self.assertRaisesRegex(AttributeError, "no attribute 'from_scratch'"):
            sqlite_classify.from_scratch

    def test_importing_needs_the_standard_library_only(self):
        code = ("import sys, sqlite_classify\n"
                "print([name for name in ('numpy', 'keras', 'torch', 'apsw', 'pysqlite3') if name in sys.modules])")
        printed = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
        self.assertEqual((printed.stdout, printed.stderr), ("[]\n", ""))

    def test_without_numpy(self):
        code = ("import sys\nsys.modules['numpy'] = None\nimport pydoc, sqlite_classify, hosts\n"
                "from sqlite_classify import *\npydoc.render_doc(sqlite_classify)\n"
                "print(labels(hosts.weights()), vocabulary(hosts.weights()), 'from_torch' in dir(sqlite_classify))")
        printed = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True,
                                 cwd=os.path.dirname(hosts.__file__))
        self.assertEqual((printed.stdout, printed.stderr), (
            "['delivery', 'account'] ['', '[UNK]', 'parcel', 'courier', 'password', 'login'] False\n", ""))

    def test_what_needs_more_is_imported_when_it_is_asked_for(self):
        made = types.SimpleNamespace(from_keras=print)
        with mock.patch.dict(sys.modules, {"sqlite_classify.keras_models": made}):
            self.assertIs(sqlite_classify.from_keras, print)
