"""Measurements that several benchmarks share."""

import pathlib


def peak_memory(pid):
    """The peak memory of a running process in MB. getrusage would include the memory of the parent before exec."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)
