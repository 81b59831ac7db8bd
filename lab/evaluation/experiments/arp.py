"""Section 4.2.1: how long a VM waits for the answer to an ARP request, in peace and while other VMs flood (figures 9 to 12).

Figure 9 is not in the paper's text. Decided here: VM1 and VM2 of NET1 are on different hosts, so that a request that nobody answers for VM2
has to cross the cable; NET1's attacker VM3 is on the third. VM4, alone in NET2, sits beside VM1: nowhere could it harm more. NET3's
attacker VM5 sits beside VM2, and VM6 of NET3 on the third host, so that the flood has somewhere to go to. The paper does not say either
whether VMs answer broadcast echo in this test; they all do here, the attacker too, which answers itself: `ping -f` sends the next request
when an answer comes, so the flood runs as fast as one processor can, in each of the three attacks alike, and not with 100 packets/s.
"""

import math
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import ClassVar

from dcplab import Lab, LabError, Topology, netns

from ..interrupt import interrupt
from ..marked_frames import MARK, MarkedFrames, ping_mark
from ..measurement import Experiment, Measurement, Repetitions, Results
from ..report.document import Block
from .arp_report import ANSWER, CROSSED, ISOLATED, LOCAL, NORMAL, REMOTE, SECONDS, SENT, describe
from .topologies import topology

ATTACKERS = {NORMAL: None, LOCAL: "vm3", REMOTE: "vm5", ISOLATED: "vm4"}
MARKS = {case: MARK + number for number, case in enumerate(ATTACKERS)}  # what is left of one attack is not taken for the next
ASKING, ASKED = "vm1", "vm2"
TRY_SECONDS = 0.1  # from one try to the next, if the answer comes in time
PATIENCE_SECONDS = 1  # for an answer
STARTS_SECONDS, ENDS_SECONDS = 30, 10  # at most
QUIET_SECONDS = 0.1  # without a frame: it is over


class Arp(Experiment):
    section: ClassVar[str] = "4.2.1"
    key: ClassVar[str] = "arp"
    title: ClassVar[str] = "MAC address resolution"
    repetitions: ClassVar[Repetitions] = Repetitions(shaped=3, unshaped=1)

    def topology(self) -> Topology:
        return topology({"net1": {"vm1": "hv1", "vm2": "hv2", "vm3": "hv3"}, "net2": {"vm4": "hv1"}, "net3": {"vm5": "hv2", "vm6": "hv3"}})

    def seconds(self, quick: bool) -> float:
        return len(ATTACKERS) * self._span(quick) + 2

    def measure(self, measurement: Measurement) -> None:
        lab = measurement.lab
        for vm in lab.topology.vms:
            netns.sysctl(lab.namespace(vm), "net/ipv4/icmp_echo_ignore_broadcasts", "0")
        for case, attacker in ATTACKERS.items():
            measurement.progress(case)
            with _attack(measurement, case, attacker) if attacker else nullcontext():
                _resolve(measurement, case, self._span(measurement.quick))

    def describe(self, results: Results) -> list[Block]:
        return describe(results)

    def _span(self, quick: bool) -> float:
        return 1 if quick else 8


# The attack

@contextmanager
def _attack(measurement: Measurement, case: str, attacker: str) -> Iterator[None]:
    """The flood runs as long as the block does; what it sent, and what of it crossed the data switch until nothing more came, is
    recorded."""
    lab, vm = measurement.lab, measurement.lab.topology.vms[attacker]
    broadcast = str(lab.topology.networks[vm.network].cidr.broadcast_address)
    with MarkedFrames(lab.namespace(vm.hypervisor), [lab.topology.tap(attacker)], MARKS[case]) as sent, \
            MarkedFrames(lab.namespace("core"), list(lab.topology.data_ports()), MARKS[case]) as crossed:
        begin = time.monotonic()
        flood = lab.popen(attacker, ["ping", "-b", "-f", *ping_mark(MARKS[case]), broadcast], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL)
        try:
            _await_begin(sent, attacker)
            yield
        finally:
            seconds = time.monotonic() - begin
            _end(flood, "ping -f")
            _await_end(crossed)
        for quantity, unit, value in ((SECONDS, "s", seconds), (SENT, "frames", sent.count()), (CROSSED, "frames", crossed.count())):
            measurement.record(case, quantity, unit, value)


