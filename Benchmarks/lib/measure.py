"""What several benchmarks measure in the same way."""

import pathlib


def peak_memory(pid):
    """The peak of a running process in MB. Not getrusage's, which counts what the parent had before exec."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)
