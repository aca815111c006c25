"""Keras models become the contents of the column `weights`, and back: from_keras(), to_keras().

Keras 2 (tf_keras, and keras up to 2.15) and Keras 3 with each of its backends. Nothing of them is imported before a
function needs it.
"""
import dataclasses
import functools
import importlib
import json
import os
import zipfile

import numpy as np

from . import (arguments, conversion, keras_chain, scaling, tokenizers, verification, vocabularies,
               weights as weights_file)
from .keras_chain import kind, named


def from_keras(model, vocabulary, labels, tokenizer=None, padding="post", max_tokens=None, *, truncating=None,
               unknown=None, pad=None, attention=None, custom_objects=None):
    """The contents of `weights` for a Keras model: bytes.

    model       a Sequential or functional model with one input and one output, or the path of its .keras or .h5 file
                (with `custom_objects` for layers of one's own). Its layers, with any Dropout in between:
                  TextVectorization            if the model takes texts
                  Embedding                    [rows][E], with mask_zero or without
                  GRU, Bidirectional(GRU)      or none; return_sequences=True, tanh and sigmoid, merge_mode="concat"
                  a layer of one's own         softmax(h . W + b) over the states h, and their sum with these weights:
                                               W [S][1] or [S], b [T][1], [T], [1] or none
                  or GlobalMaxPooling1D, GlobalAveragePooling1D
                  Dense                        softmax, or linear (logits), or sigmoid of one unit (two labels)
    vocabulary  the words in the order of the Embedding's rows, or a dict from words to rows. Row 0 is padding: '' or
                '[PAD]'. None if the model's TextVectorization or `tokenizer` knows the words.
    labels      a list of a str, int or float for each column of the output, in their order;
                for a sigmoid of one unit [label of 0, label of 1].
    tokenizer   how texts are cut: a TextVectorization layer, a keras.preprocessing.text.Tokenizer, or a value of the
                metadata `tokenize`, '' for the extension's own tokenizer. None: the model's TextVectorization, or
                the extension's own if the vocabulary looks like it: it has marks such as '.' for words.
    padding     where padding stands: "post", "pre", or None if texts are never padded.
    max_tokens  how many tokens the model reads, T; needed if its shapes do not say it.
    truncating  what is read of longer texts: "post", the first tokens; "pre", the last. None: the same as `padding`,
                and "post" for a TextVectorization. With a Tokenizer and padding="post" it must be said:
                pad_sequences(padding="post") cuts "pre" if it is not told otherwise.
    unknown     how words outside the vocabulary are read: "skip" (left out), "padding" (as padding), or a word of the
                vocabulary or its number. None: '[UNK]', '<unk>', '<UNK>', '<OOV>' or '[OOV]', if it is there.
    pad         padding's word or number, if it is another.
    attention   the names of the attention layer's attributes, such as ("W", "b") or ("W",), if shapes do not tell.

    The model is run on some random texts and compared with what SQL would compute of them; so it is found whether
    padding is masked. What is not supported, or does not fit, is named by a ValueError or TypeError: layers, options,
    shapes, words, labels. ImportError if a file is given and Keras is absent.
    """
    conversion.check_choice("padding", padding, ("post", "pre", None))
    conversion.check_choice("truncating", truncating, ("post", "pre", None))
    max_tokens = conversion.check_max_tokens(max_tokens)
    arguments.check_attention(attention)
    chain = keras_chain.find_chain(_loaded(model, custom_objects))
    source = _source(chain, tokenizer, vocabulary)
    known = _vocabulary(source, vocabulary, unknown, pad)
    arguments.warn_of_standing_words(known.words)
    tokenize = conversion.choose_tokenize(_tokenizer(source, tokenizer), known)
    _check_vectorization(source, (padding, truncating, max_tokens))
    possible_parts = keras_chain.find_parts(chain, attention)
    conversion.check_finite(possible_parts[0])
    conversion.check_rows(known, len(possible_parts[0].embedding), named(chain.embedding))
    labels = conversion.check_labels(labels, len(possible_parts[0].output_bias), named(chain.dense))
    _check_padding(chain, known, padding)
    tokens = _fixed_length(chain, possible_parts[0], source, (padding, max_tokens))
    reading = _reading(chain, tokens, source, tokenize, (padding, truncating, max_tokens))
    original = _original(chain, possible_parts[0], known, tokenize, fixed=tokens is not None)
    return weights_file.write(verification.verified(possible_parts, reading, known, labels, original))


