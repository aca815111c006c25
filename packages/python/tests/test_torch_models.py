"""from_torch() and to_torch()."""
import io
import unittest
from unittest import mock

import numpy as np

try:
    import torch
    from torch import nn
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
except ImportError as missing:
    raise unittest.SkipTest(f"{missing}") from missing
from sqlite_classify import contents, network, weights
from sqlite_classify.torch_models import from_torch, to_torch

TOKENS, ROWS = 12, 40
LABELS = ["spam", 5, 2.5]
WORDS = ["", "[UNK]", ".", *(f"w{number}" for number in range(ROWS - 3))]


class Classifier(nn.Module):
    """As people write it. `packed`: padding is not read by the GRU; `total`: states are padded to the length of the
    batch; `masked`: padding has no weight; `bias`: the shape of b."""

    def __init__(self, both=True, gru=True, packed=False, total=True, masked=False, bias=None, pooling="attention",
                 outputs=3, probabilities=False, rank=None, padding_idx=0, **options):
        super().__init__()
        self.packed, self.total, self.masked = packed, total, masked
        self.pooling, self.probabilities = pooling, probabilities
        self.embedding = nn.Embedding(ROWS, 7, padding_idx=padding_idx)
        self.gru = nn.GRU(7, 6, batch_first=True, bidirectional=both, **options) if gru else None
        size = 7 if not gru else 12 if both else 6
        self.scores = None
        if pooling == "attention" and rank:
            self.kernel = nn.Parameter(torch.empty((size, 1)[:rank]))
        elif pooling == "attention":
            self.scores = nn.Linear(size, 1)
        if bias:
            self.positions = nn.Parameter(torch.empty(bias))
        self.dropout = nn.Dropout(0.5)
        self.output = nn.Linear(size, outputs)
        generator = torch.Generator().manual_seed(0)
        for parameter in self.parameters():
            nn.init.normal_(parameter, 0, 0.8, generator=generator)

    def states(self, ids):
        vectors = self.dropout(self.embedding(ids))
        if self.gru is None:
            return vectors
        if not self.packed:
            return self.gru(vectors)[0]
        packed = pack_padded_sequence(vectors, (ids != 0).sum(1), batch_first=True, enforce_sorted=False)
        total = ids.shape[1] if self.total else None
        return pad_packed_sequence(self.gru(packed)[0], batch_first=True, total_length=total)[0]

    def forward(self, ids):
        states = self.states(ids)
        if self.pooling == "attention":
            scores = (self.scores(states) if self.scores else states @ self.kernel.reshape(-1, 1))[:, :, 0]
            if hasattr(self, "positions"):
                scores = scores + self.positions.reshape(-1)
            if self.masked:
                scores = scores.masked_fill((ids == 0)[:, :states.shape[1]], -1e9)
            pooled = (torch.softmax(scores, 1)[:, :, None] * states).sum(1)
        else:
            pooled = states.amax(1) if self.pooling == "max" else states.mean(1)
        logits = self.output(pooled)
        if not self.probabilities:
            return logits
        return torch.softmax(logits, 1) if logits.shape[1] > 1 else torch.sigmoid(logits)[:, 0]


class WithLengths(Classifier):
    def forward(self, ids, lengths):
        assert (lengths == (ids != 0).sum(1)).all()
        return super().forward(ids)


# name: options of Classifier, other arguments of from_torch()
KINDS = {
    "linear attention": ({}, {}),
    "padded before": ({}, {"padding": "pre"}),
    "masked": ({"masked": True}, {}),
    "masked, padded before": ({"masked": True}, {"padding": "pre"}),
    "packed": ({"packed": True}, {}),
    "packed and masked": ({"packed": True, "masked": True}, {}),
    "one direction": ({"both": False}, {}),
    "one direction, packed": ({"both": False, "packed": True}, {}),
    "no GRU": ({"gru": False}, {}),
    "one b": ({"bias": (1,), "rank": 1}, {}),
    "b of rank 2": ({"bias": (TOKENS, 1), "rank": 2}, {}),
    "b of rank 1": ({"bias": (TOKENS,), "rank": 1, "packed": True}, {}),
    "packed, masked, with b": ({"bias": (TOKENS,), "packed": True, "masked": True}, {}),
    "the largest": ({"pooling": "max"}, {}),
    "the largest, packed": ({"pooling": "max", "packed": True}, {}),
    "the mean": ({"pooling": "mean"}, {}),
    "never padded": ({"packed": True, "total": False}, {"padding": None}),
}


