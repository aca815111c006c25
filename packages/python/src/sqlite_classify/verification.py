"""What a framework's model computes is compared with the network of the Model that SQL would get.

The model is run on random texts. What its layers leave open, such as how padding is read, is tried in every way, and
the closest is taken. Nothing that can be computed is taken on trust.
"""
import dataclasses
import functools
import itertools

import numpy as np

from . import conversion, network, scaling
from .conversion import ATTENTION_PADDINGS, GRU_PADDINGS

OUTPUTS = ("logits", "probabilities")
TOLERANCE, NOISE = 1e-4, 3e-7  # of probabilities
LONGEST_CHECKED = 48  # tokens of a text that is compared, if the model itself does not ask for more
DESCRIPTIONS = {"attention": "softmax(h . W + b) over the states h of a text, and their sum with these weights",
                "max": "the largest value of each of the states of a text", "mean": "the mean of the states of a text"}


@dataclasses.dataclass
class Original:
    """A framework's model, to be compared with. run() takes numbers [texts][tokens], padded as the reading says, and
    the lengths of the texts without padding; it gives [texts][labels], or [texts][1] for a sigmoid, or None if it
    cannot read empty texts. `outputs` says what these numbers are: one of OUTPUTS, or all that they may be. `layer` is
    the one to blame if they are others than ours. `fixed_length`: it takes texts of max_tokens only. `words`: the
    numbers of ordinary words that it may be given. scale() takes Factors and gives a context manager, within which
    run() has its weights multiplied by them; None if that cannot be done."""
    run: callable
    outputs: tuple
    layer: str
    fixed_length: bool
    words: list
    scale: callable = None
    hint: str = ""                      # what may be wrong, too


@dataclasses.dataclass
class _Comparison:
    """How far two sets of probabilities lie apart, with the weights multiplied `by`."""
    by: scaling.Factors
    difference: float
    allowed: float


@dataclasses.dataclass
class _Candidate:
    """What the original may be, and how far it is from that. `model` reads short texts."""
    parts: conversion.Parts
    reading: conversion.Reading
    output: str
    model: object
    comparisons: list

    @property
    def difference(self):
        return sum(one.difference for one in self.comparisons)


def verified(possible_parts, reading, vocabulary, labels, original):
    """The Model that computes what the original does, of the Parts that it may have. What the reading leaves open is
    tried with each, and the closest is taken. ValueError if none is close."""
    length = reading.max_tokens if original.fixed_length else min(reading.max_tokens, LONGEST_CHECKED)
    texts = _texts_to_check(vocabulary, original.words, reading, length)
    run = functools.partial(_run, original, texts, dataclasses.replace(reading, max_tokens=length), vocabulary)
    runs, tried = [(scaling.NONE, run())], []
    rows_of = functools.lru_cache(functools.partial(conversion.words_and_rows, possible_parts[0], vocabulary))
    for parts, candidate, output in _candidates(possible_parts, reading, vocabulary, original):
        short = conversion.assemble_unchecked(parts, dataclasses.replace(candidate, max_tokens=length), vocabulary,
                                              labels, rows_of(candidate.padding_by_place))
        ours = _in_file(texts, vocabulary, short)
        if not tried:
            runs += _scaled_run(original, scaling.factors(short, ours), run)
        found = [_compared(by, _probabilities(raw, output), short, ours, candidate) for by, raw in runs]
        tried.append(_Candidate(parts, candidate, output, short, found))
    closest = functools.reduce(lambda best, one: one if _is_closer(one, best) else best, tried)
    wrong = next((one for one in closest.comparisons if not one.difference <= one.allowed), None)
    if wrong:
        largest = max(_batches(texts, reading, vocabulary, length), key=lambda batch: (len(batch[1]), batch[1][-1]))
        raise ValueError(_unsteady(original, *largest) or _otherwise(original, possible_parts[0].pooling, wrong))
    if len(runs) == 1:
        _check_told_apart(closest, tried, _in_file([text for text in texts if text], vocabulary, closest.model),
                          original)
    return conversion.assemble(closest.parts, closest.reading, vocabulary, labels)


