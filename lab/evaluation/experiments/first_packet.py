"""Section 4.2.2: latency of the first packet of a flow, for which switches and controllers have to find out what to do (figures 13 and 14).

The paper does not say how it measured. Here: two echo requests by `fping`, 10 ms apart, after the switches have forgotten all that earlier
packets taught them. So the first round trip has the installation of both directions in it, request and answer, as a user of `ping` meets
it. Neighbour tables are filled by hand, so that no ARP is measured; that is 4.2.1.
"""

from typing import ClassVar

from dcplab import Lab, Topology
from dcplab.ovs import BRIDGE

from ..configurations import L2, OVS, PROACTIVE, REACTIVE, Configuration, Links
from ..measurement import Experiment, Measurement, Results
from ..neighbours import know_neighbours
from ..report import plots
from ..report.document import Block, Figure, Paragraph, Table, Verdict
from .comparison import DEFINITION, compare
from .echo import fping
from .topologies import DESTINATIONS, place, three_vms
from .words import CELLS, cells, listed, median, ms, times

FIRST, NEXT = PACKETS = ("first packet", "next packet")
INTERVAL_SECONDS = 0.01
TRY_SECONDS = 0.12  # with all that has to be forgotten before
PANELS = {"same host": "a", "another host": "b"}  # of figure 14


class FirstPacket(Experiment):
    section: ClassVar[str] = "4.2.2"
    key: ClassVar[str] = "first-packet"
    title: ClassVar[str] = "Latency of the first packet"

    def topology(self) -> Topology:
        return three_vms()

    def seconds(self, quick: bool) -> float:
        return len(DESTINATIONS) * self._tries(quick) * TRY_SECONDS

    def measure(self, measurement: Measurement) -> None:
        lab = measurement.lab
        know_neighbours(lab)
        for case, vm in DESTINATIONS.items():
            measurement.progress(case)
            fping(lab, "vm1", vm, len(PACKETS), INTERVAL_SECONDS)  # a learning controller knows by now where both are
            for _ in range(self._tries(measurement.quick)):
                forget(lab)
                at = measurement.elapsed()
                for quantity, value in zip(PACKETS, fping(lab, "vm1", vm, len(PACKETS), INTERVAL_SECONDS)):
                    measurement.record(case, quantity, "ms", value, at)

    def describe(self, results: Results) -> list[Block]:
        return describe(results)

    def _tries(self, quick: bool) -> int:
        return 8 if quick else 60


def forget(lab: Lab) -> None:
    """No switch has a flow that a packet asked for, nor knows where a MAC address was seen, nor has a decision in its cache."""
    for hypervisor, ovs in lab.ovs.items():
        if asked := asked_for(lab.flows(hypervisor)):
            ovs.ofctl("--strict", "del-flows", BRIDGE, "-", stdin="\n".join(asked) + "\n")
        ovs.appctl("revalidator/purge")
        if lab.config == "ovs":
            ovs.appctl("fdb/flush", BRIDGE)  # last: with the counters of a decision that goes, its addresses are learned once more


def asked_for(flows: list[str]) -> list[str]:
    """The matches of those that go by themselves when nothing uses them: only what a packet asked for does."""
    found = []
    for flow in flows:
        words = flow.partition(" actions=")[0].replace(", ", ",").split(",")
        if any(word.startswith("idle_timeout=") for word in words):
            found.append(",".join(word for word in words if not word.startswith(("cookie=", "idle_timeout="))))
    return found


# The report

