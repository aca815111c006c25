"""A model of 40 MB reaches an executor once, and an executor's memory stays flat."""
import glob
import json
import os
import statistics

import pyspark.sql.functions as F
from sqlite_classify import spark

import model

HERE = os.path.dirname(os.path.abspath(__file__))
TASKS, ROWS_A_TASK = 12, 2000
BATCHES, ROWS_A_BATCH = 240, 250  # of one task
FIRST = 20         # batches until the tables of the words are filled
GROWTH = 4 * 1024  # KiB. One batch of texts kept in each step would be 5 MB more
MODEL_BYTES = 40 * 2**20


class Recorded:
    """What the executors of an application write down: Spark's event log, and each Python process by watch/."""

    def __init__(self, folder):
        self.events, self.watch = os.path.join(folder, "events"), os.path.join(folder, "watch")
        os.makedirs(self.events)
        os.makedirs(self.watch)

    def settings(self):
        return {"spark.executorEnv.PYTHONPATH": os.path.join(HERE, "watch"),
                "spark.executorEnv.WATCH_FOLDER": self.watch, "spark.eventLog.enabled": "true",
                "spark.eventLog.dir": self.events, "spark.eventLog.compress": "false",
                "spark.eventLog.rolling.enabled": "false", "spark.eventLog.logBlockUpdates.enabled": "true",
                "spark.broadcast.compress": "false", "spark.locality.wait": "0"}

    def processes(self):
        """For each Python process, a list of (what, KiB of memory)."""
        found = []
        for path in glob.glob(os.path.join(self.watch, "*")):
            with open(path) as file:
                found.append([(what, int(memory)) for what, memory in map(str.split, file)])
        return found

    def received(self):
        """Of each executor the bytes of each broadcast that it was sent, once the application has stopped."""
        executors = {}
        with open(glob.glob(os.path.join(self.events, "*"))[0]) as file:
            for event in map(json.loads, file):
                block = event.get("Block Updated Info", {})
                name, _, piece = block.get("Block ID", "").partition("_piece")
                executor = block.get("Block Manager ID", {}).get("Executor ID")
                if piece and executor != "driver":
                    sizes = executors.setdefault(executor, {})
                    sizes[name] = sizes.get(name, 0) + block["Memory Size"] + block["Disk Size"]
        return executors


def label_by_large_model(checks, session, data):
    weights = model.weights(data.database, "large")
    checks.say(len(weights) >= MODEL_BYTES, "the model has 40 MB", f"{len(weights)} bytes")
    few = session.read.parquet(data.parquet).limit(TASKS * ROWS_A_TASK).repartition(TASKS).cache()
    few.count()
    labelled = spark.label(few, "text", weights)
    for job in "first", "second":
        counted = labelled.withColumn("task", F.spark_partition_id()).agg(F.count("label"), F.count_distinct("task"))
        checks.equal(f"the large model, {job} job: rows labelled, and tasks", tuple(counted.first()),
                     (TASKS * ROWS_A_TASK, TASKS))


def check_loaded_once(checks, recorded):
    """After label_by_large_model(): a process that labels loads the model for its first task only."""
    made = [sum(what == "made" for what, _ in record) for record in recorded.processes()]
    print(f"  loaded in {len(made)} Python processes of {TASKS * 2} tasks")
    checks.say(made and max(made) == 1 and len(made) < TASKS, "each Python process loads the model once", f"{made}")


def check_sent_once(checks, data, recorded, executors):
    """After label_by_large_model(), and after other models were used as well, which are small."""
    size = len(model.weights(data.database, "large"))  # Java's streams add 5 bytes to each 1024
    for executor, sizes in sorted(recorded.received().items()):
        large = [each for each in sizes.values() if each > size // 2]
        print(f"  executor {executor} was sent {sum(large) / 2**20:.1f} MB for a model of {size / 2**20:.1f} MB, and "
              f"{(sum(sizes.values()) - sum(large)) / 2**20:.1f} MB of other broadcasts")
        checks.say(len(large) == 1 and size <= large[0] < 1.01 * size, f"executor {executor} is sent the model once",
                   f"{large} bytes, of a model of {size}")
    checks.equal("executors that were sent the model", len(recorded.received()), executors)


def label_many_batches(session, data):
    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(ROWS_A_BATCH))
    one_task = session.read.parquet(data.parquet).limit(BATCHES * ROWS_A_BATCH).coalesce(1)
    spark.label(one_task, "text", (data.database, "small")).write.format("noop").mode("overwrite").save()


def check_memory(checks, recorded):
    memory = [each for what, each in max(recorded.processes(), key=len) if what == "batch"][-BATCHES:]
    checks.equal("batches of one Python process", len(memory), BATCHES)
    begin, end = statistics.median(memory[FIRST:2 * FIRST]), statistics.median(memory[-FIRST:])
    print(f"  memory of an executor's Python: {begin / 1024:.1f} MB after {FIRST} batches, {end / 1024:.1f} MB after "
          f"{BATCHES}")
    checks.say(end - begin < GROWTH, "memory stays flat", f"{begin} KiB, then {end} KiB")