def numbers(before=False):
    random = np.random.default_rng(3)
    ids = random.integers(1, ROWS, (40, TOKENS))
    for row, length in zip(ids, random.integers(1, TOKENS, 40, endpoint=True)):
        row[:TOKENS - length] = 0
    return torch.tensor(ids if before else ids[:, ::-1].copy())


def probabilities(module, ids):
    module.eval()
    with torch.no_grad():
        logits = module(ids)
    if logits.shape[1] == 1:
        logits = torch.cat([torch.zeros_like(logits), logits], 1)
    return torch.softmax(logits, 1).numpy()


def texts_of(ids, model):
    first = network.padding_number(model)
    return [[0 if number == 1 else number - 1 + first for number in row if number] for row in ids.tolist()]


class Conversion(unittest.TestCase):
    def test_probabilities_and_round_trip(self):
        for kind, (options, arguments) in KINDS.items():
            with self.subTest(kind):
                module = Classifier(**options)
                module.train()
                data = from_torch(module, WORDS, LABELS, max_tokens=TOKENS, **arguments)
                self.assertTrue(module.training)
                ids = numbers(arguments.get("padding") == "pre")
                ids = ids[(ids > 0).all(1)] if arguments.get("padding", "post") is None else ids
                expected, model = probabilities(module, ids), weights.read(data)
                self.assertLess(np.abs(network.probabilities(model, texts_of(ids, model)) - expected).max(), 2e-6)
                again = to_torch(data)
                np.testing.assert_allclose(probabilities(again, ids), expected, atol=2e-6)
                self.assertEqual(contents.vocabulary(data), WORDS)
                self.assertEqual(from_torch(again, WORDS, LABELS, max_tokens=TOKENS, **arguments), data)

    def test_state_dict(self):
        module = Classifier(packed=True)
        said = {"max_tokens": TOKENS, "gru_padding": "zero", "attention_padding": "read"}
        expected = from_torch(module, WORDS, LABELS, max_tokens=TOKENS)
        self.assertEqual(from_torch(module.state_dict(), WORDS, LABELS, **said), expected)
        arrays = {name: value.numpy() for name, value in module.state_dict().items()}
        with mock.patch.dict("sys.modules", {"torch": None}):
            self.assertEqual(from_torch(arrays, WORDS, LABELS, **said), expected)
        module.eval()
        self.assertEqual(from_torch(module.state_dict(), WORDS, LABELS, max_tokens=TOKENS, forward=module), expected)

    def test_outputs(self):
        expected = from_torch(Classifier(), WORDS, LABELS, max_tokens=TOKENS)
        self.assertEqual(from_torch(Classifier(probabilities=True), WORDS, LABELS, max_tokens=TOKENS), expected)
        one, second = Classifier(outputs=1), Classifier(outputs=1, probabilities=True)
        data = from_torch(one, WORDS, ["no", "yes"], max_tokens=TOKENS)
        self.assertEqual(from_torch(second, WORDS, ["no", "yes"], max_tokens=TOKENS), data)
        np.testing.assert_allclose(probabilities(to_torch(data), numbers()), probabilities(one, numbers()), atol=2e-6)

    def test_attention_behind_the_output(self):
        for outputs, labels in (3, LABELS), (2, ["no", "yes"]), (1, ["no", "yes"]):
            with self.subTest(outputs=outputs):
                module = Classifier(outputs=outputs)
                expected = from_torch(module, WORDS, labels, max_tokens=TOKENS)
                module.output, module.scores = module.scores, module.output  # trained by another name
                module.forward = lambda ids: module.scores(
                    (torch.softmax(module.output(module.states(ids)), 1) * module.states(ids)).sum(1))
                self.assertEqual(from_torch(module, WORDS, labels, max_tokens=TOKENS), expected)
                behind = Behind(outputs)
                behind.load_state_dict(Classifier(outputs=outputs).state_dict())
                self.assertEqual(list(behind.state_dict())[-2:], ["scores.weight", "scores.bias"])
                self.assertEqual(from_torch(behind, WORDS, labels, max_tokens=TOKENS), expected)
        said = {"max_tokens": TOKENS, "gru_padding": "read", "attention_padding": "read"}
        self.assertEqual(from_torch(behind.state_dict(), WORDS, labels, attention=("scores.weight",), **said), expected)

    def test_buffers(self):
        module = Classifier()
        expected = from_torch(module, WORDS, LABELS, max_tokens=TOKENS)
        module.register_buffer("mask", torch.ones(3))
        module.register_buffer("other", torch.ones(3, 12))
        self.assertEqual(from_torch(module, WORDS, LABELS, max_tokens=TOKENS), expected)

    def test_lengths(self):
        self.assertEqual(from_torch(WithLengths(packed=True), WORDS, LABELS, max_tokens=TOKENS),
                         from_torch(Classifier(packed=True), WORDS, LABELS, max_tokens=TOKENS))

    def test_padding_with_another_number(self):
        words = ["<unk>", "<pad>", *WORDS[2:]]
        module = Classifier(padding_idx=1)
        model = weights.read(from_torch(module, words, LABELS, max_tokens=TOKENS))
        rows = module.embedding.weight.detach().numpy()
        np.testing.assert_array_equal(model.tensors["embedding"], rows)
        self.assertEqual(model.words, ["", *words[2:]])

    def test_unknown_words_that_have_the_number_of_padding(self):
        """Packed sequences know padding by its place."""
        words = ["", *(f"w{number}" for number in range(ROWS - 1))]
        read = weights.read(from_torch(Classifier(), words, LABELS, max_tokens=TOKENS, tokenizer="",
                                       unknown="padding"))
        self.assertEqual((read.words[0], len(read.tensors["embedding"])), ("w0", ROWS))
        packed = Packed()
        model = weights.read(from_torch(packed, words, LABELS, max_tokens=TOKENS, tokenizer="",
                                       unknown="padding"))
        self.assertEqual((model.words[0], len(model.tensors["embedding"])), ("", ROWS + 1))
        np.testing.assert_array_equal(model.tensors["embedding"][0], model.tensors["embedding"][1])

    def test_large_and_small_weights(self):
        """Padding is read as it is read with other weights, also where probabilities are 0 and 1, or all alike."""
        for options in {}, {"masked": True}, {"packed": True}, {"packed": True, "masked": True}, {"pooling": "max"}:
            expected = weights.read(from_torch(Classifier(**options), WORDS, LABELS, max_tokens=TOKENS)).metadata
            for attention, output in (1, 1000), (100, 1), (100, 1000), (1, 1e-4), (1000, 1e-4):
                with self.subTest(attention=attention, output=output, **options):
                    module = multiplied(Classifier(**options), attention, output)
                    before = {name: value.clone() for name, value in module.state_dict().items()}
                    data = from_torch(module, WORDS, LABELS, max_tokens=TOKENS)
                    self.assertEqual(weights.read(data).metadata, expected)
                    for name, value in module.state_dict().items():
                        self.assertTrue(torch.equal(value, before[name]), name)

    def test_wrapped(self):
        module = Classifier(packed=True)
        expected = from_torch(module, WORDS, LABELS, max_tokens=TOKENS)
        for wrapped in nn.DataParallel(module), torch.compile(module), nn.DataParallel(torch.compile(module)):
            self.assertEqual(from_torch(wrapped, WORDS, LABELS, max_tokens=TOKENS), expected)
        self.assertEqual(from_torch(AnyArguments(packed=True), WORDS, LABELS, max_tokens=TOKENS), expected)

    def test_numbers_of_numpy(self):
        self.assertEqual(from_torch(Classifier(), WORDS, LABELS, max_tokens=np.int64(TOKENS), pad=np.int32(0)),
                         from_torch(Classifier(), WORDS, LABELS, max_tokens=TOKENS))

    def test_the_module_can_be_kept(self):
        for options in {}, {"both": False}, {"gru": False}, {"pooling": "max"}, {"bias": (TOKENS,), "rank": 1}:
            made = to_torch(from_torch(Classifier(**options), WORDS, LABELS, max_tokens=TOKENS))
            file = io.BytesIO()
            torch.save(made, file)
            file.seek(0)
            again = torch.load(file, weights_only=False)
            np.testing.assert_array_equal(probabilities(again, numbers()), probabilities(made, numbers()))

    def test_words_before_every_text(self):
        words = ["", "[UNK]", ".", "[CLS]", *WORDS[4:]]
        with self.assertWarnsRegex(UserWarning, r"the vocabulary has '\[CLS\]': if it stood before or behind"):
            from_torch(Classifier(), words, LABELS, max_tokens=TOKENS)

    def test_rows_without_a_word(self):
        words = WORDS[:-3] + [f"[unused{row}]" for row in range(ROWS - 3, ROWS)]
        model = weights.read(from_torch(Classifier(), words, LABELS, max_tokens=TOKENS))
        self.assertEqual(len(model.tensors["embedding"]), ROWS)

    def test_keras_and_back(self):
        """A file is the same whichever framework it went through."""
        try:
            from sqlite_classify.keras_models import from_keras, to_keras
            import keras  # noqa: F401
        except ImportError as missing:
            self.skipTest(str(missing))
        data = from_torch(Classifier(packed=True), WORDS, LABELS, max_tokens=TOKENS)
        self.assertEqual(from_keras(to_keras(data), WORDS, LABELS, max_tokens=TOKENS), data)


