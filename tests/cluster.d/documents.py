"""What needs PySpark, but no cluster: the package's tests of it, and the examples of docs/cluster.md."""
import os
import re
import subprocess

import environment


def run(checks, what, root, command, **variables):
    """Runs a program whose last line counts its tests."""
    result = subprocess.run(command, cwd=root, env={**os.environ, **variables}, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    counted = re.search(r"^(\d+) passed, (\d+) failed", result.stdout.rpartition("\n\n")[2] or result.stdout, re.M)
    passed, failed = map(int, counted.groups()) if counted else (0, 1)
    checks.passed += passed
    checks.failed += failed
    if failed or not passed:
        checks.say(passed, what, result.stdout)


def check(checks, folder, root):
    bare, staged = environment.bare_python(folder), os.path.join(folder, "run", "package")
    build = os.path.relpath(os.path.dirname(folder), root)
    subprocess.run([os.path.join(root, "tests", "package"), build, staged], check=True)
    with checks.part("the package's tests"):
        run(checks, "test_spark", root, [bare, "packages/python/tests/run.py", "test_spark"], PYTHONPATH=staged,
            PYSPARK_PYTHON=bare)
    with checks.part("docs/cluster.md"):
        run(checks, "tests/docs", root, ["tests/docs", build, "docs/cluster.md"], PYTHON=bare)
