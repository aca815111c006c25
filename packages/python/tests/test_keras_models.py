"""from_keras() and to_keras(), with the Keras that keras_samples names."""
import contextlib
import os
import tempfile
import unittest
import zipfile
from unittest import mock

import numpy as np

try:
    import keras_samples as samples
    from keras_samples import (AttentionLayer, LABELS, ROWS, TOKENS, WORDS, bidirectional, keras, layers, recurrent,
                               sequential)
except ImportError as missing:
    raise unittest.SkipTest(f"{missing}") from missing
from sqlite_classify import contents, keras_models, network, weights
from sqlite_classify.keras_models import from_keras, to_keras

TENSORFLOW = samples.BACKEND == "tensorflow"


def numbers(texts=40, tokens=TOKENS, before=False, seed=3):
    """Numbers of words, padded at one end; the last text is empty."""
    random = np.random.default_rng(seed)
    ids = random.integers(1, ROWS, (texts, tokens))
    for row, length in zip(ids, [*random.integers(1, tokens, texts - 1, endpoint=True), 0]):
        row[:tokens - length] = 0
    return ids if before else ids[:, ::-1].copy()


def bytes_of(model):
    return [values.tobytes() for values in model.get_weights()]


def texts_of(ids, model):
    """The same as lists of the file's numbers."""
    first = network.padding_number(model)
    return [[0 if number == 1 else number - 1 + first for number in row if number] for row in ids.tolist()]


class Quick(unittest.TestCase):
    """Tests that are not about what a GRU computes."""

    def setUp(self):
        context = contextlib.ExitStack()
        context.enter_context(samples.without_gpu_kernels())
        self.addCleanup(context.close)


