"""Runs every part of tests/cluster: python main.py FOLDER ROOT. tests/cluster has made the environment."""
import os
import shutil
import sys

from checks import Checks
import labelling
from processes import Cluster

ROWS = int(os.environ.get("CLUSTER_ROWS", 2_000_000))


def main(folder, root):
    run = os.path.join(folder, "run")
    shutil.rmtree(run, ignore_errors=True)
    os.makedirs(run)
    log = os.open(os.path.join(run, "driver.log"), os.O_WRONLY | os.O_CREAT)
    os.dup2(log, 2)  # what the driver's Java says; Spark says much
    checks = Checks()
    with checks.part("rows and models"):
        data = labelling.Rows(run, ROWS)
    with Cluster(run) as cluster:
        cluster.add_worker()
        labelling.check(checks, cluster, data, run)
    return checks.close()


sys.exit(main(*sys.argv[1:]))
