"""What is asked of the arguments of from_keras() and from_torch() before any model is looked at."""
import unicodedata

SPELLED = "[id2label[i] for i in range(len(id2label))]"  # how a dict of labels becomes a list


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
            "extension's own tokenizer. Say tokenizer=: the Tokenizer or TextVectorization itself, 'whitespace' for "
            "str.split(), 'whitespace lower unicode' for str.lower().split(), 'whitespace lower ascii remove "
            "punctuation' as TextVectorization does it, or '' for the extension's own")


def _is_mark(word):
    return len(word) == 1 and word != "_" and unicodedata.category(word)[0] in "PS"