class Conversion(unittest.TestCase):
    def test_every_kind(self):
        """Into a file, which computes the same, and back."""
        for kind, sample in samples.kinds_of_backend().items():
            default = kind in samples.DEFAULTS
            with self.subTest(kind), contextlib.nullcontext() if default else samples.without_gpu_kernels():
                self.check_kind(kind, *sample)

    def check_kind(self, kind, middle, mask_zero, options):
        model = sequential(*middle(), mask_zero=mask_zero, tokens=options.get("tokens", TOKENS))
        arguments = {key: value for key, value in options.items() if key != "tokens"}
        data = from_keras(model, WORDS, LABELS, **arguments)
        ids = numbers(before=options.get("padding") == "pre", tokens=options.get("max_tokens", TOKENS))
        if options.get("padding", "post") is None:
            ids = np.random.default_rng(4).integers(1, ROWS, (20, 9))
        expected = samples.probabilities(model, ids)
        self.assertGreater(np.ptp(expected[:-1], axis=0).max(), 0.2)
        self.check_file(data, ids, expected)
        again = self.check_back(data, arguments)
        if kind not in samples.CHANGED:
            self.assertEqual(bytes_of(again), bytes_of(model))

    def check_file(self, data, ids, expected):
        there = np.isfinite(expected).all(1)  # Keras has no mean of nothing
        found = weights.read(data)
        computed = network.probabilities(found, texts_of(ids, found))
        np.testing.assert_allclose(computed[there], expected[there], atol=2e-6)

    def check_back(self, data, arguments):
        """from_keras() compares what the model computes with the file that it writes, which is the same."""
        again = to_keras(data, keras=keras)
        self.assertEqual(contents.vocabulary(data), WORDS)
        arguments = {**arguments, "max_tokens": int(weights.read(data).metadata["max_tokens"])}
        self.assertEqual(from_keras(again, WORDS, LABELS, **arguments), data)
        return again

    def test_outputs(self):
        middle = lambda: [bidirectional(), AttentionLayer()]
        logits = sequential(*middle(), output=layers.Dense(3))
        soft = keras.Sequential([*logits.layers, layers.Activation("softmax")])
        soft(numbers())
        self.assertEqual(from_keras(logits, WORDS, LABELS), from_keras(soft, WORDS, LABELS))
        for activation in "sigmoid", None:
            with self.subTest(activation):
                one = sequential(*middle(), output=layers.Dense(1, activation=activation))
                data = from_keras(one, WORDS, ["no", "yes"])
                again = to_keras(data, keras=keras)
                self.assertEqual(bytes_of(again), bytes_of(one))
                self.assertEqual(from_keras(again, WORDS, ["no", "yes"]), data)

    def test_functional_and_nested(self):
        flat = sequential(bidirectional(), AttentionLayer())
        inputs = keras.Input((TOKENS,), dtype="int32")
        states = flat.layers[1](flat.layers[0](inputs))
        functional = keras.Model(inputs, flat.layers[3](flat.layers[2](states)))
        first = keras.Input((TOKENS,), dtype="int32"), keras.Sequential(flat.layers[:2])
        nested = keras.Sequential([*first, *flat.layers[2:]])
        expected = from_keras(flat, WORDS, LABELS)
        self.assertEqual(from_keras(functional, WORDS, LABELS), expected)
        self.assertEqual(from_keras(nested, WORDS, LABELS), expected)

    def test_mask_is_told_from_results(self):
        """Whether a layer of one's own uses the mask cannot be seen."""
        keys = {}
        for masked in False, True:
            model = sequential(bidirectional(), AttentionLayer(bias=None, masked=masked), mask_zero=True)
            keys[masked] = weights.read(from_keras(model, WORDS, LABELS)).metadata
        both = {"tokenize": "", "max_tokens": "12", "gru_padding": "zero"}
        self.assertEqual(keys, {False: {**both, "padded_length": "12"},
                                True: {**both, "padded_length": "0", "attention_padding": "skip"}})

    def test_padding_is_not_read_for_nothing(self):
        """The states of padding are the text's last one again, so that the largest are the same with it or without."""
        model = sequential(recurrent(), layers.GlobalMaxPooling1D(), mask_zero=True)
        self.assertEqual(weights.read(from_keras(model, WORDS, LABELS)).metadata, {
            "tokenize": "", "max_tokens": "12", "padded_length": "0", "gru_padding": "carry",
            "attention_padding": "skip"})

    def test_files(self):
        model = sequential(bidirectional(), AttentionLayer())
        expected = from_keras(model, WORDS, LABELS)
        with tempfile.TemporaryDirectory() as folder:
            for ending in ".keras", ".h5":
                with self.subTest(ending):
                    path = os.path.join(folder, "model" + ending)
                    model.save(path)
                    found = from_keras(path, WORDS, LABELS, custom_objects={"AttentionLayer": AttentionLayer})
                    self.assertEqual(found, expected)
                    to_keras(expected, keras=keras).save(path)
                    self.assertEqual(from_keras(path, WORDS, LABELS), expected)

    def test_rows_that_nobody_reads(self):
        """A file of a training in SQL has no padding; the row that to_keras() gives it does not come back."""
        masked = sequential(bidirectional(), AttentionLayer(bias=None, masked=True), mask_zero=True)
        model = weights.read(from_keras(masked, WORDS, LABELS))
        del model.metadata["gru_padding"], model.metadata["attention_padding"]
        model.words, model.tensors["embedding"] = model.words[1:], np.delete(model.tensors["embedding"], 1, axis=0)
        trained = weights.write(model)
        again = to_keras(trained, keras=keras)
        self.assertEqual(contents.vocabulary(trained), WORDS)
        self.assertFalse(again.get_weights()[0][0].any())
        self.assertEqual(from_keras(again, WORDS, LABELS, max_tokens=TOKENS), trained)
        ids = numbers()
        expected = network.probabilities(model, texts_of(ids, model))
        np.testing.assert_allclose(samples.probabilities(again, ids), expected, atol=2e-6)

    def test_scales_of_a_training(self):
        """A training in SQL calibrates its logits."""
        model = weights.read(from_keras(sequential(bidirectional(), AttentionLayer()), WORDS, LABELS))
        model.tensors["blend"] = np.array([0.5, 0], "f4")
        ids = numbers()
        np.testing.assert_allclose(samples.probabilities(to_keras(weights.write(model), keras=keras), ids),
                                   network.probabilities(model, texts_of(ids, model)), atol=2e-6)


