"""The bytes of a model: a safetensors file, as docs/model-file.md of the repository describes it.

check() says whether they are as they were written; split() and join() turn them into metadata and tensors and back. The
standard library is all that is needed. Numbers are little-endian, as on every machine that the extension runs on.
"""
import array
import collections
import json
import math
import re
import struct

FORMAT = "sqlite-classify 1"
BITS = 2**64 - 1
NO_IDENTIFIER = b"0" * 32
IDENTIFIER_KEY = b'"identifier":"'
STATED = re.compile(IDENTIFIER_KEY + b'([0-9a-f]{32})"')

Tensor = collections.namedtuple("Tensor", "dtype shape data")  # data: the bytes of the numbers


# ---- the file ------------------------------------------------------------------------


def split(weights):
    """The metadata, and the tensors by their names, of a file. ValueError if it is no whole one."""
    data = memoryview(weights)[_header_end(weights):]
    try:
        header = json.loads(bytes(weights[8:len(weights) - len(data)]))
        metadata = header.pop("__metadata__", {})
        metadata.get("format")
        return metadata, {name: _tensor(data, **tensor) for name, tensor in header.items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise _not_a_file(weights) from None


def _header_end(weights):
    if len(weights) >= 8:
        end = 8 + struct.unpack_from("<Q", weights)[0]
        if end <= len(weights):
            return end
    raise _not_a_file(weights)


def _not_a_file(weights):
    return ValueError(f"{len(weights)} bytes are not a whole safetensors file, expected the contents of the column "
                      "weights")


def _tensor(data, dtype, shape, data_offsets):
    begin, end = data_offsets
    whole = all(type(number) is int and number >= 0 for number in (*shape, begin, end))
    if not whole or not begin <= end <= len(data):
        raise ValueError
    return Tensor(str(dtype), list(shape), data[begin:end])


def join(metadata, tensors):
    """The bytes of a file of these, with an identifier. The widest numbers come first, so that all are aligned."""
    others = {key: value for key, value in metadata.items() if key not in ("identifier", "format")}
    header = {"__metadata__": {"identifier": NO_IDENTIFIER.decode(), "format": FORMAT, **others}}
    chunks, end = [], 0
    for name, (dtype, shape, data) in sorted(tensors.items(), key=lambda item: -_width(item[1])):
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + len(data)]}
        chunks.append(data)
        end += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    begin = struct.pack("<Q", len(text)) + text
    digits = begin.index(IDENTIFIER_KEY) + len(IDENTIFIER_KEY)
    before, behind = begin[:digits], b"".join([begin[digits + len(NO_IDENTIFIER):], *chunks])
    return b"".join([before, identifier(before, behind), behind])


def _width(tensor):
    """Bytes of a number."""
    return len(tensor.data) // max(1, math.prod(tensor.shape))


def identified(weights):
    """The same file with an identifier that the extension sees: as it is, if it has one."""
    return bytes(weights) if _stated(weights) else join(*split(weights))


def _stated(weights):
    """Where the header states an identifier, as a match; else None."""
    return STATED.search(bytes(weights[:_header_end(weights)]))


def check(weights):
    """ValueError if the file states an identifier and has other bytes; TypeError if these are no bytes.

    The extension would find it too, but only after the row is there."""
    if not isinstance(weights, (bytes, bytearray, memoryview)):
        raise TypeError(f"weights is {weights!r:.80}, expected the bytes of a model's file: the contents of the column "
                        "weights, or what from_keras() and from_torch() give")
    try:
        stated = _stated(weights)
    except ValueError:  # the header is cut off
        stated = STATED.search(bytes(weights[8:]))
    if stated is None:
        return
    found = identifier(bytes(weights[:stated.start(1)]), bytes(weights[stated.end(1):]))
    if found != stated[1]:
        raise ValueError(f"the weights cannot be used ({len(weights)} bytes): {_damage(weights)}")


