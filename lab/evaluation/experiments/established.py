"""Section 4.2.3: latency of packets whose flows are established, to a VM on the same host and to one on another (figure 15, Table 2)."""

from typing import ClassVar

from dcplab import Topology

from ..configurations import OVS, Configuration, Links
from ..measurement import Experiment, Measurement, Repetitions, Results
from ..report.document import Block, Paragraph, Table, Verdict
from ..samples import Spread
from .comparison import DEFINITION, Comparison, compare
from .echo import fping
from .figures import Boxes
from .topologies import DESTINATIONS, place, three_vms
from .words import listed, ms

QUANTITY = "round trip"
INTERVAL_SECONDS = 0.01
WARM_UP = 5  # packets that establish the flows
# Average, maximum, minimum, standard deviation in ms; Table 2.
PAPER = {
    "another host": {"DCPortalsNG": (0.35, 1.19, 0.26, 0.078), "POX + L2": (0.36, 0.99, 0.25, 0.079), "OvS": (0.37, 0.95, 0.27, 0.080)},
    "same host": {"DCPortalsNG": (0.32, 0.89, 0.21, 0.070), "POX + L2": (0.32, 0.74, 0.21, 0.063), "OvS": (0.31, 0.70, 0.21, 0.064)},
}
FIGURE = Boxes("established", tuple(DESTINATIONS), QUANTITY, "ms", "Round trip of an established flow",
               "Box plots of the round trip by destination and configuration")


class Established(Experiment):
    section: ClassVar[str] = "4.2.3"
    key: ClassVar[str] = "established"
    title: ClassVar[str] = "Latency of established flows"
    # Many short rounds: how much they differ is part of the answer.
    repetitions: ClassVar[Repetitions] = Repetitions(shaped=6, unshaped=4, quick_unshaped=True)

    def topology(self) -> Topology:
        return three_vms()

    def seconds(self, quick: bool) -> float:
        return len(DESTINATIONS) * (self._packets(quick) + WARM_UP) * INTERVAL_SECONDS

    def measure(self, measurement: Measurement) -> None:
        count = self._packets(measurement.quick)
        for case, vm in DESTINATIONS.items():
            measurement.progress(case)
            fping(measurement.lab, "vm1", vm, WARM_UP, INTERVAL_SECONDS)
            begin = measurement.elapsed()
            for number, value in enumerate(fping(measurement.lab, "vm1", vm, count, INTERVAL_SECONDS)):
                measurement.record(case, QUANTITY, "ms", value, begin + number * INTERVAL_SECONDS)

    def describe(self, results: Results) -> list[Block]:
        blocks: list[Block] = [
            Paragraph(f"VM1 sends an echo request every {INTERVAL_SECONDS * 1000:.0f} ms, by `fping`, to VM3 on its own host and to VM2 on "
                      f"another (the paper does not say which of the two is which); {WARM_UP} packets went before, so that the flows are "
                      "there."),
            Paragraph(DEFINITION)]
        for links in results.links():
            blocks += [self._table(results, links), FIGURE.figure(results, links), Paragraph(self._words(results, links)),
                       *self._verdicts(results, links)]
        return blocks

    def _packets(self, quick: bool) -> int:
        return 100 if quick else 250

    def _table(self, results: Results, links: Links) -> Table:
        rows = [[case, one.title, *row(results.of(one, links, case, QUANTITY).spread(), PAPER[case][one.paper]),
                 str(results.of(one, links, case, QUANTITY).lost())]
                for case in DESTINATIONS for one in results.configurations() if len(results.of(one, links, case, QUANTITY))]
        return Table(f"Table 2, {links.title}; ms, the paper's in brackets",
                     ["to", "configuration", "median", "average", "max", "min", "std", "lost"], rows, labels=2)

    def _words(self, results: Results, links: Links) -> str:
        said = [words(case, compared) for case in DESTINATIONS if (compared := self._compared(results, links, case))]
        return " ".join(said) or "Nothing can be compared with OVS alone: too little was measured."

    def _verdicts(self, results: Results, links: Links) -> list[Verdict]:
        return [Verdict(seen.within, f"{one.title}, established flow to {place(case)}, {links.title}: {seen.claim()}")
                for case in DESTINATIONS for one, seen in self._compared(results, links, case) if one.isolates]

    def _compared(self, results: Results, links: Links, case: str) -> list[tuple[Configuration, Comparison]]:
        """Every configuration of which something came but OVS alone, with that."""
        plain = results.of(OVS, links, case, QUANTITY)
        found = [(one, compare(results.of(one, links, case, QUANTITY), plain)) for one in results.configurations() if one != OVS]
        return [(one, seen) for one, seen in found if seen]


def row(spread: Spread | None, paper: tuple[float, float, float, float]) -> list[str]:
    if not spread:
        return ["", *(f"({value:g})" for value in paper)]
    own = (spread.mean, spread.most, spread.least, spread.deviation)
    return [ms(spread.median), *(f"{ms(value)} ({theirs:g})" for value, theirs in zip(own, paper))]


def words(case: str, compared: list[tuple[Configuration, Comparison]]) -> str:
    """How far the medians are from that of OVS alone, and which are above it by more than its own rounds differ."""
    plain, (least, most) = compared[0][1].plain_median, compared[0][1].plain_rounds
    rounds = f"its rounds' {ms(least)} to {ms(most)}" if ms(least) != ms(most) else "one round, or rounds alike"
    each = listed([f"{one.title} {seen.median - seen.plain_median:+.2f} ms (the slower one in {seen.slower * 100:.0f} of 100 pairs of "
                   "packets)"
                   for one, seen in compared])
    slower = [one.title for one, seen in compared if seen.median > most and ms(seen.median) != ms(most)]
    return (f"To {place(case)}, beside the median of OVS alone ({ms(plain)} ms; {rounds}): {each}. "
            + (f"Slower than each round of OVS alone: {listed(slower)}." if slower else
               "None is slower than the slowest round of OVS alone."))
