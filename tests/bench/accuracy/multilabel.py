"""Several labels a row: ours beside scikit-learn's OneVsRestClassifier(LinearSVC) on words and pairs of words.

multilabel.py LIBRARY DATA SEEDS [SET ...]

Builds the sets from DATA and from the archive's package list, prints a line for each training, then a table.

  packages   summaries of Debian packages with their tags (apt-cache dumpavail), tags of 50 packages or more
  requests   one to three requests of clinc150 in one text, with their intents; texts of no intent have none
  names      requests of banking77; the words of their intents' names that several intents have
  news       one to three headlines of ag_news_10k in one text, with their topics
"""
import json
import lzma
import os
import random
import re
import sqlite3
import subprocess
import sys
import time

TRAIN, TEST = 10000, 2000


def read(data, name, part):
    with lzma.open(os.path.join(data, name, part + ".tsv.xz"), "rt", encoding="utf-8", newline="\n") as file:
        return [tuple(line.rstrip("\n").split("\t", 1)) for line in file]


def packages(_):
    """Each summary once; of those with tags a sample."""
    rows = {}
    archive = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, text=True, check=True).stdout
    for stanza in archive.split("\n\n"):
        fields = dict(re.findall(r"^([\w-]+): (.*(?:\n .*)*)", stanza, re.M))
        if "Tag" in fields and "Description" in fields:
            summary = fields["Description"].split("\n")[0]
            rows.setdefault(summary, set()).update(re.split(r",\s*", fields["Tag"]))
    if len(rows) < TRAIN + TEST:
        raise FileNotFoundError("apt has no package list here: run apt-get update")
    sample = random.Random(1).sample(sorted(rows.items()), TRAIN + TEST)
    counts = {}
    for _, tags in sample[:TRAIN]:
        for tag in tags:
            counts[tag] = counts.get(tag, 0) + 1
    sample = [(text, sorted(tag for tag in tags if counts.get(tag, 0) >= 50)) for text, tags in sample]
    return sample[:TRAIN], sample[TRAIN:]


def joined(rows, others, count, seed):
    """Texts of one to three rows, and some of `others`, which have no label."""
    draw, result = random.Random(seed), []
    for _ in range(count):
        parts = draw.sample(rows, draw.choice((1, 1, 2, 2, 3)))
        if others and draw.random() < 0.15:
            parts = [(None, draw.choice(others)[1])]
        elif others and draw.random() < 0.15:
            parts.append((None, draw.choice(others)[1]))
        draw.shuffle(parts)
        result.append((". ".join(text for _, text in parts), sorted({label for label, _ in parts if label})))
    return result


def requests(data):
    return (joined(read(data, "clinc150", "train"), read(data, "clinc150", "oos_train"), TRAIN, 1),
            joined(read(data, "clinc150", "test"), read(data, "clinc150", "oos_test"), TEST, 2))


def news(data):
    return (joined(read(data, "ag_news_10k", "train"), None, TRAIN, 1),
            joined(read(data, "ag_news_10k", "test"), None, TEST, 2))


def names(data):
    train, test = read(data, "banking77", "train"), read(data, "banking77", "test")
    intents = sorted({label for label, _ in train})
    words = {label: set(re.findall("[a-z]{3,}", label.lower())) for label in intents}
    common = {word for some in words.values() for word in some if sum(word in w for w in words.values()) > 1}
    return [[(text, sorted(words[label] & common)) for label, text in rows] for rows in (train, test)]


SETS = {"packages": packages, "requests": requests, "names": names, "news": news}


def figures(truth, given):
    """Micro-F1, macro-F1 over the labels that occur in either, subset accuracy."""
    counts = {}
    for has, got in zip(truth, given):
        for label in set(has) | set(got):
            hits, all_ = counts.get(label, (0, 0))
            counts[label] = (hits + 2 * (label in has and label in got), all_ + (label in has) + (label in got))
    micro = sum(hits for hits, _ in counts.values()) / sum(all_ for _, all_ in counts.values())
    macro = sum(hits / all_ for hits, all_ in counts.values()) / len(counts)
    return micro, macro, sum(set(a) == set(b) for a, b in zip(truth, given)) / len(truth)


def ours(library, train, test, seed):
    db = sqlite3.connect(":memory:")
    db.enable_load_extension(True)
    db.load_extension(library)
    db.execute("CREATE TABLE learn(text, labels)")
    db.execute("CREATE TABLE test(id INTEGER PRIMARY KEY, text)")
    db.executemany("INSERT INTO learn VALUES (?, ?)", [(text, json.dumps(labels)) for text, labels in train])
    db.executemany("INSERT INTO test(text) VALUES (?)", [(text,) for text, _ in test])
    options = {"seed": seed}
    begun = time.perf_counter()
    db.execute("SELECT classify_train(text, labels, 'm', ?) FROM learn", (json.dumps(options),)).fetchone()
    seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    rows = db.execute("SELECT label FROM classify_rows('SELECT id, text FROM test', 'm')").fetchall()
    rate = len(rows) / (time.perf_counter() - begun)
    return [json.loads(labels) for labels, in rows], seconds, rate


def peer(train, test):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MultiLabelBinarizer
    from sklearn.svm import LinearSVC
    binarizer = MultiLabelBinarizer()
    y = binarizer.fit_transform([labels for _, labels in train])
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), OneVsRestClassifier(LinearSVC()))
    begun = time.perf_counter()
    model.fit([text for text, _ in train], y)
    seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    given = binarizer.inverse_transform(model.predict([text for text, _ in test]))
    return given, seconds, len(test) / (time.perf_counter() - begun)


def main(library, data, seeds, *wanted):
    table = []
    for name in wanted or SETS:
        try:
            train, test = SETS[name](data)
        except OSError as error:
            print(f"{name}: left out, {error}", flush=True)
            continue
        truth = [labels for _, labels in test]
        labels = {label for _, some in train for label in some}
        of_row = sum(len(some) for _, some in train) / len(train)
        runs = [("ours", seed) for seed in seeds.split()]
        runs.append(("OneVsRest LinearSVC", None))
        for variant, seed in runs:
            try:
                given, seconds, rate = ours(library, train, test, int(seed)) if seed else peer(train, test)
            except ImportError as error:
                print(f"{name}: {variant} left out, {error}", flush=True)
                continue
            row = (name, len(train), len(labels), of_row, variant, *figures(truth, given), seconds, rate)
            print("%-10s %6d %4d %5.2f  %-20s micro-F1 %.4f  macro-F1 %.4f  subset %.4f  %6.1f s %8.0f rows/s" % row,
                  flush=True)
            table.append(row)
    print("\n| texts | rows | labels | labels a row | | micro-F1 | macro-F1 | all right | training s | rows/s |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for key in dict.fromkeys((row[0], row[4]) for row in table):
        some = [row for row in table if (row[0], row[4]) == key]
        mean = [sum(row[k] for row in some) / len(some) for k in range(5, 10)]
        print("| %s | %d | %d | %.1f | %s | %.3f | %.3f | %.3f | %.1f | %.0f |" % (*some[0][:5], *mean))


main(*sys.argv[1:])
