"""Section 4.2.4: how long answers to a broadcast echo request take to come (figures 16 and 17).

Figure 16 is not in the paper's text: three VMs of one client in one network. Each is on a host of its own here, so that dcportals has to
make the most copies of a broadcast. VM1's own stack does not answer, the others' do. Neighbour tables are filled by hand, so that no ARP
is in the first answer.
"""

import re
from dataclasses import replace
from ipaddress import IPv4Address
from statistics import fmean
from typing import ClassVar

from dcplab import LabError, Topology, netns

from ..configurations import L2, OVS, PROACTIVE, REACTIVE, Configuration, Links
from ..measurement import Experiment, Measurement, Results
from ..neighbours import know_neighbours
from ..report import plots
from ..report.document import Block, Figure, Paragraph, Table, Verdict
from ..samples import Samples
from .comparison import DEFINITION, compare
from .figures import panels
from .topologies import topology
from .words import CELLS, cells, median, ms, times

ANSWERERS = {"vm2": "VM2", "vm3": "VM3"}
FIRST, LATER = "first answer", "later answers"
INTERVAL_SECONDS = 0.01  # 100 broadcasts/s: far fewer than dcportals lets through
MORE = 20  # requests that do not count
PAPER = {"DCPortalsNG": "0.563", "POX + L2": "0.003", "OvS": "0.00056"}  # ms, averages


class Broadcast(Experiment):
    section: ClassVar[str] = "4.2.4"
    key: ClassVar[str] = "broadcast"
    title: ClassVar[str] = "Broadcast packet latency"

    def topology(self) -> Topology:
        return topology({"net1": {"vm1": "hv1", "vm2": "hv2", "vm3": "hv3"}})

    def seconds(self, quick: bool) -> float:
        return (self._packets(quick) + MORE) * INTERVAL_SECONDS

    def measure(self, measurement: Measurement) -> None:
        lab, count = measurement.lab, self._packets(measurement.quick)
        know_neighbours(lab)
        for vm in ANSWERERS:
            netns.sysctl(lab.namespace(vm), "net/ipv4/icmp_echo_ignore_broadcasts", "0")
        broadcast = str(lab.topology.networks["net1"].cidr.broadcast_address)
        begin = measurement.elapsed()
        # ping ends when somebody has answered the last request, so a few more are sent: all have time to answer those that count.
        command = ["ping", "-n", "-b", "-c", str(count + MORE), "-i", f"{INTERVAL_SECONDS:g}", "-W", "1", broadcast]
        done = lab.run("vm1", command, check=False, timeout=count * INTERVAL_SECONDS + 120)
        came = answers(done.stdout)
        if not came:
            raise LabError(f"nobody answers: {done.stdout} {done.stderr}")
        for vm in ANSWERERS:
            for number in range(1, count + 1):
                measurement.record(vm, FIRST if number == 1 else LATER, "ms", came.get((lab.topology.vms[vm].ip, number)),
                                   begin + (number - 1) * INTERVAL_SECONDS)

    def describe(self, results: Results) -> list[Block]:
        return describe(results)

    def _packets(self, quick: bool) -> int:
        return 100 if quick else 500


def answers(words: str) -> dict[tuple[IPv4Address, int], float]:
    """{(who, packet number): ms} of what ping says: all answers, also those that it calls duplicates."""
    return {(IPv4Address(who), int(number)): float(time)
            for who, number, time in re.findall(r"bytes from ([\d.]+): icmp_seq=(\d+) ttl=\d+ time=([\d.]+) ms", words)}


# The report

