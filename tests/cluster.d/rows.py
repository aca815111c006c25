"""Made-up rows: a text of some ten words, and one of five labels. The same number gives the same rows everywhere."""
import os
import sqlite3

import numpy
import pyarrow
import pyarrow.compute
import pyarrow.parquet

LABELS = ["billing", "delivery", "login", "praise", "returns"]
SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "wa"]
WORDS = [a + b + c for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES]
OWN = 100      # words that a label uses more than the others do
OWN_SHARE = 0.15  # of the words of a text
SHORTEST, LONGEST = 5, 15  # words
FILES = 20


def make(first, count):
    """A table of the rows numbered from `first`: id, text, category."""
    draw = numpy.random.Generator(numpy.random.PCG64(first))
    lengths = draw.integers(SHORTEST, LONGEST + 1, count)
    ends = numpy.concatenate([[0], numpy.cumsum(lengths)])
    labels = draw.integers(len(LABELS), size=count)
    # The square makes some words frequent and most of them rare, as words are.
    words = (draw.random(ends[-1]) ** 2 * len(WORDS)).astype(numpy.int32)
    own = numpy.repeat(labels, lengths) * OWN + draw.integers(OWN, size=ends[-1])
    words = numpy.where(draw.random(ends[-1]) < OWN_SHARE, 1000 + own, words)
    texts = pyarrow.ListArray.from_arrays(ends.astype(numpy.int32), pyarrow.array(WORDS).take(pyarrow.array(words)))
    return pyarrow.table({"id": numpy.arange(first, first + count), "text": pyarrow.compute.binary_join(texts, " "),
                          "category": pyarrow.array(LABELS).take(pyarrow.array(labels))})


def write_parquet(folder, count):
    """The rows 0 to count - 1 as FILES files."""
    os.makedirs(folder)
    for file in range(FILES):
        table = make(file * count // FILES, count // FILES)
        pyarrow.parquet.write_table(table, os.path.join(folder, f"part-{file:02}.parquet"))


def write_table(path, folder):
    """The rows of these files as the table rows(id, text, category) of a database."""
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE rows(id INTEGER PRIMARY KEY, text, category)")
    for file in sorted(os.listdir(folder)):
        columns = pyarrow.parquet.read_table(os.path.join(folder, file)).columns
        db.executemany("INSERT INTO rows VALUES (?, ?, ?)", zip(*(column.to_pylist() for column in columns)))
    db.commit()
    db.close()


ANSWER = [("id", "i8"), ("label", "U8"), ("confidence", "f8")]  # in numpy


def read_answers(folder):
    """The labelled rows of Parquet files, in the order of id."""
    table = pyarrow.parquet.read_table(folder, columns=[name for name, _ in ANSWER]).sort_by("id")
    answers = numpy.empty(len(table), ANSWER)
    for name, _ in ANSWER:
        answers[name] = table[name].to_numpy()
    return answers
