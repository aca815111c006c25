"""What the peers that run the plain network share: its weights, rows and batches.

The weights are those of a model that the extension trained, as classify_models
has them. Token 0 is padding, token 1 a word that the model does not know.
"""
import json
import struct
from pathlib import Path

import numpy as np


class Plain:
    """A file of weights."""

    def __init__(self, path):
        self.tensors = read_safetensors(path)
        self.labels = [key[1:].decode() for key in self.strings('labels')]  # a kind, then the label
        self.ids = {word.decode(): 2 + i for i, word in enumerate(self.strings('vocabulary'))}
        padding = np.zeros_like(self['embedding'][:1])
        self.tensors['embedding'] = np.concatenate([padding, self['embedding']])
        for name in ('output.kernel', 'output.bias'):  # the network's logits have a scale
            self.tensors[name] = self[name] * self['blend'][0]

    def __getitem__(self, name):
        return self.tensors[name]

    def strings(self, name):
        data, ends = self[name + '.bytes'].tobytes(), self[name + '.ends']
        return [data[begin:end] for begin, end in zip([0, *ends], ends)]

    def rows(self, path):
        """The texts of a file of words.py as token numbers, and their labels' numbers."""
        with open(path, encoding='utf-8', newline='\n') as file:
            lines = [line.rstrip('\n').split('\t') for line in file]
        texts = [np.array([self.ids.get(word, 1) for word in text.split(' ')], np.int32) for _, text in lines]
        return texts, np.array([self.labels.index(label) for label, _ in lines])

    def difference(self, probabilities, path):
        """The largest one to the confidences of a file `label<TAB>confidence`."""
        lines = [line.rstrip('\n').split('\t') for line in open(path, encoding='utf-8')]
        columns = [self.labels.index(label) for label, _ in lines]
        ours = np.array([float(confidence) for _, confidence in lines])
        return np.abs(probabilities[np.arange(len(lines)), columns] - ours).max()


def read_safetensors(path):
    data = Path(path).read_bytes()
    body = 8 + struct.unpack('<Q', data[:8])[0]
    types = {'F32': np.float32, 'U32': np.uint32, 'U8': np.uint8}
    return {name: np.frombuffer(data[body + t['data_offsets'][0]:body + t['data_offsets'][1]],
                                types[t['dtype']]).reshape(t['shape'])
            for name, t in json.loads(data[8:body]).items() if name != '__metadata__'}


def widths_of(texts):
    """Eight lengths to pad texts to, for what compiles each shape: the octiles."""
    return sorted({int(np.quantile([len(t) for t in texts], i / 8)) for i in range(1, 9)})


def width_of(length, widths):
    """The next of widths; without them, the length itself."""
    return next((w for w in widths or () if w >= length), length)


def padded(texts, widths=None):
    """[texts][width]: the longest of them, or the next of widths."""
    out = np.zeros((len(texts), width_of(max(len(t) for t in texts), widths)), np.int32)
    for row, text in zip(out, texts):
        row[:len(text)] = text
    return out


def batches(texts, size, widths=None):
    """Texts of about one length together: their places in texts, and them padded.
    The last batch takes from the one before what it lacks, so that all are of one
    size."""
    order = np.argsort([len(t) for t in texts], kind='stable')
    begins = range(0, len(order), size)
    parts = [order[max(0, min(b, len(order) - size)):][:size] for b in begins]
    return [(part, padded([texts[i] for i in part], widths)) for part in parts]