class Vocabularies(Quick):
    """Which row a word has."""

    def read(self, words, **arguments):
        self.model = sequential(bidirectional(), AttentionLayer())
        found = weights.read(from_keras(self.model, words, LABELS, **{"tokenizer": "", **arguments}))
        return found, self.model.get_weights()[0]

    def test_dict(self):
        found, rows = self.read({word: number for number, word in enumerate(WORDS) if word}, unknown="w7")
        self.assertEqual(found.words, [word for word in WORDS if word != "w7"])
        np.testing.assert_array_equal(found.tensors["embedding"][:2], rows[[10, 0]])

    def test_skip(self):
        found, rows = self.read(["[PAD]", *(f"w{n}" for n in range(ROWS - 1))], unknown="skip")
        self.assertEqual((found.words[0], found.metadata["unknown"]), ("w0", "skip"))
        np.testing.assert_array_equal(found.tensors["embedding"], rows)

    def test_unknown_is_padding(self):
        found, rows = self.read(["", *(f"w{n}" for n in range(ROWS - 1))], unknown="padding")
        self.assertEqual(found.words[0], "w0")
        np.testing.assert_array_equal(found.tensors["embedding"], rows)

    def test_word_that_reads_as_a_mode(self):
        words = ["", "skip", *(f"w{n}" for n in range(ROWS - 2))]
        found, rows = self.read(words, unknown=1)
        self.assertEqual(found.words, ["", *words[2:]])
        np.testing.assert_array_equal(found.tensors["embedding"][:2], rows[[1, 0]])

    def test_capital_letters(self):
        found, _ = self.read([*WORDS[:-1], "Word"], tokenizer=None)
        self.assertEqual(found.metadata["tokenize"], "unicode lower none")

    def test_many_words(self):
        words = ["", "[UNK]"] + [f"word{number}" for number in range(50000)]
        model = sequential(bidirectional(), AttentionLayer(), rows=len(words))
        self.assertEqual(len(weights.read(from_keras(model, words, LABELS, tokenizer="")).words), 50001)


