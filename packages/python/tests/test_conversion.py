"""What from_keras() and from_torch() have in common; neither Keras nor PyTorch is needed."""
import json
import struct
import unittest

try:
    import numpy as np
except ImportError as missing:
    raise unittest.SkipTest(f"{missing}") from missing
from sqlite_classify import conversion, model_file, network, tokenizers, vocabularies, weights

import hosts


class Test(unittest.TestCase):
    def refuses(self, kind, sentence, call, *arguments, **named):
        with self.assertRaises(kind) as raised:
            call(*arguments, **named)
        self.assertIn(sentence, str(raised.exception))


class Weights(Test):
    """weights.read() and write()."""

    def changed(self, without=(), **tensors):
        """The file of hosts.weights() with other tensors: name: (dtype, shape, bytes), with _ for a point."""
        metadata, there = model_file.split(hosts.weights())
        there.update({name.replace("_", "."): model_file.Tensor(*tensor) for name, tensor in tensors.items()})
        return model_file.join(metadata, {name: there[name] for name in there if name not in without})

    def test_no_file(self):
        self.refuses(TypeError, "weights is None, expected the bytes of a model", weights.read, None)
        self.refuses(TypeError, "weights is 'text', expected the bytes of", weights.read, "text")
        whole = "bytes are not a whole safetensors file, expected the contents of the column weights"
        for header in (b"[]", b"5", b"{", b'{"a": 5}', b'{"a": {}}', b'{"__metadata__": []}',
                       b'{"a": {"dtype": "F32", "shape": [1]}}', b"[" * 100000,
                       b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}',
                       b'{"a": {"dtype": "F32", "shape": ["1"], "data_offsets": [0, 0]}}',
                       b'{"a": {"dtype": "F32", "shape": 1, "data_offsets": [0, 0]}}',
                       b'{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 0]}}',
                       b'{"a": {"dtype": "F32", "shape": [], "data_offsets": [2, 0]}}'):
            with self.subTest(header=header[:40]):
                self.refuses(ValueError, whole, weights.read, struct.pack("<Q", len(header)) + header)
        for short in b"", b"bytes", struct.pack("<Q", 2 ** 40), hosts.weights()[:-1]:
            self.refuses(ValueError, f"{len(short)} {whole}", weights.read, short)

    def test_metadata(self):
        for key, value, sentence in (
                ("format", "pt", "metadata 'format' of the weights is 'pt', expected 'sqlite-classify 1'"),
                ("max_tokens", "many", "metadata 'max_tokens' of the weights is 'many', expected a number"),
                ("padded_length", 0, "metadata 'padded_length' of the weights is 0, expected a text"),
                ("tokenize", None, "metadata 'tokenize' of the weights is None, expected a text")):
            length, = struct.unpack_from("<Q", hosts.weights())
            header = json.loads(hosts.weights()[8:8 + length])
            header["__metadata__"][key] = value
            text = json.dumps(header).encode()
            file = struct.pack("<Q", len(text)) + text + hosts.weights()[8 + length:]
            self.refuses(ValueError, sentence, weights.read, file)

    def test_a_model_of_several_labels(self):
        metadata, tensors = model_file.split(hosts.weights())
        metadata = {key: value for key, value in metadata.items() if key != "identifier"}
        model = weights.read(model_file.join({**metadata, "multilabel": "true"}, tensors))
        self.refuses(ValueError, "the model gives a text several labels (metadata 'multilabel')",
                     conversion.take_apart, model, [0, 1])

    def test_tensors(self):
        four = b"\0" * 4
        for name, tensor, sentence in (
                ("output_bias", ("F64", [2], four * 4), "tensor 'output.bias' is F64, expected one of F32, F16, BF16"),
                ("output_bias", ("F32", [3], four), "tensor 'output.bias' has 4 bytes, its shape [3] and F32 say 12"),
                ("labels_kinds", ("U8", [2], b"ti"), "label 2 of the weights is not a value: its kind is 'i'"),
                ("labels_kinds", ("U8", [2], b"tr"), "label 2 of the weights is not a value"),
                ("labels_kinds", ("U8", [2], b"\xfft"), "label 1 of the weights is not a value"),
                ("vocabulary_ends", ("U32", [2], struct.pack("<2I", 6, 3)),
                 "'vocabulary.ends' of the weights are [6, 3], expected rising ones up to 26"),
                ("vocabulary_ends", ("U32", [1], struct.pack("<I", 99)), "expected rising ones up to 26")):
            self.refuses(ValueError, sentence, weights.read, self.changed(**{name: tensor}))
        for name in "embedding", "output.kernel", "labels.kinds", "vocabulary.ends":
            self.refuses(ValueError, f"tensor '{name}' is missing from the weights", weights.read, self.changed([name]))

    def test_tensors_that_the_extension_does_not_know(self):
        eight = b"\0" * 8
        file = self.changed(extra=("I64", [1], eight), more=("F64", [1], eight), gru_extra=("F64", [1], eight))
        self.assertEqual(weights.read(file).tensors.keys(), weights.read(hosts.weights()).tensors.keys())

    def test_types(self):
        values = np.array([0.5, -3], "f4")
        for dtype, packed in (("F16", values.astype("<f2")), ("BF16", (values.view("<u4") >> 16).astype("<u2"))):
            read = weights.read(self.changed(output_bias=(dtype, [2], packed.tobytes())))
            self.assertEqual(read.tensors["output.bias"].tolist(), [0.5, -3])
            self.assertEqual(read.tensors["output.bias"].dtype, np.float32)

    def test_there_and_back(self):
        model = weights.read(hosts.weights(b"ir", ("n5", "r4004000000000000")))
        self.assertEqual((model.words, model.labels), (["parcel", "courier", "password", "login"], [5, 2.5]))
        model.words[0] = "\udc80"  # bytes that are not UTF-8
        again = weights.read(weights.write(model))
        self.assertEqual((again.metadata, again.words, again.labels), (model.metadata, model.words, model.labels))
        for name, values in model.tensors.items():
            np.testing.assert_array_equal(again.tensors[name], values)


