"""What from_keras() and from_torch() have in common: the parts of a network become a file, and back.

The parts are found in a framework's model, then assembled into a Model. verification.py compares what the two compute.
"""
import dataclasses

import numpy as np

from . import arguments, model_file, network, tokenizers, vocabularies, weights as weights_file

GRU_PADDINGS = ("read", "zero", "carry")
ATTENTION_PADDINGS = ("read", "skip")
UNLIMITED = 2 ** 31 - 1  # tokens
MOST_PADDED = 1 << 16  # tokens that SQL pads a text to (model/classifier/model.c)
MOST_PADDED_STATES = 1 << 24  # and numbers of their states


@dataclasses.dataclass
class Parts:
    """A network as frameworks have it. E is the size of a vector, H of the GRU's state, S of what the pooling reads:
    2H, H of a GRU in one direction, E without GRU. A direction is (kernel [E][3H], recurrent_kernel [H][3H], bias
    [2][3H] or [1][3H]), gates in the order z, r, n; None where it is not there."""
    embedding: np.ndarray               # [rows][E]
    forward: tuple = None
    backward: tuple = None
    pooling: str = "attention"          # or max, mean
    attention_kernel: np.ndarray = None  # [S]
    attention_bias: np.ndarray = None   # [positions]
    output_kernel: np.ndarray = None    # [S][labels]
    output_bias: np.ndarray = None      # [labels]


@dataclasses.dataclass
class Reading:
    """How texts become rows of numbers. `gru_padding`, `attention_padding` and `padding_by_place` are None where only
    the model's results can tell. `padding_by_place`: padding is told from words by its place, so that unknown words
    which have its number are words all the same."""
    tokenize: str
    max_tokens: int
    padding: str = "post"               # or pre; None: texts are never padded
    truncating: str = "post"            # or pre
    gru_padding: str = None
    attention_padding: str = None
    padding_by_place: bool = None


# ---- parts to a file ----

def assemble(parts, reading, vocabulary, labels):
    """The Model of these parts. gru_padding and attention_padding of the reading must be known."""
    model = assemble_unchecked(parts, reading, vocabulary, labels,
                               words_and_rows(parts, vocabulary, reading.padding_by_place))
    _check_padded_length(int(model.metadata["padded_length"]), len(model.tensors["attention.kernel"]))
    padding_is_unused = model.metadata["padded_length"] == "0" and is_masked(parts, reading)
    if padding_is_unused and model.words[:1] == [""] and not model.tensors["embedding"][1].any():
        _remove_padding(model)  # to_keras() and to_torch() add such a row
    return model


def assemble_unchecked(parts, reading, vocabulary, labels, words_and_rows_of_file):
    """The same, of any length, with padding's row in any case."""
    words, rows = words_and_rows_of_file
    tensors = {"embedding": rows, **_gru_tensors(parts), **_pooling_tensors(parts)}
    tensors = {name: np.ascontiguousarray(tensor, "<f4") for name, tensor in tensors.items()}
    return weights_file.Model(_metadata(parts, reading, vocabulary), tensors, words, list(labels))


def words_and_rows(parts, vocabulary, padding_by_place):
    """The words of the file, and the rows of its embedding."""
    order = vocabulary.file_rows(len(parts.embedding), padding_by_place)
    rows = np.ascontiguousarray(_take_rows(parts.embedding, order), "<f4")
    return vocabulary.file_words(padding_by_place), rows


def _remove_padding(model):
    model.words = model.words[1:]
    model.tensors["embedding"] = np.delete(model.tensors["embedding"], 1, axis=0)
    for key in "gru_padding", "attention_padding":
        model.metadata.pop(key, None)


def _take_rows(rows, order):
    """These rows, in this order; zeros for row -1."""
    taken = rows[order]
    taken[order < 0] = 0
    return taken


def _gru_tensors(parts):
    there = parts.forward or parts.backward
    if there is None:
        return {}
    absent = tuple(np.zeros_like(part) for part in there)
    return {f"gru.{name}.{part}": values
            for name, direction in (("forward", parts.forward or absent), ("backward", parts.backward or absent))
            for part, values in zip(network.GRU_PARTS, direction)}


def _pooling_tensors(parts):
    """Attention and output, with zeros for the direction that is not there and for the pooling that is not used."""
    kernel = np.zeros(len(parts.output_kernel)) if parts.attention_kernel is None else parts.attention_kernel
    kernel, output = _both_directions(parts, kernel[:, None])[:, 0], _both_directions(parts, parts.output_kernel)
    if parts.pooling == "max":
        states, size = output, len(output) + (parts.embedding.shape[1] if has_gru(parts) else 0)
        kernel, output = np.zeros(size), np.zeros((2 * size, states.shape[1]))
        output[_max_pool_rows(size, size - len(states))] = states
    bias = {} if parts.attention_bias is None else {"attention.bias": parts.attention_bias}
    return {"attention.kernel": kernel, **bias, "output.kernel": output, "output.bias": parts.output_bias}


