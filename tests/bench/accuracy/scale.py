"""Trainings of 10,000 rows to ten million: time, memory, accuracy.

scale.py LIBRARY DATA FOLDER SET ROWS ...

A row is a piece of 6 to 10 words of a text of SET, with the text's label; a shorter text is a row by itself. Pieces of
every tenth text of the training rows are the validation rows, those of the others are learned from, and those of the
test rows judge the model. The rows stay in FOLDER/SET.db, which ten million make 600 MB large. OPTIONS, a JSON object,
goes into each training. Each runs in a process of its own, whose largest memory is what the system says of it.
"""
import json
import lzma
import multiprocessing
import os
import random
import sqlite3
import subprocess
import sys

LENGTHS = range(6, 11)  # words of a piece
JUDGED = 20000          # validation rows, and test rows

TRAIN = """ATTACH :file AS pieces;
SELECT classify_train(text, label, 'scale', json_patch(:options, json_object(
  'validation', 'SELECT text, label FROM pieces.validation'))) FROM (SELECT text, label FROM pieces.train LIMIT :rows);
SELECT accuracy FROM classify_evaluate('SELECT text, label FROM pieces.test');"""


def read(data, name, part):
    with lzma.open(os.path.join(data, name, part + ".tsv.xz"), "rt", encoding="utf-8", newline="\n") as file:
        rows = [line.rstrip("\n").split("\t")[:2] for line in file]
    return [(label, text.split()) for label, text in rows]


def pieces(texts, count, seed):
    draw = random.Random(seed)
    for _ in range(count):
        label, words = draw.choice(texts)
        length = draw.choice(LENGTHS)
        start = draw.randrange(max(1, len(words) - length + 1))
        yield " ".join(words[start:start + length]), label


def make_rows(data, name, path, most):
    """The tables of pieces, unless they are there with as many rows."""
    if os.path.exists(path):
        with sqlite3.connect(path) as db:
            if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 3 and \
                    db.execute("SELECT max(rowid) FROM train").fetchone()[0] >= most:
                return
        os.remove(path)
    texts = read(data, name, "train")
    tables = {"validation": (texts[::10], JUDGED, 1), "test": (read(data, name, "test"), JUDGED, 2),
              "train": ([text for i, text in enumerate(texts) if i % 10], most, 3)}
    with sqlite3.connect(path) as db:
        for table, (source, count, seed) in tables.items():
            db.execute(f"CREATE TABLE {table}(text, label)")
            db.executemany(f"INSERT INTO {table} VALUES (?, ?)", pieces(source, count, seed))


def train(library, path, rows, options):
    """The answer of classify_train, the accuracy on the test rows, and what the process used."""
    script = [f".load '{library}'", f".parameter set :rows {rows}", f".parameter set :file \"'{path}'\"",
              f".parameter set :options \"'{options}'\""]
    process = subprocess.Popen(["sqlite3", "-init", "/dev/null", "-batch", ":memory:"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    process.stdin.write("\n".join([*script, TRAIN]))
    process.stdin.close()
    printed = process.stdout.read().splitlines()
    _, status, usage = os.wait4(process.pid, 0)
    if status or len(printed) != 2:
        raise SystemExit(f"the training of {rows:,} rows failed")
    return json.loads(printed[0]), float(printed[1]), usage


def main(library, data, folder, name, *sizes):
    sizes, options = sorted(map(int, sizes)), os.environ.get("OPTIONS", "{}")
    path = os.path.join(folder, name + ".db")
    maker = multiprocessing.Process(target=make_rows, args=(data, name, path, sizes[-1]))
    maker.start()  # a process passes on to those that it starts how large it was
    maker.join()
    if maker.exitcode:
        return maker.exitcode
    print("| rows | training | processor time | memory | epochs | accuracy |\n|---|---|---|---|---|---|", flush=True)
    for rows in sizes:
        answer, accuracy, usage = train(library, path, rows, options)
        print(f"| {rows:,} | {answer['seconds']:,.0f} s | {usage.ru_utime + usage.ru_stime:,.0f} s "
              f"| {usage.ru_maxrss / 1024:,.0f} MB | {answer['epochs']} | {accuracy:.4f} |", flush=True)
    return 0


sys.exit(main(*sys.argv[1:]))
