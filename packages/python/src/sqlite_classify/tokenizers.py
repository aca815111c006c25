"""How a text is cut into tokens: the values of the metadata `tokenize` (docs/model-file.md), in Python.

This is not what cuts texts in SQL. It tells before a model is written whether its words can ever come out of its
tokenizer, and says in these values what Keras's own tokenizers do.
"""
import dataclasses
import re
import string
import unicodedata

# The options that each kind takes, and what it may be told to do with capital letters.
OPTIONS = {"": (), "unicode": ("lower",), "whitespace": ("lower", "remove", "separators"),
           "characters": ("lower", "remove")}
ASCII_SPACES = "\t\n\v\f\r "
MOST_BYTES = 192  # of a token
PLAIN_WORD = re.compile("[a-z0-9]+")
# Letters that are written without spaces, but for the East Asian ones: each stands alone.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\uff66-\uff9f]")


@dataclasses.dataclass(frozen=True)
class Tokenizer:
    """A value of `tokenize` in its parts. kind is unicode, whitespace or characters; lower is fold (NFKC_Casefold),
    none, ascii or unicode; separators None is ASCII whitespace."""
    kind: str
    lower: str = "none"
    remove: str = ""
    separators: str = None

    def __str__(self):
        if self.lower == "fold":
            return ""
        parts = [self.kind]
        if self.lower != "none" or self.kind == "unicode":
            parts += ["lower", self.lower]
        if self.remove:
            parts += ["remove", _quoted(self.remove)]
        if self.separators is not None:
            parts += ["separators", _quoted(self.separators)]
        return " ".join(parts)

    def gives(self, word):
        """Whether this word can be a token of a text. Unicode's rarer cases get the benefit of the doubt."""
        if self.kind == "unicode" and PLAIN_WORD.fullmatch(word):
            return len(word) <= MOST_BYTES
        if not word or _lowered(self.lower, word) != word or len(word.encode("utf-8", "replace")) > MOST_BYTES:
            return False
        if self.kind == "unicode":
            return _is_unicode_token(word)
        if not set(self.remove).isdisjoint(word):
            return False
        if self.kind == "characters":
            return len(word) == 1
        return set(ASCII_SPACES if self.separators is None else self.separators).isdisjoint(word)


def _lowered(lower, word):
    if lower == "fold":
        return _folded(word)
    if lower == "ascii":
        return re.sub("[A-Z]+", lambda run: run[0].lower(), word)
    return word.lower() if lower == "unicode" else word


# Lists of characters that have a name.
LISTS = {"punctuation": string.punctuation,
         "spaces": "".join(filter(str.isspace, map(chr, range(0x3001))))}


def _quoted(characters):
    for name, listed in LISTS.items():
        if set(characters) == set(listed):
            return name
    return "'" + characters.replace("'", "''") + "'"


def is_of_fts5(tokenize):
    """Whether this value of `tokenize` names a tokenizer of FTS5, which is known to SQLite only."""
    return bool(tokenize.split()) and tokenize.split()[0] not in OPTIONS


def parse(tokenize):
    """The Tokenizer of a value of `tokenize`; None for an FTS5 tokenizer, which is known to SQLite only. ValueError for
    an option that the kind does not take, or that is there twice."""
    words = re.findall(r"(?:'(?:[^']|'')*'|[^\s'])+", tokenize)
    kind = words.pop(0) if words else ""
    if kind not in OPTIONS:
        return None
    if len(words) % 2:
        raise ValueError(f"tokenizer {tokenize!r} ends in {words[-1]!r}, expected a value behind it")
    parts = {"lower": "none" if kind in ("whitespace", "characters") else "fold"}
    for name, value in zip(words[::2], words[1::2]):
        if name not in OPTIONS[kind]:
            raise ValueError(f"tokenizer {tokenize!r} has {name!r}, expected {_list(OPTIONS[kind])} behind {kind!r}")
        if words[::2].count(name) > 1:
            raise ValueError(f"tokenizer {tokenize!r} has {name!r} twice, expected it once")
        parts[name] = _lower(tokenize, kind, value) if name == "lower" else _characters(tokenize, value)
    return Tokenizer(kind or "unicode", **parts)