def _damage(weights):
    """What is wrong with a file whose identifier is another."""
    try:
        length = _stated_length(weights)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return "their header is cut off or damaged"
    if length > len(weights):
        return f"they are cut off, their header says {length} bytes"
    if length < len(weights):
        return f"there is more behind their end, their header says {length} bytes"
    return ("the bytes have changed since their identifier was written; weights that were edited on purpose run when "
            "'identifier' is removed from their metadata")


def _stated_length(weights):
    """How many bytes the file has by its header."""
    end = _header_end(weights)
    header = json.loads(bytes(weights[8:end]))
    return end + max(tensor["data_offsets"][1] for name, tensor in header.items() if name != "__metadata__")


def identifier(before, behind):
    """The hash of a file, of the bytes before and behind the place where it stands. It takes a second for 15 MB."""
    lanes = [0] * 8
    for part in before, behind:
        words = array.array("Q", part + bytes(-len(part) % 8))
        lanes = [_mix(lane, words[i::8]) for i, lane in enumerate(lanes)]
        lanes[0] = _mix(lanes[0], [len(part)])
    high, low = 0x243F6A8885A308D3, 0x13198A2E03707344
    for lane in lanes:
        high, low = _mix(high, [lane]), _mix(low, [lane + 0x632BE59BD9B4E019 & BITS])
    return b"%016x%016x" % (high, low)


def _mix(state, words):
    for word in words:
        state = (state ^ word) * 0x9E3779B97F4A7C15 & BITS
        state ^= state >> 29
    return state


# ---- lists of texts ------------------------------------------------------------------


def strings(tensors, name, errors):
    """The texts of NAME.bytes and NAME.ends. `errors` says what becomes of bytes that are not UTF-8, as in
    bytes.decode()."""
    data, ends = bytes(_needed(tensors, name + ".bytes")), bytes(_needed(tensors, name + ".ends"))
    kind, width = ("H", 2) if tensors[name + ".ends"].dtype == "U16" else ("I", 4)
    ends = array.array(kind, ends[:len(ends) // width * width])
    if sorted([*ends, len(data)]) != [*ends, len(data)]:
        raise ValueError(f"the numbers of tensor '{name}.ends' of the weights are {ends.tolist()!r:.40}, expected "
                         f"rising ones up to {len(data)}")
    return [data[begin:end].decode("utf-8", errors) for begin, end in zip([0, *ends], ends)]


def labels(tensors, errors):
    """The labels in their order and of their types."""
    kinds = bytes(_needed(tensors, "labels.kinds")).decode("latin-1")
    return [_label(number, *label) for number, label in enumerate(zip(kinds, strings(tensors, "labels", errors)), 1)]


def _needed(tensors, name):
    if name not in tensors:
        raise ValueError(f"tensor {name!r} is missing from the weights")
    return tensors[name].data


def _label(number, kind, key):
    try:
        if kind + key[:1] == "tt":
            return key[1:]
        if kind in "ir" and key[:1] == "n":
            return int(key[1:]) if kind == "i" else float(int(key[1:]))
        if kind + key[:1] == "rr":
            return struct.unpack(">d", bytes.fromhex(key[1:]))[0]
    except (ValueError, struct.error):
        pass
    raise ValueError(f"label {number} of the weights is not a value: its kind is {kind!r}, its key {key!r}")


def of_strings(name, texts):
    """The tensors of a list of texts; those of strings(..., "surrogateescape") give the same bytes again."""
    texts = [text.encode("utf-8", "surrogateescape") for text in texts]
    data = b"".join(texts)
    ends, end = array.array("I"), 0
    for text in texts:
        end += len(text)
        ends.append(end)
    return {name + ".ends": Tensor("U32", [len(ends)], ends.tobytes()),
            name + ".bytes": Tensor("U8", [len(data)], data)}


def check_text(what, text, errors="strict"):
    """ValueError if a text has no bytes: half of a surrogate pair stands in it."""
    try:
        text.encode("utf-8", errors)
    except UnicodeEncodeError as error:
        half = text[error.start]
        raise ValueError(f"{what} is {text!r:.80}, which is no text: {half!r} is half of a character") from None