def multiplied(module, attention, output):
    with torch.no_grad():
        for layer, by in (module.scores, attention), (module.output, output):
            for parameter in layer.parameters() if layer else ():
                parameter.mul_(by)
    return module


class Behind(Classifier):
    """Has its attention behind the output."""

    def __init__(self, outputs):
        super().__init__(outputs=outputs)
        scores = self.scores
        del self.scores
        self.scores = scores


class Packed(Classifier):
    """Is told the lengths, and so reads number 0 within a text as a word."""

    def __init__(self):
        super().__init__()

    def forward(self, ids, lengths):
        packed = pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        states = pad_packed_sequence(self.gru(packed)[0], batch_first=True, total_length=ids.shape[1])[0]
        return self.output((torch.softmax(self.scores(states), 1) * states).sum(1))


class WithTanh(Classifier):
    def forward(self, ids):
        states = self.states(ids)
        return self.output((torch.softmax(torch.tanh(self.scores(states)), 1) * states).sum(1))


class Scaled(Classifier):
    def forward(self, ids):
        states = self.states(ids)
        return self.output((torch.softmax(1.01 * self.scores(states), 1) * states).sum(1))


class OverTexts(Classifier):
    """Takes the softmax over the texts of the batch."""

    def forward(self, ids):
        states = self.states(ids)
        return self.output((torch.softmax(self.scores(states), 0) * states).sum(1))