def _lower(tokenize, kind, value):
    known = ("none",) if kind == "unicode" else ("none", "ascii", "unicode")
    if value not in known:
        raise ValueError(f"tokenizer {tokenize!r} has 'lower {value}', expected {_list('lower ' + k for k in known)}")
    return value


def _characters(tokenize, value):
    if value in LISTS:
        return LISTS[value]
    if not value.startswith("'"):
        raise ValueError(f"tokenizer {tokenize!r} has {value!r}, expected punctuation, spaces or characters in single "
                         "quotes")
    return value[1:-1].replace("''", "'")


def _list(words):
    return " or ".join(repr(word) for word in words)


# ---- the extension's own tokenizer ----

def _is_unicode_token(word):
    kinds = [_kind(character) for character in word]
    if kinds[0] == "word":
        return all(kind in ("word", "format") for kind in kinds)
    return kinds[0] == "alone" and all(unicodedata.category(c)[0] in "MCS" for c in word[1:])  # a grapheme cluster


def _kind(character):
    """space, format, word or alone: what docs/model-file.md makes of a character."""
    category = unicodedata.category(character)
    if category[0] == "Z" or category == "Cc":
        return "space"
    if category == "Cf":
        return "format"
    return "word" if category[0] in "LMN" and not _is_unspaced(character, category) else "alone"


def _is_unspaced(character, category):
    if category not in ("Lo", "Lm"):
        return False
    wide = unicodedata.east_asian_width(character) in "WF" and "HANGUL" not in unicodedata.name(character, "")
    return wide or bool(UNSPACED.match(character))


def _folded(word):
    """NFKC_Casefold, as far as Python's own tables have it."""
    for _ in range(2):
        word = unicodedata.normalize("NFKC", word).casefold()
    return "".join(c for c in unicodedata.normalize("NFKC", word) if unicodedata.category(c) != "Cf")


# ---- Keras's tokenizers ----

STANDARDS = {None: ("none", ""), "lower": ("ascii", ""), "strip_punctuation": ("none", string.punctuation),
             "lower_and_strip_punctuation": ("ascii", string.punctuation)}
SPLITS = {"whitespace": "whitespace", "character": "characters"}


def of_text_vectorization(layer):
    """The Tokenizer of a TextVectorization layer. ValueError for a custom function, ngrams or another output_mode."""
    config = layer.get_config()

    def refuse(option, expected):
        raise ValueError(f"layer {layer.name!r} has {option}={config[option]!r}, expected {expected}")

    standardize, split = config["standardize"], config["split"]
    if not isinstance(standardize, (str, type(None))) or standardize not in STANDARDS:
        refuse("standardize", f"{_list(STANDARDS)}: a function of one's own cannot run in SQL")
    if not isinstance(split, str) or split not in SPLITS:
        refuse("split", f"{_list(SPLITS)}")
    if config["output_mode"] != "int":
        refuse("output_mode", "'int'")
    if config.get("ngrams") is not None:
        refuse("ngrams", "None")
    lower, remove = STANDARDS[standardize]
    return Tokenizer(SPLITS[split], lower, remove)


def of_keras_tokenizer(tokenizer):
    """The Tokenizer of a keras.preprocessing.text.Tokenizer. ValueError for an analyzer or a separator of several
    characters."""
    lower = "unicode" if tokenizer.lower else "none"
    if tokenizer.char_level:  # its filters are not used then
        return Tokenizer("characters", lower)
    if getattr(tokenizer, "analyzer", None) is not None:
        raise ValueError("the Tokenizer has an analyzer, expected None: a function of one's own cannot run in SQL")
    if len(tokenizer.split) != 1:
        raise ValueError(f"the Tokenizer has split={tokenizer.split!r}, expected one character")
    filters = "".join(sorted(set(tokenizer.filters) - {tokenizer.split}))
    return Tokenizer("whitespace", lower, separators=tokenizer.split + filters)
