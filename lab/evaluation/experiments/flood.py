"""Section 4.4: TCP throughput between VM1 and VM3 while VM6, of another client, floods its own network with broadcasts (Table 6).

The six VMs of figure 18, on three hosts. In the isolation test VM5 and VM6 are twins of VM1 and VM2; here they have addresses of their own,
still of the same block. Twins confuse switches that learn, and what is measured then is not the flood alone (tried on 2026-11-23: OVS alone
kept all of its throughput in the flood with twins, and none without them). In the paper's Table 5 VM1's echo requests reach VM5, so there
too each VM had an address that the others did not have.

`ping -f` sends as fast as answers come back, and 100 packets/s without any. All six VMs answer broadcasts, as for 4.2.4. VM6 is one of
them: so it floods as fast as it can send, whatever the network does with the packets. The harsher flood fills cables too.
"""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from ipaddress import IPv4Address
from typing import ClassVar

from dcplab import LabError, Topology, netns

from ..configurations import Configuration, Links
from ..interrupt import interrupt
from ..measurement import Experiment, Measurement, Repetitions, Results
from ..report.document import Block, Paragraph, Table, Verdict
from ..samples import Samples
from .figures import Boxes
from .throughput import INTERVAL_SECONDS, Stream
from .topologies import six_vms

SENDER, RECEIVER, ATTACKER = "vm1", "vm3", "vm6"
RECEIVED, FLOOD = "received", "flood"
WARM_UP = 2  # intervals until the connection is as fast as it gets
SETTLING = 1  # the interval in which the flood begins
# Average and standard deviation in Mbit/s, Table 6; without a flood 0.94 Gbit/s in all configurations, Table 3.
PAPER = {"DCPortalsNG": (825, 2.1), "POX + L2": (170, 5.3), "OvS": (295, 3.2)}
PAPER_WITHOUT = 940
PAPER_SHARE = PAPER["DCPortalsNG"][0] / PAPER_WITHOUT

LEARNING = (
    "Switches that only learn carry each broadcast to all VMs, of whichever client, and these answer it: the cables of VM1, of VM3 and of "
    "the hosts carry the flood besides the connection.")
ISOLATING = (
    "dcportals gives VM6's broadcasts to VM5 alone, and no more of them in a second than the network's broadcast rate allows. What the "
    "connection loses nevertheless is what those broadcasts and their answers take of the hosts' cables, which with the harsher flood's "
    "large packets is much, and processor time: VM3 and VM6 share a host, whose switch has to look at each packet of the flood, if only to "
    "drop it, and all VMs and switches share this machine's cores.")
WITHOUT, PAPERS, HARSHER = "no flood", "flood", "harsher flood"
FLOODS: dict[str, list[str]] = {PAPERS: [], HARSHER: ["-s", "1400", "-l", "100"]}  # ping's options
CASES = (WITHOUT, *FLOODS)
MODEST = ("nice", "-n", "19")  # VMs have processors of their own elsewhere: the flood shall take the network, not the processors
FIGURE = Boxes("flood", CASES, RECEIVED, "Mbit/s", "TCP throughput from VM1 to VM3",
               "Box plots of the throughput without and during floods, by configuration")


