"""The layers of a Keras model, as a chain from its input to its output, and the weights in them.

Works on live models of Keras 2 and 3 and imports neither: a layer is known by the name of its class, if the class is
Keras's own.
"""
import dataclasses

import numpy as np

from . import arguments, conversion

# Layers that do nothing when a model is used.
IDLE = {"InputLayer", "Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout", "AlphaDropout",
        "ActivityRegularization"}
POOLINGS = {"GlobalMaxPooling1D": "max", "GlobalAveragePooling1D": "mean"}
POOLING_NAMES = "attention (a layer of your own), GlobalMaxPooling1D or GlobalAveragePooling1D"
ATTENTION_KERNELS, ATTENTION_BIASES = ("W", "w", "kernel"), ("b", "bias")


@dataclasses.dataclass
class Chain:
    """The layers that do something. `text` and `recurrent` are None where they are not there. `activation` is softmax,
    linear or sigmoid."""
    model: object
    text: object
    embedding: object
    recurrent: object
    pooling: object
    dense: object
    activation: str


# ---- layers ----

def kind(layer):
    """The name of the class, if it is Keras's own; else None."""
    package = type(layer).__module__.split(".")[0]
    return type(layer).__name__ if package in ("keras", "tf_keras", "tensorflow") else None


def named(layer):
    return f"layer {layer.name!r} ({type(layer).__name__})"


def find_chain(model):
    """The Chain of a model. ValueError names the first layer that does not belong into one."""
    _check_model(model)
    layers = [layer for layer in _layers(model) if kind(layer) not in IDLE]
    text = layers.pop(0) if layers and kind(layers[0]) == "TextVectorization" else None
    embedding = _take(layers, lambda layer: kind(layer) == "Embedding", "Embedding")
    recurrent = layers.pop(0) if layers and kind(layers[0]) in ("GRU", "Bidirectional") else None
    _check_recurrent(recurrent)
    before = "" if recurrent else "GRU, Bidirectional(GRU), "
    pooling = _take(layers, lambda layer: kind(layer) in POOLINGS or kind(layer) is None, before + POOLING_NAMES)
    dense = _take(layers, lambda layer: kind(layer) == "Dense", "one Dense")
    return Chain(model, text, embedding, recurrent, pooling, dense, _activation(dense, layers))


def _check_model(model):
    names = {base.__name__ for base in type(model).__mro__}
    if "Model" not in names or not hasattr(model, "layers"):
        given = arguments.is_of(model, "torch", "collections") or isinstance(model, dict)
        raise TypeError(f"the model is of type {type(model).__name__}, expected a Keras model or the path of a "
                        f".keras or .h5 file{'; from_torch() takes those of PyTorch' if given else ''}")
    if names.isdisjoint(("Sequential", "Functional")):
        raise ValueError(f"the model {model.name!r} is a subclass of Model ({type(model).__name__}) whose layers "
                         "cannot be seen, expected a Sequential or functional model")
    if not model.built:
        raise ValueError(f"the model {model.name!r} has no weights yet: call it on a batch, or give it an Input")
    for what in ("inputs", "outputs"):
        tensors = getattr(model, what, None) or [None]
        if len(tensors) != 1:
            raise ValueError(f"the model {model.name!r} has {len(tensors)} {what}, expected one")


def _layers(model):
    """All layers in order, those of models within the model too."""
    layers = []
    for layer in list(model.layers) if _is(model, "Sequential") else _path(model):
        layers += _layers(layer) if _is(layer, "Sequential") or _is(layer, "Functional") else [layer]
    return layers


def _is(layer, name):
    return any(base.__name__ == name for base in type(layer).__mro__)


def _path(model):
    """The layers of a functional model, found from the output back to the input."""
    tensor, layers = model.outputs[0], []
    while True:
        history = tensor._keras_history
        layer = getattr(history, "operation", None) or history.layer
        layers.append(layer)
        if kind(layer) == "InputLayer":
            return layers[::-1]
        inputs = _inputs(layer._inbound_nodes[history.node_index])
        if len(inputs) != 1:
            raise ValueError(f"{named(layer)} has {len(inputs)} inputs, expected one: only layers in a chain are "
                             "supported")
        tensor = inputs[0]


def _inputs(node):
    """The tensors of a call's first argument. Others, such as a mask, are none of the chain."""
    arguments = node.arguments.args if hasattr(node, "arguments") else node.call_args
    first = arguments[:1]
    while isinstance(first, (list, tuple)) and len(first) == 1 and isinstance(first[0], (list, tuple)):
        first = first[0]
    tensors = [tensor for tensor in first if hasattr(tensor, "_keras_history")]
    return tensors or list(getattr(node, "input_tensors", None) or node.keras_inputs)