@unittest.skipUnless(TENSORFLOW, "TextVectorization needs TensorFlow")
class Vectorization(Quick):
    TEXTS = ["The cat -- it's a cat! -- sat, and sat.", "A DOG barks\tat\u00a0the ÄRGER of it", ""]

    def model(self, middle, mask_zero=True, inside=True, **options):
        vectorize = layers.TextVectorization(**{"output_sequence_length": TOKENS, **options})
        vectorize.adapt(self.TEXTS[:2])
        rows = [layers.Embedding(vectorize.vocabulary_size() + 5, 7, mask_zero=mask_zero), *middle,
                layers.Dense(3, activation="softmax")]
        first = [keras.Input((1,), dtype="string"), vectorize] if inside else [keras.Input((TOKENS,), dtype="int32")]
        return samples.randomized(keras.Sequential([*first, *rows])), vectorize

    def test_standards_and_splits(self):
        ends = {None: "", "lower": " lower ascii", "strip_punctuation": " remove punctuation",
                "lower_and_strip_punctuation": " lower ascii remove punctuation"}
        for split, first in ("whitespace", "whitespace"), ("character", "characters"):
            for standardize, end in ends.items():
                with self.subTest(split=split, standardize=standardize):
                    model, vectorize = self.model([bidirectional(), AttentionLayer(masked=True)], split=split,
                                                  standardize=standardize)
                    found = weights.read(from_keras(model, None, LABELS))
                    self.assertEqual(found.metadata["tokenize"], first + end)
                    self.assertEqual(found.words, ["", *vectorize.get_vocabulary()[2:]])
                    self.assertEqual(len(found.tensors["embedding"]), len(found.words) + 6)

    def test_beside_the_model(self):
        inside, vectorize = self.model([bidirectional(), AttentionLayer()], mask_zero=False)
        outside = keras.Sequential([keras.Input((TOKENS,), dtype="int32"), *inside.layers[1:]])
        expected = from_keras(inside, None, LABELS)
        self.assertEqual(from_keras(outside, None, LABELS, tokenizer=vectorize), expected)
        self.assertEqual(from_keras(outside, vectorize, LABELS), expected)
        self.assertEqual(from_keras(inside, vectorize.get_vocabulary(), LABELS), expected)
        with self.assertRaisesRegex(ValueError, "word 2 of the vocabulary is 'x', but TextVectorization has '"):
            from_keras(inside, ["", "[UNK]", "x"], LABELS)

    def test_any_length(self):
        masked, _ = self.model([bidirectional(), AttentionLayer(bias=None, masked=True)], output_sequence_length=None)
        self.assertEqual(weights.read(from_keras(masked, None, LABELS)).metadata["max_tokens"], "2147483647")
        read, _ = self.model([bidirectional(), AttentionLayer(bias=None)], output_sequence_length=None, mask_zero=False)
        with self.assertRaisesRegex(ValueError, "say max_tokens="):
            from_keras(read, None, LABELS)
        self.assertEqual(weights.read(from_keras(read, None, LABELS, padding=None)).metadata["padded_length"], "0")
        carried, _ = self.model([recurrent(), layers.GlobalMaxPooling1D()], output_sequence_length=None)
        self.assertEqual(weights.read(from_keras(carried, None, LABELS)).metadata["padded_length"], "0")

    def beside(self, attention, tokens=TOKENS, mask_zero=True, **options):
        """A model of numbers, and the layer that makes them. tokens None: it is built by its first batch, of 5."""
        inside, vectorize = self.model([bidirectional(), attention], mask_zero=mask_zero, **options)
        first = [keras.Input((tokens,), dtype="int32")] if tokens else []
        outside = keras.Sequential([*first, *inside.layers[1:]])
        outside(np.ones((2, tokens or 5), "int32"))
        return outside, vectorize

    def test_contradictions(self):
        model, vectorize = self.beside(AttentionLayer(bias=None), mask_zero=False)
        short = layers.TextVectorization(output_sequence_length=5, vocabulary=vectorize.get_vocabulary()[2:])
        for message, arguments in (
                (r"\(TextVectorization\) gives 5 tokens, but the model reads 12", {"tokenizer": short}),
                (r"max_tokens is 12, but layer '.*' \(TextVectorization\) gives 5", {"tokenizer": short,
                                                                                    "max_tokens": 12}),
                ("padding='pre', but layer '.*' .* does it at the end", {"padding": "pre"}),
                ("truncating='pre', but layer", {"truncating": "pre"}),
                ("padding=None says that texts are never padded, but .* pads them to 12", {"padding": None})):
            with self.assertRaisesRegex(ValueError, message):
                from_keras(model, None, LABELS, **{"tokenizer": vectorize, **arguments})
        with self.assertRaisesRegex(ValueError, "texts are cut by TextVectorization, which is 'whitespace lower ascii "
                                                "remove punctuation', but tokenizer= is 'whitespace'"):
            from_keras(model, vectorize, LABELS, tokenizer="whitespace")
        if not keras.__version__.startswith("2"):  # which runs a model on the length of its first call only
            found = weights.read(from_keras(model, None, LABELS, tokenizer=short, max_tokens=5))
            self.assertEqual(found.metadata["max_tokens"], "5")

    def test_the_length_of_the_first_batch(self):
        model, vectorize = self.beside(AttentionLayer(bias=None, masked=True), None, output_sequence_length=None)
        if keras_models.keras_chain.find_chain(model).model.inputs[0].shape[1] is not None:
            with self.assertRaisesRegex(ValueError, r"how many tokens does the model read\? .* say max_tokens="):
                from_keras(model, None, LABELS, tokenizer=vectorize)
        for padding in "post", None:
            data = weights.read(from_keras(model, None, LABELS, tokenizer=vectorize, max_tokens=1000, padding=padding))
            self.assertEqual((data.metadata["max_tokens"], data.metadata["padded_length"]), ("1000", "0"))
        with self.assertRaisesRegex(ValueError, "say max_tokens="):
            from_keras(model, None, LABELS, tokenizer=vectorize, padding=None)

    def test_refused(self):
        for options, message in ({"ngrams": 2}, "ngrams=.*2.*, expected None"), \
                ({"standardize": lambda text: text}, "standardize=.*: a function of one's own cannot run in SQL"), \
                ({"split": None}, "split=None, expected 'whitespace' or 'character'"), \
                ({"output_mode": "count", "output_sequence_length": None}, "output_mode='count', expected 'int'"):
            with self.subTest(message):
                vectorize = layers.TextVectorization(**{"output_sequence_length": TOKENS, **options})
                vectorize.adapt(self.TEXTS)
                model = sequential(bidirectional(), AttentionLayer())
                with self.assertRaisesRegex(ValueError, message):
                    from_keras(model, None, LABELS, tokenizer=vectorize)


