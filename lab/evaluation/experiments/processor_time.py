"""Processor time, in seconds, as /proc tells it. Pure. Used by throughput.py and load_watch.py."""

import os

TICK = os.sysconf("SC_CLK_TCK")


def process_seconds(stat: str) -> float:
    """Of /proc/PID/stat: what its threads have used, in user's and in kernel's mode."""
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def machine_seconds(stat: str) -> float:
    """Of /proc/stat: how long its processors were not idle, on average."""
    total, *cores = (line.split() for line in stat.splitlines() if line.startswith("cpu"))
    user, nice, system, _, _, irq, softirq = (int(word) for word in total[1:8])
    return (user + nice + system + irq + softirq) / TICK / len(cores)