def _take(layers, fits, expected):
    """The next layer. ValueError if it does not fit, or there is none."""
    if not layers:
        raise ValueError(f"the model ends where {expected} was expected")
    if not fits(layers[0]):
        raise ValueError(f"{named(layers[0])} is not supported here, expected {expected}")
    return layers.pop(0)


def _activation(dense, behind):
    """softmax, linear or sigmoid: of the Dense, or of a layer behind it."""
    activation = _function(dense.get_config()["activation"])
    if behind and activation == "linear" and kind(behind[0]) in ("Softmax", "Activation"):
        layer = behind.pop(0)
        activation = "softmax" if kind(layer) == "Softmax" else _function(layer.get_config()["activation"])
    if behind:
        raise ValueError(f"{named(behind[0])} follows {named(dense)}, which was expected to be the last: hidden Dense "
                         "layers are not supported")
    expected = ("softmax", "linear", "sigmoid") if dense.units == 1 else ("softmax", "linear")
    if activation not in expected or (activation == "softmax" and dense.units == 1):
        raise ValueError(f"{named(dense)} has {dense.units} units and activation {activation!r}, expected softmax or "
                         "linear, or sigmoid of one unit")
    return activation


def _function(value):
    """An activation's name; of a function of one's own whatever it is called."""
    if value is None:
        return "linear"
    if isinstance(value, dict):
        value = value.get("config")
    return value if isinstance(value, str) else str(getattr(value, "__name__", value))


# ---- recurrent layers ----

GRU_OPTIONS = {"return_sequences": True, "return_state": False, "stateful": False, "time_major": False,
               "activation": "tanh", "recurrent_activation": "sigmoid"}


def grus(layer):
    """The GRU layers of a GRU or a Bidirectional: one or two."""
    return [layer] if kind(layer) == "GRU" else [layer.forward_layer, layer.backward_layer]


def _check_recurrent(layer):
    """ValueError names the option of a GRU that SQL cannot follow."""
    if layer is None:
        return
    if kind(layer) == "Bidirectional" and layer.merge_mode != "concat":
        raise ValueError(f"{named(layer)} has merge_mode={layer.merge_mode!r}, expected 'concat'")
    for gru in grus(layer):
        if kind(gru) != "GRU":
            raise ValueError(f"{named(layer)} wraps a layer of type {type(gru).__name__}, expected GRU")
        for option, value in gru.get_config().items():
            value = _function(value) if option.endswith("activation") else value
            if value != GRU_OPTIONS.get(option, value):
                raise ValueError(f"{named(layer)} has {option}={value!r}, expected {GRU_OPTIONS[option]!r}")
    if len({gru.units for gru in grus(layer)}) > 1:
        sizes = " and ".join(str(gru.units) for gru in grus(layer))
        raise ValueError(f"{named(layer)} has directions of {sizes} units, expected the same")


def is_reversed(layer):
    """Whether the states of a recurrent layer come out in the reversed order."""
    return layer is not None and grus(layer)[0].go_backwards


def _direction(gru):
    kernel, recurrent, *bias = gru.get_weights()
    rows = 2 if gru.get_config()["reset_after"] else 1
    return kernel, recurrent, bias[0].reshape(rows, -1) if bias else np.zeros((rows, kernel.shape[1]), "f4")


# ---- parts ----

def length(chain):
    """How many tokens the model reads, if its input says so; else None."""
    if chain.text is not None:
        return chain.text.get_config()["output_sequence_length"]
    shape = tuple(chain.model.inputs[0].shape) if getattr(chain.model, "inputs", None) else (None, None)
    if len(shape) != 2:
        raise ValueError(f"the input of the model has the shape {shape}, expected (None, tokens)")
    return shape[1]


def find_parts(chain, attributes=None):
    """The Parts that the model may have, the likelier first; mostly one. They differ in the bias of attention."""
    parts = conversion.Parts(chain.embedding.get_weights()[0], pooling=POOLINGS.get(kind(chain.pooling), "attention"))
    if chain.recurrent is not None:
        directions = [_direction(gru) for gru in grus(chain.recurrent)]
        first, second = [*directions, None][:2]
        parts.forward, parts.backward = (second, first) if is_reversed(chain.recurrent) else (first, second)
    parts.output_kernel, parts.output_bias = _output(chain)
    biases = [None]
    if parts.pooling == "attention":
        parts.attention_kernel, biases = _attention(chain, len(parts.output_kernel), attributes)
    if is_reversed(chain.recurrent):
        _reverse(parts)
        biases = [None if bias is None else bias[::-1] for bias in biases]
    return [dataclasses.replace(parts, attention_bias=bias) for bias in biases]


