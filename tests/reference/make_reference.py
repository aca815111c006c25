"""Reference tensors for the C tests, computed by Keras on TensorFlow.

    python3.11 -m venv keras-venv
    keras-venv/bin/pip install tensorflow-cpu==2.21.0 keras==3.15.1 numpy==2.4.6
    keras-venv/bin/python tests/reference/make_reference.py

writes the *.safetensors beside this script. The committed files were made with
exactly those versions, on Python 3.11.7. Parameters and inputs are rounded to
float32 before anything is computed from them; the computing is in float64, and
results are rounded to float32 only when written. So what differs from C is C's
own rounding.

B texts, T tokens, V vocabulary, E embedding, H hidden, C labels, D = 2H (E
where there is no GRU). Gates lie in the order z, r, h. A text shorter than T is
padded at its end with id 0.

gru               Each direction of a GRU over a masked batch. The loss is
                  sum(upstream * states), and upstream is zero at padding.
    input [B,T,E]  lengths [B]  kernel [E,3H]  recurrent_kernel [H,3H]
    bias [2,3H]  upstream [B,T,H]
    forward.states [B,T,H]  forward.gradient.{input,kernel,recurrent_kernel,bias}
    backward.*     the same, reading from the end; states lie at the position
                   of the token they were computed at, as in Bidirectional
    States at padding are written as zero.

attention         softmax(h . w + b) over each text's tokens, then the weighted
                  sum of its states. The loss is sum(upstream * context).
    states [B,T,D]  lengths [B]  kernel [D]  bias [T]  upstream [B,D]
    plain.weights [B,T]  plain.context [B,D]  plain.gradient.{states,kernel}
    biased.*       the same with b, and biased.gradient.bias

output            Dense, softmax and mean cross-entropy.
    context [B,D]  kernel [D,C]  bias [C]  targets [B]  class_weight [C]
    logits [B,C]  probabilities [B,C]  loss [1]  gradient.{context,kernel,bias}
    weighted.{loss,gradient.*}   each row's cross-entropy times the weight of
                   its target, then divided by B, not by the sum of weights

network_bigru     The whole classifier; attention has no bias.
network_position  The same with one attention bias per position.
network_none      The same as network_bigru with attention over the embeddings.
seed              The published model that network_position grew out of: nothing
                  is masked, so padding is read by the GRU and attended to, and
                  row 0 of the embedding learns.
    ids [B,T]  lengths [B]  targets [B]
    parameter.NAME where training starts, gradient.NAME of the loss there,
    after.NAME after ten Adam steps (SummedAdam below) on this one batch
    states [B,T,D] (zero at padding, but not in seed)  weights [B,T]
    context [B,D]  logits [B,C]  probabilities [B,C]  loss [1]
    losses [10]    the loss before each step
  NAME is one of
    embedding [V,E]
    gru.{forward,backward}.{kernel,recurrent_kernel,bias}     not in network_none
    attention.kernel [D]
    attention.bias [T]                        only in network_position and seed
    output.kernel [D,C]  output.bias [C]
"""

import json
import os
import struct
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import layers

FOLDER = Path(__file__).resolve().parent
STEPS = 10
LABELS = 3

# Every id from 1 to 11 occurs: 2 and 3 twice within one text, others in several
# texts, some only once. Adam then has a gradient for each row but row 0.
VOCABULARY = 12
IDS = np.array([[1, 2, 3, 4, 5, 2, 6],
                [7, 8, 2, 9, 1, 0, 0],
                [10, 3, 11, 3, 7, 0, 0],
                [5, 2, 0, 0, 0, 0, 0],
                [4, 0, 0, 0, 0, 0, 0]])
TARGETS = np.array([0, 2, 1, 1, 2])


# ---- files -----------------------------------------------------------------