class Arguments(Test):
    def test_vocabularies(self):
        for given, kind, sentence in (
                (None, TypeError, "the vocabulary is of type NoneType, expected a list of words"),
                (5, TypeError, "the vocabulary is of type int, expected a list"),
                ({"a"}, TypeError, "the vocabulary is of type set, expected a list"),
                ({"a": "1"}, TypeError, "the number of word 'a' of the vocabulary is '1', expected an integer"),
                ({"a": True}, TypeError, "the number of word 'a' of the vocabulary is True, expected an integer"),
                (["", "a\ud800"], ValueError, r"word 1 of the vocabulary is 'a\ud800', which is no text: '\ud800'")):
            self.refuses(kind, sentence, vocabularies.from_words, given, unknown="skip")
        self.assertEqual(vocabularies.from_words(["", "\udc80"], unknown="skip").words, ["", "\udc80"])

    def test_numbers_of_numpy(self):
        found = vocabularies.from_words({"a": np.int64(1), "b": np.int32(2)}, pad=np.int64(0), unknown=np.int8(2))
        self.assertEqual((found.words, found.padding, found.unknown), (["", "a", "b"], 0, 2))
        self.refuses(ValueError, "pad=True is no word", vocabularies.from_words, ["", "a"], pad=True)
        self.refuses(ValueError, "pad=2 is no number of the 2 words", vocabularies.from_words, ["", "a"],
                     pad=np.int64(2))

    def test_labels(self):
        for given in None, 5, "ab", b"ab", {"a", "b"}, {"a": 0, "b": 1}:
            self.refuses(TypeError, "expected a list in the order of the output's columns", conversion.check_labels,
                         given, 2, "the output")
        self.refuses(ValueError, r"label 1 is 'b\ud800', which is no text", conversion.check_labels,
                     ["a", "b\ud800"], 2, "the output")
        self.assertEqual(conversion.check_labels(np.array([3, 5]), 2, "the output"), [3, 5])
        for large in 2 ** 70, -2 ** 63 - 1, np.uint64(2 ** 63):
            self.refuses(ValueError, f"label {large} does not fit into 64 bits", conversion.check_labels, [1, large], 2,
                         "the output")
        self.assertEqual(conversion.check_labels([2 ** 63 - 1, -2 ** 63], 2, "the output"), [2 ** 63 - 1, -2 ** 63])

    def test_max_tokens(self):
        for given in 0, -1, True, 2.0, "9", 2 ** 31, 2 ** 40, np.int64(0):
            self.refuses(ValueError, f"max_tokens={given!r}, expected an integer from 1 to 2147483647, or None",
                         conversion.check_max_tokens, given)
        for given in None, 1, np.int32(5), 2 ** 31 - 1:
            self.assertEqual(conversion.check_max_tokens(given), given)
        self.assertIs(type(conversion.check_max_tokens(np.int64(16))), int)

    def test_tokenizers(self):
        self.refuses(ValueError, "tokenizer 'whitespace lower ascii lower none' has 'lower' twice, expected it once",
                     tokenizers.parse, "whitespace lower ascii lower none")
        self.assertEqual(str(tokenizers.parse("whitespace lower ascii remove 'lower'")),
                         "whitespace lower ascii remove 'lower'")


class Reading(Test):
    def test_what_is_read_of_a_text(self):
        model = weights.read(hosts.weights())
        for most, truncating, expected in ((2, "post", [1, 2]), (2, "pre", [2, 3]), (3, "pre", [1, 2, 3]),
                                           (9, "pre", [1, 2, 3]), (0, "pre", []), (0, "post", [])):
            model.metadata.update(max_tokens=str(most), truncating=truncating)
            ids, inside = network.read_tokens(model, [[1, 2, 3]])
            self.assertEqual((ids.tolist(), inside.all()), ([expected], True))

    def test_padded_length(self):
        """SQL pads to 65,536 tokens at most, and to 16,777,216 numbers."""
        known = vocabularies.from_words(["", "a", "b"], unknown="padding")

        def assemble(tokens, attention_padding, state=3):
            parts = conversion.Parts(np.ones((3, state), dtype="f4"), attention_kernel=np.ones(state),
                                     output_kernel=np.ones((state, 2)), output_bias=np.zeros(2))
            reading = conversion.Reading("", tokens, gru_padding="read", attention_padding=attention_padding)
            return conversion.assemble(parts, reading, known, ["x", "y"]).metadata["padded_length"]

        self.assertEqual((assemble(65536, "read"), assemble(2 ** 31 - 1, "skip")), ("65536", "0"))
        self.refuses(ValueError, "padded to 65537 tokens, but SQL pads to at most 65536 tokens of 3 numbers each: say "
                     "max_tokens=", assemble, 65537, "read")
        self.assertEqual((assemble(16384, "read", 1024), assemble(16400, "skip", 1024)), ("16384", "0"))
        self.refuses(ValueError, "SQL pads to at most 16384 tokens of 1024 numbers", assemble, 16385, "read", 1024)
        self.refuses(ValueError, "padded to the longest of a batch, but SQL pads", assemble, 2 ** 31 - 1, "read")


if __name__ == "__main__":
    unittest.main()