# ---- words ----

def _source(chain, tokenizer, vocabulary):
    """The TextVectorization or Tokenizer that made the numbers, if one is there."""
    for source in (chain.text, tokenizer, vocabulary):
        if source is not None and (hasattr(source, "get_vocabulary") or hasattr(source, "word_index")):
            return source
    return None


def _vocabulary(source, vocabulary, unknown, pad):
    """The Vocabulary: as the source knows it, or as it is given."""
    own = _words_of(source) if source is not None else None
    if own is None:
        if vocabulary is None:
            raise ValueError("the vocabulary is None, and neither the model nor the tokenizer knows its words; "
                             "expected a list of words in the order of the Embedding's rows")
        return vocabularies.from_words(vocabulary, pad, unknown)
    if vocabulary is not None and vocabulary is not source:
        _check_same(source, own.words, vocabulary)
    return own


def _words_of(source):
    """What a TextVectorization or a Tokenizer knows."""
    if hasattr(source, "get_vocabulary"):
        words = list(source.get_vocabulary())
        return vocabularies.from_words(words, pad=0, unknown=1, exact=False)
    most = source.num_words or len(source.word_index) + 1
    numbers = {word: number for word, number in source.word_index.items() if number < most}
    unknown = "skip" if source.oov_token is None else source.word_index[source.oov_token]
    return vocabularies.from_words(numbers, pad=0, unknown=unknown, exact=False)


def _check_same(source, words, vocabulary):
    given = vocabularies.from_words(vocabulary, pad=0, unknown="padding").words
    # Padding and unknown words may be spelled otherwise, and unused words may follow.
    different = next((n for n in range(2, len(words)) if given[n:n + 1] != words[n:n + 1]), None)
    if different is not None:
        raise ValueError(f"word {different} of the vocabulary is {dict(enumerate(given)).get(different)!r}, but "
                         f"{type(source).__name__} has {words[different]!r} there; vocabulary=None takes its words")


def _tokenizer(source, tokenizer):
    if source is not None:
        vectorizes = hasattr(source, "get_vocabulary")
        found = tokenizers.of_text_vectorization(source) if vectorizes else tokenizers.of_keras_tokenizer(source)
        if tokenizer not in (None, str(found)) and tokenizer is not source:
            raise ValueError(f"texts are cut by {type(source).__name__}, which is {str(found)!r}, but tokenizer= is "
                             f"{tokenizer!r}: say one of them")
        return found
    if tokenizer is not None and not isinstance(tokenizer, str):
        raise TypeError(f"the tokenizer is of type {type(tokenizer).__name__}, expected a TextVectorization layer, a "
                        "Tokenizer, or a value of the metadata 'tokenize'")
    return tokenizer


def _check_padding(chain, vocabulary, padding):
    """ValueError if padding is needed and its number is not known, or not 0 where Keras masks 0."""
    if padding is None and not chain.embedding.mask_zero:
        return
    if vocabulary.padding is None or (chain.embedding.mask_zero and vocabulary.padding != 0):
        raise ValueError(f"vocabulary[0] is {vocabulary.words[0]!r}, expected '' or '[PAD]': the word of padding" + (
            f", which {named(chain.embedding)} masks" if chain.embedding.mask_zero else "; pad= names another")
                         + ". The words of a Tokenizer are given as the dict word_index itself: no word has row 0")


# ---- how texts are read ----