def write_safetensors(path, tensors):
    """An 8-byte header length, the JSON header, then the tensors end to end."""
    header, body = {}, b""
    for name, value in tensors.items():
        value = np.asarray(value)
        is_integer = np.issubdtype(value.dtype, np.integer)
        data = value.astype("<i4" if is_integer else "<f4").tobytes()
        header[name] = {"dtype": "I32" if is_integer else "F32",
                        "shape": list(value.shape),
                        "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


# ---- inputs ----------------------------------------------------------------

def draw(random, *shape, scale=0.4):
    """Normal numbers that float32 holds exactly."""
    values = random.normal(0, scale, shape)
    return values.astype(np.float32).astype(np.float64)


def token_mask(lengths, steps):
    return np.arange(steps)[None, :] < np.asarray(lengths)[:, None]


def prefixed(prefix, tensors):
    return {prefix + name: value for name, value in tensors.items()}


# ---- attention layers ------------------------------------------------------

class MaskedAttention(layers.Layer):
    """Attention over a text's own tokens, with or without a bias per position."""

    def __init__(self, position_bias, **options):
        super().__init__(**options)
        self.position_bias = position_bias
        self.supports_masking = True

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1],), name="kernel")
        if self.position_bias:
            self.bias = self.add_weight(shape=(shape[1],), name="bias")

    def attend(self, states, mask):
        scores = tf.linalg.matvec(states, self.kernel)
        if self.position_bias:
            scores += self.bias
        scores = tf.where(mask, scores, tf.constant(-np.inf, scores.dtype))
        return tf.nn.softmax(scores, axis=1)

    def call(self, states, mask=None):
        return tf.reduce_sum(self.attend(states, mask)[:, :, None] * states, axis=1)

    def compute_mask(self, states, mask=None):
        return None                     # the context has no positions left


class AttentionLayer(layers.Layer):
    """The published layer, but for the shape of b. As published b is [T], which
    broadcasts against scores [B,T,1] to [B,T,T]; [T,1] is what was meant."""

    def build(self, shape):
        self.W = self.add_weight(shape=(shape[-1], 1), name="W")
        self.b = self.add_weight(shape=(shape[1], 1), name="b")

    def attend(self, inputs):
        return tf.nn.softmax(tf.matmul(inputs, self.W) + self.b, axis=1)

    def call(self, inputs):
        return tf.reduce_sum(self.attend(inputs) * inputs, axis=1)


# ---- single layers ---------------------------------------------------------

def gru_direction(tensors, mask, backward):
    hidden = tensors["recurrent_kernel"].shape[0]
    gru = layers.GRU(hidden, return_sequences=True, reset_after=True,
                     go_backwards=backward)
    gru.build(tensors["input"].shape)
    gru.set_weights([tensors[n] for n in ("kernel", "recurrent_kernel", "bias")])

    inputs = tf.constant(tensors["input"])
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        states = gru(inputs, mask=tf.constant(mask))
        if backward:
            states = tf.reverse(states, [1])
        loss = tf.reduce_sum(tensors["upstream"] * states)
    cell = gru.cell
    sources = {"input": inputs, "kernel": cell.kernel.value,
               "recurrent_kernel": cell.recurrent_kernel.value, "bias": cell.bias.value}
    gradients = tape.gradient(loss, sources)
    return {"states": states * mask[:, :, None], **prefixed("gradient.", gradients)}


def make_gru():
    random = np.random.default_rng(1)
    batch, steps, width, hidden = 4, 6, 5, 3
    lengths = np.array([6, 4, 4, 1])
    mask = token_mask(lengths, steps)
    tensors = {
        "input": draw(random, batch, steps, width, scale=0.8),
        "lengths": lengths,
        "kernel": draw(random, width, 3 * hidden),
        "recurrent_kernel": draw(random, hidden, 3 * hidden),
        "bias": draw(random, 2, 3 * hidden),
        "upstream": draw(random, batch, steps, hidden, scale=0.8) * mask[:, :, None],
    }
    results = {**prefixed("forward.", gru_direction(tensors, mask, False)),
               **prefixed("backward.", gru_direction(tensors, mask, True))}
    return {**tensors, **results}


