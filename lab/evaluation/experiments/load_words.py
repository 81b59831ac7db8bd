"""What is seen of each configuration in the load test, in words made from its samples. Used by load_report.py."""

from collections.abc import Sequence

from ..configurations import L2, OVS, PROACTIVE, REACTIVE
from . import load_knee, load_watch
from .load_knee import COURSE, LATENCY, Judgement
from .load_outcome import Outcome
from .words import listed, ms, times

PAPER_KNEE = 200  # flows/s, DCPortalsNG, section 4.5; there is none for the others
JUDGEMENTS: dict[str, Judgement] = {"latency": load_knee.by_latency, "loss": load_knee.by_loss, "bandwidth": load_knee.by_bandwidth}
BUSY = 95.0  # % of the machine: from here on it is the limit
MESSAGE_SHARE = 0.5  # a controller that hears of fewer of a burst's packets is being spared most of them
AGAIN = 4.0  # table look-ups for each packet; a packet that is new to both switches takes two
FIRST_PACKETS = 500  # dcportald's protection.first_packets_per_second, which is left as it is
SEES = {
    PROACTIVE.key: "VM4's own switch drops what is for nobody, and asks nobody.",
    REACTIVE.key: "VM4's own switch asks the controller, which lets it drop what is for nobody.",
    L2.key: "The controller knows no such destination and lets each packet be flooded, so that the other server's switch asks it again.",
    OVS.key: "The switches know no such destination and flood each packet, over the wire and to every VM.",
}


def words(outcome: Outcome, plain: Outcome | None) -> str:
    """`plain`: OVS alone."""
    said = [f"{outcome.configuration.title}: {SEES[outcome.configuration.key]}", *_of_quiet_time(outcome, plain), *_of_knees(outcome),
            *_of_switch(outcome), *_of_tables(outcome), *_of_controller(outcome)]
    if outcome.configuration == REACTIVE:
        said += _of_protection(outcome)
    return " ".join(said)


def machine(outcomes: Sequence[Outcome]) -> list[str]:
    """Of all together: where the figures are the machine's."""
    busy = {one.configuration.title: next((rate for rate in one.rates() if (one.used(rate, load_watch.MACHINE_CPU) or 0) >= BUSY), None)
            for one in outcomes}
    found = [f"{rate:,} packets/s ({title})" for title, rate in busy.items() if rate is not None]
    if not found:
        return []
    where = f"{next(iter(busy.values())):,} packets/s in every configuration" if len(set(busy.values())) == 1 else listed(found)
    return [f"All switches, VMs and the controller share this machine's processors, which are {BUSY:.0f} % busy from {where} on. What "
            "suffers beyond that suffers also for want of a processor, as it would not on servers of their own."]


def since(rate: int | None, outcome: Outcome) -> str:
    if rate is not None:
        return f"from {rate:,} packets/s on"
    return f"at no rate up to {outcome.most():,.0f} packets/s"


def _of_quiet_time(outcome: Outcome, plain: Outcome | None) -> list[str]:
    own, theirs = outcome.quiet(LATENCY), plain.quiet(LATENCY) if plain else None
    if own is None:
        return []
    beside = f", {times(own, theirs)} that of OVS alone" if theirs and outcome.configuration != OVS else ""
    return [f"In quiet time a new flow takes {ms(own)} ms{beside}."]


def _of_knees(outcome: Outcome) -> list[str]:
    latency, loss, bandwidth = (since(outcome.knee(suffers), outcome) for suffers in JUDGEMENTS.values())
    if latency == loss == bandwidth:
        said = [f"New flows become slow, others are lost, and the stream suffers {latency}."]
    else:
        said = [f"New flows become slow {latency} and are lost {loss}; the stream suffers {bandwidth}."]
    if (worst := outcome.worst()) and outcome.configuration.isolates:
        said.append(f"The paper's system began to suffer at about {PAPER_KNEE} flows/s; this is {times(worst, PAPER_KNEE)} that.")
    return said


def _of_switch(outcome: Outcome) -> list[str]:
    """With the learning controller one entry of the switch's cache sends all of them there: messages count them, not the cache."""
    by_controller = outcome.configuration == L2
    each = (outcome.per_second(rate, lambda burst: burst.messages if by_controller else burst.misses) for rate in outcome.rates())
    most = max((taken for taken in each if taken is not None), default=None)
    if most is None:
        return []
    if by_controller:
        return [f"The switches asked {most:,.0f} times a second at most."]
    return [f"VM4's switch, which is one thread, took up {most:,.0f} new flows/s at most beside the stream; each was new to its cache. "
            "What came beyond was lost on its way into the switch."]


def _of_tables(outcome: Outcome) -> list[str]:
    """Why a reactive switch is slow beyond what it asks."""
    made = [(each, rate) for rate in outcome.rates()
            if (each := outcome.per_second(rate, lambda burst: burst.translations)) is not None and each >= AGAIN * rate]
    if not made:
        return []
    most, rate = max(made)
    return [f"At {rate:,} packets/s the switches consult their tables {most:,.0f} times a second, {most / rate:.0f} times for each packet: "
            "each leaves an entry of its own in their cache, and whenever a flow is installed or goes, all entries are worked out again. "
            "The probes alone, being new flows, cause that several times a second. It takes processor time from the stream."]


def _of_controller(outcome: Outcome) -> list[str]:
    busiest = max((load for rate in outcome.rates() if (load := outcome.used(rate, load_watch.CONTROLLER_CPU)) is not None), default=None)
    if busiest is None:
        return []
    memory = outcome.samples.of(case=COURSE, quantity=load_watch.CONTROLLER_MEMORY).spread()
    grown = f", and {memory.most:.0f} MiB of memory, {memory.least:.0f} at the least" if memory else ""
    return [f"The controller takes {busiest:.0f} % of a core at most{grown}."]


def _of_protection(outcome: Outcome) -> list[str]:
    """Where most of a burst did not come to the controller."""
    spared = [(rate, decided) for rate in outcome.rates()
              if (decided := outcome.per_second(rate, lambda burst: burst.decisions)) is not None and decided < MESSAGE_SHARE * rate]
    if not spared:
        return []
    rate, decided = spared[-1]
    return [f"Of the {rate:,} packets/s at the end it decides about {decided:,.0f}/s, other VMs' included: a port may ask {FIRST_PACKETS} "
            "times a second (`first_packets_per_second`; twice as often at first), and the switch drops what is more. So VM4's own new "
            f"flows suffer from {FIRST_PACKETS} packets/s on, and those of others do not wait behind them in the controller."]
