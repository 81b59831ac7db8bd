"""Section 4.2.3: latency of packets whose flows are established, to a VM on the same host and to one on another (figure 15, Table 2)."""

from typing import ClassVar

from dcplab import LabError, Topology

from ..configurations import OVS, Configuration, Links
from ..measurement import Experiment, Measurement, Results
from ..report import plots
from ..report.document import Block, Figure, Paragraph, Table, Verdict
from .topologies import three_vms

DESTINATIONS = {"another host": "vm2", "same host": "vm3"}
QUANTITY = "round trip"
INTERVAL_SECONDS = 0.01
WARM_UP = 5  # packets that establish the flows
# Average, maximum, minimum, standard deviation in ms; Table 2.
PAPER = {
    "another host": {"DCPortalsNG": (0.35, 1.19, 0.26, 0.078), "POX + L2": (0.36, 0.99, 0.25, 0.079), "OvS": (0.37, 0.95, 0.27, 0.080)},
    "same host": {"DCPortalsNG": (0.32, 0.89, 0.21, 0.070), "POX + L2": (0.32, 0.74, 0.21, 0.063), "OvS": (0.31, 0.70, 0.21, 0.064)},
}


class Established(Experiment):
    section: ClassVar[str] = "4.2.3"
    key: ClassVar[str] = "established"
    title: ClassVar[str] = "Latency of established flows"

    def topology(self) -> Topology:
        return three_vms()

    def seconds(self, quick: bool) -> float:
        return len(DESTINATIONS) * (self._packets(quick) + WARM_UP) * INTERVAL_SECONDS

    def measure(self, measurement: Measurement) -> None:
        for case, name in DESTINATIONS.items():
            measurement.progress(case)
            self._ping(measurement, name, WARM_UP)
            for value in self._ping(measurement, name, self._packets(measurement.quick)):
                measurement.record(case, QUANTITY, "ms", value)

    def describe(self, results: Results) -> list[Block]:
        blocks: list[Block] = [Paragraph(
            f"VM1 sends an echo request every {INTERVAL_SECONDS * 1000:.0f} ms to a VM on the same and to one on another host; the flows are "
            "there already. The time is that which `ping` says, as in the paper.")]
        for links in results.links():
            blocks.append(Table(f"Table 2, {links.title}; ms", ["to", "configuration", "median", "avg", "max", "min", "std", "paper: avg", "max", "min", "std"],
                                [self._row(results, links, case, one) for case in DESTINATIONS for one in results.configurations()], labels=2))
            blocks.append(self._figure(results, links))
            blocks += self._verdicts(results, links)
        return blocks

    def _packets(self, quick: bool) -> int:
        return 100 if quick else 500

    def _ping(self, measurement: Measurement, name: str, count: int) -> list[float | None]:
        """Milliseconds of each, None if it was lost."""
        target = str(measurement.lab.topology.vms[name].ip)
        done = measurement.lab.run("vm1", ["fping", "-C", str(count), "-q", "-p", f"{INTERVAL_SECONDS * 1000:.0f}", "-t", "1000", target],
                                   check=False, timeout=count * INTERVAL_SECONDS + 30)
        words = done.stderr.partition(":")[2].split()
        if len(words) != count:
            raise LabError(f"fping says: {done.stderr.strip()}")
        return [None if word == "-" else float(word) for word in words]

    def _row(self, results: Results, links: Links, case: str, configuration: Configuration) -> list[str]:
        spread = results.of(configuration, links, case, QUANTITY).spread()
        own = [spread.median, spread.mean, spread.most, spread.least, spread.deviation] if spread else []
        return [case, configuration.title, *(f"{value:.2f}" for value in own),
                *(f"{value:g}" for value in PAPER[case][configuration.paper])]

    def _figure(self, results: Results, links: Links) -> Figure:
        name = f"{self.key}-{links.key}"
        picture, (axis,) = plots.canvas()
        configurations = results.configurations()
        plots.boxes(axis, [(case, [(one, results.of(one, links, case, QUANTITY)) for one in configurations]) for case in DESTINATIONS], "ms")
        plots.legend(picture, configurations)
        return Figure(f"Round trip of an established flow, {links.title}: median, middle half, and all but a tenth at either end.",
                      plots.svg(picture, name), "Box plots of the round trip by destination and configuration", name)

    def _verdicts(self, results: Results, links: Links) -> list[Verdict]:
        found = []
        for case in DESTINATIONS:
            plain = results.of(OVS, links, case, QUANTITY).spread()
            for one in results.configurations():
                own = results.of(one, links, case, QUANTITY).spread()
                if one.isolates and plain and own:
                    found.append(Verdict(own.median <= plain.high, f"{one.title}, {case}, {links.title}: median {own.median:.2f} ms; nine of "
                                         f"ten of plain Open vSwitch's are up to {plain.high:.2f}"))
        return found
