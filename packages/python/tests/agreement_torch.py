"""The PyTorch models of agreement.py, in the way of agreement_keras.py."""
import functools

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from agreement import TEXTS, UNITS, VECTOR, ascii_words, cut_and_padded, drawn, most_frequent
from sqlite_classify.torch_models import from_torch


class Network(torch.nn.Module):
    """As people write it: packed or not, attention masked or not."""

    def __init__(self, rows, labels, packed, masked):
        super().__init__()
        self.packed, self.masked = packed, masked
        self.embedding = torch.nn.Embedding(rows, VECTOR, padding_idx=0)
        self.gru = torch.nn.GRU(VECTOR, UNITS, batch_first=True, bidirectional=True)
        self.attention = torch.nn.Linear(2 * UNITS, 1)
        self.output = torch.nn.Linear(2 * UNITS, labels)

    def attend(self, ids):
        states = self.embedding(ids)
        if self.packed:
            lengths = (ids != 0).sum(1).clamp(min=1)
            states = pack_padded_sequence(states, lengths, batch_first=True, enforce_sorted=False)
            states = pad_packed_sequence(self.gru(states)[0], batch_first=True, total_length=ids.shape[1])[0]
        else:
            states = self.gru(states)[0]
        scores = self.attention(states)[:, :, 0]
        return states, torch.softmax(scores.masked_fill(ids == 0, -1e9) if self.masked else scores, dim=1)

    def forward(self, ids):
        states, weights = self.attend(ids)
        return self.output((weights[:, :, None] * states).sum(1))


def case(texts, labels, tokens, random, _, packed, masked):
    texts = [text for text in texts if text.isascii()][:TEXTS]
    words = ["<pad>", "<unk>", *most_frequent(texts, 2000)]
    numbers_of = {word: number for number, word in enumerate(words)}
    ids = cut_and_padded([[numbers_of.get(word, 1) for word in ascii_words(text)] for text in texts], tokens)
    network = Network(len(words), len(labels), packed, masked)
    for parameter in network.parameters():
        parameter.data = torch.tensor(drawn(parameter.shape[::-1], random).T)
    weights = from_torch(network, words, labels, tokenizer="", max_tokens=tokens)
    with torch.no_grad():
        numbers = torch.tensor(ids)
        return weights, texts, ids, torch.softmax(network(numbers), dim=1).numpy(), network.attend(numbers)[1].numpy()


CASES = {
    "not packed": functools.partial(case, packed=False, masked=False),
    "not packed, attention masked": functools.partial(case, packed=False, masked=True),
    "packed": functools.partial(case, packed=True, masked=False),
    "packed, attention masked": functools.partial(case, packed=True, masked=True),
}
