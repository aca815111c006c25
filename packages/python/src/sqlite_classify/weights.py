"""The contents of the column `weights` in numpy: read() and write() turn its bytes into a Model and back.

Every tensor of floats is float32 in a Model, whatever the file has; write() gives the same bytes for the same Model.
"""
import dataclasses
import math
import struct

import numpy as np

from . import contents, model_file

DTYPES = {"F32": "<f4", "F16": "<f2", "BF16": "<u2", "U32": "<u4", "U16": "<u2", "U8": "u1", "I8": "i1"}
BLOCK = 32  # numbers that have one scale in a quantised tensor
# The tensors of docs/model-file.md but for the lists of words and labels. Others are ignored, as in SQL.
KNOWN = {*contents.REQUIRED, "subwords", "attention.bias", "blend", "seen", "ngrams",
         "multilabel.blend", "multilabel.thresholds",
         *(f"gru.{name}.{part}" for name in ("forward", "backward") for part in ("kernel", "recurrent_kernel", "bias")),
         *(f"linear.{name}" for name in ("pairs.ends", "pairs.words", "kernel", "bias", "idf", "hashed")),
         *(f"keywords.{name}" for name in ("labels", "words", "counts", "contributions"))}


@dataclasses.dataclass
class Model:
    """What a file holds. Word i of `words`, counted from 1, has row i of the tensor `embedding`; row 0 is every other
    word. `labels` are texts, integers and floats, in the order of the output's columns."""
    metadata: dict
    tensors: dict
    words: list
    labels: list


# ---- reading ----

def read(weights):
    """The Model that these bytes hold. ValueError if they are not a whole file of this format."""
    metadata, tensors, words, found = contents.read(weights)
    metadata = {key: value for key, value in metadata.items() if key not in ("format", "identifier")}
    arrays = {name: _array(name, tensor) for name, tensor in tensors.items() if name in KNOWN}
    arrays.update((name, _quantised(name, tensors)) for name in KNOWN if f"{name}.codes" in tensors)
    return Model(metadata, arrays, words, found)


def _array(name, tensor):
    if tensor.dtype not in DTYPES:
        raise ValueError(f"tensor {name!r} is {tensor.dtype}, expected one of {', '.join(DTYPES)}")
    count, width = math.prod(tensor.shape), np.dtype(DTYPES[tensor.dtype]).itemsize
    if len(tensor.data) != count * width:
        raise ValueError(f"tensor {name!r} has {len(tensor.data)} bytes, its shape {tensor.shape} and {tensor.dtype} "
                         f"say {count * width}")
    values = np.frombuffer(tensor.data, DTYPES[tensor.dtype]).reshape(tensor.shape)
    if tensor.dtype == "BF16":
        return (values.astype("<u4") << 16).view("<f4")
    kept = {"U32": "<u4", "U16": "<u4", "U8": "u1", "I8": "i1"}
    return values.astype(kept.get(tensor.dtype, "<f4"))


def _quantised(name, tensors):
    """The floats of a tensor that the file has as codes of 8 or 4 bits, with a scale for each block."""
    if name in tensors:
        raise ValueError(f"there is tensor '{name}.codes', and its tensor as floats too")
    codes = _part(name, "codes", ("I8", "U8"), tensors)
    shape = [int(size) for size in _part(name, "shape", ("U32",), tensors)]
    scales = _part(name, "scales", ("F16",), tensors)
    count, length, bits = math.prod(shape), len(codes), 8 if codes.dtype == np.int8 else 4
    if length != (count if bits == 8 else -(-count // 2)) or len(scales) != -(-count // BLOCK):
        raise ValueError(f"tensor {name!r} has {length} bytes of codes and {len(scales)} scales, expected {count} "
                         f"codes of {bits} bits for its shape {shape}")
    if bits == 4:
        codes = np.stack([codes & 15, codes >> 4], axis=-1).reshape(-1).astype("i1") - np.int8(8)
    return (codes[:count] * np.repeat(scales, BLOCK)[:count]).astype("<f4").reshape(shape)


def _part(name, part, dtypes, tensors):
    part = f"{name}.{part}"
    if part not in tensors:
        raise ValueError(f"tensor {part!r} is missing from the weights")
    tensor = tensors[part]
    if tensor.dtype not in dtypes or len(tensor.shape) != 1:
        raise ValueError(f"tensor {part!r} is {tensor.dtype} {list(tensor.shape)}, expected {' or '.join(dtypes)} with "
                         "one dimension")
    return _array(part, tensor)


# ---- writing ----

def write(model):
    """The bytes of a file that holds this Model."""
    kinds = "".join(map(label_kind, model.labels)).encode()
    lists = {**model_file.of_strings("vocabulary", model.words),
             **model_file.of_strings("labels", map(label_key, model.labels)),
             "labels.kinds": model_file.Tensor("U8", [len(kinds)], kinds)}
    return model_file.join(model.metadata, {**{name: _tensor(array) for name, array in model.tensors.items()}, **lists})


def _tensor(array):
    dtype = {"f": "F32", "u": "U8" if array.itemsize == 1 else "U32"}[array.dtype.kind]
    return model_file.Tensor(dtype, list(array.shape), np.ascontiguousarray(array, DTYPES[dtype]).tobytes())


def label_kind(label):
    """t, i or r: a label's type in the file. TypeError for what is no text and no number."""
    if isinstance(label, str):
        return "t"
    if isinstance(label, (int, np.integer)) and not isinstance(label, bool):
        if not -2 ** 63 <= int(label) < 2 ** 63:
            raise ValueError(f"label {label} does not fit into 64 bits, expected an integer from -2^63 to 2^63 - 1, or "
                             "a text")
        return "i"
    if isinstance(label, (float, np.floating)) and math.isfinite(label):
        return "r"
    raise TypeError(f"label {label!r} is of type {type(label).__name__}, expected str, int or a finite float")


def label_key(label):
    """What stands for a label in the file: 5 and 5.0 have one key, 5 and '5' have two."""
    kind = label_kind(label)
    if kind == "t":
        return "t" + label
    if kind == "i" or (float(label).is_integer() and -2.0 ** 63 <= label < 2.0 ** 63):
        return f"n{int(label)}"
    return "r" + struct.pack(">d", label).hex()
