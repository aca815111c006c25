"""Words and their numbers: as a framework counts them, and as the file does.

A framework has the rows of its embedding in any order, mostly padding first, then the word for all others ("[UNK]"),
then the words. In the file row 0 is the word for all others; padding, if it is another word, is row 1, and its word is
the empty text.
"""
import dataclasses

import numpy as np

from . import arguments, contents, model_file, network
from .contents import UNKNOWN_WORDS

PADDING_WORDS = ("", "[PAD]", "[pad]", "<PAD>", "<pad>")


@dataclasses.dataclass
class Vocabulary:
    """A framework's words: word i has row i of its embedding. `padding` is padding's number, None without padding.
    `unknown` is the number of words that are not in the list, None if they are left out. `exact`: the embedding must
    not have more rows than there are words."""
    words: list
    padding: int = None
    unknown: int = None
    exact: bool = True

    def numbers(self):
        """The numbers of ordinary words: neither padding nor unknown."""
        special = {self.padding, self.unknown}
        return [number for number in range(len(self.words)) if number not in special]

    def file_words(self, padding_by_place=False):
        """The words of the file. `padding_by_place`: padding has a row of its own, even if unknown words are read as
        padding."""
        return [""] * self._has_padding_row(padding_by_place) + [self.words[number] for number in self.numbers()]

    def file_rows(self, rows, padding_by_place=False):
        """Which of a framework's rows stands in each row of the file; -1 is a row of zeros that is never read."""
        first = self.padding if self.unknown is None else self.unknown
        special = [-1 if first is None else first] + [self.padding] * self._has_padding_row(padding_by_place)
        return np.array(special + self.numbers() + list(range(len(self.words), rows)))

    def _has_padding_row(self, padding_by_place):
        same = self.unknown is None or (self.unknown == self.padding and not padding_by_place)
        return self.padding is not None and not same


# ---- from a framework ----

def from_words(words, pad=None, unknown=None, exact=True):
    """The Vocabulary of a list of words, or of a dict from words to numbers.

    `pad` is the word that stands for padding, or its number; None: the one of PADDING_WORDS that is there, if any.
    `unknown` says how words are read that are not in the list: "skip" (left out), "padding" (as padding), or as a word
    of the list, given as it is spelled or by its number; None: the one of UNKNOWN_WORDS that is there.
    """
    if isinstance(words, (str, bytes, set, frozenset)) or not hasattr(words, "__iter__"):
        raise TypeError(f"the vocabulary is of type {type(words).__name__}, expected a list of words")
    arguments.check_words(words)
    words = _in_order(words) if isinstance(words, dict) else list(words)
    _check_words(words)
    words = list(map(str, words))  # numpy has a str of its own
    padding = _find(words, pad, "pad") if pad is not None else _only(words, PADDING_WORDS, "pad")
    if "" in words and words.index("") != padding:
        raise ValueError(f"word {words.index('')} of the vocabulary is '', which is padding's word in the file, but "
                         f"padding is {words[padding]!r}")
    found = Vocabulary(words, padding, _unknown(words, padding, unknown), exact)
    if not found.numbers():
        raise ValueError(f"the vocabulary is {words}, expected at least one word that is neither padding nor unknown")
    return found


def _in_order(numbers):
    """The words of a dict, by their numbers. Number 0 is padding's if no word has it."""
    for word, number in numbers.items():
        if not is_integer(number):
            raise TypeError(f"the number of word {word!r} of the vocabulary is {number!r}, expected an integer")
    words = {number: word for word, number in numbers.items()}
    if len(words) < len(numbers):
        twice = next(word for word, number in numbers.items() if words[number] != word)
        raise ValueError(f"words {twice!r} and {words[numbers[twice]]!r} of the vocabulary both have the number "
                         f"{numbers[twice]}")
    words.setdefault(0, "")
    missing = next((number for number in range(len(words)) if number not in words), None)
    if missing is not None:
        raise ValueError(f"no word of the vocabulary has the number {missing}, expected all from 0 to {max(words)}")
    return [words[number] for number in range(len(words))]


def _check_words(words):
    if not words:
        raise ValueError("the vocabulary is empty, expected a word for each row of the embedding")
    for number, word in enumerate(words):
        if not isinstance(word, str):
            raise TypeError(f"word {number} of the vocabulary is {word!r}, expected a str")
        model_file.check_text(f"word {number} of the vocabulary", word, "surrogateescape")
    first = {}
    for number, word in enumerate(words):
        if first.setdefault(word, number) != number:
            raise ValueError(f"the vocabulary has {word!r} twice: numbers {first[word]} and {number}")


def is_integer(value):
    """Whether it is an integer of Python or numpy, and no truth value."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _find(words, given, parameter):
    if is_integer(given):
        if not 0 <= given < len(words):
            raise ValueError(f"{parameter}={given} is no number of the {len(words)} words of the vocabulary")
        return int(given)
    if given not in words:
        raise ValueError(f"{parameter}={given!r} is no word of the vocabulary")
    return words.index(given)


def _only(words, names, parameter):
    """The number of the one of these names that is among the words; None without any."""
    there = [name for name in names if name in words]
    if len(there) > 1:
        raise ValueError(f"the vocabulary has both {there[0]!r} and {there[1]!r}: say which by {parameter}=")
    return words.index(there[0]) if there else None


def _unknown(words, padding, unknown):
    if unknown == "skip":
        return None
    if unknown == "padding":
        if padding is None:
            raise ValueError("unknown='padding', but the vocabulary has no word for padding")
        return padding
    number = _find(words, unknown, "unknown") if unknown is not None else _only(words, UNKNOWN_WORDS, "unknown")
    if number is None:
        raise ValueError("how does the model read words that are not in the vocabulary? It has none of "
                         f"{', '.join(map(repr, UNKNOWN_WORDS))}. Say unknown='skip' (they are left out, as Keras's "
                         "Tokenizer does without oov_token), unknown='padding' (they have padding's number), or the "
                         "word of the vocabulary that stands for them")
    return number


# ---- back to a framework ----

def framework_rows(model):
    """Which row of the file stands in each row of a framework's embedding, -1 for a row of zeros: padding first, then
    the word for all others, then the words. A file that knows no padding gets a row for it."""
    rest = list(range(1, len(model.tensors["embedding"])))
    if network.padding_number(model) == 1:
        return np.array([1, 0] + rest[1:])
    return np.array([0] + rest if contents.padding_is_word_0(model.metadata) else [-1, 0] + rest)


def has_padding(model):
    """Whether the file says how padding is read, or has a row for it."""
    return network.padding_number(model) == 1 or contents.padding_is_word_0(model.metadata)