def _await_begin(sent: MarkedFrames, attacker: str) -> None:
    """A counter gives no event, so this asks again until it counts."""
    deadline = time.monotonic() + STARTS_SECONDS
    while not sent.count():
        if time.monotonic() > deadline:
            raise LabError(f"{attacker} does not flood")
        time.sleep(0.01)


def _await_end(crossed: MarkedFrames) -> None:
    """Switches and controllers may have a lot to work off."""
    deadline = time.monotonic() + ENDS_SECONDS
    seen = -1
    while seen != crossed.count() and time.monotonic() < deadline:
        seen = crossed.count()
        time.sleep(QUIET_SECONDS)


def _end(process: subprocess.Popen, name: str) -> None:
    if not interrupt(process):
        raise LabError(f"{name} would not end")


# The question

@dataclass(frozen=True)
class Try:
    asked: float  # when the request left, seconds since the epoch
    milliseconds: float | None  # until the answer; None: it did not come


def _resolve(measurement: Measurement, case: str, seconds: float) -> None:
    """Has VM1 resolve VM2's address again and again for so long, and records each answer's time."""
    lab = measurement.lab
    own, wanted = (str(lab.topology.vms[name].ip) for name in (ASKING, ASKED))
    command = ["sh", "-c", f"ip neigh flush all; ping -q -n -c 1 -W {PATIENCE_SECONDS} {wanted}"]
    epoch = time.time() - measurement.elapsed()
    begins = []
    with _tcpdump(lab) as said:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            next_try = time.monotonic() + TRY_SECONDS
            begins.append(time.time())
            lab.run(ASKING, command, check=False)  # fails when VM2 does not answer
            time.sleep(max(0.0, next_try - time.monotonic()))
    for one in tries("".join(said), begins, own, wanted):
        measurement.record(case, ANSWER, "ms", one.milliseconds, one.asked - epoch)


@contextmanager
def _tcpdump(lab: Lab) -> Iterator[list[str]]:
    """As in the paper, with whole time stamps. What it said is there when the block has ended."""
    said: list[str] = []
    # Frames are handed over at once, so that none is on its way when it is told to end; there is room for few long ones then, so
    # the rest of each is left out.
    command = ["tcpdump", "-ni", "eth0", "-tt", "--immediate-mode", "-s", "128", "--time-stamp-precision=nano", "arp"]
    with tempfile.TemporaryFile("w+", encoding="ascii") as lines:
        dump = lab.popen(ASKING, command, stdout=lines, stderr=subprocess.PIPE, text=True)
        try:
            if not any("listening on" in line for line in dump.stderr):
                raise LabError("tcpdump does not start")
            yield said
        finally:
            _end(dump, "tcpdump")
            summary = dump.stderr.read()
            dump.stderr.close()
        if not re.search(r"^0 packets dropped by kernel", summary, re.M):
            raise LabError(f"tcpdump lost frames: {summary}")
        lines.seek(0)
        said.append(lines.read())


def tries(dump: str, begins: list[float], own: str, wanted: str) -> list[Try]:
    """What became of each try: the time from its first request to the first answer after that. An answer that came after the next try had
    begun is none: nothing in it says which request it answers. A try without a request is left out: VM2 had just asked for VM1 and so told
    its own address."""
    asked = _times(dump, rf"Request who-has {re.escape(wanted)} .*tell {re.escape(own)},")
    answered = _times(dump, rf"Reply {re.escape(wanted)} is-at ")
    found = []
    for begin, end in zip(begins, [*begins[1:], math.inf]):
        request = _first(asked, begin, end)
        if request is not None:
            reply = _first(answered, request, end)
            found.append(Try(request, (reply - request) * 1000 if reply is not None else None))
    return found


def _times(dump: str, pattern: str) -> list[float]:
    return [float(time) for time in re.findall(rf"^(\d+\.\d+) ARP, .*?{pattern}", dump, re.M)]


def _first(times: list[float], begin: float, end: float) -> float | None:
    return next((time for time in times if begin <= time < end), None)
