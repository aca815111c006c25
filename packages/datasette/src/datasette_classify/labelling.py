"""Rows of a table with what a model says of them. All are functions of a connection, run within a time limit.

The queue, and the search for mistakes, need all rows at once. Of a large table they look at some rows only: if it has
a rowid they are spread over all of it, else they are the first ones.
"""
from dataclasses import dataclass
from typing import Any, Optional

from .explaining import SHOWN, Explanation, explain
from .tables import Table, key_to_text, quote

SPREAD = "({0} % 1000003 * 7919 % 1000003)"  # of a rowid: as good as random, and the same each time


@dataclass(frozen=True)
class Place:
    """Where the texts are."""
    table: Table
    text: str             # names of columns
    label: str            # None if the table has no labels

    @property
    def label_sql(self):
        return quote(self.label) if self.label else "NULL"

    @property
    def labelled(self):
        return f"{self.label_sql} IS NOT NULL AND {self.label_sql} <> ''"


@dataclass(frozen=True)
class Row:
    key: list
    path: list            # what Datasette's address of the row is made of
    text: Any
    label: Any            # the one that the table has
    explanation: Optional[Explanation]  # without a model, and of BLOBs, there is none

    @property
    def key_text(self):
        return key_to_text(self.key)

    @property
    def is_correctable(self):
        """A BLOB is no label, and is not sent back by a form."""
        return not isinstance(self.label, bytes)


@dataclass(frozen=True)
class Found:
    rows: list
    count: int            # how many there are, on all pages
    looked_at: int        # rows of the table
    of: int


def rows_after(conn, place, model, after, limit):
    """A page of the table, in the order of its keys, behind the row whose key is `after`."""
    table = place.table
    behind = f"({', '.join(table.key)}) > ({', '.join('?' * len(table.key))})" if after else "1"
    found = conn.execute(f"""
        SELECT {_columns(place)} FROM {table.source} WHERE {quote(place.text)} IS NOT NULL AND {behind}
        ORDER BY {', '.join(table.key)} LIMIT ?""", [*(after or []), limit]).fetchall()
    return [_row(conn, place, model, values) for values in found]


def row_at(conn, place, model, key):
    """One row, explained if there is a model; None if it is no longer there."""
    where = " AND ".join(f"{column} = ?" for column in place.table.key)
    values = conn.execute(f"SELECT {_columns(place)} FROM {place.table.source} WHERE {where}", key).fetchone()
    return values and _row(conn, place, model, values)


def least_certain(conn, place, model, all_rows, max_rows, limit, offset):
    """The review queue: rows without a label (or all), first those whose label the model is least sure of."""
    which = "1" if all_rows else f"NOT ({place.labelled}) IS TRUE"
    query, looked_at, of = _sample(conn, place, [place.table.identifier, quote(place.text)], which, max_rows)
    found = conn.execute("SELECT id FROM classify_rows(?, ?) WHERE label IS NOT NULL ORDER BY confidence, id "
                         "LIMIT ? OFFSET ?", [query, model.address, limit, offset]).fetchall()
    rows = [row_at(conn, place, model, place.table.key_of(identifier)) for identifier, in found]
    return Found([row for row in rows if row], looked_at, looked_at, of)


def probable_mistakes(conn, place, model, max_rows, limit, offset):
    """Rows whose label would be another by the other rows, the most doubtful first, as (row, suggested, probability).

    They are not explained: the model itself may have learned the wrong label, and would defend it.
    """
    columns = [place.table.identifier, quote(place.text), place.label_sql]
    query, looked_at, of = _sample(conn, place, columns, place.labelled, max_rows)
    doubts = conn.execute("SELECT id, label, suggested, probability FROM classify_doubts(?, ?)",
                          [query, model.address]).fetchall()
    wrong = [doubt for doubt in doubts if doubt[2] is not None and doubt[1] is not None and doubt[2] != doubt[1]]
    rows = [(row_at(conn, place, None, place.table.key_of(identifier)), suggested, probability)
            for identifier, _, suggested, probability in wrong[offset:offset + limit]]
    return Found([found for found in rows if found[0]], len(wrong), looked_at, of)


def _columns(place):
    """Those that a Row is made of."""
    shown = [quote(place.text), place.label_sql]
    return ", ".join([*place.table.key, *place.table.path_columns, *shown])


def _row(conn, place, model, values):
    keys, paths = len(place.table.key), len(place.table.path_columns)
    *_, text, given = values
    text = str(text) if isinstance(text, (int, float)) else text
    return Row(list(values[:keys]), list(values[keys:keys + paths]), text, given,
               explain(conn, model, text, SHOWN) if model else None)


def _sample(conn, place, columns, which, max_rows):
    """A query, how many rows it gives, and how many it chooses from. Only names and numbers of ours stand in it, so
    that it is safe as the text that our functions take."""
    which = f"{quote(place.text)} IS NOT NULL AND {which}"
    total, = conn.execute(f"SELECT count(*) FROM {place.table.source} WHERE {which}").fetchone()
    every = -(-total // max_rows)
    spread = f" AND {SPREAD.format(place.table.key[0])} % {every} = 0" if place.table.rowid and every > 1 else ""
    query = f"SELECT {', '.join(columns)} FROM {place.table.source} WHERE {which}{spread} LIMIT {max_rows}"
    looked_at, = conn.execute(f"SELECT count(*) FROM ({query})").fetchone()
    return query, looked_at, total
