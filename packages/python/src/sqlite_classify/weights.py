"""The contents of the column `weights`: a safetensors file, as docs/model-file.md describes it.

read() and write() turn its bytes into a Model and back. Every tensor of floats is float32 in a Model, whatever the file
has; write() gives the same bytes for the same Model.
"""
import dataclasses
import json
import math
import struct

import numpy as np

from . import identifiers

FORMAT = "sqlite-classify 1"
DTYPES = {"F32": "<f4", "F16": "<f2", "F64": "<f8", "U32": "<u4", "U8": "u1"}
IDENTIFIER = b'"identifier":"'


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
    identifiers.check(weights)
    header, data = _split(weights)
    metadata = header.pop("__metadata__", {})
    if metadata.get("format") != FORMAT:
        raise ValueError(f"metadata 'format' of the weights is {metadata.get('format')!r}, expected {FORMAT!r}")
    metadata = {key: value for key, value in metadata.items() if key not in ("format", "identifier")}
    tensors = {name: _tensor(name, tensor, data) for name, tensor in header.items()}
    try:
        words = _texts(tensors, "vocabulary")
        kinds = tensors.pop("labels.kinds").tobytes().decode()
        labels = [_label(kind, key) for kind, key in zip(kinds, _texts(tensors, "labels"))]
    except KeyError as missing:
        raise ValueError(f"tensor {missing} is missing from the weights") from None
    return Model(metadata, tensors, words, labels)


def labels(weights):
    """The labels in the order of the output's columns: those of to_keras(weights) and to_torch(weights)."""
    return read(weights).labels


def _split(weights):
    """The header, and the bytes behind it."""
    weights = memoryview(weights)
    if len(weights) >= 8:
        end = 8 + struct.unpack_from("<Q", weights)[0]
        if end <= len(weights):
            try:
                return json.loads(bytes(weights[8:end])), weights[end:]
            except ValueError:
                pass
    raise ValueError(f"{len(weights)} bytes are not a whole safetensors file, expected the contents of the column "
                     "weights")


def _tensor(name, tensor, data):
    dtype, shape, (begin, end) = tensor["dtype"], tensor["shape"], tensor["data_offsets"]
    if dtype == "BF16":
        values = (np.frombuffer(data[begin:end], "<u2").astype("<u4") << 16).view("<f4")
    elif dtype in DTYPES:
        values = np.frombuffer(data[begin:end], DTYPES[dtype])
    else:
        raise ValueError(f"tensor {name!r} is {dtype}, expected one of {', '.join([*DTYPES, 'BF16'])}")
    if values.size != math.prod(shape):
        raise ValueError(f"tensor {name!r} has {values.size} numbers, its shape {shape} says {math.prod(shape)}")
    return values.reshape(shape).astype(values.dtype if dtype in ("U32", "U8") else "<f4")


def _texts(tensors, name):
    ends, data = tensors.pop(name + ".ends").tolist(), tensors.pop(name + ".bytes").tobytes()
    return [data[begin:end].decode("utf-8", "surrogateescape") for begin, end in zip([0, *ends], ends)]


def _label(kind, key):
    if kind == "t":
        return key[1:]
    if key.startswith("n"):
        return int(key[1:]) if kind == "i" else float(int(key[1:]))
    return struct.unpack(">d", bytes.fromhex(key[1:]))[0]


# ---- writing ----

def write(model):
    """The bytes of a file that holds this Model: floats first, the header padded so that they are aligned."""
    keys = [label_key(label) for label in model.labels]
    tensors = {**model.tensors, **_ends_and_bytes("vocabulary", model.words), **_ends_and_bytes("labels", keys),
               "labels.kinds": np.frombuffer("".join(map(label_kind, model.labels)).encode(), "u1")}
    header = {"__metadata__": {"identifier": "0" * 32, "format": FORMAT, **model.metadata}}
    chunks, end = [], 0
    for name, values in sorted(tensors.items(), key=lambda item: item[1].itemsize < 4):
        dtype = {"f": "F32", "u": "U8" if values.itemsize == 1 else "U32"}[values.dtype.kind]
        chunks.append(np.ascontiguousarray(values, DTYPES[dtype]).tobytes())
        header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": [end, end + len(chunks[-1])]}
        end += len(chunks[-1])
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return _with_identifier(b"".join([struct.pack("<Q", len(text)), text, *chunks]))


def _ends_and_bytes(name, texts):
    texts = [text.encode("utf-8", "surrogateescape") for text in texts]
    return {name + ".ends": np.cumsum([len(text) for text in texts], dtype="<u4"),
            name + ".bytes": np.frombuffer(b"".join(texts), "u1")}


def label_kind(label):
    """t, i or r: a label's type in the file. TypeError for what is no text and no number."""
    if isinstance(label, str):
        return "t"
    if isinstance(label, (int, np.integer)) and not isinstance(label, bool):
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


def _with_identifier(weights):
    at = weights.index(IDENTIFIER) + len(IDENTIFIER)
    before, after = weights[:at], weights[at + 32:]
    return before + _hash(before, after).encode() + after


def _hash(*parts):
    """The hash of docs/model-file.md: word i of a part goes into lane i % 8. It takes a second for 15 MB."""
    lanes = [0] * 8
    for part in parts:
        words = np.frombuffer(part + bytes(-len(part) % 8), "<u8")
        lanes = [_mix(lane, *words[i::8].tolist()) for i, lane in enumerate(lanes)]
        lanes[0] = _mix(lanes[0], len(part))
    high, low = 0x243F6A8885A308D3, 0x13198A2E03707344
    for lane in lanes:
        high, low = _mix(high, lane), _mix(low, (lane + 0x632BE59BD9B4E019) % 2 ** 64)
    return f"{high:016x}{low:016x}"


def _mix(value, *words):
    for word in words:
        value = (value ^ word) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
        value ^= value >> 29
    return value