def _max_pool_rows(size, vector):
    """Which rows of the output read the largest values of the states. The output reads `size` numbers of the context,
    then the largest of each; the last `vector` of them are those of the word's vector, which the GRU's states have
    behind them with a max-pool."""
    return slice(size, 2 * size - vector)


def has_gru(parts):
    return parts.forward is not None or parts.backward is not None


def _both_directions(parts, rows):
    """Rows for one direction of the GRU become rows for two."""
    if not has_gru(parts) or (parts.forward and parts.backward):
        return rows
    both = [rows, np.zeros_like(rows)]
    return np.concatenate(both if parts.forward else both[::-1])


def is_masked(parts, reading):
    """Whether padding has no part in the result at all."""
    return reading.attention_padding == "skip" and (reading.gru_padding != "read" or not has_gru(parts))


def _metadata(parts, reading, vocabulary):
    """The keys of the file. Those that have their usual value are left out."""
    shifts_bias = reading.padding == "pre" and parts.attention_bias is not None  # padding has a place, if nothing else
    is_read = reading.padding is not None and (shifts_bias or not is_masked(parts, reading))
    keys = {"tokenize": reading.tokenize, "max_tokens": str(reading.max_tokens),
            "padded_length": str(reading.max_tokens if is_read else 0)}
    optional = {"padding": reading.padding if is_read else "post", "truncating": reading.truncating,
                "unknown": "skip" if vocabulary.unknown is None else "",
                "gru_padding": reading.gru_padding, "attention_padding": reading.attention_padding}
    return {**keys, **{key: value for key, value in optional.items() if value not in ("post", "read", "")}}


