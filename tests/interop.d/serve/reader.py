"""reader.py WAY DATABASE LIBRARY -- labels the same texts over and over, read-only, and prints what it sees as a
line of JSON for each round: the time, the newest version of the model, and the answers, read in one transaction.

WAY says how a reader learns of a new state: `renamed`, by another file in its place; `fresh`, by a new connection for
each round.
"""
import json
import os
import sqlite3
import sys
import time

WAY, DATABASE, LIBRARY = sys.argv[1:4]
TEXTS = "SELECT id, body FROM texts WHERE id <= 30 ORDER BY id"
PAUSE = 0.02  # seconds; so that the readers leave time to the training that they wait for


def opened():
    connection = sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True, isolation_level=None)
    connection.enable_load_extension(True)
    connection.load_extension(LIBRARY)
    return connection


def round_of(connection, checked):
    """What one transaction sees. A state is checked once, when it is new."""
    connection.execute("BEGIN")
    (version,) = connection.execute("SELECT max(version) FROM classify_models WHERE name = 'm'").fetchone()
    answers = connection.execute("SELECT * FROM classify_rows(?, 'm')", (TEXTS,)).fetchall()
    seen = {"version": version, "answers": answers}
    if version not in checked:
        checked.add(version)
        (seen["integrity"],) = connection.execute("PRAGMA integrity_check").fetchone()
    connection.execute("COMMIT")
    return {**seen, "time": time.monotonic()}


def file_of_database():
    found = os.stat(DATABASE)
    return found.st_ino, found.st_mtime_ns, found.st_size


def read_on():
    connection, file, checked = None, None, set()
    while True:
        now = file_of_database()
        if not connection or WAY == "fresh" or now != file:
            if connection:
                connection.close()
            connection, file = opened(), now
        print(json.dumps(round_of(connection, checked)), flush=True)
        time.sleep(PAUSE)


read_on()
