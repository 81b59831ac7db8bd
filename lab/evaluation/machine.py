"""What was measured on: the machine and the versions of what took part. Part of every report."""

import os
import platform
import re
import subprocess
from pathlib import Path

PROGRAMS = {"Open vSwitch": ["ovs-vswitchd", "--version"], "iperf": ["iperf3", "--version"], "fping": ["fping", "-v"]}


def describe() -> dict[str, str]:
    """Name and value, in the order in which to show them. Names no host."""
    return {"processor": _processor(), "cores": str(os.cpu_count()), "memory": _memory(), "kernel": platform.release(),
            "system": _system(), **{name: _version(command) for name, command in PROGRAMS.items()},
            "switches": "Open vSwitch's userspace datapath, one process a hypervisor, all on this machine"}


def _processor() -> str:
    names = re.findall(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.M)
    return names[0] if names else platform.machine()


def _memory() -> str:
    (kibibytes,) = re.findall(r"^MemTotal:\s*(\d+) kB", Path("/proc/meminfo").read_text(encoding="ascii"), re.M)
    return f"{int(kibibytes) / (1 << 20):.0f} GiB"


def _system() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", "unknown")


def _version(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return found[0] if found else "unknown"
