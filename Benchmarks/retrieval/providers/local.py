"""Reads a JSON array of texts and writes their vectors, computed by the built-in model.

The argument is the number of texts, from the first, that are traces. The others are questions.
"""

import subprocess
import sys

subprocess.run(["swift", "build", "-c", "release", "--product", "embed-texts"], check=True, stdout=sys.stderr)
sys.exit(subprocess.run([".build/release/embed-texts", "vectors", *sys.argv[1:]]).returncode)
