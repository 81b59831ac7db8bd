"""When a latency counts as no worse than that of Open vSwitch alone: one definition for the whole report."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from ..samples import Samples, quantile
from .words import ms

SHARE = 0.75
DEFINITION = (
    "A configuration is within the spread of OVS alone when the median of all its packets is not above the larger of two marks of OVS "
    "alone: the time that three quarters of its packets stay below, and the median of its slowest round. The first is how much single "
    "packets differ, the second how much the machine's mood does; neither heeds the few packets that waited for a processor.")


@dataclass(frozen=True)
class Comparison:
    median: float
    plain_median: float
    plain_rounds: tuple[float, float]  # the least and the most of its rounds' medians
    limit: float  # up to which a median is within its spread
    slower: float  # of all pairs of a packet of each, the share in which this one took longer; equal ones count half

    @property
    def within(self) -> bool:
        return self.median <= self.limit

    def claim(self) -> str:
        return (f"within the spread of OVS alone: median {ms(self.median)} ms, that of OVS alone {ms(self.plain_median)} ms, "
                f"the greater mark {ms(self.limit)} ms")


def compare(own: Samples, plain: Samples) -> Comparison | None:
    """None: nothing came of one of the two."""
    ours, theirs = own.spread(), plain.spread()
    if not ours or not theirs:
        return None
    ordered, rounds = sorted(plain.values()), plain.medians()
    slower = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in own.values()) / (2 * len(ordered) * ours.count)
    return Comparison(ours.median, theirs.median, (min(rounds), max(rounds)), max(quantile(ordered, SHARE), *rounds), slower)
