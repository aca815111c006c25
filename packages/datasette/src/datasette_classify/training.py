"""Trainings. Each is a job in Datasette's write queue, so that it does not meet other writes of this Datasette; these
wait until it has ended. What is known of a job is kept in memory, for the page that watches it.

A job can be ended in two ways. finish() makes the file that the option stop_file names: what was learned so far is
saved. discard() makes SQLite interrupt it: nothing is saved. The interrupt comes by a progress handler that is there
only while the job runs, so that it never meets the statement of somebody else.
"""
import contextlib
import inspect
import json
import os
import secrets
import tempfile
import time
import weakref
from dataclasses import dataclass, field
from typing import Any, Optional

from sqlite_classify.saving import create_tables

from . import access
from .labelling import Place
from .refusal import Refusal
from .tables import quote

WAITING, RUNNING, SAVED, DISCARDED, FAILED, UNSAVED = "waiting", "running", "saved", "discarded", "failed", "unsaved"
ENDED = SAVED, DISCARDED, FAILED, UNSAVED
KEPT = 20        # jobs of a Datasette that are remembered, besides those that have something to be done
STEPS = 1000     # of SQLite between two looks at whether to go on

# The version is another one if its number has been used meanwhile.
MOVE = """
INSERT INTO main.classify_models(name, version, created, labels, options, metrics, weights)
SELECT name, max(version, (SELECT 1 + ifnull(max(version), 0) FROM main.classify_models WHERE name = t.name)),
       created, labels, options, metrics, weights
FROM temp.classify_models AS t WHERE name = ? ORDER BY version"""

_jobs = weakref.WeakKeyDictionary()  # Datasette: its jobs by their id, the oldest first


@dataclass
class Job:
    database: str
    place: Place
    name: str                     # of the model
    rows: int
    options: dict
    id: str = field(default_factory=lambda: secrets.token_urlsafe(8))
    folder: Any = field(default_factory=lambda: tempfile.TemporaryDirectory(prefix="datasette-classify-"))
    state: str = WAITING
    epochs: list = field(default_factory=list)
    ending: Optional[str] = None  # "finish" or "discard", when that was asked for
    error: Optional[str] = None
    begun: float = field(default_factory=time.monotonic)
    ended: Optional[float] = None
    version: Any = None           # of the saved model

    @property
    def seconds(self):
        return (self.ended or time.monotonic()) - self.begun

    @property
    def title(self):
        return f"{self.name}@{self.version}"

    @property
    def stop_file(self):
        return os.path.join(self.folder.name, "stop")

    def finish(self):
        self.ending = self.ending or "finish"
        with contextlib.suppress(FileNotFoundError):  # the folder is gone when the job has ended
            open(self.stop_file, "w").close()

    def discard(self):
        self.ending = "discard"

    def run(self, conn):
        """In the write thread."""
        conn.set_progress_handler(lambda: self.ending == "discard", STEPS)
        try:
            if self.ending:  # while it waited for other writes: there is nothing that could be saved
                self.state = DISCARDED
            else:
                self.state = RUNNING
                self._train(conn)
                self.state = SAVED
        except Exception as error:  # whatever it is: a job that never ends would keep all others waiting
            self.error = str(error)
            self.state = self._state_of_error()
        finally:
            conn.set_progress_handler(None, STEPS)
            self.ended = time.monotonic()
            self.folder.cleanup()

    def _state_of_error(self):
        if "kept as temp." in self.error:
            return UNSAVED
        nothing_learned = self.ending == "finish" and "stop_file" in self.error
        return DISCARDED if nothing_learned or (self.ending == "discard" and "interrupted" in self.error) else FAILED

    def _train(self, conn):
        options = json.dumps({**self.options, "stop_file": self.stop_file})
        rows = conn.execute("""
            SELECT epoch, train_loss, train_accuracy, validation_accuracy, rows_per_second
            FROM classify_train(?, ?, ?)""", [training_query(self.place), f"main.{self.name}", options])
        for row in rows:
            self.epochs.append(tuple(row))
        self.version = _newest_version(conn, self.name)


