"""Section 4.3: what a TCP connection gets, to a VM on the same host and to one on another (figure 13, Table 3).

The paper's connections lasted 600 minutes. Ours last seconds, several times, the configurations in turns. The paper's iperf showed more
than a cable carries (1.14 Gbit/s between VM1 and VM3), so it showed what was handed to a local buffer or a software switch; we count
what arrives.
"""

from typing import ClassVar

from dcplab import Topology

from ..configurations import OVS, Configuration, Links
from ..measurement import Experiment, Measurement, Repetitions, Results
from ..report.document import Block, Paragraph, Table, Verdict
from ..samples import Spread
from .figures import Boxes
from .throughput import INTERVAL_SECONDS, Stream, switch_seconds
from .topologies import DESTINATIONS, place, three_vms

RECEIVED, RETRANSMITS = "received", "segments sent again"
SWITCH_TIME = "processor time of "  # and the hypervisor
WARM_UP = 2  # intervals until the connection is as fast as it gets
RESOLUTION = 0.01  # of the median: less than this is no difference
# Average, maximum, minimum, standard deviation in Gbit/s; Table 3.
PAPER = {
    "another host": {"DCPortalsNG": (0.94, 0.95, 0.63, 0.02), "POX + L2": (0.93, 0.94, 0.74, 0.02), "OvS": (0.93, 0.94, 0.93, 0.00)},
    "same host": {"DCPortalsNG": (0.94, 1.05, 0.84, 0.01), "POX + L2": (0.94, 1.14, 0.76, 0.03), "OvS": (0.94, 0.95, 0.92, 0.00)},
}
# Not measured in the run that is reported. By `perf record` on both ovs-vswitchd while a connection ran, OVS alone and dcportals in turns.
PROFILE = (
    "Where dcportals' processor time goes, by a profile of 2026-11-23 (proactive, Open vSwitch 3.1.0, two cores, cables without a limit,"
    " another host; not measured in this run): each packet passes each switch once, in one cached flow, without meter or recirculation; "
    "dcportals' flow sets both MAC and both IP addresses, which OVS alone does not. Per packet a switch needed about 13.7 µs with "
    "either, on a machine busy with other work besides: 11.1 µs are the kernel's, which takes the packet in and sends it on, and 1.2 µs "
    "the C library's. Open vSwitch's own code needs 1.52 µs instead of 1.42: 0.1 µs, less than 1%, for setting addresses and mending "
    "checksums. On the same host the flow only outputs, as that of OVS alone. Rounds of one configuration differed by more: 12.3 to 14.6"
    " µs with OVS alone, 13.0 to 15.1 with dcportals. The cores are the limit there, and switches, VMs and `iperf3` share them.")
FIGURE = Boxes("bandwidth", tuple(DESTINATIONS), RECEIVED, "Mbit/s", "TCP throughput",
               "Box plots of the throughput by destination and configuration")


