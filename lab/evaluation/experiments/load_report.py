"""What the report says of the load test: procedure, the knees, what each rate did, figure 20, and words made from the samples. Used by load.py."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..configurations import IDLE_SECONDS, OVS, PROACTIVE, REACTIVE, Configuration, Links
from ..measurement import Results
from ..report.document import Block, Paragraph, Table, Verdict
from ..samples import Samples
from . import load_knee, load_watch
from .load_figure import figure
from .load_knee import COURSE, DECISIONS, GENERATED, LATENCY, LOST, NARROWER, PACKET_INS, ROUND_TRIP, SETTLE_SECONDS, SLOWER, Burst, Effect, Judgement

if TYPE_CHECKING:
    from .load import Plan

PAPER_KNEE = 200  # flows/s, DCPortalsNG, section 4.5; there is none for the others
JUDGEMENTS: dict[str, Judgement] = {"latency": load_knee.by_latency, "loss": load_knee.by_loss, "bandwidth": load_knee.by_bandwidth}
BUSY = 95.0  # % of the machine: from here on it is the limit
MESSAGE_SHARE = 0.5  # a controller that hears of fewer of a burst's packets is being spared most of them
COUNTS_APART = 0.02  # two counts that are not read at the same moment
FIRST_PACKETS = 500  # dcportald's protection.first_packets_per_second, which is left as it is


@dataclass(frozen=True)
class Outcome:
    """Of one configuration at one speed of cables."""

    configuration: Configuration
    links: Links
    samples: Samples
    repetitions: Sequence[Sequence[Effect]]

    def knee(self, suffers: Judgement) -> int | None:
        return load_knee.knee(self.repetitions, suffers)

    def worst(self) -> int | None:
        """Where new flows suffer, in one way or the other."""
        return self.knee(load_knee.by_latency_or_loss)

    def rates(self) -> list[int]:
        return sorted({effect.burst.rate for one in self.repetitions for effect in one})

    def at(self, rate: int, value: Callable[[Effect], float | None]) -> float | None:
        """The median of the repetitions."""
        return _median([found for one in self.repetitions for effect in one if effect.burst.rate == rate and (found := value(effect)) is not None])

    def used(self, rate: int, quantity: str) -> float | None:
        """Of the processors, in the bursts of this rate."""
        return _median([value for number in self.samples.distinct("repetition") for own in [self.samples.of(repetition=number)]
                        for burst in load_knee.bursts(own) if burst.rate == rate
                        for value in load_knee.between(own.of(case=COURSE, quantity=quantity), [(burst.begin, burst.end)]).values()])

    def quiet(self, quantity: str) -> float | None:
        """Before the first burst."""
        found: list[float] = []
        for number in self.samples.distinct("repetition"):
            own = self.samples.of(repetition=number)
            if bursts := load_knee.bursts(own):
                found += load_knee.between(own.of(case=COURSE, quantity=quantity), [(0.0, bursts[0].begin)]).values()
        return _median(found)


def describe(results: Results, plan: "Plan") -> list[Block]:
    blocks: list[Block] = _procedure(plan)
    for links in results.links():
        outcomes = [_outcome(results, one, links) for one in results.configurations()]
        outcomes = [one for one in outcomes if one.rates()]
        if not outcomes:
            continue
        blocks += [_knees(outcomes, links), *(Paragraph(_words(one)) for one in outcomes), _effects(outcomes, links), _costs(outcomes, links)]
        if links == results.links()[0]:
            found = (figure(results, one.configuration, links, f"load-{links.key}-{one.configuration.key}", one.worst()) for one in outcomes)
            blocks += [picture for picture in found if picture]
        blocks += _verdicts(outcomes, results.quick)
    return blocks + _silence(results)


def _outcome(results: Results, configuration: Configuration, links: Links) -> Outcome:
    own = results.samples.of(configuration=configuration.key, links=links.key)
    return Outcome(configuration, links, own, [load_knee.effects(own.of(repetition=number), load_watch.BANDWIDTH)
                                               for number in own.distinct("repetition")])


def _procedure(plan: "Plan") -> list[Block]:
    return [
        Paragraph(
            f"VM4 sends bursts of {plan.rates[0]:,} to {plan.rates[-1]:,} packets/s, or as many as its generator can: {plan.burst_seconds:g} s each, with "
            f"{plan.pause_seconds:g} s of quiet between them. Meanwhile VM1 sends an echo request to VM2 every {plan.probe_seconds:g} s, VM2 sends a TCP "
            "stream to VM3 (`iperf3`, with a window that fits into a cable's queue), and CPU and memory of the controller and CPU of `ovs-vswitchd` at VM4's server are read as `ps` does. VM1 and VM3 "
            "are on one server, VM2 and VM4 on the other: the text does not say where they are, and so both measurements cross the wire."),
        Paragraph(
            "Each packet of VM4 has a destination MAC and IP of its own that nobody has, in the network, and random UDP ports, so it is a new flow to every kind "
            "of switch; its source is VM4's own, because dcportals would drop any other without work. They are sent by `tcpreplay`, evenly; the paper's "
            "`packit` sends each second's packets in one heap and takes new addresses only now and then. "
            f"Flows that a packet asked for go after {IDLE_SECONDS} s in all configurations. The paper waits 2 s between two echo requests, and 60 s between "
            "bursts; here each request goes between another pair of addresses, of which there are so many that a pair's flows are gone when its turn "
            "comes again. OVS alone looks at MACs only and never has to decide about them anew. Neighbours are known, so there is no ARP."),
        Paragraph(
            "Latency is the way of the request from VM1 to VM2, by the kernel's time stamps; the way back shares VM2's cable with the stream and says more of "
            "that. A probe without an answer is lost. New flows suffer by latency when their median is more than "
            f"{SLOWER:g} times that of the quiet time before, by loss when more than {LOST:.0%} of the probes are lost; the stream suffers when it has less than "
            f"{NARROWER:.0%} of its quiet bandwidth. Quiet time begins {SETTLE_SECONDS:g} s after a burst. The knee is the lowest rate at which that is so in "
            "most rounds, and also at the next higher rate. The generator is at its limit when it sends less than "
            f"{GENERATED:.0%} of what it is asked for."),
    ]


def _knees(outcomes: Sequence[Outcome], links: Links) -> Table:
    rows = [[one.configuration.title, *(_rate(one.knee(suffers)) for suffers in JUDGEMENTS.values()), _most(one),
             f"about {PAPER_KNEE}" if one.configuration.paper == PROACTIVE.paper else "not given"] for one in outcomes]
    return Table(f"The knee, {links.title}: packets/s, each a new flow, from which others suffer",
                 ["configuration", "latency", "loss", "bandwidth", "highest rate sent", "paper: knee"], rows)


def _most(outcome: Outcome) -> str:
    most = load_knee.most(outcome.repetitions)
    return f"{most:,.0f}" + (" (generator's limit)" if load_knee.limited(outcome.repetitions) else "")


def _effects(outcomes: Sequence[Outcome], links: Links) -> Table:
    def cell(outcome: Outcome, rate: int) -> str:
        latency, lost, bandwidth = (outcome.at(rate, value) for value in (
            lambda effect: effect.latency, lambda effect: effect.lost, lambda effect: effect.mbits))
        return f"{_ms(latency)} · {_percent(lost)} · {_number(bandwidth)}" if rate in outcome.rates() else ""

    quiet = ["none", *(f"{_ms(one.quiet(LATENCY))} · {_percent(_quiet_loss(one))} · {_number(one.quiet(load_watch.BANDWIDTH))}" for one in outcomes)]
    return Table(f"What each rate does, {links.title}: median latency of a new flow in ms · probes lost · the stream in Mbit/s",
                 ["packets/s", *(one.configuration.title for one in outcomes)],
                 [quiet, *([f"{rate:,}", *(cell(one, rate) for one in outcomes)] for rate in _rates(outcomes))])


def _costs(outcomes: Sequence[Outcome], links: Links) -> Table:
    def cell(outcome: Outcome, rate: int) -> str:
        return " · ".join([_percent_of(outcome.used(rate, load_watch.CONTROLLER_CPU)), _percent_of(outcome.used(rate, load_watch.SWITCH_CPU)),
                           _number(outcome.at(rate, lambda effect: _per_second(effect.burst, effect.burst.messages)))])

    return Table(f"What it costs, {links.title}: CPU of the controller · of `ovs-vswitchd` at VM4's server · messages/s to the controller",
                 ["packets/s", *(one.configuration.title for one in outcomes)],
                 [[f"{rate:,}", *(cell(one, rate) if rate in one.rates() else "" for one in outcomes)] for rate in _rates(outcomes)])


def _words(outcome: Outcome) -> str:
    """What is seen of one configuration."""
    title, quiet = outcome.configuration.title, outcome.quiet(LATENCY)
    said = [f"{title}: a new flow takes {_ms(quiet)} ms in quiet time." if quiet is not None else f"{title}:"]
    knees = {name: outcome.knee(suffers) for name, suffers in JUDGEMENTS.items()}
    said.append(f"New flows become slow {_from(knees['latency'], outcome)}, are lost {_from(knees['loss'], outcome)}, and the stream is hurt "
                f"{_from(knees['bandwidth'], outcome)}.")
    if (worst := outcome.worst()) and outcome.configuration.paper == PROACTIVE.paper:
        said.append(f"That is {worst / PAPER_KNEE:,.0f} times the paper's {PAPER_KNEE} flows/s.")
    said += _of_controller(outcome)
    if outcome.configuration == REACTIVE:
        said += _of_protection(outcome)
    busy = next((rate for rate in outcome.rates() if (used := outcome.used(rate, load_watch.MACHINE_CPU)) is not None and used >= BUSY), None)
    if busy:
        said.append(f"From {busy:,} packets/s on this machine's processors, which all of the lab shares, are {BUSY:.0f} % busy: beyond that the figures are as much "
                    "the machine's as the configuration's.")
    return " ".join(said)


def _of_controller(outcome: Outcome) -> list[str]:
    busiest = max((load for rate in outcome.rates() if (load := outcome.used(rate, load_watch.CONTROLLER_CPU)) is not None), default=None)
    if busiest is None:
        return []
    return [f"The controller takes {busiest:.0f} % of a core at most" + _memory(outcome) + "."]


def _memory(outcome: Outcome) -> str:
    grown = outcome.samples.of(case=COURSE, quantity=load_watch.CONTROLLER_MEMORY).spread()
    return f", and {grown.most:.0f} MiB of memory ({grown.least:.0f} at the least)" if grown else ""


def _of_protection(outcome: Outcome) -> list[str]:
    """Where most of a burst did not come to the controller."""
    spared = [(rate, decided) for rate in outcome.rates()
              if (decided := outcome.at(rate, lambda effect: _per_second(effect.burst, effect.burst.decisions))) is not None and decided < MESSAGE_SHARE * rate]
    if not spared:
        return []
    rate, decided = spared[-1]
    return [f"Of the {rate:,} packets/s at the end it decides about {decided:,.0f}/s, other VMs' included: a port may ask {FIRST_PACKETS} times a second "
            "(`first_packets_per_second`), and the switch drops what is more. So VM4's own new flows suffer from "
            f"{FIRST_PACKETS} packets/s on, and that is what keeps it from harming others."]


def _verdicts(outcomes: Sequence[Outcome], quick: bool) -> list[Verdict]:
    found = []
    plain = next((one for one in outcomes if one.configuration == OVS), None)
    for one in outcomes:
        worst, name = one.worst(), f"{one.configuration.title}, {one.links.title}"
        if plain and one.configuration.isolates:
            theirs = plain.worst()
            found.append(Verdict(_no_sooner(worst, theirs), f"{name}: new flows suffer {_from(worst, one)}; with OVS alone {_from(theirs, plain)}"))
        if not quick:
            found.append(Verdict(worst is not None or load_knee.limited(one.repetitions), f"{name}: the knee was found, or the generator's limit", fact=True))
    return found


def _no_sooner(ours: int | None, theirs: int | None) -> bool:
    return ours is None or theirs is not None and ours >= theirs


def _silence(results: Results) -> list[Block]:
    """In proactive mode nobody asks the controller anything, and who would would be seen."""
    def counted(configuration: Configuration, quantity: str) -> list[float]:
        return results.samples.of(configuration=configuration.key, case=COURSE, quantity=quantity).values()

    tests, blocks = len(counted(PROACTIVE, PACKET_INS)), []
    if tests:
        seen, decided = sum(counted(PROACTIVE, PACKET_INS)), sum(counted(PROACTIVE, DECISIONS))
        blocks.append(Verdict(seen == 0 and decided == 0, f"{PROACTIVE.title}: {seen:.0f} packets came to the controller in {tests} load "
                              f"test{'s' if tests > 1 else ''}, by a capture of the management network, and it decided {decided:.0f} times", fact=True))
    if counted(REACTIVE, PACKET_INS):
        seen, decided = sum(counted(REACTIVE, PACKET_INS)), sum(counted(REACTIVE, DECISIONS))
        blocks.append(Verdict(seen > 0 and abs(seen - decided) <= COUNTS_APART * decided, f"{REACTIVE.title}: the same capture shows {seen:,.0f} packets up to the "
                              f"end of the first burst, where `dcportald` says that it decided {decided:,.0f} times", fact=True))
    return blocks


def _rates(outcomes: Sequence[Outcome]) -> list[int]:
    return sorted({rate for one in outcomes for rate in one.rates()})


def _quiet_loss(outcome: Outcome) -> float | None:
    probes = [row for number in outcome.samples.distinct("repetition") for own in [outcome.samples.of(repetition=number)]
              for bursts in [load_knee.bursts(own)] if bursts
              for row in load_knee.between(own.of(case=COURSE, quantity=ROUND_TRIP), [(0.0, bursts[0].begin)])]
    return Samples(probes).lost() / len(probes) if probes else None


def _per_second(burst: Burst, count: float | None) -> float | None:
    return None if count is None or burst.end <= burst.begin else count / (burst.end - burst.begin)


def _median(values: list[float]) -> float | None:
    return statistics.median(values) if values else None


def _from(rate: int | None, outcome: Outcome) -> str:
    if rate is not None:
        return f"from {rate:,} packets/s on"
    return f"at no rate up to {load_knee.most(outcome.repetitions):,.0f} packets/s"


def _rate(rate: int | None) -> str:
    return "none" if rate is None else f"{rate:,}"


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share * 100:.0f} %"


def _percent_of(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} %"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"
