"""counted.py TEST ... -- runs these tests of the folder, and counts them as tests/run of the repository reads it."""
import sys
import unittest

suite = unittest.defaultTestLoader.loadTestsFromNames(sys.argv[1:])
result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0).run(suite)
failed, skipped = len(result.failures) + len(result.errors), len(result.skipped)
print(f"{max(0, result.testsRun - failed - skipped)} passed, {failed} failed, {skipped} skipped")
sys.exit(failed > 0)
