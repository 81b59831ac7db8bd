"""What the benchmarks on real Open vSwitch share: a fabric in network namespaces, latencies of single frames, and their medians.

Latencies are differences of the kernel's own time stamps: when the frame left the one VM's interface, and when it came in at the
other's. So Python's slowness is not in them. Needs root. Used by migration_bench.py, first_packet.py and flood_bench.py.
"""

import os
import signal
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
os.environ["DCPORTALS_BUILD"] = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else str(ROOT / "build/release")
sys.path.insert(0, str(ROOT / "tests/integration"))

import testbed  # noqa: E402  tells Python where dcplab is
from dcplab import Lab, LabError  # noqa: E402
from dcplab.capture import Capture  # noqa: E402

# Being told to end is handled like Ctrl-C, so that the lab is removed.
signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
REACTIVE = {"forwarding": {"mode": "reactive"}}
KINDS = ("proactive", "reactive", "plain OVS")


@contextmanager
def fabric(kind: str, settings: dict | None = None) -> Iterator[Lab]:
    """testbed.fabric in that mode, its VMs mute. Plain switches cannot tell tenants apart: there is only tenant a then."""
    topology = testbed.fabric(f"b{os.getpid()}"[:12])
    if kind == "plain OVS":
        for name in [name for name in topology.vms if not name.startswith("a")]:
            del topology.vms[name]
        lab = Lab(topology, "ovs")
    else:
        lab = Lab(topology, "dcportals", testbed.DAEMON, settings={**(REACTIVE if kind == "reactive" else {}), **(settings or {})})
    with lab:
        yield lab


def latency(sent: Capture, received: Capture, lab: Lab, sender: str, frame: bytes, answer: bytes | None = None, seconds: float = 2) -> float | None:
    """Milliseconds from the frame's leaving to its arrival, or to that of its answer. None: it was lost. The frame is one of its
    kind."""
    lab.inject(sender, frame)
    try:
        (left,) = sent.wait_for(lambda seen: seen.outgoing and seen.data == frame, seconds)
        (came,) = received.wait_for(lambda seen: not seen.outgoing and seen.data == (answer or frame) and seen.time >= left.time, seconds)
    except LabError:
        return None
    return (came.time - left.time) * 1000


def forget(lab: Lab, kind: str, key: str | None = None) -> None:
    """hv1 and hv2 begin anew with a2: no cached decision, and no flow that a packet asked for; plain switches have learned nothing."""
    if kind == "reactive":
        forget_flows(lab, key)
    for name in ("hv1", "hv2"):
        lab.appctl(name, "revalidator/purge")
        if kind == "plain OVS":  # after the purge, which learns once more from the entries that it takes away
            lab.appctl(name, "fdb/flush", "br-int")


def forget_flows(lab: Lab, key: str) -> None:
    """Those that packets to a2 from the VM with this key asked for."""
    lab.ofctl("hv1", "del-flows", "table=30,ip,nw_dst=10.0.0.2")
    lab.ofctl("hv2", "del-flows", f"table=50,ip,nw_src={key}")


def summary(values: list[float | None]) -> str:
    """Median and the worst but one in a hundred, of those that came."""
    came = sorted(value for value in values if value is not None)
    if not came:
        return f"all {len(values)} lost"
    lost = f", {len(values) - len(came)} of {len(values)} lost" if len(came) < len(values) else ""
    return f"median {statistics.median(came):.2f} ms, 99% {came[min(len(came) - 1, len(came) * 99 // 100)]:.2f} ms{lost}"


def memory(lab: Lab) -> float:
    """Of dcportald, MiB."""
    (process,) = [process for process in lab.processes() if process.name == "dcportald"]
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["VmRSS"].split()[0]) / 1024
