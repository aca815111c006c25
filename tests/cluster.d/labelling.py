"""All rows on one worker, on two, and on two of which one is killed, beside one process of classify_rows."""
import concurrent.futures
import os
import subprocess
import sys
import time

import numpy
from sqlite_classify import spark

import rows
from application import ROWS_A_BATCH, application, ask, live_executors, tasks_of_stage
from processes import wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
NEAR = 1e-6  # confidences of rows that were not in one batch: they differ in the seventh digit (docs/speed.md)


class Rows:
    """The rows as Parquet and as a table, and the models. Each file has whole Arrow batches, or less than one."""

    def __init__(self, folder, count):
        self.count = count
        self.parquet = os.path.join(folder, "rows")
        self.database = os.path.join(folder, "rows.db")
        rows.write_parquet(self.parquet, count)
        rows.write_table(self.database, self.parquet)
        run_model("train", self.database)


def run_model(*arguments):
    """Runs model.py in a process of its own; returns what it prints."""
    return subprocess.run([sys.executable, os.path.join(HERE, "model.py"), *arguments], check=True,
                          stdout=subprocess.PIPE, text=True).stdout


def label_by_sqlite(data, folder, rows_at_once):
    """Seconds, and the answers of classify_rows in one process with one thread."""
    file = os.path.join(folder, f"answers-{rows_at_once}.npy")
    seconds = float(run_model("label", data.database, file, str(rows_at_once)))
    return seconds, numpy.load(file)


def label_by_cluster(session, data, folder):
    """Seconds, and the answers of a job that writes them as Parquet."""
    begun = time.monotonic()
    labelled = spark.label(session.read.parquet(data.parquet), "text", (data.database, "small"))
    labelled.select("id", "label", "confidence").write.parquet(folder)
    return time.monotonic() - begun, rows.read_answers(folder)


# ---- equal ------------------------------------------------------------------------------


def check_equal(checks, who, answers, whole, batches):
    """`whole` was labelled by one statement, `batches` by one for each of Arrow's batches."""
    checks.equal(f"{who}: rows, each once", numpy.array_equal(answers["id"], whole["id"]), True)
    if len(answers) != len(whole):
        return
    checks.equal(f"{who}: labels that differ", int((answers["label"] != whole["label"]).sum()), 0)
    distance = numpy.abs(answers["confidence"] - whole["confidence"])
    checks.say(distance.max() <= NEAR, f"{who}: confidences beside one statement", f"{distance.max()}")
    checks.equal(f"{who}: confidences that differ in any bit from those of the same batches",
                 int((answers["confidence"] != batches["confidence"]).sum()), 0)


# ---- a worker is killed -------------------------------------------------------------------


def running_stage(session, victim):
    """The stage of the job if it is in the middle: some tasks have ended, others have not begun, and one runs on the
    executor `victim`.
    """
    for stage in ask(session, "stages?status=active"):
        ended = stage["numCompleteTasks"]
        if ended >= 2 and ended + stage["numActiveTasks"] <= stage["numTasks"] - 2:
            tasks = tasks_of_stage(session, stage)
            if any(task["executorId"] == victim and task["status"] == "RUNNING" for task in tasks):
                return stage
    return None


def label_while_killing(checks, session, data, folder, cluster):
    """As label_by_cluster(), and a worker is killed meanwhile."""
    worker = cluster.workers[0]
    victim = next(iter(worker.executors()))
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        job = pool.submit(label_by_cluster, session, data, folder)
        stage = wait_for("the middle of the job", lambda: job.done() or running_stage(session, victim))
        if job.done():
            job.result()
            raise RuntimeError("the job has ended before a worker could be killed")
        cluster.kill_worker(worker)
    lost = [task for task in tasks_of_stage(session, stage)
            if task["executorId"] == victim and task["status"] in ("FAILED", "KILLED")]
    checks.say(lost, "one killed: its task was lost and begun again", "no task of it has failed")
    print(f"  killed when {stage['numCompleteTasks']} of {stage['numTasks']} partitions were done")
    return job.result()


# ---- all of it ----------------------------------------------------------------------------


def label_on_cluster(checks, cluster, data, folder):
    """Seconds and answers for each way."""
    found = {}
    with application(cluster, "labelling", executors=1) as session:
        load_everywhere(session, data)
        found["one worker"] = label_by_cluster(session, data, os.path.join(folder, "one"))
        cluster.add_worker()
        wait_for("two executors", lambda: len(live_executors(session)) == 2)
        load_everywhere(session, data)
        found["two workers"] = label_by_cluster(session, data, os.path.join(folder, "two"))
        found["two workers, one killed"] = label_while_killing(checks, session, data, os.path.join(folder, "killed"),
                                                               cluster)
    return found


def load_everywhere(session, data):
    """Each executor starts its Python and loads the library, which is not to be measured."""
    some = session.read.parquet(data.parquet).limit(4000).repartition(4)
    spark.label(some, "text", (data.database, "small")).write.format("noop").mode("overwrite").save()


def check(checks, cluster, data, folder):
    with checks.part("one process of classify_rows"):
        seconds, whole = label_by_sqlite(data, folder, 0)
        _, batches = label_by_sqlite(data, folder, min(ROWS_A_BATCH, data.count // rows.FILES))
    with checks.part("labelling on the cluster"):
        found = label_on_cluster(checks, cluster, data, folder)
        for who, (_, answers) in found.items():
            check_equal(checks, who, answers, whole, batches)
        print_table(data.count, {"one process of classify_rows": (seconds, whole), **found})
    differ = int((whole["confidence"] != batches["confidence"]).sum())
    print(f"  confidences that differ between one statement and one for each batch: {differ} of {data.count}")


def print_table(count, found):
    print(f"  {'rows a second':<32}{'seconds':>9}{'rows/s':>11}")
    for who, (seconds, _) in found.items():
        print(f"  {who:<32}{seconds:>9.1f}{count / seconds:>11,.0f}")