def _check_vectorization(source, asked):
    """ValueError if the arguments contradict a TextVectorization, which pads and cuts at the end."""
    if not hasattr(source, "get_vocabulary"):
        return
    padding, truncating, max_tokens = asked
    for parameter, value in ("padding", padding), ("truncating", truncating):
        if value == "pre":
            raise ValueError(f"{parameter}='pre', but {named(source)} does it at the end of texts: say 'post', or give "
                             "its vocabulary and its value of `tokenize` if the numbers were padded otherwise")
    given = _given_length(source)
    if given is not None and max_tokens not in (None, given):
        raise ValueError(f"max_tokens is {max_tokens}, but {named(source)} gives {given} tokens")
    if given is not None and padding is None:
        raise ValueError(f"padding=None says that texts are never padded, but {named(source)} pads them to {given} "
                         "tokens")


def _given_length(source):
    """How many tokens a TextVectorization makes of each text; None if they are as many as there are, or without one."""
    return source.get_config()["output_sequence_length"] if hasattr(source, "get_vocabulary") else None


def _fixed_length(chain, parts, source, asked):
    """How many tokens the model always reads; None if it takes texts of any length and others are asked for. A model
    without an Input has the length of its first batch for one, and Keras runs on other lengths than the input's."""
    padding, max_tokens = asked
    tokens, given = _length(chain, parts), _given_length(source)
    by_batch = hasattr(source, "get_vocabulary") and given is None and max_tokens is None
    if tokens is not None and (padding is None or max_tokens not in (None, tokens) or by_batch):
        if _takes_any_length(chain, parts, tokens):
            if by_batch and padding is not None:
                raise ValueError(f"how many tokens does the model read? {named(source)} pads to the longest text of a "
                                 f"batch, and the model takes any length ({tokens} may be that of its first batch): "
                                 "say max_tokens=, and padding=None if each text is labelled by itself")
            return None
    if None not in (tokens, given) and tokens != given:
        raise ValueError(f"{named(source)} gives {given} tokens, but the model reads {tokens}")
    return tokens


def _takes_any_length(chain, parts, tokens):
    return parts.attention_bias is None and chain.text is None and keras_chain.runs_with(chain, tokens + 1)


def _reading(chain, tokens, source, tokenize, asked):
    """What is known about it before the model has run. `tokens`: the model reads so many of each text."""
    padding, truncating, max_tokens = asked
    if tokens is not None and padding is None and chain.text is None:
        raise ValueError(f"padding=None says that texts are never padded, but the model reads {tokens} tokens of each")
    if None not in (tokens, max_tokens) and tokens != max_tokens:
        raise ValueError(f"max_tokens is {max_tokens}, but the model reads {tokens} tokens")
    masked, backwards = chain.embedding.mask_zero, keras_chain.is_reversed(chain.recurrent)
    length = tokens or max_tokens or _given_length(source) or _unlimited(chain, padding)
    return conversion.Reading(
        tokenize, length, padding, _truncating(source, padding, truncating),
        gru_padding=_gru_padding(chain.recurrent) if masked and padding is not None else "read",
        attention_padding="read" if padding is None or (masked and backwards) else None, padding_by_place=False)


def _length(chain, parts):
    """How many tokens are read, if the input or the bias of attention says so."""
    bias = parts.attention_bias
    return keras_chain.length(chain) or (None if bias is None else len(bias))


def _unlimited(chain, padding):
    if chain.text is not None and (padding is None or chain.embedding.mask_zero):
        return conversion.UNLIMITED
    raise ValueError("how many tokens does the model read? Its shapes do not say it: say max_tokens=")


def _truncating(source, padding, truncating):
    vectorized = hasattr(source, "get_vocabulary")
    if truncating is None and padding == "post" and source is not None and not vectorized:
        raise ValueError("which tokens of a long text does the model read? pad_sequences(padding='post') reads the "
                         "last: say truncating='pre'; or 'post', the first, if it was told truncating='post'")
    return truncating or ("post" if vectorized else padding) or "post"


def _gru_padding(recurrent):
    """What Keras's mask does to a GRU."""
    if recurrent is None:
        return "read"
    zero = kind(recurrent) == "Bidirectional" or recurrent.get_config().get("zero_output_for_mask", False)
    return "zero" if zero else "carry"


