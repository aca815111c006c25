"""The processes of the cluster: how they are started, found and ended."""
import ctypes
import os
import re
import signal
import subprocess
import time

PR_SET_CHILD_SUBREAPER = 36
WAIT = 600.0  # seconds until what should happen soon is given up; a busy machine takes long


def wait_for(what, happened, every=0.05):
    """Calls happened() until it gives something true, which is returned."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        result = happened()
        if result:
            return result
        time.sleep(every)
    raise TimeoutError(f"{what}: not within {WAIT:.0f} seconds")


# ---- all processes below this one --------------------------------------------------------


def adopt_orphans():
    """From now on a process whose parent has ended becomes a child of this one, which can so find and end it."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def parents():
    """Each process's parent."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as file:
                found[int(pid)] = int(file.read().rpartition(")")[2].split()[1])
        except OSError:  # it has ended
            pass
    return found


def below(pid):
    """The processes that this one has started, and those that they have."""
    children = {}
    for child, parent in parents().items():
        children.setdefault(parent, []).append(child)
    found, next_ones = [], [pid]
    while next_ones:
        next_ones = [child for one in next_ones for child in children.get(one, ())]
        found += next_ones
    return found


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            return file.read().split("\0")
    except OSError:
        return []


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def end_all():
    """Ends all processes below this one. Each is asked first; it has three seconds."""
    for number, seconds in (signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0):
        for pid in below(os.getpid()):
            kill(pid, number)
        end = time.monotonic() + seconds
        while below(os.getpid()) and time.monotonic() < end:
            reap()
            time.sleep(0.05)


def reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


# ---- master and workers ------------------------------------------------------------------


class Process:
    """A master or a worker, started by PySpark's own script. What it says goes to a file."""

    def __init__(self, folder, name, *arguments):
        self.log = os.path.join(folder, f"{name}.log")
        script = os.path.join(os.environ["SPARK_HOME"], "bin", "spark-class")
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([script, *arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            start_new_session=True)  # Ctrl-C is for the test, which then ends it
        self.pid = self.process.pid

    def wait_for_line(self, pattern):
        """Waits until it says something; returns the first group of the pattern."""
        def said():
            with open(self.log) as file:
                found = re.search(pattern, file.read())
            if not found and self.process.poll() is not None:
                raise RuntimeError(f"{self.log}: it has ended before it said '{pattern}'")
            return found
        return wait_for(f"'{pattern}' in {self.log}", said)[1]

    def executors(self):
        """The number of each executor of this worker and its process id."""
        found = {}
        for pid in below(self.pid):
            words = command_line(pid)
            if "--executor-id" in words:
                found[words[words.index("--executor-id") + 1]] = pid
        return found

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Cluster:
    """A master and workers of one core each, on ports of loopback that the system chooses."""

    def __init__(self, folder):
        self.folder = folder
        self.workers = []
        self.started = 0
        self.master = Process(folder, "master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1",
                              "--port", "0", "--webui-port", "0")
        try:
            self.url = self.master.wait_for_line(r"Starting Spark master at (spark://\S+)")
        except BaseException:
            self.master.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    def add_worker(self):
        self.started += 1
        name = f"worker-{self.started}"
        worker = Process(self.folder, name, "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--port",
                         "0", "--webui-port", "0", "--cores", "1", "--memory", "2g", "--work-dir",
                         os.path.join(self.folder, name), self.url)
        self.workers.append(worker)
        worker.wait_for_line(r"(Successfully registered) with master")
        return worker

    def kill_worker(self, worker):
        """Ends a worker and its executors as a machine ends that loses its power."""
        for pid in [worker.pid, *worker.executors().values()]:
            kill(pid)
        worker.process.wait()
        self.workers.remove(worker)

    def stop(self):
        for process in [*self.workers, self.master]:
            process.stop()
        self.workers = []