def _check_padded_length(length, state):
    """`state`: the numbers of a token's state."""
    most = min(MOST_PADDED, MOST_PADDED_STATES // state)
    if length > most:
        longest = "the longest of a batch" if length == UNLIMITED else f"{length} tokens"
        raise ValueError(f"padding has a part in what the model computes, and texts are padded to {longest}, but SQL "
                         f"pads to at most {most} tokens of {state} numbers each: say max_tokens=, or padding=None if "
                         "each text is labelled by itself")


# ---- a file to parts ----

def take_apart(model, rows):
    """The Parts of a Model, with these rows of the file's embedding. ValueError if it has parts that frameworks' models
    do not have."""
    tensors = model.tensors
    if model.metadata.get("multilabel") == "true":
        raise ValueError("the model gives a text several labels (metadata 'multilabel'), expected one that gives one")
    trained = {"subwords": "subwords", "linear.kernel": "linear"}
    option = next((option for name, option in trained.items() if name in tensors), None)
    if option is None and network.has_max_pool(tensors) and not _only_max_pool(tensors):
        option = "max_pool"
    if option:
        raise ValueError(f"the model was trained with the option {option!r}, which is no layer of Keras or PyTorch; "
                         'expected one trained with {"subwords": false, "max_pool": false, "linear": false}')
    scale = tensors["blend"][0] if "blend" in tensors else np.float32(1)
    parts = Parts(_take_rows(tensors["embedding"], rows), output_kernel=tensors["output.kernel"] * scale,
                  output_bias=tensors["output.bias"] * scale, attention_kernel=tensors["attention.kernel"],
                  attention_bias=tensors.get("attention.bias"))
    if network.has_gru(tensors):
        parts.forward, parts.backward = (tuple(tensors[f"gru.{name}.{part}"] for part in network.GRU_PARTS)
                                         for name in ("forward", "backward"))
    return _without_unused(parts)


def _only_max_pool(tensors):
    """Whether the output reads nothing but the largest values of the GRU's states (of the vectors, without GRU)."""
    kernel, vector = tensors["attention.kernel"], tensors["embedding"].shape[1] if network.has_gru(tensors) else 0
    others = np.delete(tensors["output.kernel"], _max_pool_rows(len(kernel), vector), axis=0)
    return not (kernel.any() or others.any())


def _without_unused(parts):
    """Without the zeros that assemble() adds."""
    if len(parts.output_kernel) == 2 * len(parts.attention_kernel):
        rows = _max_pool_rows(len(parts.attention_kernel), parts.embedding.shape[1] if has_gru(parts) else 0)
        parts = dataclasses.replace(parts, pooling="max", output_kernel=parts.output_kernel[rows])
    elif not parts.attention_kernel.any() and parts.attention_bias is None:
        parts = dataclasses.replace(parts, pooling="mean")
    if parts.pooling != "attention":
        parts = dataclasses.replace(parts, attention_kernel=None, attention_bias=None)
    return one_direction(parts, "forward") or parts


def one_direction(parts, kept):
    """The Parts with this direction only (forward or backward); None if the other is more than zeros."""
    other = parts.backward if kept == "forward" else parts.forward
    if other is None or parts.forward is None:
        return None
    size = len(other[1])
    rows, unused = (slice(size), slice(size, None))[::1 if kept == "forward" else -1]
    readers = [reader for reader in (parts.output_kernel, parts.attention_kernel) if reader is not None]
    if any(values.any() for values in other) or any(reader[unused].any() for reader in readers):
        return None
    kernel = None if parts.attention_kernel is None else parts.attention_kernel[rows]
    return dataclasses.replace(parts, **{"backward" if kept == "forward" else "forward": None},
                               output_kernel=parts.output_kernel[rows], attention_kernel=kernel)


# ---- checks ----

def check_labels(labels, columns, layer):
    """The labels as a list. ValueError if they are not as many as the columns of the output, or two are the same."""
    labels = arguments.labels_in_order(labels)
    if len(labels) != columns:
        verb = "is" if len(labels) == 1 else "are"
        raise ValueError(f"there {verb} {arguments.counted(len(labels), 'label')}, but {layer} tells {columns} apart")
    first = {}
    for number, label in enumerate(labels):
        key = weights_file.label_key(label)
        model_file.check_text(f"label {number}", key[1:], "surrogateescape")
        if key in first:
            raise ValueError(f"labels {first[key]!r} and {label!r} are the same, expected each once")
        first[key] = label
    return labels


def check_rows(vocabulary, rows, layer):
    """ValueError if the embedding has not as many rows as there are words."""
    words = len(vocabulary.words)
    has = f"{arguments.counted(words, 'word')} with the special ones"
    if rows < words:
        raise ValueError(f"the vocabulary has {has}, but {layer} has only {arguments.counted(rows, 'row')}")
    if rows > words and vocabulary.exact:
        raise ValueError(f"the vocabulary is too short: it has {has}, {layer} has {arguments.counted(rows, 'row')}; "
                         "expected a word for each row. If the last rows belong to no word, name them: words + "
                         f"[f'[unused{{row}}]' for row in range({words}, {rows})]")


def check_finite(parts):
    """ValueError if a weight is NaN or infinite."""
    for field in dataclasses.fields(parts):
        values = getattr(parts, field.name)
        for array in values if isinstance(values, tuple) else [values]:
            if isinstance(array, np.ndarray) and not np.isfinite(array).all():
                bad = array[~np.isfinite(array)]
                which = "a number that is" if bad.size == 1 else f"{bad.size} numbers that are"
                raise ValueError(f"the weights of {field.name.replace('_', ' ')} have {which} not finite, the first is "
                                 f"{bad[0]}")


def check_choice(parameter, value, expected):
    """ValueError if a parameter has none of the values expected."""
    if value not in expected:
        raise ValueError(f"{parameter}={value!r}, expected {' or '.join(map(repr, expected))}")


def check_max_tokens(max_tokens):
    """The number of tokens as Python's own; None stays. ValueError if it is neither."""
    if max_tokens is None:
        return None
    if not vocabularies.is_integer(max_tokens) or not 1 <= max_tokens <= UNLIMITED:
        raise ValueError(f"max_tokens={max_tokens!r}, expected an integer from 1 to {UNLIMITED}, or None")
    return int(max_tokens)


def choose_tokenize(tokenizer, vocabulary):
    """The value of `tokenize`. `tokenizer` is such a value, a Tokenizer, or None: then one of the extension's own two
    that gives all words. ValueError if more than one word in a hundred can never be a token."""
    words = [vocabulary.words[number] for number in vocabulary.numbers()]
    if tokenizer is None:
        words = [word for word in words if not _is_special(word)]
        for own in (tokenizers.parse(""), tokenizers.parse("unicode lower none")):
            impossible = [word for word in words if not own.gives(word)]
            if not impossible:
                arguments.check_marks(words)
                return str(own)
        raise ValueError(_impossible_words(impossible, len(words), "the extension's own tokenizer") + "; say by "
                         "tokenizer= how texts were cut, such as 'whitespace lower ascii remove punctuation', or '' if "
                         "these words may remain unused")
    parsed = tokenizer if isinstance(tokenizer, tokenizers.Tokenizer) else tokenizers.parse(tokenizer)
    if parsed is None:
        return tokenizer
    impossible = [word for word in words if not _is_special(word) and not parsed.gives(word)]
    if 100 * len(impossible) > len(words):
        raise ValueError(_impossible_words(impossible, len(words), f"tokenizer {str(parsed)!r}"))
    return str(parsed)


def _is_special(word):
    """Words such as [CLS] and </s>, which stand for no text."""
    return word[:1] + word[-1:] in ("[]", "<>") and len(word) > 2


def _impossible_words(impossible, count, tokenizer):
    return (f"{len(impossible)} of {count} words of the vocabulary can never come out of {tokenizer}, the first is "
            f"{impossible[0]!r}")