def _reverse(parts):
    """Both directions have changed places, and so do the halves of what reads their states."""
    if parts.forward and parts.backward:
        half = len(parts.output_kernel) // 2
        parts.output_kernel = np.roll(parts.output_kernel, half, axis=0)
        if parts.attention_kernel is not None:
            parts.attention_kernel = np.roll(parts.attention_kernel, half)


def _output(chain):
    """Kernel and bias for two labels or more: of one unit the first label's logit is 0."""
    kernel, *bias = chain.dense.get_weights()
    bias = bias[0] if bias else np.zeros(kernel.shape[1], kernel.dtype)
    if kernel.shape[1] == 1:
        return np.concatenate([np.zeros_like(kernel), kernel], axis=1), np.append(np.zeros_like(bias), bias)
    return kernel, bias


def _attention(chain, size, attributes):
    """The kernel [S], and what the bias may be: [positions] or None."""
    layer = chain.pooling
    kernel, bias = _named_weights(layer, attributes) if attributes else _weights_by_shape(layer, size)
    if kernel.shape not in ((size,), (size, 1)):
        raise ValueError(f"W of {named(layer)} has the shape {kernel.shape}, expected ({size}, 1) or ({size},)")
    if bias is None or bias.size == 1:  # a constant does not change softmax
        return kernel.reshape(-1), [None]
    tokens = length(chain) or bias.shape[0]
    if bias.shape not in ((tokens,), (tokens, 1), (1, tokens), (1, tokens, 1)):
        raise ValueError(f"b of {named(layer)} has the shape {bias.shape}, expected ({tokens}, 1), ({tokens},), (1,) "
                         "or none")
    # b [T] added to scores [B][T][1] is a constant for each text's tokens. That works if T is S by chance.
    by_chance = bias.shape == (tokens,) and tokens == size
    return kernel.reshape(-1), [bias.reshape(-1), None][:1 + by_chance]


def _named_weights(layer, attributes):
    missing = next((name for name in attributes if not hasattr(layer, name)), None)
    if missing is not None or not 1 <= len(attributes) <= 2:
        raise ValueError(f"attention={tuple(attributes)!r}: {named(layer)} has no attribute {missing!r}, expected one "
                         "name or two, of W and b")
    return ([to_numpy(getattr(layer, name)) for name in attributes] + [None])[:2]


def _weights_by_shape(layer, size):
    """The kernel and the bias (or None) of an attention layer: by their shapes, and by their names where both have one
    that the kernel may have."""
    variables, arrays = list(layer.weights), layer.get_weights()
    shapes = ", ".join(str(array.shape) for array in arrays) or "none"
    kernels = [i for i, array in enumerate(arrays) if array.shape in ((size,), (size, 1))]
    if len(arrays) > 2 or not kernels:
        raise ValueError(f"{named(layer)} has weights of the shapes {shapes}, expected W ({size}, 1) or ({size},), and "
                         "b with a number for each token, with one, or none")
    ours = [i for i in kernels if any(getattr(layer, name, None) is variables[i] for name in ATTENTION_KERNELS)]
    theirs = [i for i in kernels if any(getattr(layer, name, None) is variables[i] for name in ATTENTION_BIASES)]
    at = (ours or [i for i in kernels if i not in theirs] or kernels)[0]
    return arrays[at], arrays[1 - at] if len(arrays) == 2 else None


# ---- running it ----

def to_numpy(tensor):
    """What a tensor or variable of any backend holds."""
    tensor = getattr(tensor, "value", tensor) if not callable(getattr(tensor, "value", None)) else tensor
    return np.asarray(tensor.detach().cpu() if hasattr(tensor, "detach") else tensor)


def _called(model, inputs):
    """What a model gives. predict() would compile it first, which takes longer than a few texts do."""
    return np.asarray(to_numpy(model(inputs, training=False)), np.float64)


def run_with_numbers(chain):
    """A function from numbers [texts][tokens] to what the model gives, [texts][units]."""
    return lambda ids, _: _called(chain.model, ids.astype("int32"))


def runs_with(chain, tokens):
    """Whether the model takes numbers [texts][tokens]."""
    try:
        run_with_numbers(chain)(np.ones((1, tokens)), None)
        return True
    except Exception:  # whatever the backend raises
        return False


def run_with_texts(chain, words, separator):
    """The same for a model that takes texts. `words` has the word of each number, '' for padding."""
    import tensorflow

    flat = len(chain.model.inputs[0].shape) == 1

    def run(ids, _):
        texts = [separator.join(words[number] for number in row if words[number]) for row in ids.tolist()]
        inputs = tensorflow.constant(texts if flat else [[text] for text in texts])
        return _called(chain.model, inputs)
    return run