def describe(results: Results) -> list[Block]:
    blocks: list[Block] = [Paragraph(
        f"VM1 pings the broadcast address of its network (`ping -b`) every {INTERVAL_SECONDS * 1000:.0f} ms; VM2 and VM3 on two other "
        "hosts answer, which had to be enabled, as in the paper. dcportals sends a broadcast to each host with members of the network, by "
        "unicast; the others flood it."),
        Paragraph("The paper gives averages alone: 0.563 ms, 0.003 ms and 0.00056 ms. They are quoted as they are, but cannot be round "
                  "trips: in 0.56 microseconds light goes 170 m, and no system takes a packet in and answers it. We do not know what they "
                  "are."),
        Paragraph(DEFINITION)]
    for links in results.links():
        blocks += _of_links(results, links)
    return blocks


def _of_links(results: Results, links: Links) -> list[Block]:
    configurations = results.configurations()
    averages = [[one.title, _average(_answers(results, links, one)), PAPER[one.paper]] for one in configurations]
    rows = [[one.title, name, _median(results.of(one, links, vm, FIRST)), *cells(results.of(one, links, vm, LATER))]
            for one in configurations for vm, name in ANSWERERS.items() if len(results.of(one, links, vm, FIRST))]
    return [Table(f"Average of all answers, {links.title}; ms", ["configuration", "average", "paper: average"], averages),
            Table(f"Answers of each VM, {links.title}; ms",
                  ["configuration", "from", "first answer", f"later: {CELLS[0]}", *CELLS[1:]], rows, labels=2),
            _figure(results, links), Paragraph(_words(results, links)), *_verdicts(results, links)]


def _answers(results: Results, links: Links, configuration: Configuration, *quantities: str) -> Samples:
    """Of both VMs."""
    return Samples(row for vm in ANSWERERS for quantity in quantities or (FIRST, LATER)
                   for row in results.of(configuration, links, vm, quantity))


def _average(samples: Samples) -> str:
    spread = samples.spread()
    return ms(spread.mean) if spread else ""


def _median(samples: Samples) -> str:
    value = median(samples)
    return "" if value is None else ms(value)


def _words(results: Results, links: Links) -> str:
    sentences = []
    for one in results.configurations():
        first, later = (median(_answers(results, links, one, quantity)) for quantity in (FIRST, LATER))
        if first is None or later is None:
            continue
        plain = median(_answers(results, links, OVS, LATER))
        beside = f", {times(later, plain)} what OVS alone takes" if one != OVS and plain is not None else ""
        sentences.append(f"{one.title}: {ms(later)} ms in the median{beside}; the first answer took {times(first, later)} that.")
    if REACTIVE in results.configurations():
        sentences.append("Of a reactive network's broadcasts the first alone is asked about.")
    if L2 in results.configurations():
        sentences.append("The learning controller is asked about each, as it installs no flows for broadcasts.")
    return " ".join(sentences) or "Too little was measured to say anything."


def _figure(results: Results, links: Links) -> Figure:
    name = f"broadcast-{links.key}"
    picture, shown = panels(results, "packet", "ms")
    for one, axis in shown:
        plots.over_time(axis, by_number(_answers(results, links, one).of(repetition=1)), plots.COLOURS[one.key], "")
    return Figure(f"Figure 17: mean of the answers to each broadcast, without smoothing, first round, {links.title}.",
                  plots.svg(picture, name), "Broadcast latency by packet number, a panel a configuration", name)


def by_number(samples: Samples) -> Samples:
    """One for each packet, the mean of its answers; `at` is the packet's number."""
    ordered = sorted(samples.distinct("at"))
    of_packet = {at: samples.of(at=at) for at in ordered}
    return Samples(replace(own.rows[0], at=number, value=fmean(own.values()) if own.values() else None)
                   for number, own in enumerate(of_packet.values(), 1))


def _verdicts(results: Results, links: Links) -> list[Verdict]:
    found = []
    for one in (PROACTIVE, REACTIVE):
        if seen := compare(_answers(results, links, one, LATER), _answers(results, links, OVS, LATER)):
            found.append(Verdict(seen.within, f"{one.title}, broadcast, {links.title}: {seen.claim()}"))
    return found
