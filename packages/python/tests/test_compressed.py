"""weights.read() and write() of models whose numbers have few bits."""
import math
import sqlite3
import struct
import unittest

import sqlite_classify
from sqlite_classify import model_file
try:
    import numpy as np
    from sqlite_classify import weights
except ImportError:
    np = None

import hosts

WORDS = {"sick": ("fever", "headache", "doctor"), "holiday": ("beach", "flight", "vacation"),
         "late": ("traffic", "overslept", "puncture")}
ROWS = [(f"{frame} {word} {number}", label) for number in range(4) for frame in ("sorry,", "hello all, it is the")
        for label, words in WORDS.items() for word in words]
TEXTS = [text for text, _ in ROWS] + ["feverish", "the beaches", "zzyzx", "", "puncturing doctors with headaches"]


def trained(**options):
    """The weights of a small model of ROWS."""
    db = sqlite3.connect(":memory:")
    sqlite_classify.load(db)
    db.execute("CREATE TABLE rows(body, label)")
    db.executemany("INSERT INTO rows VALUES (?, ?)", ROWS)
    options = {"embedding": 8, "hidden": 4, "epochs": 10, **options}
    pairs = ", ".join(f"'{key}', json('{str(value).lower()}')" for key, value in options.items())
    db.execute(f"SELECT classify_train(body, label, 'm', json_object({pairs})) FROM rows")
    return db.execute("SELECT weights FROM classify_models").fetchone()[0]


def answers(file):
    """What the extension makes of TEXTS with these weights, to the last digit."""
    db = sqlite3.connect(":memory:")
    sqlite_classify.save(db, "m", file)
    return [db.execute("SELECT label, probability FROM classify_labels(?, 'm') ORDER BY label", (text,)).fetchall()
            for text in TEXTS]


def parts(name, codes, scales, shape):
    """A quantised tensor: (dtype, shape, numbers) of each part."""
    made = {}
    for part, (dtype, size, data) in (("codes", codes), ("scales", scales), ("shape", shape)):
        made[f"{name}.{part}"] = model_file.Tensor(dtype, size, data)
    return made


@unittest.skipIf(np is None, "there is no numpy")
class Test(unittest.TestCase):
    def refuses(self, kind, sentence, call, *arguments, **named):
        with self.assertRaises(kind) as raised:
            call(*arguments, **named)
        self.assertIn(sentence, str(raised.exception))


class Trained(Test):
    def test_what_is_read_and_written_labels_the_same(self):
        for options in ({}, {"validation": 0}, {"subwords": False}, {"encoder": '"none"'}, {"linear": False}):
            with self.subTest(options):
                file = trained(**options)
                self.assertIn(b'"embedding.codes"', file)
                written = weights.write(weights.read(file))
                self.assertNotIn(b'.codes"', written)
                self.assertGreater(len(written), len(file))
                self.assertEqual(answers(written), answers(file))

    def test_what_is_read_is_float32(self):
        model = weights.read(trained())
        shapes = {name: values.shape for name, values in model.tensors.items()}
        ngrams, = shapes["ngrams"]
        self.assertEqual(shapes["embedding"], (len(model.words) + 1, 8))
        self.assertEqual(shapes["subwords"], (ngrams + 1 + 3, 8))  # all others, and three of capitals
        self.assertEqual(shapes["output.kernel"], (2 * (2 * 4 + 8), 3))
        for name in "embedding", "subwords", "gru.forward.kernel", "output.kernel", "linear.kernel", "linear.idf":
            self.assertEqual(model.tensors[name].dtype, np.float32, name)
        for name in "ngrams", "linear.pairs.words":
            self.assertEqual(model.tensors[name].dtype, np.uint32, name)
        self.assertFalse(model.tensors["subwords"][ngrams].any())
        self.assertFalse([name for name in model.tensors if name.endswith((".codes", ".scales", ".shape"))])

    def test_words_and_labels(self):
        file = trained()
        self.assertEqual(sorted(sqlite_classify.labels(file)), sorted(WORDS))
        self.assertIn("puncture", sqlite_classify.vocabulary(file))


