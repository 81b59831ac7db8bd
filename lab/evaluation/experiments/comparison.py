"""When a latency counts as no worse than that of Open vSwitch alone: one definition for the whole report."""

from dataclasses import dataclass

from ..samples import Samples, quantile

DEFINITION = (
    "A configuration is within the spread of OVS alone when the median of all its packets is not above the larger of two marks of OVS alone: the time "
    "that three quarters of its packets stay below, and the median of its slowest round. The first is how much single packets differ, the second how "
    "much the machine's mood does; neither heeds the few packets that waited for a processor.")
SHARE = 0.75


@dataclass(frozen=True)
class Comparison:
    median: float
    plain_median: float
    limit: float

    @property
    def within(self) -> bool:
        return self.median <= self.limit


def compare(own: Samples, plain: Samples) -> Comparison | None:
    """None: nothing came of one of the two."""
    ours, theirs = own.spread(), plain.spread()
    if not ours or not theirs:
        return None
    return Comparison(ours.median, theirs.median, max(quantile(sorted(plain.values()), SHARE), *plain.medians()))
