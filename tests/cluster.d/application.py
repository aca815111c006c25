"""An application of the cluster, and what Spark says of it while it runs (its REST API, on loopback)."""
import contextlib
import json
import urllib.request

from pyspark.sql import SparkSession

from processes import wait_for

ROWS_A_BATCH = 10_000  # Arrow's batches; Spark's default
BYTES_A_PARTITION = 1 << 26  # more than a file of ours has, so that each file is a partition


@contextlib.contextmanager
def application(cluster, name, executors, **settings):
    """A SparkSession whose executors are there."""
    builder = SparkSession.builder.master(cluster.url).appName(name)
    defaults = {
        "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.ui.port": "0",
        "spark.driver.memory": "1g", "spark.executor.memory": "1g", "spark.executor.cores": "1",
        "spark.local.dir": cluster.folder, "spark.sql.warehouse.dir": cluster.folder,
        "spark.sql.shuffle.partitions": "4", "spark.sql.files.maxPartitionBytes": str(BYTES_A_PARTITION),
        "spark.sql.files.openCostInBytes": str(BYTES_A_PARTITION),
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(ROWS_A_BATCH),
        "spark.ui.liveUpdate.period": "0", "spark.ui.showConsoleProgress": "false",
    }
    for key, value in {**defaults, **settings}.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    try:
        session.sparkContext.setLogLevel("WARN")
        wait_for(f"executors: {executors}", lambda: len(live_executors(session)) == executors)
        yield session
    finally:
        session.stop()


def ask(session, what):
    """What the application's REST API answers."""
    context = session.sparkContext
    base = f"{context.uiWebUrl}/api/v1/applications/{context.applicationId}/"
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(base + what, timeout=30) as answer:
        return json.load(answer)


def live_executors(session):
    return [each["id"] for each in ask(session, "executors") if each["id"] != "driver"]


def tasks_of_stage(session, stage):
    return ask(session, f"stages/{stage['stageId']}/{stage['attemptId']}/taskList?length=100000")


