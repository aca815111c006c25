"""A table as our pages need it: its columns, and how a row of it is found again.

Names of tables and columns stand in our SQL quoted, and only after they were found in the schema. Values are bound.
"""
import json
from dataclasses import dataclass
from typing import Optional

from datasette.utils.sqlite import sqlite3

from .refusal import Refusal

OF_THE_LIBRARY = "classify_models", "classify_versions", "classify_changes", "classify_encoders"
ROWID_NAMES = "rowid", "_rowid_", "oid"
GUESSED_FROM = 100  # rows that are looked at to guess which column is which
BEGINNING = 1000    # of a text, in characters, is enough for that


def quote(name):
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True)
class Table:
    name: str
    columns: list          # their names
    primary_key: list      # names of columns; empty if there is none
    rowid: Optional[str]   # the name that its rowid goes by; None if it has none

    @property
    def source(self):
        return f"main.{quote(self.name)}"

    @property
    def key(self):
        """The columns, as SQL, that say which row it is."""
        return [f"[{self.rowid}]"] if self.rowid else [quote(name) for name in self.primary_key]

    @property
    def identifier(self):
        """The key as one value, for functions that take an id. Of several columns it is as key_to_text() gives it."""
        return self.key[0] if len(self.key) == 1 else f"json_array({', '.join(map(_as_json, self.key))})"

    def key_of(self, identifier):
        """The values of the key, from that one value."""
        return [identifier] if len(self.key) == 1 else key_from_text(identifier)

    @property
    def path_columns(self):
        """The columns, as SQL, that Datasette's address of a row is made of."""
        return [quote(name) for name in self.primary_key] or self.key


def _as_json(column):
    """JSON has no BLOBs, and SQLite writes too few digits of a number into it."""
    return f"""CASE typeof({column}) WHEN 'blob' THEN json_object('hex', hex({column}))
               WHEN 'real' THEN json(printf('%!.17g', {column})) ELSE {column} END"""


def key_to_text(key):
    """The values of a key as JSON, for addresses and forms. A BLOB is an object."""
    return json.dumps(key, default=lambda blob: {"hex": blob.hex()})


def key_from_text(text):
    """Raises ValueError if no key_to_text() has made the text."""
    try:
        key = json.loads(text, object_hook=lambda blob: bytes.fromhex(blob["hex"]))
    except (LookupError, TypeError, RecursionError):
        raise ValueError("not a key") from None
    return key


def names(conn):
    """The tables that may have texts."""
    rows = conn.execute(r"""
        SELECT name FROM main.sqlite_master
        WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name""")
    return [name for name, in rows if name not in OF_THE_LIBRARY]


def read(conn, name):
    """Looks a table up, whose name is one of names(). Raises Refusal."""
    found = conn.execute("SELECT name, hidden, pk FROM pragma_table_xinfo(?, 'main') ORDER BY cid", [name]).fetchall()
    columns = [column for column, hidden, _ in found if hidden != 1]
    primary_key = [column for _, column in sorted((pk, column) for column, _, pk in found if pk)]
    table = Table(name, columns, primary_key, _rowid_name(conn, name, columns))
    if not table.key:
        raise Refusal(400, f"The rows of table '{name}' have neither a rowid nor a primary key, expected one of them.")
    return table


def _rowid_name(conn, name, columns):
    """None if the table is WITHOUT ROWID, or has columns of all these names."""
    taken = {column.lower() for column in columns}
    free = next((alias for alias in ROWID_NAMES if alias not in taken), None)
    if free is None:
        return None
    try:
        conn.execute(f"SELECT [{free}] FROM main.{quote(name)} LIMIT 0")
    except sqlite3.OperationalError as error:
        if "no such column" in str(error):
            return None
        raise
    return free


def guess_columns(conn, table, labels):
    """The likely text column, and the likely label column or None. `labels` are those of a model, if there is one.

    The text column has the longest texts. The label column has labels of the model; without a model, few values. It is
    never a part of the key, since labels are written into it.
    """
    beginnings = ", ".join(f"iif(typeof({name}) IN ('text', 'blob'), substr({name}, 1, {BEGINNING}), {name})"
                           for name in map(quote, table.columns))
    rows = conn.execute(f"SELECT {beginnings} FROM {table.source} LIMIT {GUESSED_FROM}").fetchall()
    values = {name: [row[at] for row in rows if row[at] not in (None, "")] for at, name in enumerate(table.columns)}
    text = max(table.columns, key=lambda name: _mean_length(values[name]))
    others = [name for name in table.columns if name != text and name not in table.primary_key]
    label = max(others, key=lambda name: _label_likeness(values[name], set(labels)), default=None)
    return text, label if label and _label_likeness(values[label], set(labels)) > 0 else None


def _mean_length(values):
    texts = [value for value in values if isinstance(value, str)]
    return sum(map(len, texts)) / len(values) if texts else -1


def _label_likeness(values, labels):
    """From 0, not at all, to 1."""
    values = [value for value in values if not isinstance(value, bytes)]
    if not values:
        return 0
    if labels:
        return sum(value in labels for value in values) / len(values)
    return 1 - len(set(values)) / len(values) if len(set(values)) > 1 else 0
