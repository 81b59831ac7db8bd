"""Section 4.4: who receives whose packets (figure 18, Tables 4 and 5): `fping -g 10.0.0.0/24` from each of six VMs of two clients.

The figure is not in the text. VM5 and VM6 are twins of VM1 and VM2 here, with the same IP and the same MAC, which is the hardest case for
isolation. Who received what is decided by dcplab.isolation, on captures in all VMs at once, as the paper does with `tcpdump`.
"""

from typing import ClassVar

from dcplab import Topology, isolation
from dcplab.isolation import Pairs, Reception

from ..configurations import Configuration, Links
from ..measurement import Experiment, Measurement, Repetitions, Results
from ..report.document import Block, Paragraph, Table, Verdict
from ..samples import Samples
from .topologies import six_vms

ECHO, ANYTHING = "echo request", "any frame"
RECEIVED, STRANGE = "received", "frames that no VM sent"
SECONDS_A_VM = 2.5
CHECK_MARK = "✓"


class Isolation(Experiment):
    section: ClassVar[str] = "4.4"
    key: ClassVar[str] = "isolation"
    title: ClassVar[str] = "Isolation between virtual networks"
    repetitions: ClassVar[Repetitions] = Repetitions(shaped=1, unshaped=1)

    def topology(self) -> Topology:
        return six_vms()

    def seconds(self, quick: bool) -> float:
        return len(six_vms().vms) * SECONDS_A_VM

    def measure(self, measurement: Measurement) -> None:
        record(measurement, isolation.run(measurement.lab, measurement.configuration.isolates, measurement.progress))

    def describe(self, results: Results) -> list[Block]:
        topology = six_vms()
        isolating = [one for one in results.configurations() if one.isolates]
        others = [one for one in results.configurations() if not one.isolates]
        blocks: list[Block] = [Paragraph(
            "Six VMs of two clients on three hosts, both networks 10.0.0.0/24: VM1 to VM4 are one client's, VM5 and VM6 the other's, and"
            " have the IP and MAC addresses of VM1 and VM2. Each VM in turn runs `fping -g 10.0.0.0/24`, while all interfaces are "
            "captured. An echo request is known by its size, which is its sender's own; other frames by their bytes and their time. "
            f"Where something that should arrive did not, the test is done again, up to {isolation.TRIES} times, and all tries count.")]
        blocks += self._matrices(results, isolating, ECHO, "Table 4, who received the echo requests", isolation.same_network(topology))
        blocks += self._matrices(results, others, ANYTHING, "Table 5, who received frames", isolation.everyone(topology))
        if others:
            blocks.append(Paragraph(
                "The paper's Table 5 has a mark in every cell. With twins echo requests alone cannot show that: a VM never sends to its "
                "own IP address, and an echo request goes to whichever twin the switches heard last. Broadcasts, which are ARP requests "
                "here, show the missing isolation whole; so Table 5 is of frames of any kind, and below are the echo requests."))
        blocks += self._matrices(results, others, ECHO, "Who received the echo requests", None)
        for links in results.links():
            for one in results.configurations():
                blocks += self._verdicts(results, links, one, topology)
        return blocks

    def _matrices(self, results: Results, configurations: list[Configuration], kind: str, caption: str, paper: Pairs | None) -> list[Block]:
        """One for all that have the same outcome. `paper`: what the paper has, to be shown beside it."""
        alike: dict[frozenset, list[str]] = {}
        for links in results.links():
            for one in configurations:
                if len(own := _samples(results, links, one)):
                    alike.setdefault(frozenset(received(own, kind)), []).append(f"{one.title}, {links.title}")
        return [Table(f"{caption}: {'; '.join(where)}", *_matrix(set(pairs), paper)) for pairs, where in alike.items()]

    def _verdicts(self, results: Results, links: Links, configuration: Configuration, topology: Topology) -> list[Verdict]:
        own = _samples(results, links, configuration)
        if not own.of(quantity=RECEIVED).rows:
            return []
        found = []
        for number in own.distinct("repetition"):
            each = own.of(repetition=number)
            where = f"{configuration.title}, {links.title}, round {number}"
            if configuration.isolates:
                found += _isolated(each, where, isolation.same_network(topology))
            else:
                missing = isolation.everyone(topology) - received(each, ANYTHING)
                found.append(Verdict(not missing, f"{where}: every VM received frames of every other, of whichever client, as in Table 5"
                                     + _listed("not so", missing), fact=True))
        return found


def record(measurement: Measurement, reception: Reception) -> None:
    for kind, pairs in ((ECHO, reception.echo_requests), (ANYTHING, reception.anything)):
        for sender, receiver in sorted(isolation.everyone(measurement.lab.topology)):
            measurement.record(f"{kind} {_arrow((sender, receiver))}", RECEIVED, "", int((sender, receiver) in pairs))
    measurement.record(ANYTHING, STRANGE, "", len(reception.strange))


def received(samples: Samples, kind: str) -> Pairs:
    """In any try."""
    found = set()
    for row in samples.of(quantity=RECEIVED):
        if row.case.startswith(kind) and row.value:
            sender, receiver = row.case.removeprefix(kind).lower().strip().split("->")
            found.add((sender, receiver))
    return found


def _isolated(samples: Samples, where: str, wanted: Pairs) -> list[Verdict]:
    echo, anything = received(samples, ECHO), received(samples, ANYTHING)
    strange = sum(samples.of(quantity=STRANGE).values())
    return [
        Verdict(echo == wanted, f"{where}: echo requests reached the VMs of the sender's network, and no other, as in Table 4"
                + _listed("missing", wanted - echo) + _listed("leaked", echo - wanted), fact=True),
        Verdict(anything <= wanted and not strange, f"{where}: no frame of any kind reached another network"
                + _listed("leaked", anything - wanted) + (f"; {strange:.0f} frames that no VM sent" if strange else ""), fact=True),
    ]


def _samples(results: Results, links: Links, configuration: Configuration) -> Samples:
    return results.samples.of(links=links.key, configuration=configuration.key)


def _matrix(pairs: Pairs, paper: Pairs | None) -> tuple[list[str], list[list[str]]]:
    names = list(six_vms().vms)
    kinds = [pairs] if paper is None else [pairs, paper]

    def cell(sender: str, receiver: str, marked: Pairs) -> str:
        return "–" if sender == receiver else CHECK_MARK if (sender, receiver) in marked else ""

    receivers = [name.upper() for name in names]
    header = ["from", *receivers, *([] if paper is None else [f"paper: {receivers[0]}", *receivers[1:]])]
    return header, [[sender.upper(), *(cell(sender, receiver, marked) for marked in kinds for receiver in names)] for sender in names]


def _listed(label: str, pairs: Pairs) -> str:
    return f"; {label}: " + ", ".join(_arrow(pair) for pair in sorted(pairs)) if pairs else ""


def _arrow(pair: tuple[str, str]) -> str:
    return f"{pair[0].upper()}->{pair[1].upper()}"