def attention_variant(tensors, mask, position_bias):
    layer = MaskedAttention(position_bias)
    layer.build(tensors["states"].shape)
    names = ("kernel", "bias") if position_bias else ("kernel",)
    layer.set_weights([tensors[n] for n in names])

    states = tf.constant(tensors["states"])
    with tf.GradientTape() as tape:
        tape.watch(states)
        context = layer(states, mask=tf.constant(mask))
        loss = tf.reduce_sum(tensors["upstream"] * context)
    sources = {"states": states, **{n: getattr(layer, n).value for n in names}}
    gradients = tape.gradient(loss, sources)
    return {"weights": layer.attend(states, mask), "context": context,
            **prefixed("gradient.", gradients)}


def make_attention():
    random = np.random.default_rng(2)
    batch, steps, width = 3, 5, 4
    lengths = np.array([5, 3, 1])
    mask = token_mask(lengths, steps)
    # The states at padding are not zero, so a layer that reads them is caught.
    tensors = {
        "states": draw(random, batch, steps, width, scale=0.8),
        "lengths": lengths,
        "kernel": draw(random, width, scale=0.8),
        "bias": draw(random, steps, scale=0.8),
        "upstream": draw(random, batch, width, scale=0.8),
    }
    results = {**prefixed("plain.", attention_variant(tensors, mask, False)),
               **prefixed("biased.", attention_variant(tensors, mask, True))}
    return {**tensors, **results}


def output_variant(tensors, sample_weight):
    context, kernel, bias = (tf.constant(tensors[n]) for n in ("context", "kernel", "bias"))
    sources = {"context": context, "kernel": kernel, "bias": bias}
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        tape.watch(sources)
        logits = context @ kernel + bias
        loss = cross_entropy(tensors["targets"], logits, sample_weight=sample_weight)
    gradients = tape.gradient(loss, sources)
    return logits, {"loss": tf.reshape(loss, [1]), **prefixed("gradient.", gradients)}


def make_output():
    random = np.random.default_rng(3)
    batch, width = 4, 5
    targets = np.array([2, 0, 1, 0])
    class_weight = np.array([0.5, 1.75, 3.0])
    tensors = {
        "context": draw(random, batch, width, scale=0.8),
        "kernel": draw(random, width, LABELS),
        "bias": draw(random, LABELS),
        "targets": targets,
        "class_weight": class_weight,
    }
    logits, plain = output_variant(tensors, None)
    _, weighted = output_variant(tensors, class_weight[targets])
    return {**tensors, "logits": logits, "probabilities": tf.nn.softmax(logits),
            **plain, **prefixed("weighted.", weighted)}


# ---- whole networks --------------------------------------------------------

class SummedAdam(keras.optimizers.Adam):
    """Keras's Adam, given an embedding's gradient as one sum per row. Left sparse,
    it holds one entry per token, and Keras 3 adds their squares into the second
    moment in place of the square of their sum: an id that occurs twice would then
    learn by another rule than one that occurs once."""

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(tf.convert_to_tensor(gradient), variable, learning_rate)


def build_network(with_gru, position_bias):
    inputs = keras.Input((IDS.shape[1],), dtype="int32")
    x = layers.Embedding(VOCABULARY, 6, mask_zero=True, name="embedding")(inputs)
    if with_gru:
        gru = layers.GRU(4, return_sequences=True, reset_after=True)
        x = layers.Bidirectional(gru, name="gru")(x)
    x = MaskedAttention(position_bias, name="attention")(x)
    return keras.Model(inputs, layers.Dense(LABELS, name="output")(x))


def build_seed():
    return keras.Sequential([
        keras.Input((IDS.shape[1],), dtype="int32"),
        layers.Embedding(VOCABULARY, 6, name="embedding"),
        layers.Bidirectional(layers.GRU(4, return_sequences=True), name="gru"),
        AttentionLayer(name="attention"),
        layers.Dense(LABELS, activation="softmax", name="output"),
    ])


def has_layer(model, name):
    return any(layer.name == name for layer in model.layers)


