"""Attention and output with other sizes of weights, so that what a model computes can be told apart.

Where W of attention is small, tanh(h . W) and 1.01 h . W are nearly h . W itself. Where it is large, one token has all
the weight, and whether padding has any cannot be seen; nor can much be seen where the output is so large that each
probability is 0 or 1, or so small that all are alike. So a model is run once more with both multiplied until tokens
weigh unevenly and labels are uncertain. Its own weights are put back afterwards.
"""
import contextlib
import dataclasses

import numpy as np

from . import network

UNEVEN, EVEN = 4.0, 1.0  # standard deviations of the scores of a text's tokens: what small and large ones are made
LARGE = 8.0              # they are large from here on
LOGITS = 1.0             # the standard deviation that logits are made to have, from text to text
USUAL = 0.25, 4.0        # what it may be without that
LARGEST_LOGIT = 10.0     # that small ones become
# What is allowed as a difference: of what a probability varies by from text to text, and at least. Right models differ
# by 1e-6 of it and 1e-7; 1.01 h . W by 2e-3.
LARGEST_SHARE, LEAST = 5e-4, 1e-6


@dataclasses.dataclass(frozen=True)
class Factors:
    """What the weights of attention and of the output are multiplied by."""
    attention: float = 1.0
    output: float = 1.0

    def __str__(self):
        """For messages: 'with attention's weights 9.1 times as large, '."""
        named = (("attention's weights", self.attention), ("the output's weights", self.output))
        parts = [f"{what} {by:.3g} times as large" for what, by in named if by != 1]
        return f"with {' and '.join(parts)}, " if parts else ""


NONE = Factors()


def factors(model, texts):
    """The Factors for this Model, NONE if its attention and its output can stay as they are."""
    attention = _attention_factor(model, texts)
    return Factors(attention, _output_factor(network.logits(scaled(model, Factors(attention)), texts)))


def _attention_factor(model, texts):
    if not model.tensors["attention.kernel"].any():
        return 1.0
    scores = [row[kept] for row, kept in zip(*network.scores(model, texts))]
    spread = np.concatenate([row - row.mean() for row in scores if len(row)]).std()
    if UNEVEN <= spread <= LARGE:
        return 1.0
    return _rounded((EVEN if spread > LARGE else UNEVEN) / max(spread, 1e-9))


def _output_factor(logits):
    """Logits that hardly vary beside their own size are not made so large that float32 has no digits for them."""
    logits = logits - logits.mean(axis=1, keepdims=True)
    spread, size = 2 * logits.std(axis=0).max(), np.abs(logits).max()
    if USUAL[0] <= spread <= USUAL[1]:
        return 1.0
    factor = LOGITS / max(spread, 1e-9)
    return _rounded(factor if factor < 1 else max(1.0, min(factor, LARGEST_LOGIT / max(size, 1e-9))))


def _rounded(number):
    return float(np.float32(number))


def scaled(model, by):
    """The Model with attention and output multiplied."""
    multiplied = {name: tensor * np.float32(by.attention if name.startswith("attention.") else by.output)
                  for name, tensor in model.tensors.items() if name.startswith(("attention.", "output."))}
    return dataclasses.replace(model, tensors={**model.tensors, **multiplied})


def allowed(probabilities):
    """How much they may differ."""
    return max(LEAST, LARGEST_SHARE * np.ptp(probabilities, axis=0).max())


@contextlib.contextmanager
def keras_layers(attention, output, by):
    """These layers with their weights multiplied, as long as the with statement lasts. `attention` may be None."""
    both = (attention, by.attention), (output, by.output)
    layers = [(layer, factor) for layer, factor in both if layer is not None]
    kept = [layer.get_weights() for layer, _ in layers]
    try:
        for (layer, factor), values in zip(layers, kept):
            layer.set_weights([value * np.asarray(factor, value.dtype) for value in values])
        yield
    finally:
        for (layer, _), values in zip(layers, kept):
            layer.set_weights(values)


@contextlib.contextmanager
def torch_parameters(attention, output, by):
    """Lists of parameters multiplied, as long as the with statement lasts."""
    parameters = [(p, by.attention) for p in attention] + [(p, by.output) for p in output]
    kept = [parameter.data.clone() for parameter, _ in parameters]
    try:
        for parameter, factor in parameters:
            parameter.data.mul_(factor)
        yield
    finally:
        for (parameter, _), values in zip(parameters, kept):
            parameter.data.copy_(values)
