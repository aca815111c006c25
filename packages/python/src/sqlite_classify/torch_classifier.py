"""The module that to_torch() makes. Its class is PyTorch's, and stands here, where pickle and torch.save() find it."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Classifier(nn.Module):
    """Embedding, GRU, attention (or another pooling) and output: ids [texts][tokens] in, logits [texts][outputs] out.

    `sizes`: rows (of the embedding, and the size of each), gru (the size of its state, 0 without), both (directions),
    gru_padding (read, carry or zero), pooling (attention, max or mean), kernel (whether attention has one), positions
    (of its bias, 0 without), and skip (whether padding has no weight)."""

    def __init__(self, sizes, outputs):
        super().__init__()
        rows, size = sizes["rows"]
        self.gru_padding, self.skip, self.pooling = sizes["gru_padding"], sizes["skip"], sizes["pooling"]
        self.embedding = nn.Embedding(rows, size, padding_idx=0)
        self.gru = None
        if sizes["gru"]:
            self.gru = nn.GRU(size, sizes["gru"], batch_first=True, bidirectional=sizes["both"])
            size = sizes["gru"] * (2 if sizes["both"] else 1)
        self._add("attention_kernel", size if sizes["kernel"] else 0)
        self._add("attention_bias", sizes["positions"])
        self.output = nn.Linear(size, outputs)

    def _add(self, name, size):
        self.register_parameter(name, nn.Parameter(torch.zeros(size, 1)) if size else None)

    def forward(self, ids):
        words = ids != 0
        states = self.embedding(ids)
        if self.gru is not None:
            read_all = self.gru_padding == "read"
            states = self.gru(states)[0] if read_all else _states_of_words(self.gru, states, words)
            if self.gru_padding == "zero":
                states = states * words[:, :, None]
        counted = (words if self.skip else torch.ones_like(words))[:, :, None]
        if self.pooling == "max":
            return self.output(_largest(states, counted))
        return self.output((self._attend(states, counted) * states).sum(1))

    def _attend(self, states, counted):
        """The weights of the states; all alike for their mean."""
        scores = torch.zeros_like(states[:, :, :1])
        if self.attention_kernel is not None:
            scores = states @ self.attention_kernel
        if self.attention_bias is not None:
            bias = self.attention_bias[:scores.shape[1]]
            scores = scores + nn.functional.pad(bias, (0, 0, 0, scores.shape[1] - len(bias)))
        return torch.softmax(scores.masked_fill(~counted, -1e9), dim=1) * counted


def _states_of_words(gru, vectors, words):
    """The states of a text as if it had no padding; at padding they are as before it, in the order of reading."""
    order = torch.argsort((~words).int(), dim=1, stable=True)[:, :, None]
    packed = pack_padded_sequence(torch.gather(vectors, 1, order.expand_as(vectors)), words.sum(1).clamp(min=1).cpu(),
                                  batch_first=True, enforce_sorted=False)
    states, _ = pad_packed_sequence(gru(packed)[0], batch_first=True, total_length=words.shape[1])
    size, before = gru.hidden_size, words.cumsum(1)
    forward = _states_at(states[:, :, :size], before - 1, before)
    backward = _states_at(states[:, :, size:], before - words.int(), before)
    return torch.cat([forward, backward], dim=2)


def _states_at(states, places, words):
    """The states at these places, 0 where there is none: before the first word and behind the last."""
    there = ((places >= 0) & (places < words[:, -1:]))[:, :, None]
    places = places.clamp(0, states.shape[1] - 1)[:, :, None].expand(-1, -1, states.shape[2])
    return torch.gather(states, 1, places) * there


def _largest(states, counted):
    """The largest of the states that count, 0 where none does."""
    highest = states.masked_fill(~counted, -torch.inf).amax(1)
    return torch.where(counted.any(1), highest, 0.0)
