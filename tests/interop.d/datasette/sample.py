"""sample.py DATABASE CSV SECRET -- makes a database with tickets and a model, and prints a cookie of Datasette by which
root is known.

pages.py takes make() from here.
"""
import csv
import json
import os
import sys

import sqlite_classify

OPTIONS = {"epochs": 6, "embedding": 16, "hidden": 8, "validation": 0.2, "threads": 1}  # learned in a moment
NASTY = '<script>document.title = "owned"</script> & <b>my invoice</b>'


def make(path, tickets):
    """Labels are missing in 8 of 80 tickets. Two labels are wrong. Row 81 has markup."""
    db = sqlite_classify.connect(path)
    db.execute("CREATE TABLE tickets(id INTEGER PRIMARY KEY, body TEXT, category TEXT)")
    with open(tickets, encoding="utf-8", newline="") as file:
        rows = [(row["body"], row["category"] or None) for row in csv.DictReader(file)]
    db.executemany("INSERT INTO tickets(body, category) VALUES (?, ?)", rows)
    db.execute("UPDATE tickets SET category = 'login' WHERE id IN (3, 11)")
    db.execute("INSERT INTO tickets(body) VALUES (?)", [NASTY])
    db.commit()
    db.execute("SELECT classify_train(body, category, 'triage', ?) FROM tickets WHERE category IS NOT NULL",
               [json.dumps(OPTIONS)]).fetchone()
    return db


if __name__ == "__main__":
    from itsdangerous import URLSafeSerializer

    database, tickets, secret = sys.argv[1:]
    if os.path.exists(database):
        os.remove(database)
    make(database, tickets).close()
    print(URLSafeSerializer(secret, "actor").dumps({"a": {"id": "root"}}))