def describe(results: Results) -> list[Block]:
    blocks: list[Block] = [Paragraph(
        f"VM1 sends two echo requests, {INTERVAL_SECONDS * 1000:.0f} ms apart, to VM3 on its own host or to VM2 on another. Before, all "
        "switches forget: flows that a packet asked for are deleted, plain switches' MAC tables flushed, the datapath's cache emptied. The "
        "first round trip has the installation of the flows of both directions in it; the next finds them. The paper shows a picture only "
        "(figure 14): a controller that works reactively adds a long delay beside OvS without one, and the translation for another server "
        "costs more on top of that.")]
    for links in results.links():
        configurations = results.configurations()
        rows = [[case, one.title, *cells(results.of(one, links, case, FIRST)), _median(results, links, one, case, NEXT)]
                for case in PANELS for one in configurations if len(results.of(one, links, case, FIRST))]
        blocks += [Table(f"Round trip of the first packet, {links.title}; ms", ["to", "configuration", *CELLS, "next packet: median"], rows,
                         labels=2),
                   _figure(results, links), Paragraph(_words(results, links)), *_verdicts(results, links)]
    blocks.insert(1, Paragraph(DEFINITION))
    return blocks


def _median(results: Results, links: Links, configuration: Configuration, case: str, packet: str) -> str:
    value = median(results.of(configuration, links, case, packet))
    return "" if value is None else ms(value)


def _words(results: Results, links: Links) -> str:
    reasons = {PROACTIVE: "nothing is asked, all flows are there; the switch only looks them up",
               REACTIVE: "the sender's switch asks dcportald about the request, the other one's about the answer; to another host "
                         "dcportald first installs the flow at the far end, and waits until that has said so, before it lets the packet go",
               L2: "every switch on the way asks the controller about the request and about the answer: two questions on one host, four "
                   "between two"}
    sentences = []
    for one, reason in reasons.items():
        parts = []
        for case in PANELS:
            own, plain = (median(results.of(each, links, case, FIRST)) for each in (one, OVS))
            if own is not None and plain is not None:
                parts.append(f"{times(own, plain)} as long as with OVS alone to {place(case)} ({ms(own)} and {ms(plain)} ms)")
        if parts:
            sentences.append(f"With {one.title} the first packet takes {listed(parts)}: {reason}.")
    for one in results.configurations():
        near, far = (median(results.of(one, links, case, FIRST)) for case in PANELS)
        if near is not None and far is not None:
            sentences.append(f"{one.title}: another host costs {ms(abs(far - near))} ms {'more' if far >= near else 'less'} than the same.")
    lost = [f"{samples.lost()} of {len(samples)} to {place(case)} with {one.title}" for one in results.configurations() for case in PANELS
            if (samples := results.of(one, links, case, FIRST)).lost()]
    if lost:
        sentences.append(f"First packets without an answer: {listed(lost)}.")
    return " ".join(sentences) or "Nothing can be compared: too little was measured."


def _figure(results: Results, links: Links) -> Figure:
    name = f"first-packet-{links.key}"
    configurations = results.configurations()
    picture, axes = plots.canvas(1, len(PANELS), sharey=True)
    for axis, (case, letter) in zip(axes, PANELS.items()):
        axis.set_title(f"({letter}) {case}")
        plots.boxes(axis, [(packet, [(one, results.of(one, links, case, packet)) for one in configurations]) for packet in PACKETS], "ms")
    highest = max((spread.high for case in PANELS for one in configurations for packet in PACKETS
                   if (spread := results.of(one, links, case, packet).spread())), default=1)
    axes[0].set_ylim(0, 1.05 * highest)
    plots.legend(picture, configurations)
    return Figure(f"Figure 14: round trip of the first packet of a flow and of the next, {links.title}: median, middle half, and all but a "
                  "tenth at either end.", plots.svg(picture, name),
                  "Box plots of the first two packets' round trips, a panel a place, by configuration", name)


def _verdicts(results: Results, links: Links) -> list[Verdict]:
    found = []
    for case in PANELS:
        seen = compare(results.of(PROACTIVE, links, case, FIRST), results.of(OVS, links, case, FIRST))
        if seen:
            found.append(Verdict(seen.within, f"{PROACTIVE.title}, first packet to {place(case)}, {links.title}: {seen.claim()}"))
    return found
