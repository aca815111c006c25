"""python main.py FOLDER ROOT [PART ...] -- runs the parts of tests/cluster, or those named. FOLDER has the environment.

    labelling   200,000 rows: each once, labelled as classify_rows does, also if a worker is killed; rows a second
    functions   all of sqlite_classify.spark; what is refused; a model of 40 MB is sent once; memory stays flat
    machines    executors with another version, without extensions, without the package
    documents   the package's own tests of Spark, and the examples of docs/cluster.md

TEST_CASES=all labels two million rows, CLUSTER_ROWS=800000 so many.
"""
import os
import shutil
import sys

from checks import Checks
import documents
import functions
import labelling
import machines
from processes import Cluster

ROWS = int(os.environ.get("CLUSTER_ROWS") or (2_000_000 if os.environ.get("TEST_CASES") == "all" else 200_000))
PARTS = ["labelling", "functions", "machines", "documents"]


def run_parts(checks, parts, folder, run):
    with checks.part("rows and models"):
        data = labelling.Rows(run, ROWS)
    with Cluster(run) as cluster:
        cluster.add_worker()
        if "labelling" in parts:
            labelling.check(checks, cluster, data, run)
        while len(cluster.workers) < 2:
            cluster.add_worker()
        if "functions" in parts:
            functions.check(checks, cluster, data, run)
        if "machines" in parts:
            machines.check(checks, cluster, data, run, folder)


def main(folder, root, *parts):
    run = os.path.join(folder, "run")
    shutil.rmtree(run, ignore_errors=True)
    os.makedirs(run)
    log = os.open(os.path.join(run, "driver.log"), os.O_WRONLY | os.O_CREAT)
    os.dup2(log, 2)  # what the driver's Java says; it says much
    checks = Checks()
    with checks.part("all of it"):
        parts = parts or PARTS
        if parts != ("documents",):
            run_parts(checks, parts, folder, run)
        if "documents" in parts:
            documents.check(checks, folder, root)
    return checks.close()


sys.exit(main(*sys.argv[1:]))
