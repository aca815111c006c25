"""On PYTHONPATH of an executor: each Python process there writes to its file in the folder WATCH_FOLDER when it makes
a Labeller ("made"), and its memory in KiB after each batch ("batch")."""
import os

import sqlite_classify.labeller as labeller


def note(what):
    with open("/proc/self/status") as status:
        memory = next(line.split()[1] for line in status if line.startswith("VmRSS:"))
    with open(os.path.join(os.environ["WATCH_FOLDER"], str(os.getpid())), "a") as file:
        file.write(f"{what} {memory}\n")


def watched(method, what):
    def call(*arguments, **options):
        result = method(*arguments, **options)
        note(what)
        return result
    return call


labeller.Labeller.__init__ = watched(labeller.Labeller.__init__, "made")
labeller.Labeller.label = watched(labeller.Labeller.label, "batch")