def _newest_version(conn, name):
    return conn.execute("SELECT max(version) FROM main.classify_models WHERE name = ?", [name]).fetchone()[0]


def training_query(place):
    return f"SELECT {quote(place.text)}, {quote(place.label)} FROM {place.table.source} WHERE {place.labelled}"


def count_rows(conn, place):
    """The rows that can be learned. Raises Refusal if they are too few."""
    learned = f"FROM {place.table.source} WHERE {quote(place.text)} IS NOT NULL AND {place.labelled}"
    rows, = conn.execute(f"SELECT count(*) {learned}").fetchone()
    if not rows:
        raise Refusal(400, f"No row of table '{place.table.name}' has a text in '{place.text}' and a label in "
                           f"'{place.label}', so there is nothing to learn.")
    labels = conn.execute(f"SELECT DISTINCT {quote(place.label)} {learned} LIMIT 2").fetchall()
    if len(labels) < 2 and not str(labels[0][0]).startswith("["):  # of several labels a row, one is enough
        raise Refusal(400, f"All {rows:,} labelled rows of table '{place.table.name}' have the label "
                           f"'{labels[0][0]}', expected at least two labels.")
    return rows


def running(datasette, database):
    """The job that has not ended yet; None if there is none."""
    return next((job for job in jobs(datasette, database) if job.state not in ENDED), None)


def jobs(datasette, database):
    """The jobs of a database, the newest first."""
    return [job for job in reversed(_jobs.get(datasette, {}).values()) if job.database == database]


def discard_all(datasette):
    """Before Datasette closes the connection that a training runs on, for which it waits ten seconds."""
    for job in _jobs.get(datasette, {}).values():
        job.discard()


def found(datasette, database, identifier):
    job = _jobs.get(datasette, {}).get(identifier)
    if not job or job.database != database:
        raise Refusal(404, f"There is no training '{identifier}': it was forgotten, or Datasette has restarted.")
    return job


async def start(page, place, name):
    """Puts a training into the write queue. Raises Refusal."""
    if page.datasette.executor is None:
        raise Refusal(501, "Datasette runs without threads (num_sql_threads is 0), so it cannot train meanwhile.")
    rows = await page.read(count_rows, place)
    if running(page.datasette, page.database):
        raise Refusal(409, "A training is running in this database already. Wait until it has ended, or stop it.")
    options = {"max_seconds": page.settings.max_seconds, **page.settings.options}
    job = Job(page.database, place, name, rows, options)
    known = _jobs.setdefault(page.datasette, {})
    known[job.id] = job
    for old in [old for old in known.values() if old.state in (SAVED, DISCARDED, FAILED)][:-KEPT]:
        del known[old.id]
    try:
        await page.db.execute_write_fn(lambda conn: None)  # fails if this database cannot be opened for writing
        await page.db.execute_write_fn(lambda conn: job.run(conn), block=False, **_no_transaction(page.db))
    except BaseException:
        del known[job.id]
        raise
    return job


async def save_kept(page, job):
    """Moves a model that could not be saved, since the database was locked, to where it belongs."""
    def move(conn):
        with conn:
            if not conn.execute("SELECT 1 FROM main.sqlite_master WHERE name = ?", [access.MODELS]).fetchone():
                create_tables(conn.cursor(), "main")
            conn.execute(MOVE, [job.name])
            conn.execute("DELETE FROM temp.classify_models WHERE name = ?", [job.name])
            return _newest_version(conn, job.name)

    job.version = await page.db.execute_write_fn(move)
    job.state, job.error = SAVED, None


def _no_transaction(db):
    """For Datasette 1.0, where else a write lock would be held as long as the training lasts."""
    accepted = inspect.signature(db.execute_write_fn).parameters
    return {"transaction": False} if "transaction" in accepted else {}
