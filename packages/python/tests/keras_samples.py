"""Keras models of all kinds that from_keras() reads, with weights that make attention and output far from even.

KERAS names the module: keras (the backend is KERAS_BACKEND's) or tf_keras.
"""
import contextlib
import importlib
import os
from unittest import mock

import numpy as np

keras = importlib.import_module(os.environ.get("KERAS", "keras"))
layers = keras.layers
BACKEND = keras.backend.backend()
TOKENS, ROWS = 12, 40
LABELS = ["spam", 5, 2.5]
WORDS = ["", "[UNK]", ".", *(f"w{number}" for number in range(ROWS - 3))]


class TensorFlowOps:
    """What the layers below take from keras.ops, for Keras 2."""

    def __init__(self):
        import tensorflow as tf
        self.matmul, self.softmax, self.sum, self.tanh = tf.matmul, tf.nn.softmax, tf.reduce_sum, tf.tanh
        self.where, self.expand_dims, self.squeeze = tf.where, tf.expand_dims, tf.squeeze


ops = keras.ops if hasattr(keras, "ops") else TensorFlowOps()


class AttentionLayer(layers.Layer):
    """The published layer with b as it was meant. `bias` is the rank of b, which has a number for each token: 2, 1;
    "one": it has a single number; None: there is none. `masked`: padding has no weight."""

    def __init__(self, bias=2, masked=False, rank=2, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.options = {"bias": bias, "masked": masked, "rank": rank, "activation": activation}
        self.supports_masking = True

    def build(self, shape):
        bias, rank = self.options["bias"], self.options["rank"]
        self.W = self.add_weight(name="W", shape=(shape[-1], 1)[:rank], initializer="random_normal")
        if bias:
            self.b = self.add_weight(name="b", shape=(1,) if bias == "one" else (shape[1], 1)[:bias])
        self.built = True

    def attend(self, inputs, mask=None):
        """The weights [texts][tokens]."""
        kernel = self.W if self.options["rank"] == 2 else ops.expand_dims(self.W, 1)
        scores = ops.squeeze(ops.matmul(inputs, kernel), -1)
        if self.options["bias"]:
            scores = scores + (ops.squeeze(self.b, -1) if self.options["bias"] == 2 else self.b)
        if self.options["activation"]:
            scores = ops.tanh(scores)
        if self.options["masked"] and mask is not None:
            scores = ops.where(mask, scores, -1e9)
        return ops.softmax(scores, -1)

    def call(self, inputs, mask=None):
        return ops.sum(ops.expand_dims(self.attend(inputs, mask), -1) * inputs, axis=1)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_shape(self, shape):
        return (shape[0], shape[-1])

    def get_config(self):
        return {**super().get_config(), **self.options}


class PublishedAttention(layers.Layer):
    """As it was printed: b [T] is added to scores [B][T][1], which works if T is 2H only."""

    def build(self, shape):
        self.W = self.add_weight(name="W", shape=(shape[-1], 1), initializer="random_normal")
        self.b = self.add_weight(name="b", shape=(shape[1],), initializer="zeros")
        self.built = True

    def call(self, inputs):
        return ops.sum(ops.softmax(ops.matmul(inputs, self.W) + self.b, axis=1) * inputs, axis=1)

    def compute_output_shape(self, shape):
        return (shape[0], shape[-1])


def recurrent(units=6, **options):
    return layers.GRU(units, **{"return_sequences": True, **options})


def bidirectional(units=6, merge_mode="concat", **options):
    return layers.Bidirectional(recurrent(units, **options), merge_mode=merge_mode)


@contextlib.contextmanager
def without_gpu_kernels():
    """Keras 2 prepares each GRU for GPUs too, which takes a second. Here it does not."""
    if hasattr(keras, "ops"):
        yield
        return
    make = layers.GRU.__init__

    def make_for_processors(layer, *arguments, **options):
        make(layer, *arguments, **options)
        layer._could_use_gpu_kernel = False

    with mock.patch.object(layers.GRU, "__init__", make_for_processors):
        yield


def sequential(*middle, tokens=TOKENS, rows=ROWS, mask_zero=False, output=None, seed=0):
    """An Embedding, these layers, and an output."""
    first = [keras.Input((tokens,), dtype="int32"), layers.Embedding(rows, 7, mask_zero=mask_zero, name="embedding")]
    output = output or layers.Dense(len(LABELS), activation="softmax", name="output")
    return randomized(keras.Sequential([*first, *middle, output]), seed)


def randomized(model, seed=0, scale=0.8):
    random = np.random.default_rng(seed)
    for layer in model.layers:
        if "TextVectorization" not in type(layer).__name__ and layer.get_weights():
            layer.set_weights([random.normal(0, scale, w.shape).astype("f4") for w in layer.get_weights()])
    return model


def to_numpy(values):
    return np.asarray(values.detach() if hasattr(values, "detach") else values)


def probabilities(model, numbers):
    return to_numpy(model(numbers, training=False))


# name: layers between Embedding and output, mask_zero, other arguments of from_keras()
KINDS = {
    "the seed": (lambda: [bidirectional(), AttentionLayer()], False, {}),
    "b of rank 1": (lambda: [bidirectional(), AttentionLayer(bias=1)], False, {}),
    "one b": (lambda: [bidirectional(), AttentionLayer(bias="one")], False, {}),
    "no b": (lambda: [bidirectional(), AttentionLayer(bias=None)], False, {}),
    "W of rank 1": (lambda: [bidirectional(), AttentionLayer(rank=1)], False, {}),
    "as many tokens as states": (lambda: [bidirectional(TOKENS // 2), AttentionLayer(rank=1, bias=1)], False, {}),
    "as printed": (lambda: [bidirectional(TOKENS // 2), PublishedAttention()], False, {}),
    "padded before": (lambda: [bidirectional(), AttentionLayer()], False, {"padding": "pre"}),
    "masked": (lambda: [layers.SpatialDropout1D(0.2), bidirectional(), layers.Dropout(0.5),
                        AttentionLayer(masked=True)], True, {}),
    "masked, padded before": (lambda: [bidirectional(), AttentionLayer(masked=True)], True, {"padding": "pre"}),
    "masked in the GRU only": (lambda: [bidirectional(), AttentionLayer()], True, {}),
    "one direction": (lambda: [recurrent(), AttentionLayer()], False, {}),
    "one direction, masked": (lambda: [recurrent(), AttentionLayer(masked=True)], True, {}),
    "one direction, masked in the GRU only": (lambda: [recurrent(), AttentionLayer()], True, {"padding": "pre"}),
    "one direction, backwards": (lambda: [recurrent(go_backwards=True), AttentionLayer()], False, {}),
    "one direction, backwards, masked": (lambda: [recurrent(go_backwards=True), AttentionLayer()], True, {}),
    "reset before": (lambda: [bidirectional(reset_after=False), AttentionLayer()], False, {}),
    "no bias in the GRU": (lambda: [bidirectional(use_bias=False), AttentionLayer()], False, {}),
    "no GRU": (lambda: [AttentionLayer()], False, {}),
    "no GRU, masked mean": (lambda: [layers.GlobalAveragePooling1D()], True, {}),
    "the largest": (lambda: [bidirectional(), layers.GlobalMaxPooling1D()], False, {}),
    "the largest, masked": (lambda: [bidirectional(), layers.GlobalMaxPooling1D()], True, {}),
    "the largest of one direction": (lambda: [recurrent(), layers.GlobalMaxPooling1D()], False, {}),
    "the largest of one direction, masked": (lambda: [recurrent(), layers.GlobalMaxPooling1D()], True, {}),
    "the largest of vectors": (lambda: [layers.GlobalMaxPooling1D()], False, {}),
    "the mean": (lambda: [bidirectional(), layers.GlobalAveragePooling1D()], False, {}),
    "the mean, masked": (lambda: [bidirectional(), layers.GlobalAveragePooling1D()], True, {}),
    "any length, masked": (lambda: [bidirectional(), AttentionLayer(bias=None, masked=True)], True,
                           {"tokens": None, "max_tokens": 60}),
    "any length": (lambda: [bidirectional(), AttentionLayer(bias=None)], False, {"tokens": None, "max_tokens": 30}),
    "never padded": (lambda: [bidirectional(), AttentionLayer(bias=None)], False,
                     {"tokens": None, "max_tokens": 30, "padding": None}),
}
if not hasattr(keras, "ops"):  # Keras 3 refuses it
    KINDS["both backwards"] = (lambda: [bidirectional(go_backwards=True), AttentionLayer()], False, {})
DEFAULTS = {"the seed", "masked", "one direction, masked"}  # tested with all that Keras does by itself
# Those whose layers to_keras() does not give back one by one: a bias of one number or none, directions that have
# changed places.
CHANGED = {"one b", "as printed", "no bias in the GRU", "both backwards"}


def kinds_of_backend():
    """All kinds for Keras 3 on TensorFlow. Keras writes the same files on its other backends, and most of them before:
    there DEFAULTS and a sixth of all, another sixth on each; with TEST_CASES=all every one.
    """
    newest = hasattr(keras, "ops")
    if (newest and BACKEND == "tensorflow") or os.environ.get("TEST_CASES") == "all":
        return KINDS
    first = {"jax": 0, "torch": 1}.get(BACKEND, 2)
    return {kind: sample for i, (kind, sample) in enumerate(KINDS.items()) if kind in DEFAULTS or i % 6 == first}
