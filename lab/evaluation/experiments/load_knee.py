"""What a load test did to the others: the bursts of one repetition, what each did to latency, loss and bandwidth, and the knee. Pure:
samples in, values out. Used by load.py and its figure.

A burst is compared with the quiet time of the same repetition before it: the pauses, without the moment in which a burst's remains are
worked off. A configuration suffers at a rate if it does in more than half of the repetitions, and its knee is the lowest rate at which it
suffers there and at the next higher rate: so one unlucky packet is no knee.
"""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..samples import Samples

COURSE = "course"  # the case of what was measured all along
LATENCY, ROUND_TRIP = "latency of a new flow", "round trip of a new flow"
ASKED, ENDED, SENT, MESSAGES, DECISIONS, MISSES, TRANSLATIONS, PACKET_INS = (
    "packets/s asked for", "end of the burst", "packets/s sent", "messages to the controller", "decisions",
    "new flows at the switch", "translations", "packet-ins")
SETTLE_SECONDS = 1.0
SLOWER = 3.0  # times the median of the quiet time
LOST = 0.05  # of the probes
NARROWER = 0.9  # of the quiet time's bandwidth
GENERATED = 0.9  # of what was asked for; less is the generator's limit
COUNTS_APART = 0.02  # two counts of the same that are not read at the same moment


@dataclass(frozen=True)
class Burst:
    rate: int  # asked for, packets/s
    begin: float
    end: float
    sent: float | None  # packets/s
    messages: float | None  # to the controller, in all
    decisions: float | None
    misses: float | None  # packets that VM4's switch took up as new flows
    translations: float | None  # of all switches

    @property
    def whole(self) -> bool:
        return self.sent is None or self.sent >= GENERATED * self.rate


@dataclass(frozen=True)
class Effect:
    """None: there is nothing to tell it from."""

    burst: Burst
    latency: float | None  # median, ms
    slower: float | None  # times the quiet time's
    lost: float | None  # share of the probes, which got no answer
    mbits: float | None
    bandwidth: float | None  # share of the quiet time's


Judgement = Callable[[Effect], bool]


def by_latency(effect: Effect) -> bool:
    """Nothing that came, nothing to measure: that is loss, and the packets that were lost were no faster."""
    return effect.slower > SLOWER if effect.slower is not None else effect.lost == 1


def by_loss(effect: Effect) -> bool:
    return effect.lost is not None and effect.lost > LOST


def by_bandwidth(effect: Effect) -> bool:
    return effect.bandwidth is not None and effect.bandwidth < NARROWER


def by_latency_or_loss(effect: Effect) -> bool:
    return by_latency(effect) or by_loss(effect)


def bursts(samples: Samples) -> list[Burst]:
    """Of one repetition, in the order of their beginning. One that did not end is none."""
    found = []
    for asked in samples.of(quantity=ASKED):
        own = samples.of(case=asked.case)
        ends = own.of(quantity=ENDED).values()
        if asked.value and ends:
            found.append(Burst(int(asked.value), asked.at, ends[0], *(next(iter(own.of(quantity=name).values()), None)
                                                                      for name in (SENT, MESSAGES, DECISIONS, MISSES, TRANSLATIONS))))
    return sorted(found, key=lambda burst: burst.begin)


def effects(samples: Samples, bandwidth: str) -> list[Effect]:
    """Of one repetition. `bandwidth` is that quantity's name."""
    all_bursts = bursts(samples)
    requests, answers, streamed = (samples.of(case=COURSE, quantity=name) for name in (LATENCY, ROUND_TRIP, bandwidth))
    found = []
    for number, burst in enumerate(all_bursts):
        quiet = quiet_spans(all_bursts[:number], burst.begin)
        span = [(burst.begin, burst.end)]
        usual_mbits, mbits = _mean(between(streamed, quiet, 1.0)), _mean(between(streamed, span, 1.0))
        latency, usual_latency, answered = _median(between(requests, span)), _median(between(requests, quiet)), between(answers, span)
        found.append(Effect(burst, latency, latency / usual_latency if latency is not None and usual_latency else None,
                            answered.lost() / len(answered) if len(answered) else None, mbits,
                            mbits / usual_mbits if mbits is not None and usual_mbits else None))
    return found


def quiet_spans(before: Sequence[Burst], until: float) -> list[tuple[float, float]]:
    """From the first moment on, between these bursts, until then."""
    begins = [0.0, *(burst.end + SETTLE_SECONDS for burst in before)]
    return list(zip(begins, [*(burst.begin for burst in before), until]))


def between(samples: Samples, spans: Sequence[tuple[float, float]], lasting: float = 0.0) -> Samples:
    """Those of these spans, whose ends are not theirs; `lasting`: a value is of so many seconds that end when it is recorded, and all of
    them must be in the span."""
    def inside(at: float, begin: float, end: float) -> bool:
        return begin <= at - lasting and (at <= end if lasting else at < end)

    return Samples(row for row in samples if any(inside(row.at, *span) for span in spans))


def knee(repetitions: Sequence[Sequence[Effect]], suffers: Judgement) -> int | None:
    """The rate. None: there is none up to the highest that was sent."""
    rates = sorted({effect.burst.rate for one in repetitions for effect in one})
    bad = [_majority([suffers(effect) for one in repetitions for effect in one if effect.burst.rate == rate]) for rate in rates]
    return next((rate for number, rate in enumerate(rates) if all(bad[number:number + 2])), None)


def most(repetitions: Sequence[Sequence[Effect]]) -> float:
    """Packets/s that the generator sent at most; 0: nothing is known."""
    return max((effect.burst.sent for one in repetitions for effect in one if effect.burst.sent is not None), default=0.0)


def limited(repetitions: Sequence[Sequence[Effect]]) -> bool:
    """Was the generator asked for more than it could send, in every repetition?"""
    return bool(repetitions) and all(any(not effect.burst.whole for effect in one) for one in repetitions)


def _majority(votes: list[bool]) -> bool:
    return sum(votes) * 2 > len(votes)


def _median(samples: Samples) -> float | None:
    return statistics.median(samples.values()) if samples.values() else None


def _mean(samples: Samples) -> float | None:
    return statistics.fmean(samples.values()) if samples.values() else None
