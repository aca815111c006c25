"""The network of docs/model-file.md in numpy: what the extension computes, to hold other frameworks' models against.

It has the embedding, the GRU, attention, the max-pool and the output; neither n-grams nor the linear branch. Shapes are
[texts][tokens][numbers]; it reckons in float64.
"""
import numpy as np

from . import contents

GRU_PARTS = ("kernel", "recurrent_kernel", "bias")


def probabilities(model, texts):
    """[texts][labels]: the probability of each label. A text is a list of word numbers, of any length."""
    return _softmax(logits(model, texts))


def logits(model, texts):
    """[texts][labels]: what the probabilities are the softmax of."""
    tensors = model.tensors
    states, counted = _states_and_counted(model, texts)
    weights = _softmax(_scores(tensors, states, counted))
    features = np.einsum("bt,bts->bs", weights, states)
    if has_max_pool(tensors):
        highest = np.where(counted[:, :, None], states, -np.inf).max(axis=1, initial=-np.inf)
        features = np.concatenate([features, np.where(np.isfinite(highest), highest, 0)], axis=1)
    return (features @ tensors["output.kernel"] + tensors["output.bias"]) * tensors.get("blend", [1])[0]


def scores(model, texts):
    """[texts][tokens]: what attention is the softmax of, -inf where it has no weight; and [texts][tokens], where it has
    some."""
    states, counted = _states_and_counted(model, texts)
    return _scores(model.tensors, states, counted), counted


def _states_and_counted(model, texts):
    """The states [texts][tokens read, with padding][S], and which of them attention and the max-pool read."""
    tensors, metadata = model.tensors, model.metadata
    ids, inside = read_tokens(model, texts)
    padding = inside & (ids == padding_number(model))
    vectors = tensors["embedding"][ids].astype(np.float64)
    states = _states(tensors, metadata.get("gru_padding", "read"), vectors, inside, padding)
    if has_max_pool(tensors) and has_gru(tensors):
        states = np.concatenate([states, vectors], axis=2)
    return states, inside & ~padding if metadata.get("attention_padding") == "skip" else inside


def _scores(tensors, states, counted):
    found = states @ tensors["attention.kernel"] + _position_bias(tensors, states.shape[1])
    return np.where(counted, found, -np.inf)


def has_gru(tensors):
    return "gru.forward.kernel" in tensors


def has_max_pool(tensors):
    return len(tensors["output.kernel"]) == 2 * len(tensors["attention.kernel"])


def padding_number(model):
    """The number of padding's word: 1 if the first word is the empty text, else 0."""
    return contents.padding_number(model.words)


def read_tokens(model, texts):
    """What is read of each text, with the padding that is filled in: ids [texts][tokens], and inside [texts][tokens],
    which of them are there."""
    most, length = int(model.metadata["max_tokens"]), int(model.metadata["padded_length"])
    number, before = padding_number(model), model.metadata.get("padding") == "pre"
    last = model.metadata.get("truncating") == "pre"
    texts = [list(text[max(0, len(text) - most):] if last else text[:most]) for text in texts]
    for text in texts:
        fill = [number] * (length - len(text))
        text[:] = fill + text if before else text + fill
    ids = np.zeros((len(texts), max(map(len, texts), default=0)), int)
    inside = np.zeros(ids.shape, bool)
    for row, text in enumerate(texts):
        ids[row, :len(text)], inside[row, :len(text)] = text, True
    return ids, inside


def _states(tensors, gru_padding, vectors, inside, padding):
    """[texts][tokens][S], without the vector that a max-pool adds."""
    if not has_gru(tensors):
        return vectors
    stepping = inside if gru_padding == "read" else inside & ~padding
    both = [_direction(tensors, name, vectors, stepping) for name in ("forward", "backward")]
    states = np.concatenate(both, axis=2)
    return states * ~padding[:, :, None] if gru_padding == "zero" else states


def _direction(tensors, name, vectors, stepping):
    """The states of one direction. Where a token is not stepped over, the state is what it was before."""
    kernel, recurrent, bias = (tensors[f"gru.{name}.{part}"] for part in GRU_PARTS)
    size = len(recurrent)
    inputs = vectors @ kernel + bias[0]
    states = np.zeros(vectors.shape[:2] + (size,))
    h = np.zeros((len(vectors), size))
    steps = range(vectors.shape[1])
    for t in steps if name == "forward" else reversed(steps):
        h = np.where(stepping[:, t, None], _step(inputs[:, t], h, recurrent, bias[1:]), h)
        states[:, t] = h
    return states


def _step(x, h, recurrent, bias):
    """The state after a token. `bias` is c, or empty if the reset gate stands before the product."""
    xz, xr, xn = np.split(x, 3, axis=1)
    if len(bias):
        hz, hr, hn = np.split(h @ recurrent + bias[0], 3, axis=1)
        z, r = _sigmoid(xz + hz), _sigmoid(xr + hr)
        n = np.tanh(xn + r * hn)
    else:
        uz, ur, un = np.split(recurrent, 3, axis=1)
        z, r = _sigmoid(xz + h @ uz), _sigmoid(xr + h @ ur)
        n = np.tanh(xn + (r * h) @ un)
    return z * h + (1 - z) * n


def _position_bias(tensors, length):
    bias = tensors.get("attention.bias", np.zeros(0))[:length]
    return np.concatenate([bias, np.zeros(length - len(bias))])


def _sigmoid(x):
    return 0.5 + 0.5 * np.tanh(0.5 * x)


def _softmax(scores):
    """Over the last axis. Where nothing counts (all are -inf) all weights are 0."""
    highest = scores.max(axis=-1, keepdims=True, initial=-np.inf)
    weights = np.exp(scores - np.where(np.isfinite(highest), highest, 0))
    total = weights.sum(axis=-1, keepdims=True)
    return weights / np.where(total > 0, total, 1)
