"""The kinds of connection that are installed here, and a model to be saved through them."""
import importlib.util
import json
import os
import shutil
import sqlite3
import struct
import tempfile
import unittest


def _sqlalchemy(path):
    import sqlalchemy
    for name in "sqlite3", "pysqlite3":
        module = importlib.import_module(name) if importlib.util.find_spec(name) else None
        if hasattr(getattr(module, "Connection", None), "enable_load_extension"):
            return sqlalchemy.create_engine("sqlite:///" + path, module=module)
    raise unittest.SkipTest("no driver of SQLAlchemy here can load extensions")


def _sqlite_utils(path):
    import sqlite_utils
    if hasattr(sqlite3.Connection, "enable_load_extension"):
        return sqlite_utils.Database(path)
    return sqlite_utils.Database(importlib.import_module("pysqlite3").connect(path))


# kind: the package that it needs, and what opens a connection to a file
KINDS = {
    "sqlite3": ("sqlite3", sqlite3.connect),
    "pysqlite3": ("pysqlite3", lambda path: importlib.import_module("pysqlite3").connect(path)),
    "apsw": ("apsw", lambda path: importlib.import_module("apsw").Connection(path)),
    "sqlite-utils": ("sqlite_utils", _sqlite_utils),
    "SQLAlchemy raw": ("sqlalchemy", lambda path: _sqlalchemy(path).raw_connection()),
    "SQLAlchemy": ("sqlalchemy", lambda path: _sqlalchemy(path).connect()),
}
CAN_LOAD = hasattr(sqlite3.Connection, "enable_load_extension")
INSTALLED = [kind for kind, (package, _) in KINDS.items()
             if importlib.util.find_spec(package) and (kind != "sqlite3" or CAN_LOAD)]


def for_each_kind(test):
    """A test with a connection of each kind, to a new file."""
    def run(self):
        for kind in INSTALLED:
            with self.subTest(kind):
                path = os.path.join(self.folder, f"{test.__name__} {kind}.db")
                connection = KINDS[kind][1](path)
                try:
                    test(self, connection)
                finally:
                    close(connection)
    run.__doc__ = test.__doc__
    return run


def close(connection):
    engine = getattr(connection, "engine", None)
    for thing in connection, getattr(connection, "conn", None):
        if hasattr(thing, "close"):
            thing.close()
    if engine is not None:
        engine.dispose()


class Test(unittest.TestCase):
    """Has a folder of its own."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sqlite classify ")
        self.addCleanup(shutil.rmtree, self.folder)

    def refuses(self, kinds, sentence, call, *arguments, **named):
        """The call raises one of these exceptions, and its message has this part."""
        with self.assertRaises(kinds) as raised:
            call(*arguments, **named)
        self.assertIn(sentence, str(raised.exception))
        return raised.exception


# ---- a model of two labels, written without the package ----------------------------


def safetensors(metadata, tensors):
    """tensors: name: (dtype, shape, bytes)"""
    header, data = {"__metadata__": metadata}, b""
    for name, (dtype, shape, packed) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(packed)]}
        data += packed
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def floats(*numbers):
    return struct.pack(f"<{len(numbers)}f", *numbers)


def strings(name, texts):
    texts = [text.encode() for text in texts]
    ends = [sum(map(len, texts[:i + 1])) for i in range(len(texts))]
    return {name + ".ends": ("U32", [len(ends)], struct.pack(f"<{len(ends)}I", *ends)),
            name + ".bytes": ("U8", [ends[-1]], b"".join(texts))}


def weights(kinds=b"tt", keys=("tdelivery", "taccount")):
    return safetensors(
        {"format": "sqlite-classify 1", "tokenize": "", "max_tokens": "256", "padded_length": "0"},
        {"embedding": ("F32", [5, 2], floats(0, 0, 4, 0, 4, 0, 0, 4, 0, 4)),
         "attention.kernel": ("F32", [2], floats(.5, .5)),
         "output.kernel": ("F32", [2, 2], floats(1, 0, 0, 1)),
         "output.bias": ("F32", [2], floats(0, 0)),
         "labels.kinds": ("U8", [2], kinds),
         **strings("labels", keys),
         **strings("vocabulary", ["parcel", "courier", "password", "login"])})


def without(file, prefix):
    """The file of a model without those tensors."""
    end = 8 + struct.unpack_from("<Q", file)[0]
    header = json.loads(file[8:end])
    metadata = header.pop("__metadata__")
    metadata.pop("identifier", None)
    return safetensors(metadata, {
        name: (tensor["dtype"], tensor["shape"], file[end:][slice(*tensor["data_offsets"])])
        for name, tensor in header.items() if not name.startswith(prefix)})