def _original(chain, parts, vocabulary, tokenize, fixed):
    layer = named(chain.pooling)
    if keras_chain.is_reversed(chain.recurrent) and chain.embedding.mask_zero:
        layer = f"{named(chain.recurrent)} has go_backwards=True and a mask, so that {layer}"
    words, run = vocabulary.numbers(), keras_chain.run_with_numbers(chain)
    if chain.text is not None:
        cut = tokenizers.parse(tokenize)
        words = [number for number in words if cut.gives(vocabulary.words[number])]
        spelled = list(vocabulary.words)
        spelled[vocabulary.padding], spelled[vocabulary.unknown] = "", _outside(vocabulary.words, cut)
        run = keras_chain.run_with_texts(chain, spelled, "" if cut.kind == "characters" else " ")
    outputs = ("logits" if chain.activation == "linear" else "probabilities",)
    attention = chain.pooling if parts.pooling == "attention" else None
    scale = functools.partial(scaling.keras_layers, attention, chain.dense)
    return verification.Original(run, outputs, layer, fixed, words, scale)


def _outside(words, cut):
    """A word that is not in the vocabulary."""
    known = set(words)
    letters = map(chr, range(0x4E00, 0x9FFF))
    candidates = letters if cut.kind == "characters" else (f"q{number}" for number in range(len(known) + 1))
    return next(word for word in candidates if word not in known)


# ---- files ----

def _loaded(model, custom_objects):
    """The model itself, if it is one, or the one in a file."""
    if not isinstance(model, (str, os.PathLike)):
        return model
    path = os.fspath(model)
    if not os.path.isfile(path):
        raise ValueError(f"there is no file {path!r}, expected a Keras model or the path of a .keras or .h5 file")
    keras = keras_module("reading a Keras model from a file", _version(path))
    try:
        return keras.models.load_model(path, custom_objects=custom_objects, compile=False)
    except Exception as error:  # whatever Keras, h5py and zipfile raise
        raise ValueError(f"Keras {keras.__version__} cannot read a model from {path!r} ({_file_hint(path)}): "
                         f"{_first_line(error)}") from error


def _file_hint(path):
    if path.endswith(".weights.h5"):
        return "such a file holds weights only: save the model itself, model.save('model.keras')"
    hint = "layers of your own belong into custom_objects={name: class}"
    if path.endswith(".h5"):
        hint += "; .h5 does not keep the words of a TextVectorization: save as .keras, or pass tokenizer="
    return hint


def _version(path):
    """Which Keras wrote the file: '2' or '3'. Of a file that is damaged '3', which then says so."""
    try:
        return _stated_version(path)[:1]
    except Exception:  # whatever h5py and zipfile raise
        return "3"


def _stated_version(path):
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return json.loads(archive.read("metadata.json"))["keras_version"]
    import h5py

    with h5py.File(path) as file:
        version = file.attrs["keras_version"]
        return version.decode() if isinstance(version, bytes) else version