class Random(Classifier):
    """Has a dropout that eval() does not end."""

    def forward(self, ids):
        states = nn.functional.dropout(self.states(ids), 0.5)
        return self.output((torch.softmax(self.scores(states), 1) * states).sum(1))


class ByName(Classifier):
    def forward(self, *, ids):
        return super().forward(ids)


class AnyArguments(Classifier):
    def forward(self, *given):
        return super().forward(*given)


class WithHidden(Classifier):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(12, 12)
        self.last = nn.Linear(12, 3)


class WrongInput(unittest.TestCase):
    def refused(self, message, module=None, words=WORDS, labels=LABELS, error=ValueError, **arguments):
        module = Classifier() if module is None else module
        with self.assertRaisesRegex(error, message):
            from_torch(module, words, labels, **{"max_tokens": TOKENS, **arguments})

    def test_modules(self):
        self.refused("the module is of type int, expected an nn.Module", 5, error=TypeError)
        self.refused("'a' of the state_dict is of type list, expected a tensor", {"a": [1]}, error=TypeError)
        self.refused("recurrent layer 'gru' has num_layers=2, expected 1", Classifier(num_layers=2))
        lstm = Classifier()
        lstm.gru = nn.LSTM(7, 6, bidirectional=True)
        self.refused("recurrent layer 'gru' is an LSTM: weight_hh_l0 has the shape", lstm)
        lstm.second = nn.GRU(7, 6)
        self.refused("there are 2 recurrent layers \\('gru.', 'second.'\\), expected one GRU", lstm)
        self.refused("hidden layers are not supported", WithHidden())
        two = Classifier()
        two.other = nn.Embedding(3, 7)
        self.refused("the module has 2 nn.Embedding", two)

    def test_what_it_computes(self):
        self.refused(r"the module \(scores.weight\) computes something other than softmax\(h . W \+ b\)", WithTanh())
        self.refused("depends on how long the other texts of its batch are", Classifier(packed=True, total=False))
        with torch.no_grad():
            broken = Classifier()
            broken.output.bias[0] = torch.inf
        self.refused("the weights of output bias have a number that is not finite", broken)

    def test_texts_that_are_not_by_themselves(self):
        turned = Classifier()
        turned.gru.batch_first = False
        for module in turned, OverTexts():
            self.refused("depends on which other texts are in its batch", module)
            self.refused("depends on which other texts are in its batch", module, padding=None)
        self.refused("other numbers each time that it is run on the same text", Random())
        self.refused("other numbers each time", Random(), padding=None)

    def test_half_of_the_digits(self):
        for dtype in torch.float16, torch.bfloat16:
            self.refused(f"'embedding.weight' of the module is {dtype}, expected torch.float32: give module.float",
                         Classifier().to(dtype))

    def test_what_cannot_be_seen(self):
        """With such weights, in a function that may have copied them."""
        module = multiplied(Classifier(masked=True), 100, 1000).eval()
        self.refused("how is padding read.* say attention_padding='skip' or 'read'|'read' or 'skip'",
                     module.state_dict(), forward=module)
        data = from_torch(module.state_dict(), WORDS, LABELS, max_tokens=TOKENS, forward=module,
                          attention_padding="skip")
        self.assertEqual(data, from_torch(module, WORDS, LABELS, max_tokens=TOKENS))

    def test_attention_with_small_weights(self):
        """Which change little, whatever is made of them; and they are what they were afterwards."""
        for kind in WithTanh, Scaled, Classifier:
            module = kind()
            with torch.no_grad():
                for parameter in module.parameters():
                    parameter.mul_(0.2)
            before = {name: value.clone() for name, value in module.state_dict().items()}
            if kind is Classifier:
                from_torch(module, WORDS, LABELS, max_tokens=TOKENS)
            else:
                self.refused("with attention's weights .* times as large, probabilities differ", module)
                self.refused("with attention's weights .* times as large", module, forward=lambda ids: module(ids))
            for name, value in module.state_dict().items():
                self.assertTrue(torch.equal(value, before[name]), name)

    def test_arguments(self):
        self.refused("labels is None, expected a list", labels=None, error=TypeError)
        for words in None, 5:
            self.refused(f"the vocabulary is of type {type(words).__name__}, expected a list", words=words,
                         error=TypeError)
        self.refused("attention='scores.weight', expected names in a tuple", attention="scores.weight",
                     error=TypeError)
        self.refused("max_tokens=True, expected an integer from 1 to 2147483647", max_tokens=True)
        state = {**Classifier().state_dict(), "mask": torch.ones(3), "more": torch.ones(4)}
        self.refused(r"'mask' \(3,\), 'more' \(4,\) belong to no part.*or say attention=", state)
        self.refused("no nn.Linear that reads the 12 numbers.*or say attention=",
                     {name: value for name, value in Classifier().state_dict().items() if name[:3] in ("emb", "gru")})

    def test_sizes(self):
        self.refused("there are 2 labels, but 'output.weight' tells 3 apart", labels=["a", "b"])
        self.refused("there is 1 label, but 'output.weight' tells 3 apart", labels=["a"])
        self.refused(r"vocabulary is too short: it has 39 words.* for row in range\(39, 40\)\]", words=WORDS[:-1])
        self.refused("how many tokens does the model read", max_tokens=None)
        self.refused("max_tokens is 9, but the bias of attention has 12", Classifier(bias=(TOKENS,)), max_tokens=9)

    def test_labels_and_words(self):
        self.refused(r"labels is a dict, .* such as \['a', 'b', 'c'\]", labels={"b": 1, "a": 0, "c": 2},
                     error=TypeError)
        self.refused("how were the texts cut", words=[word for word in WORDS if word != "."] + ["more"])

    def test_words(self):
        words = ["the", *WORDS[1:]]
        self.refused(r"which number is padding's\? vocabulary\[0\] is 'the'", Classifier(padding_idx=None), words=words)
        self.refused("how does the model read words that are not in the vocabulary", words=["", *"abc"])
        self.refused("word 0 of the vocabulary is '', which is padding's word in the file, but .* is 'w0'", pad="w0")

    def test_what_a_state_dict_does_not_say(self):
        state = Classifier().state_dict()
        self.refused("how is padding read.*say gru_padding='read' or 'zero' or 'carry'", state)
        self.refused("say attention_padding='read' or 'skip'", state, gru_padding="read")
        self.refused("say pooling='max' or 'mean'", Classifier(pooling="max").state_dict(), gru_padding="read",
                     attention_padding="read")
        self.refused("there is no 'W' among", state, attention=("W",))
        self.refused("gru_padding='packed', expected 'read' or 'zero' or 'carry'", state, gru_padding="packed")

    def test_what_is_no_module(self):
        self.refused("the module is the class Classifier, expected an instance", Classifier, error=TypeError)
        self.refused(r"the module is 'a.pt', expected .*: read it with torch.load\(path\)", "a.pt", error=TypeError)
        keras = type("Sequential", (nn.Module,), {"__module__": "keras.src.models", "layers": []})()
        self.refused(r"the module is a Keras model \(Sequential\), .*give it to from_keras\(\)", keras, error=TypeError)
        traced = torch.jit.trace(Classifier().eval(), numbers())
        self.refused("the module is one of torch.jit, .* expected the nn.Module that it was made of", traced,
                     error=TypeError)
        self.refused(r"the module takes ids by name only.*lambda ids: module\(ids=ids\)", ByName())
        checkpoint = {"epoch": 3, "model_state_dict": Classifier().state_dict()}
        self.refused(r"which is a checkpoint: give its part \['model_state_dict'\]", checkpoint, error=TypeError)
        self.refused("the tokenizer is of type builtin_function_or_method: a function of one's own", tokenizer=len,
                     error=TypeError)
        self.refused("the vocabulary is a dict from numbers to words, 0 to '', expected one from words to numbers",
                     words=dict(enumerate(WORDS)), error=TypeError)
        module = Classifier()
        self.refused("the module gives a tuple, expected a tensor", forward=lambda ids: (module(ids), None))

    def test_roles_in_a_state_dict(self):
        """Two parameters of one shape."""
        said = {"gru_padding": "read", "attention_padding": "read"}
        two = {"labels": ["no", "yes"], **said}
        state = Classifier(outputs=1).state_dict()
        self.refused(r"which is W of attention, 'scores.weight' or 'output.weight'\? .* say attention=", state, **two)
        named = from_torch(state, WORDS, two["labels"], max_tokens=TOKENS, attention=("scores.weight",), **said)
        self.assertEqual(named, from_torch(Classifier(outputs=1), WORDS, two["labels"], max_tokens=TOKENS))
        state = Classifier(rank=1, bias=(TOKENS,)).state_dict()
        self.refused("which is W of attention, 'kernel' or 'positions'", state, **said)
        self.refused("b of attention has as many numbers as W", state, attention=("kernel", "positions"), **said)

    def test_rows_that_change(self):
        module = Classifier()
        module.embedding = nn.Embedding(ROWS, 7, padding_idx=0, max_norm=1, scale_grad_by_freq=True)
        before = module.embedding.weight.detach().clone()
        self.refused(r"nn.Embedding 'embedding' has max_norm=1.*, expected None", module)
        self.assertTrue(torch.equal(module.embedding.weight, before))
        with torch.no_grad():
            module.embedding.weight.copy_(torch.renorm(module.embedding.weight, 2, 0, 1))
        module.embedding.max_norm = None
        from_torch(module, WORDS, LABELS, max_tokens=TOKENS)

    def test_to_torch(self):
        model = weights.read(from_torch(Classifier(), WORDS, LABELS, max_tokens=TOKENS))
        for name in "forward", "backward":
            model.tensors[f"gru.{name}.bias"] = model.tensors[f"gru.{name}.bias"][:1]
        with self.assertRaisesRegex(ValueError, "reset_after=False, which PyTorch has not"):
            to_torch(weights.write(model))


if __name__ == "__main__":
    unittest.main()