class BroadcastFlood(Experiment):
    section: ClassVar[str] = "4.4"
    key: ClassVar[str] = "flood"
    title: ClassVar[str] = "Throughput under another tenant's broadcast flood"
    repetitions: ClassVar[Repetitions] = Repetitions(shaped=3, unshaped=1)

    def topology(self) -> Topology:
        topology = six_vms()
        for number in (5, 6):
            name = f"vm{number}"
            topology.vms[name] = replace(topology.vms[name], ip=IPv4Address(f"10.0.0.{number}"), mac=f"fa:16:3e:00:00:0{number}")
        return topology

    def seconds(self, quick: bool) -> float:
        return len(CASES) * (WARM_UP + SETTLING + self._intervals(quick)) * INTERVAL_SECONDS

    def measure(self, measurement: Measurement) -> None:
        for name in measurement.lab.topology.vms:
            netns.sysctl(measurement.lab.namespace(name), "net/ipv4/icmp_echo_ignore_broadcasts", "0")
        for case in CASES:
            measurement.progress(case)
            with Stream(measurement.lab, SENDER, RECEIVER) as stream:
                list(stream.intervals(WARM_UP))
                with flooding(measurement, case) if case in FLOODS else nullcontext():
                    list(stream.intervals(SETTLING))
                    for mbits in stream.intervals(self._intervals(measurement.quick)):
                        measurement.record(case, RECEIVED, "Mbit/s", mbits)

    def _intervals(self, quick: bool) -> int:
        return 3 if quick else 20

    def describe(self, results: Results) -> list[Block]:
        blocks: list[Block] = [Paragraph(
            "The six VMs of the isolation test, but VM5 and VM6 with addresses of their own. VM1 sends to VM3 with `iperf3`, TCP, "
            f"{self._intervals(results.quick) * INTERVAL_SECONDS:g} s each without and during a flood; a value is what arrived in "
            f"{INTERVAL_SECONDS:g} s. VM6, of the other client, floods its own network by `ping -f -b 10.0.0.255`. All VMs answer "
            "broadcasts, VM6 too, so `ping` never waits for the network. The harsher flood is "
            f"`ping -f -b {' '.join(FLOODS[HARSHER])} 10.0.0.255`: large packets, a hundred at once. `ping` has the "
            "lowest priority (`nice -n 19`), so that it takes the network and not the processors from the others. Share: of the average "
            f"without a flood, which in the paper is {PAPER_WITHOUT} Mbit/s (Table 3).")]
        for links in results.links():
            blocks.append(Table(f"Table 6, {links.title}; Mbit/s",
                                ["during", "configuration", "median", "avg", "std", "share", "paper: avg", "std", "share"],
                                [self._row(results, links, case, one) for case in CASES for one in results.configurations()], labels=2))
            blocks.append(FIGURE.figure(results, links))
            blocks.append(Paragraph(" ".join(self._words(results, links))))
            blocks += self._verdicts(results, links)
        return blocks

    def _row(self, results: Results, links: Links, case: str, configuration: Configuration) -> list[str]:
        spread = results.of(configuration, links, case, RECEIVED).spread()
        own = [spread.median, spread.mean, spread.deviation] if spread else []
        kept = share(results, links, case, configuration) if case != WITHOUT else None
        average, deviation = PAPER[configuration.paper]
        paper = [f"{average}", f"{deviation}", f"{average / PAPER_WITHOUT:.2f}"] if case == PAPERS else \
            [f"{PAPER_WITHOUT}", "", ""] if case == WITHOUT else [""] * 3
        return [case, configuration.title, *([f"{value:.1f}" for value in own] or ["–"] * 3),
                f"{kept:.2f}" if kept is not None else "", *paper]

    def _words(self, results: Results, links: Links) -> list[str]:
        sentences = []
        for case in FLOODS:
            kept = [(one, share(results, links, case, one)) for one in results.configurations()]
            said = [f"{one.title} {value:.0%}{_rate(results.of(one, links, case, FLOOD))}" for one, value in kept if value is not None]
            if said:
                sentences.append(f"Kept during the {case}: {', '.join(said)}.")
        if any(not one.isolates for one in results.configurations()):
            sentences.append(LEARNING)
        if any(one.isolates for one in results.configurations()):
            sentences.append(ISOLATING)
        return sentences

    def _verdicts(self, results: Results, links: Links) -> list[Verdict]:
        """Of the paper's flood: the harsher one takes what the broadcast rate lets it take of the cables that it shares."""
        found = []
        for one in results.configurations():
            kept = share(results, links, PAPERS, one)
            if one.isolates and kept is not None:
                found.append(Verdict(kept >= PAPER_SHARE, f"{one.title}, {links.title}: {kept:.2f} of the throughput is kept during the "
                                     f"{PAPERS}; the paper's DCPortalsNG kept {PAPER_SHARE:.2f}{links.caveat}"))
        return found


def share(results: Results, links: Links, case: str, configuration: Configuration) -> float | None:
    """Of the average without a flood. None: there is none."""
    during, without = (results.of(configuration, links, which, RECEIVED).spread() for which in (case, WITHOUT))
    return during.mean / without.mean if during and without and without.mean > 0 else None


def _rate(flood: Samples) -> str:
    spread = flood.spread()
    return f" ({spread.median:,.0f} packets/s)" if spread else ""


@contextmanager
def flooding(measurement: Measurement, case: str) -> Iterator[None]:
    """Records how fast it was, when it has ended."""
    lab = measurement.lab
    broadcast = lab.topology.networks[lab.topology.vms[ATTACKER].network].cidr.broadcast_address
    ping = lab.popen(ATTACKER, [*MODEST, "ping", "-f", "-b", "-q", *FLOODS[case], str(broadcast)], stdin=subprocess.DEVNULL,
                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield
    finally:
        interrupt(ping)
        with ping.stdout:
            said = ping.stdout.read()
    measurement.record(case, FLOOD, "packets/s", packets_per_second(said))


def packets_per_second(said: str) -> float:
    """From ping's last words."""
    match = re.search(r"(\d+) packets transmitted.* time (\d+)ms", said)
    if match is None or int(match[2]) == 0:
        raise LabError(f"ping says: {said.strip()}")
    return int(match[1]) / int(match[2]) * 1000
