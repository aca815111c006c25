"""add_encoder(): the row that it makes, the vectors that come of it, and what is refused."""
import json
import os
import shutil
import struct
import unittest.mock

import sqlite_classify
from sqlite_classify import connections, encoders, model_file

import hosts

# The repository's tiny encoders; their expected.safetensors says what PyTorch makes of some texts.
ENCODERS = os.path.join(os.path.dirname(__file__), "..", "..", "..", "tests", "reference", "encoders")
ADDED = "SELECT name, typeof(config), typeof(tokenizer), typeof(weights) FROM %s.classify_encoders ORDER BY name"


def encoder(name):
    return os.path.join(ENCODERS, name)


def contents(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


def expected(name):
    """Each text with its vector."""
    _, tensors = model_file.split(contents(encoder(name), "expected.safetensors"))
    for key, tensor in tensors.items():
        if key.startswith("vector."):
            text = tensors.get("text." + key[7:])
            yield bytes(text.data).decode() if text else "", struct.unpack(f"<{tensor.shape[0]}f", tensor.data)


def ask(connection, sql, *values):
    cursor = connections.unwrap(connection).cursor()
    try:
        return cursor.execute(sql, values).fetchall()
    finally:
        cursor.close()


class Encoder(hosts.Test):
    def copy(self, name="bert"):
        """A folder of its own, to be changed."""
        folder = os.path.join(self.folder, "an encoder")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(encoder(name), folder)
        return folder

    def write(self, folder, name, text):
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text if isinstance(text, str) else json.dumps(text))

    def check_vectors(self, connection, name):
        for text, vector in expected(name):
            packed = ask(connection, "SELECT classify_embedding(?, ?)", text, name)[0][0]
            found = struct.unpack(f"<{len(vector)}f", packed)
            self.assertLess(max(abs(a - b) for a, b in zip(found, vector)), 1e-5, (name, text))

    @hosts.for_each_kind
    def test_vectors(self, connection):
        for name in "bert", "roberta", "static":
            sqlite_classify.add_encoder(connection, name, encoder(name))
            self.check_vectors(connection, name)
        self.assertFalse(getattr(connections.unwrap(connection), "in_transaction"))
        self.assertEqual(ask(connection, ADDED % "main")[0], ("bert", "text", "blob", "blob"))

    @hosts.for_each_kind
    def test_utf16(self, connection):
        ask(connection, "PRAGMA encoding = 'UTF-16'")
        sqlite_classify.add_encoder(connection, "bert", encoder("bert"))
        self.check_vectors(connection, "bert")

    @hosts.for_each_kind
    def test_it_is_replaced(self, connection):
        for name in "bert", "static":
            sqlite_classify.add_encoder(connection, "m.1", encoder(name))
        kinds = ask(connection, "SELECT name, json_extract(config, '$.model_type') FROM classify_encoders")
        self.assertEqual(kinds, [("m.1", "model2vec")])
        self.assertEqual(len(ask(connection, "SELECT classify_embedding('late')")[0][0]), 96)

    @hosts.for_each_kind
    def test_schemas(self, connection):
        ask(connection, "ATTACH ':memory:' AS \"other \"\"one\"")
        for name in 'Other "One.m', "temp.t", "MAIN.a.b":
            sqlite_classify.add_encoder(connection, name, encoder("static"))
        for schema, name in ('"other ""one"', "m"), ("temp", "t"), ("main", "a.b"):
            self.assertEqual(ask(connection, ADDED % schema)[0][0], name)
        self.refuses(ValueError, "temp.classify_encoders has an encoder named 't'", sqlite_classify.add_encoder,
                     connection, "t", encoder("static"))

    @hosts.for_each_kind
    def test_a_table_made_by_hand(self, connection):
        ask(connection, "CREATE TABLE classify_encoders(id INTEGER PRIMARY KEY, weights, tokenizer, config, name, x)")
        for _ in range(2):
            sqlite_classify.add_encoder(connection, "bert", encoder("bert"))
        self.check_vectors(connection, "bert")

    @hosts.for_each_kind
    def test_pooling(self, connection):
        folder = self.copy()
        flags = {"word_embedding_dimension": 24, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
        vectors = []
        for pooling in flags, {"embedding_dimension": 24, "pooling_mode": "cls"}, {"pooling_mode": ["mean"]}:
            self.write(folder, "1_Pooling/config.json", pooling)
            sqlite_classify.add_encoder(connection, "m", folder)
            vectors += ask(connection, "SELECT classify_embedding('the parcel is late')")
        self.assertEqual(vectors[0], vectors[1])
        self.assertNotEqual(vectors[0], vectors[2])
        sqlite_classify.add_encoder(connection, "m", encoder("bert"))
        self.assertEqual(ask(connection, "SELECT classify_embedding('the parcel is late')")[0], vectors[2])
        for modes in "max", "lasttoken", ["cls", "mean"]:
            self.write(folder, "1_Pooling/config.json", {"pooling_mode": modes})
            self.refuses(Exception, "pooling is not supported", sqlite_classify.add_encoder, connection, "m", folder)

    @hosts.for_each_kind
    def test_vocabulary(self, connection):
        folder = self.copy()
        pieces = json.loads(contents(folder, "tokenizer.json"))["model"]["vocab"]
        self.write(folder, "vocab.txt", "".join(piece + "\n" for piece in sorted(pieces, key=pieces.get)))
        os.remove(os.path.join(folder, "tokenizer.json"))
        sqlite_classify.add_encoder(connection, "bert", folder)
        self.check_vectors(connection, "bert")

    @hosts.for_each_kind
    def test_within_a_transaction(self, connection):
        sqlite_classify.add_encoder(connection, "m", encoder("bert"))
        ask(connection, "BEGIN")
        sqlite_classify.add_encoder(connection, "m", encoder("static"))
        sqlite_classify.add_encoder(connection, "n", encoder("static"))
        ask(connection, "ROLLBACK")
        self.assertEqual([row[0] for row in ask(connection, ADDED % "main")], ["m"])

    @hosts.for_each_kind
    def test_an_error_changes_nothing(self, connection):
        folder = self.copy()
        config = json.loads(contents(folder, "config.json"))
        self.write(folder, "config.json", {**config, "model_type": "mpnet"})
        add = sqlite_classify.add_encoder
        error = self.refuses(Exception, "model_type is 'mpnet', expected bert", add, connection, "m", folder)
        self.assertIn("add_encoder(): encoder 'm' cannot be used", str(error))
        self.assertEqual(ask(connection, "SELECT count(*) FROM sqlite_master")[0][0], 0)
        sqlite_classify.add_encoder(connection, "m", encoder("bert"))
        before = ask(connection, "SELECT * FROM classify_encoders")
        self.refuses(Exception, "model_type is 'mpnet'", add, connection, "m", folder)
        self.assertEqual(ask(connection, "SELECT * FROM classify_encoders"), before)

    @hosts.for_each_kind
    def test_another_thing_of_this_name(self, connection):
        for thing, sentence in (
                ("VIEW classify_encoders AS SELECT 1 AS x", "main.classify_encoders is a view, expected a table"),
                ("TABLE classify_encoders(name, x)", "table main.classify_encoders has no column 'config', expected")):
            ask(connection, "CREATE " + thing)
            self.refuses(ValueError, sentence, sqlite_classify.add_encoder, connection, "m", encoder("bert"))
            ask(connection, f"DROP {thing.split()[0]} classify_encoders")


class Refusals(hosts.Test):
    """What is wrong in the folder is said before the database is touched."""

    def setUp(self):
        super().setUp()
        self.encoder = os.path.join(self.folder, "encoder")
        shutil.copytree(encoder("bert"), self.encoder)

    def refused(self, kind, sentence):
        return self.refuses(kind, sentence, sqlite_classify.add_encoder, None, "m", self.encoder)

    def write(self, name, text):
        with open(os.path.join(self.encoder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def remove(self, name):
        os.remove(os.path.join(self.encoder, name))

    def test_no_folder(self):
        self.encoder += "s"
        self.refused(FileNotFoundError, f"there is no folder '{self.encoder}', expected one with an encoder's files")
        self.encoder = os.path.join(encoder("bert"), "config.json")
        self.refused(FileNotFoundError, "there is no folder")

    def test_missing_files(self):
        self.remove("tokenizer.json")
        self.refused(FileNotFoundError, "has neither tokenizer.json nor vocab.txt, expected one of them")
        self.remove("config.json")
        self.refused(FileNotFoundError, "config.json', expected it beside the encoder's other files")

    def test_missing_weights(self):
        self.remove("model.safetensors")
        self.remove("expected.safetensors")
        self.refused(FileNotFoundError, "has no such file, expected model.safetensors")
        for name in "pytorch_model.bin", "model-00001-of-00002.safetensors":
            self.write(name, "")
            self.refused(FileNotFoundError, f"has only {name}, expected model.safetensors: transformers writes it by "
                         "save_pretrained(folder)")

    def test_json(self):
        for text, sentence in (("{", "is not JSON"), ("[" * 100000, "is not JSON"),
                               ("[1]", "is [1], expected an object")):
            self.write("config.json", text)
            self.refused(ValueError, sentence)

    def test_modules(self):
        self.write("modules.json", '[{"type": "sentence_transformers.models.Dense"}]')
        self.refused(ValueError, "has a module Dense, expected only Transformer, StaticEmbedding, Pooling")

    def test_size(self):
        weights = os.path.join(self.encoder, "model.safetensors")
        with unittest.mock.patch.object(encoders, "LARGEST_ROW", os.path.getsize(weights)):
            self.refused(ValueError, f"the encoder in '{self.encoder}' has 5")
        os.truncate(weights, encoders.LARGEST_ROW + 1)
        self.refused(ValueError, f"'{weights}' has 1,000,000,001 bytes, expected at most 1,000,000,000, which a row of "
                     "SQLite may have: save it in half precision (F16)")


class Names(hosts.Test):
    @hosts.for_each_kind
    def test_names(self, connection):
        add = sqlite_classify.add_encoder
        for name in "", "main.":
            self.refuses(ValueError, f"the encoder's name is '{name}', expected name or schema.name", add, connection,
                         name, encoder("bert"))
        self.refuses(TypeError, "the encoder's name is 5, expected a text", add, connection, 5, encoder("bert"))
        self.refuses(ValueError, "is half of a character", add, connection, "m\udc80", encoder("bert"))
        self.refuses(TypeError, "the connection is a builtins.int", add, 5, "m", encoder("bert"))