class OldTokenizer(Quick):
    def setUp(self):
        super().setUp()
        try:
            from tf_keras.preprocessing.text import Tokenizer
        except ImportError as missing:
            self.skipTest(str(missing))
        self.kind = Tokenizer

    def read(self, padding="pre", **options):
        tokenizer = self.kind(**options)
        tokenizer.fit_on_texts(["a cat is a cat", "it is it's dog", "a"])
        self.model = sequential(bidirectional(), AttentionLayer(), rows=20)
        return weights.read(from_keras(self.model, None, LABELS, tokenizer=tokenizer, padding=padding))

    def test_without_oov(self):
        found = self.read()
        self.assertEqual(found.words, ["a", "cat", "is", "it", "it's", "dog"])
        self.assertEqual(found.metadata, {
            "tokenize": "whitespace lower unicode separators ' \t\n!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'",
            "max_tokens": "12", "padded_length": "12", "padding": "pre", "truncating": "pre", "unknown": "skip"})
        np.testing.assert_array_equal(found.tensors["embedding"], self.model.get_weights()[0])

    def test_oov_and_num_words(self):
        found = self.read(oov_token="?", num_words=4)
        self.assertEqual(found.words, ["", "a", "cat"])
        self.assertNotIn("unknown", found.metadata)
        np.testing.assert_array_equal(found.tensors["embedding"][:3], self.model.get_weights()[0][[1, 0, 2]])

    def test_characters_and_capitals(self):
        self.assertEqual(self.read(char_level=True).metadata["tokenize"], "characters lower unicode")
        found = self.read(filters="", lower=False, split="_")
        self.assertEqual(found.metadata["tokenize"], "whitespace separators '_'")

    def test_refused(self):
        with self.assertRaisesRegex(ValueError, r"pad_sequences\(padding='post'\) reads the last: say truncating="):
            self.read(padding="post")
        with self.assertRaisesRegex(ValueError, "split='--', expected one character"):
            self.read(split="--")
        with self.assertRaisesRegex(ValueError, "has an analyzer, expected None"):
            self.read(analyzer=str.split)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = layers.Dense(3)

    def call(self, inputs):
        return self.inner(inputs)