def _first_line(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def keras_module(purpose, version="3"):
    """Keras, of this version if it is installed. ImportError says what it is needed for."""
    names = ("keras", "tf_keras") if version != "2" else ("tf_keras", "keras")
    reasons = []
    for name in names:
        try:
            return importlib.import_module(name)
        except ImportError as error:
            reasons.append(f"{name}: {_first_line(error)}")
    raise ImportError(f"{purpose} needs Keras (pip install keras tensorflow): {'; '.join(reasons)}")


# ---- back to Keras ----

def to_keras(weights, *, keras=None):
    """A Keras model that computes what these weights do in SQL: numbers [texts][tokens] in, probabilities out.

    The rows of its Embedding have the words of vocabulary(weights), padding first. Its columns have the labels of
    labels(weights); a sigmoid gives the second label's probability. `keras` is the module to make it with, such as
    tf_keras; None: keras. A model that reads padding takes texts of its padded_length, others of any length, with
    padding after the words. attention_layer() says how to load it from a file.

    ValueError if the model has parts that Keras has not: it must have been trained with {"subwords": false, "max_pool":
    false, "linear": false}, or come from from_keras() or from_torch(). ImportError if Keras is absent.
    """
    model = weights_file.read(weights)
    parts = _backwards(model, conversion.take_apart(model, vocabularies.framework_rows(model)))
    keras = keras or keras_module("to_keras()")
    layers, masks = keras.layers, _masks(model, parts)
    numbers = keras.Input((int(model.metadata["padded_length"]) or None,), dtype="int32", name="numbers")
    embedding = layers.Embedding(*parts.embedding.shape, mask_zero=masks.embedding, name="embedding")
    states, filled = embedding(numbers), [(embedding, [parts.embedding])]
    if conversion.has_gru(parts):
        recurrent, values = _recurrent(layers, parts, masks)
        states = recurrent(states)
        filled.append((recurrent, values))
    pooling, values = _pooling(keras, parts, masks)
    filled.append((pooling, values))
    text = pooling(states, mask=_not_padding(keras, numbers)) if masks.pooling_alone else pooling(states)
    dense, values = _dense(layers, parts)
    made = keras.Model(numbers, dense(text), name="classifier")
    for layer, values in [*filled, (dense, values)]:
        layer.set_weights(values)
    return made


def _backwards(model, parts):
    """The Parts, in one direction if only the backward one is used. Keras's GRU gives its states in the reversed order
    then, so that b is reversed too. That needs one length for all texts, and no mask in attention."""
    bias, length = parts.attention_bias, int(model.metadata["padded_length"])
    if model.metadata.get("attention_padding", "read") == "skip" or (bias is not None and len(bias) != length):
        return parts
    backwards = conversion.one_direction(parts, "backward")
    if backwards is None:
        return parts
    return dataclasses.replace(backwards, attention_bias=None if bias is None else bias[::-1])


@dataclasses.dataclass
class _Masks:
    """Where padding is masked: from the Embedding on, in the pooling, or in the pooling alone."""
    embedding: bool
    pooling: bool
    pooling_alone: bool
    gru: str


def _masks(model, parts):
    """The masks that the file's keys ask for. A file without padding leaves it open: then all is masked."""
    gru, attention = "zero", "skip"
    if vocabularies.has_padding(model):
        gru, attention = (model.metadata.get(key, "read") for key in ("gru_padding", "attention_padding"))
    pooling, recurrent = attention == "skip", conversion.has_gru(parts)
    if recurrent and parts.pooling == "max" and gru == "carry" and parts.backward is None:
        pooling = False  # the states of padding after a text are its last one, which is read already
    if not pooling and gru == "carry" and parts.forward and parts.backward:
        raise ValueError("the model has gru_padding 'carry' in both directions, and reads the states at padding: "
                         "Keras's Bidirectional gives zeros there")
    if pooling and parts.pooling == "max" and vocabularies.has_padding(model):
        raise ValueError("the model leaves padding out of its max-pool: Keras's GlobalMaxPooling1D reads it")
    embedding = gru != "read" if recurrent else pooling
    return _Masks(embedding, pooling, pooling and not embedding, gru)


def _recurrent(layers, parts, masks):
    """The GRU, or both in a Bidirectional, and its weights."""
    directions = [direction for direction in (parts.forward, parts.backward) if direction]
    options = {"zero_output_for_mask": True} if masks.gru == "zero" and masks.embedding else {}
    gru = layers.GRU(len(directions[0][1]), return_sequences=True, reset_after=len(directions[0][2]) == 2,
                     go_backwards=parts.forward is None, name="gru", **options)
    values = [array for direction in directions for array in _keras_direction(direction)]
    return layers.Bidirectional(gru, name="bidirectional") if len(directions) == 2 else gru, values


def _keras_direction(direction):
    kernel, recurrent, bias = direction
    return [kernel, recurrent, bias if len(bias) == 2 else bias[0]]


def _pooling(keras, parts, masks):
    """What makes one state of a text's states, and its weights."""
    if parts.pooling == "max":
        return keras.layers.GlobalMaxPooling1D(name="pooling"), []
    if parts.pooling == "mean" and masks.pooling == (masks.embedding or masks.pooling_alone):
        return keras.layers.GlobalAveragePooling1D(name="pooling"), []
    kernel = np.zeros(len(parts.output_kernel)) if parts.attention_kernel is None else parts.attention_kernel
    bias = [] if parts.attention_bias is None else [parts.attention_bias[:, None]]
    layer = attention_layer(keras)(positions=len(bias[0]) if bias else 0, masked=masks.pooling, name="attention")
    return layer, [kernel[:, None], *bias]


def _dense(layers, parts):
    """The output and its weights: one unit and a sigmoid, if the first label's logit is always 0."""
    kernel, bias = parts.output_kernel, parts.output_bias
    if kernel.shape[1] == 2 and not kernel[:, 0].any() and bias[0] == 0:
        return layers.Dense(1, activation="sigmoid", name="output"), [kernel[:, 1:], bias[1:]]
    return layers.Dense(len(bias), activation="softmax", name="output"), [kernel, bias]


def _not_padding(keras, numbers):
    return keras.ops.not_equal(numbers, 0) if hasattr(keras, "ops") else numbers != 0


def attention_layer(keras=None):
    """The class of the attention layer in models of to_keras(): softmax(h . W + b) over the states h of a text, and
    their sum with these weights. Call this once in a program that loads such a model from a file, so that Keras knows
    the class. `keras` is the module, None: keras."""
    return _attention_class(keras or keras_module("attention_layer()"))


@functools.lru_cache(maxsize=None)
def _attention_class(keras):
    ops = keras.ops if hasattr(keras, "ops") else _TensorFlowOps()

    @keras.utils.register_keras_serializable(package="sqlite_classify")
    class Attention(keras.layers.Layer):
        """W [S][1]; b [positions][1], if positions is not 0: 0 for positions past it. `masked`: masked states have no
        weight."""

        def __init__(self, positions=0, masked=False, **kwargs):
            super().__init__(**kwargs)
            self.positions, self.masked, self.supports_masking = positions, masked, True

        def build(self, input_shape):
            self.W = self.add_weight(name="W", shape=(input_shape[-1], 1), initializer="glorot_uniform")
            if self.positions:
                self.b = self.add_weight(name="b", shape=(self.positions, 1), initializer="zeros")

        def call(self, inputs, mask=None):
            scores = ops.matmul(inputs, self.W)
            if self.positions:
                scores += _padded_bias(ops, self.b, self.positions, ops.shape(inputs)[1])
            return _pooled(ops, scores, inputs, mask if self.masked else None)

        def compute_mask(self, inputs, mask=None):
            return None

        def compute_output_shape(self, input_shape):
            return (input_shape[0], input_shape[-1])

        def get_config(self):
            return {**super().get_config(), "positions": self.positions, "masked": self.masked}

    return Attention


def _padded_bias(ops, bias, positions, tokens):
    """The bias [tokens][1], 0 for positions past its own."""
    padded = ops.concatenate([bias, ops.zeros_like(bias[:1])], 0)
    return ops.take(padded, ops.minimum(ops.arange(tokens), positions), axis=0)


def _pooled(ops, scores, states, mask):
    """The sum of the states with softmax(scores) as weights, which are 0 where the mask is."""
    if mask is None:
        return ops.sum(ops.softmax(scores, axis=1) * states, axis=1)
    kept = ops.expand_dims(mask, -1)
    weights = ops.softmax(ops.where(kept, scores, -1e9), axis=1)
    return ops.sum(ops.where(kept, weights, 0.0) * states, axis=1)


class _TensorFlowOps:
    """Those of Keras 3's ops that the attention layer uses, for Keras 2."""

    def __init__(self):
        import tensorflow as tf

        self.matmul, self.where, self.softmax, self.expand_dims = tf.matmul, tf.where, tf.nn.softmax, tf.expand_dims
        self.arange, self.shape, self.minimum, self.take = tf.range, tf.shape, tf.minimum, tf.gather
        self.concatenate, self.zeros_like, self.sum = tf.concat, tf.zeros_like, tf.reduce_sum
