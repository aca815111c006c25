"""Attention with enlarged weights: where W is small, tanh(h . W) and 1.01 h . W are nearly h . W itself, and what the
model computes would not tell them apart.

A model is run once more with W and b of such a size that tokens of a text weigh very unevenly. Its own weights are put
back afterwards.
"""
import contextlib
import dataclasses

import numpy as np

from . import network

SPREAD = 4.0  # of the scores of a text's tokens: their standard deviation
# What is allowed as a difference: of what a probability varies by from text to text, and at least. Right models differ
# by 1e-6 of it and 1e-7; 1.01 h . W by 2e-3.
LARGEST_SHARE, LEAST = 5e-4, 1e-6


def factor(model, texts):
    """What attention of this Model is to be multiplied by, 1 if its scores vary enough."""
    if not model.tensors["attention.kernel"].any():
        return 1.0
    weights = [row[row > 0] for row in network.forward(model, texts)[1]]
    spread = np.concatenate([np.log(row) - np.log(row).mean() for row in weights if len(row)]).std()
    return float(np.float32(max(1.0, SPREAD / max(spread, 1e-9))))


def enlarged(model, by):
    """The Model with attention multiplied."""
    names = [name for name in model.tensors if name.startswith("attention.")]
    multiplied = {name: model.tensors[name] * np.float32(by) for name in names}
    return dataclasses.replace(model, tensors={**model.tensors, **multiplied})


def allowed(probabilities):
    """How much they may differ."""
    return max(LEAST, LARGEST_SHARE * np.ptp(probabilities, axis=0).max())


@contextlib.contextmanager
def keras_layer(layer, by):
    """The layer with its weights multiplied, as long as the with statement lasts."""
    kept = layer.get_weights()
    try:
        layer.set_weights([values * np.asarray(by, values.dtype) for values in kept])
        yield
    finally:
        layer.set_weights(kept)


@contextlib.contextmanager
def torch_parameters(parameters, by):
    """These parameters multiplied, as long as the with statement lasts."""
    kept = [parameter.data.clone() for parameter in parameters]
    try:
        for parameter in parameters:
            parameter.data.mul_(by)
        yield
    finally:
        for parameter, values in zip(parameters, kept):
            parameter.data.copy_(values)
