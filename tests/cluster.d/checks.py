"""Counts what was checked, and prints it with the seconds of each part."""
import contextlib
import time
import traceback


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    @contextlib.contextmanager
    def part(self, name):
        """What is checked within. An exception counts as a failure, and the next part begins."""
        begun = time.monotonic()
        try:
            yield
        except Exception:
            self.say(False, f"{name} ended early", traceback.format_exc())
        print(f"  {name}: {time.monotonic() - begun:.0f} s", flush=True)

    def say(self, right, what, found=""):
        self.passed += bool(right)
        self.failed += not right
        if not right:
            print(f"  {what} FAILED: {found}", flush=True)

    def equal(self, what, found, expected):
        self.say(found == expected, what, f"found {found!r}, expected {expected!r}")

    def refused(self, what, call, *parts):
        """Expects an error of call() whose message has these parts."""
        try:
            call()
        except Exception as error:
            message = str(error)
            missing = [part for part in parts if part not in message]
            self.say(not missing, what, f"{missing} is not in the error {type(error).__name__}: {message}")
        else:
            self.say(False, what, "there was no error")

    def close(self):
        """Prints the line that tests/one reads. Returns the exit status."""
        print(f"\n{self.passed} passed, {self.failed} failed, 0 skipped")
        return int(self.failed > 0)
