"""What the cluster runs on: two virtual environments of the system's Python, whose sqlite3 can load extensions.

    FOLDER/spark    PySpark and what it needs, fetched once: python3 environment.py FOLDER  does only that
    FOLDER/python   the same, and the package sqlite_classify from the wheel that is built here

A Python of the first has PySpark and lacks the package, as on a cluster that nothing can be installed on.
"""
import glob
import os
import shutil
import subprocess
import sys
import time

PYTHON = "/usr/bin/python3"
PACKAGES = ["pyspark==4.3.0", "pyarrow==26.0.1", "pandas==3.1.1", "numpy==2.4.6"]


class Failed(RuntimeError):
    """The environment cannot be made; the message says what failed."""


def python(folder):
    return os.path.join(folder, "python", "bin", "python")


def bare_python(folder):
    return os.path.join(folder, "spark", "bin", "python")


def site(folder, name):
    """The folder of the packages of an environment."""
    return glob.glob(os.path.join(folder, name, "lib", "python3*", "site-packages"))[0]


def variables(folder):
    """The environment of all processes: nothing of the caller's Python or Spark, and loopback only."""
    keep = {name: value for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "SPARK_", "PYSPARK_", "MAKE", "MFLAGS")) and name != "LD_PRELOAD"}
    return {**keep, "SPARK_HOME": os.path.join(site(folder, "spark"), "pyspark"), "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "256m", "PYSPARK_PYTHON": python(folder), "PYSPARK_DRIVER_PYTHON": python(folder),
            "PYTHONDONTWRITEBYTECODE": "1"}


def make(folder, root):
    """Makes what is not there yet. Returns the Python of the driver."""
    begun = time.monotonic()
    fetch(folder)
    install_package(folder, root)
    print(f"  environment: {time.monotonic() - begun:.0f} s", flush=True)
    return python(folder)


def fetch(folder):
    os.makedirs(folder, exist_ok=True)
    made = os.path.join(folder, "spark")
    done = os.path.join(made, "packages")  # written last: an install that was ended half-way is made anew
    if os.path.exists(done) and open(done).read().split() == PACKAGES:
        return
    shutil.rmtree(made, ignore_errors=True)
    run(folder, PYTHON, "-m", "venv", made)
    run(folder, bare_python(folder), "-m", "pip", "install", "--quiet", *PACKAGES)
    with open(done, "w") as file:
        file.write("\n".join(PACKAGES))


def install_package(folder, root):
    shutil.rmtree(os.path.join(folder, "python"), ignore_errors=True)
    run(folder, PYTHON, "-m", "venv", "--without-pip", os.path.join(folder, "python"))
    with open(os.path.join(site(folder, "python"), "spark.pth"), "w") as file:
        file.write(site(folder, "spark") + "\n")
    build = os.path.relpath(os.path.dirname(folder), root)
    wheels = os.path.join(folder, "wheels")
    shutil.rmtree(wheels, ignore_errors=True)
    os.makedirs(wheels)
    run(folder, "make", "-s", "-C", root, "wheel", f"LIBRARY={build}/classify.so", "WHEELS=python",
        f"BUILD={os.path.relpath(folder, root)}", f"PYTHON={wheel_builder(folder)}")
    run(folder, bare_python(folder), "-m", "pip", f"--python={python(folder)}", "install", "--quiet", "--no-deps",
        *glob.glob(os.path.join(wheels, "*.whl")))


def wheel_builder(folder):
    """A Python with pip; Debian's if it has hatchling as well, so that nothing is fetched."""
    has = subprocess.run([PYTHON, "-c", "import hatchling, pip"], capture_output=True)
    return PYTHON if has.returncode == 0 else bare_python(folder)


def run(folder, *command):
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MAKE", "MFLAGS"))}
    result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                            env={**keep, "PYTHONDONTWRITEBYTECODE": "1"})
    if result.returncode:
        raise Failed(f"{' '.join(command)} FAILED:\n{result.stdout}{result.stderr}")


if __name__ == "__main__":
    fetch(os.path.abspath(sys.argv[1]))