class Bandwidth(Experiment):
    section: ClassVar[str] = "4.3"
    key: ClassVar[str] = "bandwidth"
    title: ClassVar[str] = "Available bandwidth"
    repetitions: ClassVar[Repetitions] = Repetitions(shaped=3, unshaped=2)

    def topology(self) -> Topology:
        return three_vms()

    def seconds(self, quick: bool) -> float:
        return len(DESTINATIONS) * (self._intervals(quick) + WARM_UP) * INTERVAL_SECONDS

    def measure(self, measurement: Measurement) -> None:
        for case, receiver in DESTINATIONS.items():
            measurement.progress(case)
            with Stream(measurement.lab, "vm1", receiver) as stream:
                list(stream.intervals(WARM_UP))
                before = switch_seconds(measurement.lab)
                for mbits in stream.intervals(self._intervals(measurement.quick)):
                    measurement.record(case, RECEIVED, "Mbit/s", mbits)
                for hypervisor, seconds in switch_seconds(measurement.lab).items():
                    measurement.record(case, SWITCH_TIME + hypervisor, "s", seconds - before[hypervisor])
            for count in stream.retransmits()[WARM_UP:]:
                measurement.record(case, RETRANSMITS, "", count)

    def _intervals(self, quick: bool) -> int:
        return 3 if quick else 20

    def describe(self, results: Results) -> list[Block]:
        blocks: list[Block] = [Paragraph(
            "VM1 sends to a VM on the same and to one on another host with `iperf3`, TCP, one connection, "
            f"{self._intervals(results.quick) * INTERVAL_SECONDS:g} s each after {WARM_UP * INTERVAL_SECONDS:g} s of warm-up; a value is "
            f"what arrived in {INTERVAL_SECONDS:g} s. The paper's connections lasted 600 minutes. The spread of plain Open vSwitch leaves "
            f"out a tenth of the values of all rounds at either end, and is taken to begin at least {RESOLUTION:.0%} below the median; "
            "dcportals is within it if its own median is not below that.")]
        rows = [(case, one) for case in DESTINATIONS for one in results.configurations()]
        for links in results.links():
            blocks.append(Table(f"Table 3, {links.title}; Gbit/s",
                                ["to", "configuration", "median", "avg", "max", "min", "std", "paper: avg", "max", "min", "std"],
                                [self._row(results, links, *row) for row in rows], labels=2))
            blocks.append(FIGURE.figure(results, links))
            blocks.append(Table(f"Cost, {links.title}: processor time of both hosts' `ovs-vswitchd`, and segments that TCP sent again",
                                ["to", "configuration", "s/Gbit", "again/s"],
                                [self._cost_row(results, links, *row) for row in rows], labels=2))
            blocks += self._words(results, links)
            if links.mbits is None and any(one.isolates for one in results.configurations()):
                blocks.append(Paragraph(PROFILE))
            blocks += self._verdicts(results, links)
        return blocks

    def _row(self, results: Results, links: Links, case: str, configuration: Configuration) -> list[str]:
        spread = results.of(configuration, links, case, RECEIVED).spread()
        own = [spread.median, spread.mean, spread.most, spread.least, spread.deviation] if spread else []
        return [case, configuration.title, *([f"{value / 1000:.3f}" for value in own] or ["–"] * 5),
                *(f"{value:.2f}" for value in PAPER[case][configuration.paper])]

    def _cost_row(self, results: Results, links: Links, case: str, configuration: Configuration) -> list[str]:
        cost = seconds_per_gigabit(results, links, case, configuration)
        again = results.of(configuration, links, case, RETRANSMITS).spread()
        return [case, configuration.title, f"{cost:.2f}" if cost is not None else "–",
                f"{again.mean / INTERVAL_SECONDS:.0f}" if again else "–"]

    def _words(self, results: Results, links: Links) -> list[Paragraph]:
        """Each configuration beside plain Open vSwitch."""
        sentences = []
        for case in DESTINATIONS:
            plain = results.of(OVS, links, case, RECEIVED).spread()
            plain_cost = seconds_per_gigabit(results, links, case, OVS)
            for one in results.configurations():
                own = results.of(one, links, case, RECEIVED).spread()
                if one != OVS and own and plain and plain.median > 0:
                    cost = seconds_per_gigabit(results, links, case, one)
                    needs = f", for {cost / plain_cost:.2f} times the switches' processor time per gigabit" if cost and plain_cost else ""
                    kept = f"{own.median / plain.median:.0%} of what OVS alone gives"
                    sentences.append(f"To {place(case)}, {one.title} gives {kept}{needs}.")
        return [Paragraph(" ".join(sentences))] if sentences else []

    def _verdicts(self, results: Results, links: Links) -> list[Verdict]:
        found = []
        for case in DESTINATIONS:
            plain = results.of(OVS, links, case, RECEIVED).spread()
            for one in results.configurations():
                own = results.of(one, links, case, RECEIVED).spread()
                if one.isolates and plain and own:
                    found.append(Verdict(own.median >= lower_end(plain), f"{one.title}, {case}, {links.title}: median {own.median:.1f} "
                                         f"Mbit/s; plain Open vSwitch's spread is {lower_end(plain):.1f} to {plain.high:.1f}"))
        return found


def lower_end(plain: Spread) -> float:
    """Of plain Open vSwitch's spread: nine of ten of its intervals, of all repetitions, are above; at least RESOLUTION below its median."""
    return min(plain.low, plain.median * (1 - RESOLUTION))


def seconds_per_gigabit(results: Results, links: Links, case: str, configuration: Configuration) -> float | None:
    """Processor time of all switches. None: nothing arrived, or nothing was measured."""
    own = results.samples.of(configuration=configuration.key, links=links.key, case=case)
    gigabits = sum(own.of(quantity=RECEIVED).values()) * INTERVAL_SECONDS / 1000
    seconds = [row.value for row in own if row.quantity.startswith(SWITCH_TIME) and row.value is not None]
    return sum(seconds) / gigabits if seconds and gigabits else None