def _is_closer(one, best):
    return one.difference < min(0.8 * best.difference, best.difference - NOISE)


def _otherwise(original, pooling, wrong):
    """The sentence for a model that computes something else."""
    return (f"{original.layer} computes something other than {DESCRIPTIONS[pooling]}: {wrong.by}probabilities differ "
            f"by up to {wrong.difference:.2g} from those that SQL would give, expected at most "
            f"{wrong.allowed:.2g}{original.hint}")


def _compared(by, found, model, texts, reading):
    expected = network.probabilities(model if by == scaling.NONE else scaling.scaled(model, by), texts)
    allowed = _allowed(expected) if by == scaling.NONE else scaling.allowed(expected)
    return _Comparison(by, _difference(found, expected, texts, reading), allowed)


def _scaled_run(original, by, run):
    """A list of the factors and what the original gives with its weights multiplied, if that is needed and possible."""
    if by == scaling.NONE or original.scale is None:
        return []
    with original.scale(by):
        return [(by, run())]


def _check_told_apart(closest, tried, texts, original):
    """ValueError if padding may be read in another way, which these texts do not show with weights as they are."""
    by = scaling.factors(closest.model, texts)
    ours = network.probabilities(scaling.scaled(closest.model, by), texts)
    for other in tried:
        same = other.parts is closest.parts and other.output == closest.output and not _is_closer(closest, other)
        if not same or other.reading == closest.reading:
            continue
        if np.abs(network.probabilities(scaling.scaled(other.model, by), texts) - ours).max() > TOLERANCE:
            ways = [f"{name}={getattr(closest.reading, name)!r} or {getattr(other.reading, name)!r}"
                    for name in ("gru_padding", "attention_padding")
                    if getattr(closest.reading, name) != getattr(other.reading, name)]
            raise ValueError(f"how is padding read? What {original.layer} computes of random texts does not show it, "
                             f"with weights so large or so small: say {' and '.join(ways) or 'unknown='}")


def _candidates(possible_parts, reading, vocabulary, original):
    """All that may be meant, the likelier first."""
    there = conversion.has_gru(possible_parts[0])
    by_place = _choices(reading.padding_by_place, (False, True)[:1 + (vocabulary.unknown == vocabulary.padding)])
    for output, parts, gru in itertools.product(original.outputs, possible_parts, _choices(
            reading.gru_padding, GRU_PADDINGS if there else GRU_PADDINGS[:1])):
        # Where both give the same, as the largest of states that are carried do, SQL need not compute padding.
        paddings = ATTENTION_PADDINGS if gru == "read" else ATTENTION_PADDINGS[::-1]
        for attention, place in itertools.product(_choices(reading.attention_padding, paddings), by_place):
            yield parts, dataclasses.replace(reading, gru_padding=gru, attention_padding=attention,
                                             padding_by_place=place), output


def _choices(value, possible):
    return possible if value is None else [value]


