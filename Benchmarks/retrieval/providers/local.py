"""A JSON array of texts on standard input, their vectors on standard output: the product's own local model.

The argument says how many of the texts, from the first, are traces; the others are questions.
"""

import subprocess
import sys

subprocess.run(["swift", "build", "-c", "release", "--product", "embed-texts"], check=True, stdout=sys.stderr)
sys.exit(subprocess.run([".build/release/embed-texts", "vectors", *sys.argv[1:]]).returncode)