class Parts(Test):
    """The embedding of hosts.weights(), [5][2], as codes of 8 bits, and of 4."""
    EIGHT = parts("embedding", ("I8", [10], bytes([0, 0, 4, 0, 4, 0, 0, 252, 0, 4])),
                  ("F16", [1], struct.pack("<e", 1)), ("U32", [2], struct.pack("<2I", 5, 2)))
    FOUR = {**EIGHT, "embedding.codes": model_file.Tensor("U8", [5], bytes([0x88, 0x8c, 0x8c, 0x48, 0xc8]))}

    def file(self, made, without=(), **changed):
        metadata, there = model_file.split(hosts.weights())
        del there["embedding"]
        there.update(made)
        there.update({"embedding." + part: model_file.Tensor(*tensor) for part, tensor in changed.items()})
        return model_file.join(metadata, {name: there[name] for name in there if name not in without})

    def test_codes_are_numbers(self):
        for made in self.EIGHT, self.FOUR:
            file = self.file(made)
            read = weights.read(file).tensors["embedding"]
            np.testing.assert_array_equal(read, [[0, 0], [4, 0], [4, 0], [0, -4], [0, 4]])
            self.assertEqual(answers(weights.write(weights.read(file))), answers(file))

    def test_each_block_has_its_scale(self):
        count = 5 * 7
        codes = [number % 15 - 7 for number in range(count + 1)]
        packed = bytes(first + 8 | second + 8 << 4 for first, second in zip(codes[::2], codes[1::2]))
        made = parts("output.kernel", ("U8", [len(packed)], packed), ("F16", [2], struct.pack("<2e", 0.5, 0.25)),
                     ("U32", [2], struct.pack("<2I", 5, 7)))
        read = weights.read(self.file({**self.EIGHT, **made}, without=["output.kernel"])).tensors["output.kernel"]
        self.assertEqual(read.shape, (5, 7))
        expected = [code * (0.5 if i < 32 else 0.25) for i, code in enumerate(codes[:count])]
        self.assertEqual(read.ravel().tolist(), expected)

    def test_a_part_that_is_missing(self):
        for part in "shape", "scales":
            file = self.file(self.EIGHT, without=["embedding." + part])
            self.refuses(ValueError, f"tensor 'embedding.{part}' is missing from the weights", weights.read, file)
        file = self.file(self.EIGHT, without=["embedding.codes"])
        self.refuses(ValueError, "tensor 'embedding' is missing from the weights", weights.read, file)

    def test_a_part_that_is_wrong(self):
        two = struct.pack("<2I", 5, 2)
        for changed, sentence in (
                ({"codes": ("F16", [5], bytes(10))}, "tensor 'embedding.codes' is F16 [5], expected I8 or U8 with one"),
                ({"codes": ("I8", [5, 2], bytes(10))}, "tensor 'embedding.codes' is I8 [5, 2], expected I8 or U8 with"),
                ({"codes": ("I8", [9], bytes(9))}, "has 9 bytes of codes and 1 scales, expected 10 codes of 8 bits"),
                ({"codes": ("U8", [6], bytes(6))}, "has 6 bytes of codes and 1 scales, expected 10 codes of 4 bits"),
                ({"codes": ("I8", [9], bytes(10))}, "'embedding.codes' has 10 bytes, its shape [9] and I8 say 9"),
                ({"scales": ("F32", [1], bytes(4))}, "tensor 'embedding.scales' is F32 [1], expected F16 with one"),
                ({"scales": ("F16", [2], bytes(4))}, "has 10 bytes of codes and 2 scales, expected 10 codes of 8 bits"),
                ({"shape": ("U16", [2], two[:4])}, "'embedding.shape' is U16 [2], expected U32 with one dimension"),
                ({"shape": ("U32", [1, 2], two)}, "tensor 'embedding.shape' is U32 [1, 2], expected U32 with one"),
                ({"shape": ("U32", [1], two[:4])}, "expected 5 codes of 8 bits for its shape [5]")):
            with self.subTest(changed):
                self.refuses(ValueError, sentence, weights.read, self.file(self.EIGHT, **changed))

    def test_codes_and_floats(self):
        metadata, there = model_file.split(hosts.weights())
        file = model_file.join(metadata, {**there, **self.EIGHT})
        self.refuses(ValueError, "there is tensor 'embedding.codes', and its tensor as floats too", weights.read, file)

    def test_lists_of_short_integers(self):
        metadata, there = model_file.split(hosts.weights())
        expected = weights.read(hosts.weights())
        for name in "vocabulary.ends", "labels.ends":
            ends = np.frombuffer(there[name].data, "<u4")
            there[name] = model_file.Tensor("U16", [len(ends)], ends.astype("<u2").tobytes())
        file = model_file.join(metadata, there)
        read = weights.read(file)
        self.assertEqual((read.words, read.labels), (expected.words, expected.labels))
        self.assertEqual(answers(file), answers(hosts.weights()))

    def test_a_scale_is_the_half_of_the_header(self):
        made = {**self.EIGHT, "embedding.scales": model_file.Tensor("F16", [1], struct.pack("<e", math.pi))}
        read = weights.read(self.file(made)).tensors["embedding"]
        self.assertEqual(read[1, 0], np.float32(np.float16(math.pi)) * 4)


if __name__ == "__main__":
    unittest.main()
