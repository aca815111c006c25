"""What a model's file says without its numbers: metadata, words and labels. The standard library is all that is needed.
"""
import re

from . import model_file

UNKNOWN_WORDS = ("[UNK]", "<unk>", "<UNK>", "<OOV>", "[OOV]")
REQUIRED = ("embedding", "attention.kernel", "output.kernel", "output.bias")
REQUIRED_KEYS = ("tokenize", "max_tokens", "padded_length")


def read(weights):
    """The metadata, the tensors by their names, the words and the labels. ValueError if these bytes are no whole file
    of this format."""
    model_file.check(weights)
    metadata, tensors = model_file.split(weights)
    _check_metadata(metadata)
    words = model_file.strings(tensors, "vocabulary", "surrogateescape")
    found = model_file.labels(tensors, "surrogateescape")
    missing = next((name for name in REQUIRED if name not in tensors and f"{name}.codes" not in tensors), None)
    if missing:
        raise ValueError(f"tensor {missing!r} is missing from the weights")
    return metadata, tensors, words, found


def _check_metadata(metadata):
    if metadata.get("format") != model_file.FORMAT:
        raise ValueError(f"metadata 'format' of the weights is {metadata.get('format')!r}, expected "
                         f"{model_file.FORMAT!r}")
    for key in REQUIRED_KEYS:
        if not isinstance(metadata.get(key), str):
            raise ValueError(f"metadata {key!r} of the weights is {metadata.get(key)!r}, expected a text")
        if key != "tokenize" and not re.fullmatch("[0-9]{1,10}", metadata[key]):
            raise ValueError(f"metadata {key!r} of the weights is {metadata[key]!r}, expected a number")


def labels(weights):
    """The labels in the order of the output's columns: those of to_keras(weights) and to_torch(weights)."""
    return read(weights)[3]


def vocabulary(weights):
    """The words in the order of the embedding's rows in to_keras(weights) and to_torch(weights): '' for padding,
    '[UNK]' for all words that are not in the list (unless these are read as padding or left out), then the words."""
    metadata, _, words, _ = read(weights)
    number = padding_number(words)
    words = words[number:]
    if number == 0 and padding_is_word_0(metadata):
        return [""] + words
    return ["", next(name for name in UNKNOWN_WORDS if name not in words)] + words


def padding_number(words):
    """The number of padding's word: 1 if the first word is the empty text, else 0."""
    return 1 if words[:1] == [""] else 0


def padding_is_word_0(metadata):
    """Whether word 0, if padding has no word of its own, is padding's row: it is filled in, or masked, or nothing else
    is ever read as word 0."""
    return (metadata.get("unknown") == "skip" or metadata["padded_length"] != "0"
            or metadata.get("gru_padding", "read") != "read" or metadata.get("attention_padding", "read") != "read")
