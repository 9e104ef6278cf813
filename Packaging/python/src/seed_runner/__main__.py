"""python -m seed_runner ARGUMENT…: runs the program in place of Python."""

import os
import sys

from seed_runner import program

os.execv(program(), ["seed-runner", *sys.argv[1:]])
