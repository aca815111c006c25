"""Reads and changes the bytes of a model, as docs/model-file.md of the repository describes them.

Only files that the extension has accepted are read here, so nothing is checked again.
"""
import array
import json
import struct
import sys

BITS = 2**64 - 1
NO_IDENTIFIER = "0" * 32


class ModelFile:
    """The header and the tensors' bytes of a model."""

    def __init__(self, weights):
        self.unchanged = weights
        end = 8 + struct.unpack_from("<Q", weights)[0]
        self.tensors = json.loads(bytes(weights[8:end]))
        self.metadata = self.tensors.pop("__metadata__")
        self.data = memoryview(weights)[end:]

    def tensor(self, name):
        begin, end = self.tensors[name]["data_offsets"]
        return self.data[begin:end]

    def numbers(self, name):
        return struct.unpack(f"<{self.tensors[name]['shape'][0]}I", self.tensor(name))

    def strings(self, name):
        """The texts of NAME.bytes and NAME.ends."""
        data, begin, texts = bytes(self.tensor(name + ".bytes")), 0, []
        for end in self.numbers(name + ".ends"):
            texts.append(data[begin:end].decode("utf-8", "replace"))
            begin = end
        return texts

    def words(self):
        """The vocabulary; the first word has number 1."""
        return self.strings("vocabulary")

    def labels(self):
        """The labels in their order and of their types."""
        kinds = bytes(self.tensor("labels.kinds")).decode()
        return [_label(kind, key) for kind, key in zip(kinds, self.strings("labels"))]

    def add(self, tensors):
        """Adds tensors of one dimension, name: array of four-byte numbers. They come first, so that the others
        stay aligned.
        """
        self.unchanged = None
        added, data = {}, b""
        for name, values in tensors.items():
            values = values[:]
            if sys.byteorder == "big":
                values.byteswap()
            dtype = "F32" if values.typecode == "f" else "U32"
            end = len(data) + values.itemsize * len(values)
            added[name] = {"dtype": dtype, "shape": [len(values)], "data_offsets": [len(data), end]}
            data += values.tobytes()
        for tensor in self.tensors.values():
            tensor["data_offsets"] = [offset + len(data) for offset in tensor["data_offsets"]]
        self.tensors = {**added, **self.tensors}
        self.data = b"".join([data, self.data])

    def written(self):
        """The bytes of the file, with an identifier."""
        if self.unchanged and "identifier" in self.metadata:
            return self.unchanged
        others = {key: value for key, value in self.metadata.items() if key != "identifier"}
        metadata = {"identifier": NO_IDENTIFIER, **others}
        header = json.dumps({"__metadata__": metadata, **self.tensors}, separators=(",", ":")).encode()
        header += b" " * (-len(header) % 8)
        begin = struct.pack("<Q", len(header)) + header
        digits = begin.index(b'"identifier":"') + len(b'"identifier":"')
        rest = digits + len(NO_IDENTIFIER)
        found = identifier(begin[:digits], b"".join([begin[rest:], self.data]))
        return b"".join([begin[:digits], found, begin[rest:], self.data])


def identifier(before, behind):
    """The hash of a file, of the bytes before and behind the place where it stands."""
    lanes = [0] * 8
    for part in before, behind:
        words = array.array("Q", part + bytes(-len(part) % 8))
        if sys.byteorder == "big":
            words.byteswap()
        for lane in range(8):
            lanes[lane] = _mix(lanes[lane], words[lane::8])
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


def _label(kind, key):
    if kind == "t":
        return key[1:]
    if kind == "i":
        return int(key[1:])
    return float(key[1:]) if key[0] == "n" else struct.unpack(">d", bytes.fromhex(key[1:]))[0]
