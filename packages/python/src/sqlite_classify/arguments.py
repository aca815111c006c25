"""What is asked of the arguments of from_keras() and from_torch() before any model is looked at."""
import os
import unicodedata
import warnings

SPELLED = "[id2label[i] for i in range(len(id2label))]"  # how a dict of labels becomes a list
# Words that are put before every text, or behind it.
STANDING = ("<START>", "<start>", "<bos>", "<BOS>", "[BOS]", "<sos>", "<SOS>", "[SOS]", "<s>", "[CLS]", "<cls>",
            "<CLS>", "<eos>", "<EOS>", "[EOS]", "</s>", "[SEP]", "<sep>", "<SEP>", "<END>", "<end>")
WRAPPERS = {"DataParallel": "module", "DistributedDataParallel": "module", "OptimizedModule": "_orig_mod"}


def counted(number, noun):
    """'1 label', '2 labels'."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def labels_in_order(labels):
    """The labels as a list. TypeError for what has no order, or another one than the output's columns."""
    if isinstance(labels, dict):
        raise TypeError(f"labels is a dict, {labels!r:.80}, expected a list in the order of the output's columns, such "
                        f"as {_spelled(labels)}")
    if isinstance(labels, (set, frozenset)):
        raise TypeError(f"labels is a {type(labels).__name__}, which has no order, expected a list in the order of the "
                        f"output's columns, such as {SPELLED}")
    if isinstance(labels, (str, bytes)) or not hasattr(labels, "__iter__"):
        raise TypeError(f"labels is {labels!r:.80}, expected a list in the order of the output's columns, such as "
                        "['ham', 'spam']")
    return list(labels)


def _spelled(labels):
    """The list that a dict stands for: from columns to labels, or from labels to columns."""
    numbers = range(len(labels))
    if set(labels) == set(numbers):
        return repr([labels[number] for number in numbers])
    if set(map(str, labels.values())) == set(map(str, numbers)):
        return repr(sorted(labels, key=lambda label: int(labels[label])))
    return SPELLED


def check_marks(words):
    """ValueError if none of these words is a mark: the extension's own tokenizer makes words of them, so that it has
    not cut the texts that these words come from."""
    if words and not any(_is_mark(word) for word in words):
        raise ValueError(
            "how were the texts cut? No word of the vocabulary is a mark such as '.' or '?', which are words to the "
            "extension's own tokenizer. Say tokenizer=: the Tokenizer or TextVectorization itself, 'whitespace "
            "separators spaces' for str.split(), 'whitespace lower unicode separators spaces' for "
            "str.lower().split(), 'whitespace lower ascii remove punctuation' as TextVectorization does it, or '' for "
            "the extension's own")


def _is_mark(word):
    return len(word) == 1 and word != "_" and unicodedata.category(word)[0] in "PS"


def check_tokenizer(tokenizer):
    """TypeError for a function and others that do not say how they cut texts."""
    if tokenizer is not None and not isinstance(tokenizer, str):
        what = "a function of one's own cannot run in SQL" if callable(tokenizer) else "expected a text"
        raise TypeError(f"the tokenizer is of type {type(tokenizer).__name__}: {what}; say a value of the metadata "
                        "'tokenize', such as 'whitespace lower unicode separators spaces' for "
                        "text.lower().split()")


def unwrapped(module):
    """The module within an nn.DataParallel, or one that torch.compile() has made."""
    while type(module).__name__ in WRAPPERS and hasattr(module, WRAPPERS[type(module).__name__]):
        module = getattr(module, WRAPPERS[type(module).__name__])
    return module


def is_of(value, *packages):
    """Whether its class is one of these packages, or derived from one."""
    return any(base.__module__.partition(".")[0] in packages for base in type(value).__mro__)


def check_module(module):
    """TypeError for what is given in place of a PyTorch module or its state_dict()."""
    if is_of(module, "keras", "tf_keras") and hasattr(module, "layers"):
        raise TypeError(f"the module is a Keras model ({type(module).__name__}), expected an nn.Module or its "
                        "state_dict(): give it to from_keras()")
    if any(base.__name__ == "ScriptModule" for base in type(module).__mro__):
        raise TypeError("the module is one of torch.jit, whose layers cannot be seen, expected the nn.Module that it "
                        "was made of; or give its state_dict(), and forward=lambda ids: module(ids)")
    if isinstance(module, type):
        raise TypeError(f"the module is the class {module.__name__}, expected an instance of it, with its trained "
                        "weights: load_state_dict(torch.load(path))")
    if isinstance(module, (str, os.PathLike)):
        raise TypeError(f"the module is {str(module)!r}, expected an nn.Module or its state_dict(): read it with "
                        "torch.load(path)")
    if isinstance(module, dict):
        nested = [key for key, value in module.items() if isinstance(value, dict) and value]
        if nested:
            raise TypeError(f"the state_dict has the keys {', '.join(map(repr, module))}, which is a checkpoint: give "
                            f"its part [{nested[0]!r}]")


def check_words(vocabulary):
    """TypeError for a dict from numbers to words."""
    if isinstance(vocabulary, dict) and vocabulary and not any(isinstance(key, str) for key in vocabulary):
        number, word = next(iter(vocabulary.items()))
        raise TypeError(f"the vocabulary is a dict from numbers to words, {number!r} to {word!r}, expected one from "
                        "words to numbers: {word: number for number, word in index_word.items()}, or word_index")


def check_attention(attention):
    """TypeError for a text in place of a list of names."""
    if isinstance(attention, str) or not (attention is None or hasattr(attention, "__iter__")):
        raise TypeError(f"attention={attention!r:.80}, expected names in a tuple, W first, such as ('att.weight',)")


def warn_of_standing_words(words):
    """Warns of words that may have stood before every text."""
    found = [word for word in STANDING if word in words]
    if found:
        warnings.warn(f"the vocabulary has {', '.join(map(repr, found))}: if it stood before or behind every text when "
                      "the model was trained, SQL gives other labels than the model, since it reads the text's own "
                      "words only; train without it. If it did not, give it another name, such as '[unused1]'",
                      stacklevel=3)
