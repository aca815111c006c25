"""Every function of sqlite_classify.spark on the cluster, and what they refuse before a job begins."""
import os

import pyspark.sql.functions as F
from sqlite_classify import spark
import sqlite_classify

import model
import sending
from application import application

EXECUTORS = 2
FEW = 3000  # rows
QUICK = '{"epochs": 1, "embedding": 8, "hidden": 4, "linear": false, "threads": 1}'


def few_rows(session, data):
    return session.read.parquet(os.path.join(data.parquet, "part-00.parquet")).where(F.col("id") < FEW)


def from_sqlite(data, sql, *values):
    db = sqlite_classify.connect(data.database)
    found = db.execute(sql, values).fetchall()
    db.close()
    return found


def check_udf(checks, session, data):
    few_rows(session, data).createOrReplaceTempView("tickets")
    session.udf.register("classify", spark.classify_udf((data.database, "small")))
    found = session.sql("SELECT id, classify(text) FROM tickets ORDER BY id").collect()
    expected = from_sqlite(data, f"SELECT id, classify(text, 'small') FROM rows WHERE id < {FEW} ORDER BY id")
    checks.equal("classify() in Spark SQL: rows that differ",
                 sum(tuple(row) != one for row, one in zip(found, expected)) + abs(len(found) - len(expected)), 0)


def check_evaluate(checks, session, data):
    found = spark.evaluate(few_rows(session, data).repartition(5), "text", "category", (data.database, "small"))
    columns = ["rows", "accuracy", "macro_f1", "weighted_f1", "log_loss", "calibration_error"]
    query = f"SELECT text, category FROM rows WHERE id < {FEW}"
    expected = from_sqlite(data, f"SELECT {', '.join(columns)} FROM classify_evaluate(?, 'small')", query)[0]
    for name, value in zip(columns, expected):
        # sums are added up in another order
        checks.say(abs(found[name] - value) <= 1e-6 * max(1, abs(value)), f"evaluate(): {name}",
                   f"{found[name]}, and classify_evaluate() has {value}")


def check_train(checks, session, data, folder):
    path = os.path.join(folder, "trained.db")
    spark.train(few_rows(session, data), "text", "category", path, model="all", options=QUICK)
    db = sqlite_classify.connect(path)
    metrics = db.execute("SELECT metrics ->> 'rows' FROM classify_models WHERE name = 'all'").fetchall()
    checks.equal("train(): rows of the model", metrics, [(FEW,)])
    db.close()
    labelled = spark.label(few_rows(session, data), "text", (path, "all")).where("label IS NOT NULL").count()
    checks.equal("rows labelled by a model of train()", labelled, FEW)


def check_train_by_group(checks, session, data, folder):
    grouped = few_rows(session, data).withColumn("team", F.concat(F.lit("team"), F.col("id") % 3))
    models = spark.train_by_group(grouped, "team", "text", "category", QUICK).orderBy("name").collect()
    checks.equal("train_by_group(): models", [row["name"] for row in models], ["team0", "team1", "team2"])
    for row in models:
        labelled = spark.label(few_rows(session, data), "text", bytes(row["weights"]))
        checks.equal(f"rows labelled by the model of {row['name']}", labelled.where("label IS NOT NULL").count(), FEW)


def check_nulls(checks, session, data):
    """Rows without a text have no label, and partitions without rows do no harm."""
    texts = [(1, "bapemu guwafo"), (2, None), (3, ""), (4, None)]
    rows = session.createDataFrame(texts, "id bigint, text string").repartition(16)
    found = spark.label(rows, "text", (data.database, "small")).orderBy("id").collect()
    checks.equal("NULL texts: labels", [row["label"] is None for row in found], [False, True, False, True])
    checks.equal("NULL texts: confidences", [row["confidence"] is None for row in found], [False, True, False, True])
    none = spark.label(rows.where("id > 9"), "text", (data.database, "small"))
    checks.equal("no rows: columns and rows", (none.columns, none.count()), (["id", "text", "label", "confidence"], 0))


def check_refused(checks, session, data):
    rows, small = few_rows(session, data), (data.database, "small")
    weights = model.weights(data.database, "small")
    nowhere = os.path.join(os.path.dirname(data.database), "nowhere.db")

    def label(text="text", model=small, **options):
        return lambda: spark.label(rows, text, model, **options)
    checks.refused("a model that is not there", label(model=(data.database, "spma")), "no model named 'spma'", "small")
    checks.refused("a database that is not there", label(model=(nowhere, "small")), "nowhere.db")
    checks.refused("weights that are damaged", label(model=weights[:1000]), "weights")
    checks.refused("bytes that are no weights", label(model=b"no weights"), "weights")
    checks.refused("a column that is no text", label("id"), "id", "bigint", "expected")
    checks.refused("a column that is not there", label("body"), "body", "text")
    checks.refused("an unknown option", label(options={"epochs": 3}), "epochs", "threads")
    checks.refused("a column that is there already", label(columns={"label": "id"}), "'id'")


def check(checks, cluster, data, folder):
    recorded = sending.Recorded(folder)
    with application(cluster, "functions", EXECUTORS, **recorded.settings()) as session:
        with checks.part("a model of 40 MB"):
            sending.label_by_large_model(checks, session, data)
            sending.check_loaded_once(checks, recorded)
        with checks.part("memory over 200 batches"):
            sending.label_many_batches(session, data)
            sending.check_memory(checks, recorded)
        with checks.part("bad input"):
            check_nulls(checks, session, data)
            check_refused(checks, session, data)
        with checks.part("SQL and figures"):
            check_udf(checks, session, data)
            check_evaluate(checks, session, data)
        with checks.part("training"):
            check_train(checks, session, data, folder)
            check_train_by_group(checks, session, data, folder)
    with checks.part("what was sent"):
        sending.check_sent_once(checks, data, recorded, EXECUTORS)
