"""What the load test found in one configuration at one speed of cables, over all repetitions. Pure. Used by what the report says of it."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..configurations import Configuration, Links
from ..measurement import Results
from ..samples import Samples
from . import load_knee, load_watch
from .load_knee import COURSE, Burst, Effect, Judgement


@dataclass(frozen=True)
class Outcome:
    configuration: Configuration
    links: Links
    samples: Samples
    repetitions: Sequence[Sequence[Effect]]

    @classmethod
    def of(cls, results: Results, configuration: Configuration, links: Links) -> "Outcome":
        own = results.samples.of(configuration=configuration.key, links=links.key)
        return cls(configuration, links, own, [load_knee.effects(own.of(repetition=number), load_watch.BANDWIDTH)
                                               for number in own.distinct("repetition")])

    @property
    def name(self) -> str:
        return f"{self.configuration.title}, {self.links.title}"

    def knee(self, suffers: Judgement) -> int | None:
        return load_knee.knee(self.repetitions, suffers)

    def worst(self) -> int | None:
        """Where new flows suffer, in one way or the other."""
        return self.knee(load_knee.by_latency_or_loss)

    def rates(self) -> list[int]:
        return sorted({effect.burst.rate for one in self.repetitions for effect in one})

    def most(self) -> float:
        """Packets/s that were sent."""
        return load_knee.most(self.repetitions)

    def limited(self) -> bool:
        return load_knee.limited(self.repetitions)

    def at(self, rate: int, value: Callable[[Effect], float | None]) -> float | None:
        """The median of the repetitions."""
        each = (value(effect) for one in self.repetitions for effect in one if effect.burst.rate == rate)
        return _median([found for found in each if found is not None])

    def per_second(self, rate: int, count: Callable[[Burst], float | None]) -> float | None:
        """Of something that is counted over a burst."""
        return self.at(rate, lambda effect: _per_second(effect.burst, count(effect.burst)))

    def used(self, rate: int, quantity: str) -> float | None:
        """Of a processor or memory, in the bursts of this rate: the median."""
        return _median([value for own in self._repetitions() for burst in load_knee.bursts(own) if burst.rate == rate
                        for value in load_knee.between(own.of(case=COURSE, quantity=quantity), [(burst.begin, burst.end)]).values()])

    def quiet(self, quantity: str) -> float | None:
        """The median before the first burst."""
        return _median(self._before(quantity).values())

    def quiet_loss(self) -> float | None:
        """The share of the probes before the first burst that got no answer."""
        probes = self._before(load_knee.ROUND_TRIP)
        return probes.lost() / len(probes) if len(probes) else None

    def _before(self, quantity: str) -> Samples:
        return Samples(row for own in self._repetitions() for bursts in [load_knee.bursts(own)] if bursts
                       for row in load_knee.between(own.of(case=COURSE, quantity=quantity), [(0.0, bursts[0].begin)]))

    def _repetitions(self) -> list[Samples]:
        return [self.samples.of(repetition=number) for number in self.samples.distinct("repetition")]


def _per_second(burst: Burst, count: float | None) -> float | None:
    return None if count is None or burst.end <= burst.begin else count / (burst.end - burst.begin)


def _median(values: list[float]) -> float | None:
    return statistics.median(values) if values else None