class WrongInput(Quick):
    """Each is refused in a sentence that names what is wrong."""

    def refused(self, message, model=None, vocabulary=WORDS, labels=LABELS, error=ValueError, **arguments):
        model = model if model is not None else sequential(bidirectional(), AttentionLayer())
        with self.assertRaisesRegex(error, message):
            from_keras(model, vocabulary, labels, **arguments)

    def test_labels(self):
        self.refused(r"there are 2 labels, but layer 'output' \(Dense\) tells 3 apart", labels=["a", "b"])
        self.refused("labels 5 and 5.0 are the same", labels=[5, "a", 5.0])
        self.refused("labels is None, expected a list", labels=None, error=TypeError)
        self.refused("label None is of type NoneType, expected str, int or a finite float", labels=["a", "b", None],
                     error=TypeError)

    def test_labels_without_order(self):
        for wrong, message in (
                ({"pos": 1, "neg": 0, "odd": 2}, r"labels is a dict, .* such as \['neg', 'pos', 'odd'\]"),
                ({0: "neg", 2: "odd", 1: "pos"}, r"labels is a dict, .* such as \['neg', 'pos', 'odd'\]"),
                ({"0": "neg", "1": "pos", "2": "odd"}, r"such as \[id2label\[i\] for i in range\(len\(id2label\)\)\]"),
                ({"a", "b", "c"}, "labels is a set, which has no order, expected a list"),
                ("abc", "labels is 'abc', expected a list in the order"), (None, "labels is None, expected a list")):
            self.refused(message, labels=wrong, error=TypeError)

    def test_how_texts_were_cut(self):
        words = [word for word in WORDS if word != "."] + ["more"]
        self.refused("how were the texts cut.* Say tokenizer=.*or '' for the extension's own", vocabulary=words)
        model = sequential(bidirectional(), AttentionLayer())
        for tokenizer in "", "whitespace lower unicode":
            said = weights.read(from_keras(model, words, LABELS, tokenizer=tokenizer))
            self.assertEqual(said.metadata["tokenize"], tokenizer)

    def test_size_of_the_vocabulary(self):
        self.refused("vocabulary is too short: it has 39 words .* has 40 rows", vocabulary=WORDS[:-1])
        self.refused("vocabulary has 41 words .* has only 40 rows", vocabulary=[*WORDS, "more"])

    def test_words(self):
        self.refused(r"vocabulary\[0\] is 'the', expected '' or '\[PAD\]': the word of padding",
                     vocabulary=["the", "[UNK]", *WORDS[2:]])
        self.refused("given as the dict word_index itself", vocabulary=["the", "[UNK]", *WORDS[2:]])
        self.refused("'w0' twice: numbers 3 and 39", vocabulary=[*WORDS[:-1], "w0"])
        self.refused("word 39 of the vocabulary is 7, expected a str", vocabulary=[*WORDS[:-1], 7], error=TypeError)
        self.refused("words 'w0' and 'w1' of the vocabulary both have the number 1", vocabulary={"w0": 1, "w1": 1})
        self.refused("no word of the vocabulary has the number 2", vocabulary={"w0": 1, "w1": 3})
        self.refused("has both '\\[UNK\\]' and '<unk>': say which by unknown=", vocabulary=[*WORDS[:-1], "<unk>"])
        self.refused("the vocabulary is None", vocabulary=None)
        self.refused("the vocabulary is empty", vocabulary=[])
        self.refused(r"the vocabulary is \['', '\[UNK\]'\], expected at least one word", vocabulary=["", "[UNK]"])
        self.refused("the vocabulary is of type str, expected a list", vocabulary="words", error=TypeError)
        self.refused("the vocabulary is of type int, expected a list", vocabulary=5, error=TypeError)

    def test_unknown_words(self):
        words = ["", *(f"w{n}" for n in range(ROWS - 1))]
        self.refused("how does the model read words that are not in the vocabulary.*unknown='skip'", vocabulary=words)
        self.refused("unknown='nothing' is no word of the vocabulary", vocabulary=words, unknown="nothing")
        self.refused("unknown=40 is no number of the 40 words", vocabulary=words, unknown=40)

    def test_words_that_never_come(self):
        words = ["", "[UNK]", *(f"W{n}" for n in range(ROWS - 2))]
        never = "words of the vocabulary can never come out of"
        self.refused(f"38 of 38 {never} tokenizer 'whitespace lower ascii', the first is 'W0'", vocabulary=words,
                     tokenizer="whitespace lower ascii")
        self.refused(f"1 of 38 {never} the extension's own tokenizer, the first is 'a-b'",
                     vocabulary=[*WORDS[:-1], "a-b"])
        self.refused("tokenizer 'whitespace lower latin' has 'lower latin'", tokenizer="whitespace lower latin")
        self.refused("the tokenizer is of type int", tokenizer=5, error=TypeError)

    def test_layers(self):
        def lstm():
            return layers.LSTM(6, return_sequences=True)

        for message, wrong in (
                (r"layer '.*' \(LSTM\) is not supported here, expected GRU, Bidirectional\(GRU\)", [lstm()]),
                ("wraps a layer of type LSTM, expected GRU", [layers.Bidirectional(lstm())]),
                (r"\(SimpleRNN\) is not supported", [layers.SimpleRNN(6, return_sequences=True)]),
                (r"layer '.*' \(GRU\) is not supported here, expected attention", [recurrent(), recurrent()]),
                (r"\(LayerNormalization\) is not supported", [bidirectional(), layers.LayerNormalization()])):
            self.refused(message, sequential(*wrong, AttentionLayer()))
        self.refused(r"follows layer 'hidden' \(Dense\).*hidden Dense layers are not supported", sequential(
            bidirectional(), AttentionLayer(), layers.Dense(5, name="hidden")))
        self.refused("the model ends where one Dense was expected", keras.Sequential(
            [keras.Input((TOKENS,)), layers.Embedding(ROWS, 7), AttentionLayer()]))

    def test_options(self):
        self.refused("recurrent_activation='hard_sigmoid', expected 'sigmoid'",
                     sequential(bidirectional(recurrent_activation="hard_sigmoid"), AttentionLayer()))
        self.refused("merge_mode='sum', expected 'concat'",
                     sequential(bidirectional(merge_mode="sum"), AttentionLayer()))
        self.refused("return_sequences=False, expected True", sequential(bidirectional(return_sequences=False)))
        self.refused("3 units and activation 'sigmoid'", sequential(
            bidirectional(), AttentionLayer(), output=layers.Dense(3, activation="sigmoid")))
        self.refused("directions of 6 and 5 units", sequential(layers.Bidirectional(
            recurrent(6), backward_layer=recurrent(5, go_backwards=True)), AttentionLayer()))

    def test_models(self):
        one, two = keras.Input((TOKENS,)), keras.Input((TOKENS,))
        vectors = layers.Embedding(ROWS, 7)
        joined = layers.Dense(3)(layers.Concatenate()([one, two]))
        self.refused("has 2 inputs, expected one", keras.Model([one, two], joined))
        self.refused("has 2 outputs, expected one", keras.Model(one, [layers.Dense(3)(one), layers.Dense(2)(one)]))
        branched = layers.Dense(3, activation="softmax")(layers.Add()([
            layers.GlobalMaxPooling1D()(vectors(one)), layers.GlobalAveragePooling1D()(vectors(one))]))
        self.refused(r"\(Add\) has 2 inputs, expected one: only layers in a chain", keras.Model(one, branched))
        self.refused("is a subclass of Model .* expected a Sequential or functional model", Subclassed())
        self.refused("has no weights yet", keras.Sequential([layers.Dropout(0.1), layers.Dense(3)]))
        self.refused("the model is of type dict, expected a Keras model.*from_torch\\(\\) takes those of PyTorch", {},
                     error=TypeError)

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.keras")
            self.refused("there is no file '.*model.keras'", path)
            with open(path, "w") as file:
                file.write("no model")
            self.refused("cannot read a model from '.*model.keras'", path)
            for damaged in "{", "[]", "5", '{"keras_version": 3}':
                with zipfile.ZipFile(path, "w") as archive:
                    archive.writestr("metadata.json", damaged)
                self.refused("cannot read a model from '.*model.keras'", path)
            with open(path, "w") as file:
                file.write("no model")
            for name, hint in ("m.weights.h5", "holds weights only"), ("m.h5", "does not keep the words"):
                with open(os.path.join(folder, name), "w") as file:
                    file.write("no model")
                self.refused(hint, os.path.join(folder, name))
            with mock.patch.dict("sys.modules", {"keras": None, "tf_keras": None}):
                self.refused("reading a Keras model from a file needs Keras", path, error=ImportError)

    def test_weights(self):
        model = sequential(bidirectional(), AttentionLayer())
        values = model.get_weights()
        values[0][3, 2] = np.nan
        model.set_weights(values)
        self.refused("the weights of embedding have a number that is not finite, the first is nan", model)

    def test_attention(self):
        class Odd(AttentionLayer):
            def build(self, shape):
                self.extra = self.add_weight(name="extra", shape=(3, 2))
                super().build(shape)

            def call(self, inputs, mask=None):
                return super().call(inputs)
        self.refused(r"\(AttentionLayer\) computes something other than softmax\(h \. W \+ b\).*differ by up to",
                     sequential(bidirectional(), AttentionLayer(activation="tanh")))
        self.refused(r"\(Odd\) has weights of the shapes .*\(3, 2\).*, expected W \(12, 1\)",
                     sequential(bidirectional(), Odd()))
        self.refused("has no attribute 'kernel'", attention=("kernel", "b"))

    def test_attention_with_small_weights(self):
        """Which change little, whatever is made of them; and they are what they were afterwards."""
        class Odd(AttentionLayer):
            def __init__(self, function):
                super().__init__(bias=None)
                self.function = function

            def attend(self, inputs, mask=None):
                return samples.ops.softmax(self.function(samples.ops.matmul(inputs, self.W))[:, :, 0], -1)

        functions = {"tanh": samples.ops.tanh, "a scale": lambda x: x * 1.01,
                     "a sigmoid": lambda x: 0.5 + 0.5 * samples.ops.tanh(x / 2)}
        for scale in 0.1, 0.2:
            for name, function in functions.items():
                with self.subTest(name, scale=scale):
                    model = samples.randomized(sequential(bidirectional(), Odd(function)), 1, scale)
                    before = bytes_of(model)
                    self.refused(r"\(Odd\) computes something other than softmax", model)
                    self.assertEqual(bytes_of(model), before)
            right = samples.randomized(sequential(bidirectional(), Odd(lambda x: x)), 1, scale)
            before = bytes_of(right)
            from_keras(right, WORDS, LABELS)
            self.assertEqual(bytes_of(right), before)

    def test_backwards_and_masked(self):
        model = sequential(recurrent(go_backwards=True), AttentionLayer(masked=True), mask_zero=True)
        self.refused(r"layer '.*' \(GRU\) has go_backwards=True and a mask", model)

    def test_lengths(self):
        self.refused("max_tokens is 9, but the model reads 12 tokens", max_tokens=9)
        self.refused("max_tokens=0, expected an integer from 1 to 2147483647, or None", max_tokens=0)
        self.refused("padded to 70000 tokens, but SQL pads to at most 65536", sequential(
            bidirectional(), AttentionLayer(bias=None), tokens=None), max_tokens=70000)
        self.refused("padding=None says that texts are never padded, but the model reads 12", padding=None)
        self.refused("how many tokens does the model read.* say max_tokens=", sequential(
            bidirectional(), AttentionLayer(bias=None), tokens=None))
        self.refused("padding='left', expected 'post' or 'pre' or None", padding="left")

    def test_files_of_a_training(self):
        data = from_keras(sequential(bidirectional(), AttentionLayer()), WORDS, LABELS)
        for tensor in "subwords", "linear.kernel":
            model = weights.read(data)
            model.tensors[tensor] = np.zeros((1, 7), "f4")
            with self.assertRaisesRegex(ValueError, f"option '{tensor.split('.')[0]}', which is no layer"):
                to_keras(weights.write(model), keras=keras)
        self.assertIs(keras_models.attention_layer(keras), keras_models.attention_layer(keras=keras))
        with self.assertRaisesRegex(ValueError, "5 bytes are not a whole safetensors file"):
            to_keras(b"bytes", keras=keras)
        for reader in to_keras, contents.vocabulary, contents.labels:
            with self.assertRaisesRegex(ValueError, "the bytes have changed since their identifier was written"):
                reader(data[:-1] + bytes([data[-1] ^ 1]))
            with self.assertRaisesRegex(TypeError, "weights is 'model.keras', expected the bytes of a model's file"):
                reader("model.keras")
        with mock.patch.dict("sys.modules", {"keras": None, "tf_keras": None}):
            with self.assertRaisesRegex(ImportError, r"to_keras\(\) needs Keras \(pip install keras tensorflow\)"):
                to_keras(data)


if __name__ == "__main__":
    unittest.main()
