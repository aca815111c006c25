"""Trainings with max_seconds: how long they take, and how accurate the model is, with the linear branch and without.

limits.py LIBRARY DATA SECONDS SET ...

SECONDS are limits, such as "1 2 5"; 0 is none. A SET is one of DATA, or made-N: 50,000 rows of ten made-up words, of
which one tells which of N labels the row has. The seconds are those of the clock, around the statement.
"""
import json
import lzma
import os
import sqlite3
import sys
import time

ROWS = {"train": range(1, 50_001), "test": range(50_001, 55_001)}  # of a set that is made up
MOST_LABELS = 5000
# letter, multiplier, modulus
WORDS = [("x", 7919, 20011), ("y", 104729, 9973), ("z", 31, 3001), ("a", 1, 101), ("b", 1, 1009), ("c", 13, 4999),
         ("d", 17, 701), ("e", 5, 353), ("f", 3, 1999)]


def made_up(labels, part):
    for i in ROWS[part]:
        words = [f"w{i % MOST_LABELS}"] + [f"{letter}{i * times % modulus}" for letter, times, modulus in WORDS]
        yield f"l{i % MOST_LABELS % labels}", " ".join(words)


def read(data, name, part):
    if name.startswith("made-"):
        return made_up(int(name[len("made-"):]), part)
    with lzma.open(os.path.join(data, name, part + ".tsv.xz"), "rt", encoding="utf-8", newline="\n") as file:
        return [line.rstrip("\n").split("\t")[:2] for line in file]


def train(db, options):
    """The seconds, the accuracy on the test rows and the epochs; or why there is no model."""
    begun = time.monotonic()
    try:
        answer, = db.execute("SELECT classify_train(text, label, 'limited', ?) FROM train",
                             [json.dumps(options)]).fetchone()
    except sqlite3.Error as error:
        return f"{time.monotonic() - begun:.2f} | {error} |"
    seconds = time.monotonic() - begun
    right, = db.execute("SELECT avg(classify(text, 'limited') = label) FROM test").fetchone()
    return f"{seconds:.2f} | {right:.4f} | {json.loads(answer)['epochs']}"


def main(library, data, limits, *names):
    print("| set | max_seconds | seconds | accuracy | epochs | seconds, no linear branch | accuracy | epochs |\n"
          "|---|---|---|---|---|---|---|---|", flush=True)
    for name in names:
        db = sqlite3.connect(":memory:")
        db.enable_load_extension(True)
        db.load_extension(library)
        for part in ROWS:
            db.execute(f"CREATE TABLE {part}(label, text)")
            db.executemany(f"INSERT INTO {part} VALUES (?, ?)", read(data, name, part))
        db.commit()
        for limit in limits.split():
            given = {"max_seconds": float(limit)} if float(limit) else {}
            cells = [train(db, {**given, "linear": linear}) for linear in (True, False)]
            print(f"| {name} | {limit} | {' | '.join(cells)} |", flush=True)


main(*sys.argv[1:])