def _texts_to_check(vocabulary, words, reading, length):
    """Lists of numbers: of ordinary and unknown words; short, as long as what is read, longer; at last an empty one, if
    padding is read in place of it."""
    random = np.random.default_rng(1)
    if vocabulary.unknown is not None:
        words = [*words, *[vocabulary.unknown] * (len(words) // 8 + 1)]
    sizes = list(random.integers(1, length, 18, endpoint=True))
    if reading.padding is None:  # some of a few lengths, since frameworks prepare for each length anew
        sizes = sizes[:1] * 6 + sizes[1:2] * 6
    sizes += [1, length] + [length + 3] * (length == reading.max_tokens)
    texts = [random.choice(words, size).tolist() for size in sorted(sizes)]
    return texts + [[]] * (reading.padding is not None and reading.attention_padding != "skip")


def _batches(texts, reading, vocabulary, length):
    """A list of (numbers [texts][tokens], lengths): the texts cut to the length, and padded as the reading says. Texts
    that are never padded have a batch for each length."""
    cut = [text[-length:] if reading.truncating == "pre" else text[:length] for text in texts]
    if reading.padding is None:
        groups = [list(group) for _, group in itertools.groupby(cut, len)]
        return [(np.array(group), list(map(len, group))) for group in groups]
    fill = [[vocabulary.padding] * (length - len(text)) for text in cut]
    ids = np.array([f + t if reading.padding == "pre" else t + f for t, f in zip(cut, fill)])
    return [(ids, list(map(len, cut)))]


def _run(original, texts, reading, vocabulary):
    """What the original gives for these texts, cut and padded as the reading says; NaN for the empty one if it cannot
    be run. ValueError if a text's numbers depend on the texts beside it."""
    batches = _batches(texts, reading, vocabulary, reading.max_tokens)
    if reading.padding is None:
        return np.concatenate([original.run(*batch) for batch in batches])
    ids, lengths = batches[0]
    together = original.run(ids, lengths)
    if together is None:
        together = original.run(ids[:-1], lengths[:-1])
        together = np.concatenate([together, np.full_like(together[:1], np.nan)])
    if not original.fixed_length:
        _check_alone(original, ids, lengths, together)
    return together


def _check_alone(original, ids, lengths, together):
    """ValueError if the shortest text, without others in its batch, has other numbers."""
    shortest = int(np.argmin([length or len(ids[0]) for length in lengths]))
    alone = original.run(ids[shortest:shortest + 1], lengths[shortest:shortest + 1])
    if not _are_far(alone, together[shortest]):
        return
    raise ValueError(_unsteady(original, ids, lengths) or "what the model computes of a text depends on how long the "
                     "other texts of its batch are: padding is read up to the longest. Say padding=None if each text "
                     "is labelled by itself")


def _unsteady(original, ids, lengths):
    """The sentence for a model that gives the same text other numbers each time, or beside other texts; '' for one that
    does not."""
    full = len(lengths) - 1 - int(np.argmax(lengths[::-1]))  # the last of the longest, which is no other's place
    rows, sizes = ids[[0, full]], [lengths[0], lengths[full]]
    first = original.run(rows, sizes)
    if _are_far(original.run(rows, sizes), first):
        return ("the model gives other numbers each time that it is run on the same text, expected always the same: is "
                "a dropout on that eval() does not end?")
    rows = np.stack([rows[0], np.concatenate([rows[1][:sizes[1]][::-1], rows[1][sizes[1]:]])])
    if _are_far(original.run(rows, sizes)[0], first[0]):
        return ("what the model computes of a text depends on which other texts are in its batch, expected each by "
                "itself: is a softmax over the texts (dim=0), or a GRU that takes texts for tokens, since it has no "
                "batch_first=True?")
    return ""


def _are_far(a, b):
    """Probabilities, or logits, which are as exact as they are small."""
    return np.abs(a - b).max() > TOLERANCE * max(1, np.abs(b).max())


def _probabilities(values, output):
    """Probabilities [texts][labels] of what the original gives."""
    if values.shape[1] == 1:
        second = values if output == "probabilities" else 0.5 + 0.5 * np.tanh(0.5 * values)
        return np.concatenate([1 - second, second], axis=1)
    if output == "probabilities":
        return values
    values = np.exp(values - values.max(axis=1, keepdims=True))
    return values / values.sum(axis=1, keepdims=True)


def _in_file(texts, vocabulary, model):
    """The same texts in the file's numbers. They have no padding."""
    numbers, words = np.zeros(len(vocabulary.words), int), vocabulary.numbers()
    numbers[words] = network.padding_number(model) + 1 + np.arange(len(words))
    return [numbers[text].tolist() for text in texts]


def _difference(found, expected, texts, reading):
    """The largest difference of probabilities. An empty text counts if it is all padding that is read. Else it has no
    features in SQL, and in frameworks no result, or that of a padding word."""
    reads_padding = "read" == reading.attention_padding == reading.gru_padding
    compared = [bool(text) or (reads_padding and np.isfinite(row).all()) for text, row in zip(texts, found)]
    difference = np.abs(found - expected)[compared].max()
    return np.inf if np.isnan(difference) else difference


def _allowed(probabilities):
    """How much they may differ. Where all texts have nearly the same probabilities, a little is much."""
    return min(TOLERANCE, max(10 * NOISE, 0.01 * np.ptp(probabilities, axis=0).max()))