def named_variables(model):
    """The trainable variables, by the names the C side gives them."""
    named = {"embedding": model.get_layer("embedding").embeddings}
    if has_layer(model, "gru"):
        gru = model.get_layer("gru")
        for direction in ("forward", "backward"):
            cell = getattr(gru, direction + "_layer").cell
            for part in ("kernel", "recurrent_kernel", "bias"):
                named[f"gru.{direction}.{part}"] = getattr(cell, part)
    attention = dict(zip(("attention.kernel", "attention.bias"),
                         model.get_layer("attention").trainable_variables))
    output = model.get_layer("output")
    named |= {**attention, "output.kernel": output.kernel, "output.bias": output.bias}
    assert len(named) == len(model.trainable_variables)
    return named


def as_stored(name, values):
    """The published attention layer keeps its two vectors as columns."""
    values = tf.convert_to_tensor(values).numpy()
    return values.reshape(-1) if name.startswith("attention.") else values


def snapshot(prefix, variables):
    return {prefix + name: as_stored(name, v.value) for name, v in variables.items()}


def activations(model, mask):
    """What the layers put out; mask is None where the network has none."""
    last = "gru" if has_layer(model, "gru") else "embedding"
    probe = keras.Model(model.inputs[0], [model.get_layer(last).output,
                                          model.get_layer("attention").output])
    states, context = probe(IDS)
    attention, output = model.get_layer("attention"), model.get_layer("output")
    if mask is None:
        weights = attention.attend(states)[:, :, 0]
    else:
        weights = attention.attend(states, mask)
        states *= mask[:, :, None]
    logits = context @ output.kernel.value + output.bias.value
    return {"states": states, "weights": weights, "context": context,
            "logits": logits, "probabilities": tf.nn.softmax(logits)}


def loss_and_gradients(model, variables, labels):
    with tf.GradientTape() as tape:
        loss = model.loss(labels, model(IDS, training=True))
    gradients = tape.gradient(loss, {n: v.value for n, v in variables.items()})
    return {"loss": tf.reshape(loss, [1]),
            **{"gradient." + n: as_stored(n, g) for n, g in gradients.items()}}


def run_network(model, loss, labels, mask, seed):
    random = np.random.default_rng(seed)
    variables = named_variables(model)
    for variable in variables.values():
        variable.assign(draw(random, *variable.shape, scale=0.5))
    # As Python floats the betas would pass through float32 on their way into the
    # bias correction, where 1 - 0.999 then has five right digits.
    model.compile(loss=loss, jit_compile=False, optimizer=SummedAdam(
        learning_rate=0.01, beta_1=np.float64(0.9), beta_2=np.float64(0.999),
        epsilon=1e-7))

    tensors = {"ids": IDS, "lengths": np.count_nonzero(IDS, axis=1), "targets": TARGETS,
               **snapshot("parameter.", variables), **activations(model, mask),
               **loss_and_gradients(model, variables, labels)}
    # One batch an epoch: the epoch's loss is the loss before that epoch's step.
    history = model.fit(IDS, labels, batch_size=len(IDS), epochs=STEPS,
                        shuffle=False, verbose=0)
    return {**tensors, "losses": np.array(history.history["loss"]),
            **snapshot("after.", variables)}


def make_network(with_gru, position_bias, seed):
    tensors = run_network(build_network(with_gru, position_bias),
                          keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                          TARGETS, IDS != 0, seed)
    assert np.array_equal(tensors["after.embedding"][0], tensors["parameter.embedding"][0])
    return tensors


def make_seed(seed):
    return run_network(build_seed(), keras.losses.CategoricalCrossentropy(),
                       np.eye(LABELS)[TARGETS], None, seed)


def main():
    keras.backend.set_floatx("float64")
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(0)
    files = {
        "gru": make_gru(),
        "attention": make_attention(),
        "output": make_output(),
        "network_bigru": make_network(True, False, seed=4),
        "network_position": make_network(True, True, seed=5),
        "network_none": make_network(False, False, seed=6),
        "seed": make_seed(seed=7),
    }
    for name, tensors in files.items():
        write_safetensors(FOLDER / f"{name}.safetensors", tensors)


if __name__ == "__main__":
    main()
