"""run.py MODULE ... -- runs the tests of these modules and counts them, as tests/run of the repository reads it."""
import sys
import unittest

suite = unittest.defaultTestLoader.loadTestsFromNames(sys.argv[1:])
result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0, warnings="error").run(suite)
failed, skipped = len(result.failures) + len(result.errors), len(result.skipped)
for test, why in result.skipped:
    print(f"  {test.id()} skipped: {why}")
print(f"{result.testsRun - failed - skipped} passed, {failed} failed, {skipped} skipped")
sys.exit(failed > 0)
