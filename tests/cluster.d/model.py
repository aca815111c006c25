"""Trains the models of the tests, and labels rows by classify_rows in one process of its own.

    python model.py train DATABASE              the models of MODELS, from the first rows of the table
    python model.py label DATABASE FILE ROWS    labels all rows, ROWS at a time or all at once if it is 0; FILE gets
                                                the answers, and the seconds are printed
"""
import sys
import time

import numpy

import rows
import sqlite_classify

# name: rows and options. `large` has 40 MB and more.
MODELS = {
    "small": (5000, '{"epochs": 2, "hidden": 32}'),
    "large": (4000, '{"epochs": 1, "embedding": 768, "encoder": "none", "linear": false, "compress": false, '
                    '"batch_size": 512}'),
}
LABEL = """SELECT id, label, confidence FROM classify_rows('SELECT id, text FROM rows WHERE id >= {} AND id < {}',
'small', '{{"threads": 1}}')"""


def train(path):
    db = sqlite_classify.connect(path)
    for name, (count, options) in MODELS.items():
        db.execute("SELECT classify_train(text, category, ?, ?) FROM (SELECT * FROM rows ORDER BY id LIMIT ?)",
                   (name, options, count)).fetchone()
    db.commit()
    db.close()


def weights(path, name):
    db = sqlite_classify.connect(path)
    found = db.execute("SELECT weights FROM classify_models WHERE name = ?", (name,)).fetchone()[0]
    db.close()
    return found


def label(path, file, rows_at_once):
    db = sqlite_classify.connect(path)
    count = db.execute("SELECT count(*) FROM rows").fetchone()[0]
    answers = numpy.empty(count, rows.ANSWER)
    begun = time.monotonic()
    for first in range(0, count, rows_at_once or count):
        last = min(count, first + (rows_at_once or count))
        answers[first:last] = db.execute(LABEL.format(first, last)).fetchall()
    print(time.monotonic() - begun)
    numpy.save(file, answers)


def main(task, path, *arguments):
    if task == "train":
        train(path)
    else:
        label(path, arguments[0], int(arguments[1]))


if __name__ == "__main__":
    main(*sys.argv[1:])
