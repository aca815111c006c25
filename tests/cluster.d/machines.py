"""Executors that differ from the driver: another version of the library, a sqlite3 that loads no extensions, and a
Python that lacks the package, to which it is sent.
"""
import os
import shutil

from sqlite_classify import spark
import sqlite_classify

import environment
from application import application
from functions import FEW, few_rows

HERE = os.path.dirname(os.path.abspath(__file__))
OTHER_VERSION = b"9.9.9"
ONE = {"spark.cores.max": "1"}  # executor


def label_few(session, data):
    return spark.label(few_rows(session, data), "text", (data.database, "small")).where("label IS NOT NULL").count()


def other_version(folder):
    """A folder with the package, whose library says that it has another version."""
    here = os.path.dirname(sqlite_classify.__file__)
    shutil.copytree(here, os.path.join(folder, "sqlite_classify"))
    library = os.path.join(folder, "sqlite_classify", "classify.so")
    with open(library, "rb") as file:
        content = file.read()
    with open(library, "wb") as file:
        file.write(content.replace(sqlite_classify.__version__.encode(), OTHER_VERSION))
    return folder


def check_version(checks, cluster, data, folder):
    path = other_version(os.path.join(folder, "other"))
    with application(cluster, "version", 1, **ONE, **{"spark.executorEnv.PYTHONPATH": path}) as session:
        checks.refused("executors of another version", lambda: label_few(session, data), OTHER_VERSION.decode(),
                       sqlite_classify.__version__, "driver")


def check_no_extensions(checks, cluster, data):
    path = os.path.join(HERE, "no_extensions")
    with application(cluster, "extensions", 1, **ONE, **{"spark.executorEnv.PYTHONPATH": path}) as session:
        checks.refused("executors whose sqlite3 loads no extensions", lambda: label_few(session, data), "extensions",
                       "apsw")


def check_shipping(checks, cluster, data, venv):
    """The package reaches executors that lack it."""
    before = os.environ["PYSPARK_PYTHON"]
    os.environ["PYSPARK_PYTHON"] = environment.bare_python(venv)
    try:
        with application(cluster, "shipping", 1, **ONE) as session:
            checks.refused("executors without the package", lambda: label_few(session, data), "sqlite_classify")
            spark.ship(session)
            checks.equal("rows labelled where the package was sent", label_few(session, data), FEW)
    finally:
        os.environ["PYSPARK_PYTHON"] = before


def check(checks, cluster, data, folder, venv):
    with checks.part("another version"):
        check_version(checks, cluster, data, folder)
    with checks.part("no extensions"):
        check_no_extensions(checks, cluster, data)
    with checks.part("the package sent along"):
        check_shipping(checks, cluster, data, venv)
