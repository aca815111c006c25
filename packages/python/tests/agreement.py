"""agreement.py BUILD DATA keras|torch -- holds what SQL computes with an imported model against what its framework
computes.

Each case has a model of a usual size with random weights, large enough that labels and tokens weigh unevenly. It labels
500 texts of each set. How the framework reads them is left to the framework's own tools. The largest differences of
the labels' probabilities and of the tokens' weights in attention are printed; at most LARGEST is expected.
"""
import functools
import importlib
import json
import lzma
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import warnings

import numpy as np

LARGEST = 1e-5
SETS = {"sms_spam": 40, "trec6": 16}  # and how many tokens are read
TEXTS, VECTOR, UNITS = 500, 64, 48

SCHEMA = """CREATE TABLE classify_models(name TEXT NOT NULL, version INTEGER NOT NULL, created TEXT NOT NULL,
  labels TEXT NOT NULL, options TEXT NOT NULL, metrics TEXT NOT NULL, weights BLOB NOT NULL,
  PRIMARY KEY (name, version));
  CREATE TABLE texts(id INTEGER PRIMARY KEY, text)"""
LABELS = "SELECT id, label, probability FROM texts, classify_labels(text, 'm')"
TOKENS = """SELECT id, token IS NULL, weight FROM texts, classify_attention(text, 'm')
  WHERE weight > 0 ORDER BY id, position"""


# ---- SQL ----

def ask(build, path, query):
    """The rows of a query, by the sqlite3 shell with the extension."""
    options = ["-init", "/dev/null", "-batch", "-bail", "-json", "-cmd", f".load {build}/classify"]
    shell = subprocess.run(["sqlite3", *options, path, query], capture_output=True, text=True)
    if shell.returncode or shell.stderr:
        raise RuntimeError(shell.stderr.strip())
    return [tuple(row.values()) for row in json.loads(shell.stdout or "[]")]


def in_sql(build, weights, texts, labels):
    """Probabilities [texts][labels], and for each text the weights of tokens that are read, then that of padding."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "texts.db")
        db = sqlite3.connect(path)
        db.executescript(SCHEMA)
        db.execute("INSERT INTO classify_models VALUES ('m', 1, '', '[]', '{}', '{}', ?)", [weights])
        db.executemany("INSERT INTO texts VALUES (?, ?)", enumerate(texts))
        db.commit()
        db.close()
        probabilities = np.full((len(texts), len(labels)), np.nan)
        for row, label, probability in ask(build, path, LABELS):
            probabilities[row, labels.index(label)] = probability
        tokens, padding = [[] for _ in texts], [0] * len(texts)
        for row, is_padding, weight in ask(build, path, TOKENS):
            if is_padding:
                padding[row] = weight
            else:
                tokens[row].append(weight)
    return probabilities, [np.array([*a, b]) for a, b in zip(tokens, padding)]


def train(build, texts, label_of, options):
    """The weights of a model that SQL trains on these texts."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "texts.db")
        db = sqlite3.connect(path)
        db.execute("CREATE TABLE texts(text, label)")
        db.executemany("INSERT INTO texts VALUES (?, ?)", zip(texts, label_of))
        db.commit()
        ask(build, path, f"SELECT classify_train(text, label, 'm', '{json.dumps(options)}') FROM texts")
        weights, = db.execute("SELECT weights FROM classify_models").fetchone()
        db.close()
    return weights


# ---- texts ----

def read_rows(data, name, part="train"):
    with lzma.open(os.path.join(data, name, f"{part}.tsv.xz"), "rt", encoding="utf-8", newline="\n") as file:
        rows = [line.rstrip("\n").split("\t", 1) for line in file]
    return [text for _, text in rows], [label for label, _ in rows]


def ascii_words(text):
    """The tokens of the extension's own tokenizer, if the text is ASCII."""
    return re.findall(r"[^\W_]+|[^\w\s]|_", text.lower())


def most_frequent(texts, count):
    counts = {}
    for text in texts:
        for word in ascii_words(text):
            counts[word] = counts.get(word, 0) + 1
    return sorted(counts, key=lambda word: (-counts[word], word))[:count]


# ---- models ----

def drawn(shape, random):
    """Weights of a usual size, and larger where they would leave attention and labels even."""
    inputs = 4 if len(shape) < 2 or shape[0] > 1000 or 1 < shape[1] < 10 else 1 if shape[1] == 1 else shape[0]
    return random.normal(0, 1.5 / np.sqrt(inputs), shape).astype("f4")


def cut_and_padded(numbers, tokens):
    """Rows of as many numbers, padded with 0 at the end."""
    return np.array([(row + [0] * tokens)[:tokens] for row in numbers])


def main(build, data, framework):
    cases = importlib.import_module(f"agreement_{framework}").CASES
    passed = failed = 0
    print(f"  {'texts':10} {framework + ' model':50} {'probability':>11} {'attention':>11}")
    for name, tokens in SETS.items():
        texts, label_of = read_rows(data, name)
        labels, trained = sorted(set(label_of)), functools.partial(train, build, texts, label_of)
        for case, make in cases.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                made = make(texts, labels, tokens, np.random.default_rng(7), trained)
            weights, read, ids, probabilities, attention = made
            found, ours = in_sql(build, weights, read, labels)
            far = np.abs(found - probabilities).max()
            theirs = [np.append(places[row != 0], places[row == 0].sum()) for row, places in zip(ids, attention)]
            same = all(len(a) == len(b) for a, b in zip(ours, theirs))
            weighed = max(np.abs(a - b).max() for a, b in zip(ours, theirs)) if same else np.inf
            highest = max(row[:-1].max(initial=0) for row in theirs)
            uneven = np.ptp(probabilities, axis=0).max() > 0.1 and highest > 0.3
            good = far <= LARGEST and weighed <= LARGEST and uneven
            passed, failed = passed + good, failed + (not good)
            print(f"  {name:10} {case:50} {far:11.1e} {weighed:11.1e}{'' if good else ' FAILED'}", flush=True)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
