"""What the load test reads while it runs: processor time and memory of processes, as ps does, and the stream's bandwidth as its receiver's
iperf3 prints it. Used by load.py. Each is a thread that hands its values to `record` (quantity, unit, value) as they come.
"""

import os
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from dcplab import Lab, LabError

from .processor_time import machine_seconds, process_seconds

Record = Callable[[str, str, float], None]
CONTROLLER_CPU, CONTROLLER_MEMORY, SWITCH_CPU, MACHINE_CPU, BANDWIDTH = (
    "CPU of the controller", "memory of the controller", "CPU of ovs-vswitchd", "CPU of the machine", "bandwidth")
CONTROLLERS = ("dcportald", "ovs-testcontroller")
WINDOW = "128K"  # less than a shaped cable's queue: else the stream itself fills that to the brim, and others' packets are lost in it
PAGE = os.sysconf("SC_PAGE_SIZE")


@contextmanager
def processors(lab: Lab, hypervisor: str, interval: float, record: Record) -> Iterator[None]:
    """CPU in percent of one core: of the controller, and of the switch at this hypervisor; and of the whole machine, in percent of it."""
    pids = {process.name: process.pid for process in lab.processes()}
    controller = next((pids[name] for name in CONTROLLERS if name in pids), None)
    watched = {SWITCH_CPU: pids[f"{hypervisor}.ovs-vswitchd"]} | ({CONTROLLER_CPU: controller} if controller else {})
    stop = threading.Event()

    def used() -> dict[str, float]:
        return {MACHINE_CPU: machine_seconds(Path("/proc/stat").read_text(encoding="ascii"))} | {
            name: process_seconds(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")) for name, pid in watched.items()}

    def run() -> None:
        at, before = time.monotonic(), used()
        while not stop.wait(interval):
            now, after = time.monotonic(), used()
            for name, seconds in after.items():
                record(name, "%", round((seconds - before[name]) / (now - at) * 100, 1))
            if controller:
                resident = int(Path(f"/proc/{controller}/statm").read_text(encoding="ascii").split()[1])
                record(CONTROLLER_MEMORY, "MiB", round(resident * PAGE / (1 << 20), 1))
            at, before = now, after

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run)
        try:
            yield
        finally:
            stop.set()
    running.result()


@contextmanager
def stream(lab: Lab, sender: str, receiver: str, seconds: float, record: Record) -> Iterator[None]:
    """TCP as fast as it goes, as the paper's iperf, while the block runs: Mbit/s of each second, as they came in."""
    server = lab.popen(receiver, ["iperf3", "-s", "-1", "-i", "1", "-f", "k", "--forceflush"], stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True)
    client = None
    try:
        if not any("listening" in line for line in server.stdout):
            raise LabError("iperf3 does not listen")
        with ThreadPoolExecutor(1) as pool:
            reading = pool.submit(_read, server, record)
            try:
                client = lab.popen(sender, ["iperf3", "-c", str(lab.topology.vms[receiver].ip), "-t", f"{seconds:.0f}", "-w", WINDOW],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                yield
            finally:
                for process in filter(None, (client, server)):
                    process.terminate()
        reading.result()
    finally:
        for process in filter(None, (client, server)):
            process.terminate()
            process.wait()
        server.stdout.close()


def _read(server: subprocess.Popen, record: Record) -> None:
    for line in server.stdout:
        rate = interval_mbits(line)
        if rate is not None:
            record(BANDWIDTH, "Mbit/s", rate)


def interval_mbits(line: str) -> float | None:
    """Of a line of iperf3's for one second; None for any other line, the sums at the end included."""
    found = re.match(r"\[ *\d+\] +([\d.]+)-([\d.]+) +sec +\S+ +\S+ +([\d.]+) Kbits/sec", line)
    if not found or float(found[2]) - float(found[1]) > 1.5 or line.rstrip().endswith(("receiver", "sender")):
        return None
    return round(float(found[3]) / 1000, 3)
