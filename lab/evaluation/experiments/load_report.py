"""What the report shows of the load test: procedure, the knees, what each rate did and cost, figure 20, and verdicts. Used by load.py."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..configurations import IDLE_SECONDS, OVS, PROACTIVE, REACTIVE, Configuration, Links
from ..measurement import Results
from ..report.document import Block, Paragraph, Table, Verdict
from . import load_watch
from .load_figure import figure
from .load_knee import (COUNTS_APART, COURSE, DECISIONS, GENERATED, LATENCY, LOST, NARROWER, PACKET_INS, SETTLE_SECONDS, SLOWER,
                        by_bandwidth, by_latency_or_loss)
from .load_outcome import Outcome
from .load_words import JUDGEMENTS, PAPER_KNEE, machine, since, words
from .words import ms

if TYPE_CHECKING:
    from .load import Plan


def describe(results: Results, plan: "Plan") -> list[Block]:
    blocks: list[Block] = _procedure(plan)
    for links in results.links():
        outcomes = [one for configuration in results.configurations() for one in [Outcome.of(results, configuration, links)] if one.rates()]
        if outcomes:
            blocks += _of_links(outcomes, links, results.quick, pictures=links == results.links()[0])
    return blocks + _silence(results)


def _of_links(outcomes: Sequence[Outcome], links: Links, quick: bool, pictures: bool) -> list[Block]:
    plain = next((one for one in outcomes if one.configuration == OVS), None)
    blocks: list[Block] = [_knees(outcomes, links), *(Paragraph(words(one, plain)) for one in outcomes), *map(Paragraph, machine(outcomes)),
                           _effects(outcomes, links), _costs(outcomes, links)]
    if pictures:
        found = (figure(one, f"load-{links.key}-{one.configuration.key}") for one in outcomes)
        blocks += [picture for picture in found if picture]
    return blocks + _verdicts(outcomes, plain, quick)


def _procedure(plan: "Plan") -> list[Block]:
    return [
        Paragraph(
            f"VM4 sends bursts of {plan.rates[0]:,} to {plan.rates[-1]:,} packets/s, or as many as its generator can: "
            f"{plan.burst_seconds:g} s each, with {plan.pause_seconds:g} s of quiet between them. Meanwhile VM1 sends an echo request to "
            f"VM2 every {plan.probe_seconds:g} s, VM2 sends a TCP stream to VM3 (`iperf3`, with a window that fits into a cable's queue), "
            "and CPU and memory of the controller and CPU of `ovs-vswitchd` at VM4's server are read as `ps` does. VM1 and VM3 are on one "
            "server, VM2 and VM4 on the other: the text does not say where they are, and so both measurements cross the wire."),
        Paragraph(
            "Each packet of VM4 has a destination MAC and IP of its own that nobody has, in the network, and random UDP ports, so it is a "
            "new flow to every kind of switch; its source is VM4's own, because dcportals would drop any other without work. They are "
            "sent by `tcpreplay`, evenly; the paper's `packit` sends each second's packets in one heap and takes new addresses only now "
            f"and then. Flows that a packet asked for go after {IDLE_SECONDS} s in all configurations. The paper waits 2 s between two "
            "echo requests, and 60 s between bursts; here each request goes between another pair of addresses, of which there are so many "
            "that a pair's flows are gone when its turn comes again. After each burst the switches' caches are emptied, as the paper's "
            "pause lets them become. OVS alone looks at MACs only and never has to decide about them anew. Neighbours are known, so there "
            "is no ARP."),
        Paragraph(
            "Latency is the way of the request from VM1 to VM2, by the kernel's time stamps; the way back shares VM2's cable with the "
            "stream and says more of that. A probe without an answer is lost. New flows suffer by latency when their median is more than "
            f"{SLOWER:g} times that of the quiet time before, by loss when more than {LOST * 100:.0f} % of the probes are lost; the stream "
            f"suffers when it has less than {NARROWER * 100:.0f} % of its quiet bandwidth. Quiet time begins {SETTLE_SECONDS:g} s after a "
            "burst. The knee is the lowest rate at which that is so in most rounds, and also at the next higher rate. The generator is at "
            f"its limit when it sends less than {GENERATED * 100:.0f} % of what it is asked for."),
    ]


def _knees(outcomes: Sequence[Outcome], links: Links) -> Table:
    rows = [[one.configuration.title, *(_rate(one.knee(suffers)) for suffers in JUDGEMENTS.values()), _most(one),
             f"about {PAPER_KNEE}" if one.configuration.paper == PROACTIVE.paper else "not given"] for one in outcomes]
    return Table(f"The knee, {links.title}: packets/s, each a new flow, from which others suffer",
                 ["configuration", "latency", "loss", "bandwidth", "highest rate sent", "paper: knee"], rows)


def _most(outcome: Outcome) -> str:
    return f"{outcome.most():,.0f}" + (" (the generator's limit)" if outcome.limited() else "")


def _effects(outcomes: Sequence[Outcome], links: Links) -> Table:
    def cell(outcome: Outcome, rate: int) -> str:
        return _cell(outcome.at(rate, lambda effect: effect.latency), outcome.at(rate, lambda effect: effect.lost),
                     outcome.at(rate, lambda effect: effect.mbits))

    quiet = ["none", *(_cell(one.quiet(LATENCY), one.quiet_loss(), one.quiet(load_watch.BANDWIDTH)) for one in outcomes)]
    return Table(f"What each rate does, {links.title}: median latency of a new flow in ms · probes lost · the stream in Mbit/s",
                 ["packets/s", *(one.configuration.title for one in outcomes)],
                 [quiet, *([f"{rate:,}", *(cell(one, rate) if rate in one.rates() else "" for one in outcomes)]
                          for rate in _rates(outcomes))])


def _costs(outcomes: Sequence[Outcome], links: Links) -> Table:
    def cell(outcome: Outcome, rate: int) -> str:
        return " · ".join([_number(outcome.used(rate, load_watch.CONTROLLER_CPU), " %"),
                           _number(outcome.used(rate, load_watch.SWITCH_CPU), " %"),
                           _number(outcome.per_second(rate, lambda burst: burst.messages))])

    return Table(f"What it costs, {links.title}: CPU of the controller · of `ovs-vswitchd` at VM4's server · messages/s to the controller",
                 ["packets/s", *(one.configuration.title for one in outcomes)],
                 [[f"{rate:,}", *(cell(one, rate) if rate in one.rates() else "" for one in outcomes)] for rate in _rates(outcomes)])


def _verdicts(outcomes: Sequence[Outcome], plain: Outcome | None, quick: bool) -> list[Verdict]:
    found = []
    for one in outcomes:
        for what, suffers in (("new flows suffer", by_latency_or_loss), ("the stream suffers", by_bandwidth)):
            if plain and one.configuration.isolates:
                ours, theirs = one.knee(suffers), plain.knee(suffers)
                said = f"{one.name}: {what} {since(ours, one)}; with OVS alone {since(theirs, plain)}{one.links.caveat}"
                found.append(Verdict(_no_sooner(ours, theirs), said))
        if not quick:
            known = one.worst() is not None or one.limited()
            found.append(Verdict(known, f"{one.name}: the knee was found, or the generator's limit", fact=True))
    return found


def _no_sooner(ours: int | None, theirs: int | None) -> bool:
    return ours is None or theirs is not None and ours >= theirs


def _silence(results: Results) -> list[Block]:
    """In proactive mode nobody asks the controller anything, and who would would be seen."""
    def counted(configuration: Configuration, quantity: str) -> list[float]:
        return results.samples.of(configuration=configuration.key, case=COURSE, quantity=quantity).values()

    blocks: list[Block] = []
    if tests := len(counted(PROACTIVE, PACKET_INS)):
        seen, decided = sum(counted(PROACTIVE, PACKET_INS)), sum(counted(PROACTIVE, DECISIONS))
        said = (f"{PROACTIVE.title}: {seen:.0f} packets came to the controller in {tests} load test{'s' if tests > 1 else ''}, by a "
                f"capture of the management network, and it decided {decided:.0f} times")
        blocks.append(Verdict(seen == 0 and decided == 0, said, fact=True))
    if counted(REACTIVE, PACKET_INS):
        seen, decided = sum(counted(REACTIVE, PACKET_INS)), sum(counted(REACTIVE, DECISIONS))
        said = (f"{REACTIVE.title}: the same capture shows {seen:,.0f} packets up to the end of the first burst, where `dcportald` says "
                f"that it decided {decided:,.0f} times")
        blocks.append(Verdict(seen > 0 and abs(seen - decided) <= COUNTS_APART * decided, said, fact=True))
    return blocks


def _rates(outcomes: Sequence[Outcome]) -> list[int]:
    return sorted({rate for one in outcomes for rate in one.rates()})


def _rate(rate: int | None) -> str:
    return "not reached" if rate is None else f"{rate:,}"


def _cell(milliseconds: float | None, lost: float | None, mbits: float | None) -> str:
    return " · ".join(["-" if milliseconds is None else ms(milliseconds), "-" if lost is None else f"{lost * 100:.0f} %", _number(mbits)])


def _number(value: float | None, unit: str = "") -> str:
    return "-" if value is None else f"{value:,.0f}{unit}"
