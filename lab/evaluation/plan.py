"""Which measurements, and in which order.

Configurations take turns: what the machine does besides falls upon all of them alike. Within a round each experiment is measured in
every configuration, one directly after the other, beginning with another one in each round.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .configurations import SHAPED, Configuration, Links
from .measurement import Experiment

LAB_SECONDS = 2.0  # to build a lab and to take it down


@dataclass(frozen=True)
class Step:
    experiment: Experiment
    links: Links
    configuration: Configuration
    repetition: int

    def title(self) -> str:
        return f"{self.experiment.section} {self.experiment.title}: {self.configuration.title}, {self.links.title}, round {self.repetition}"

    def seconds(self, quick: bool) -> float:
        return self.experiment.seconds(quick) + LAB_SECONDS


def steps(experiments: Sequence[Experiment], links: Sequence[Links], configurations: Sequence[Configuration], quick: bool,
          repetitions: int | None = None) -> list[Step]:
    """`repetitions`: instead of each experiment's own number; in a quick run it is one."""
    def rounds(experiment: Experiment, speed: Links) -> int:
        own = experiment.repetitions
        if quick and not own.quick_unshaped and speed != SHAPED and SHAPED in links:
            return 0
        return repetitions or (1 if quick else own.shaped if speed == SHAPED else own.unshaped)

    last = max((rounds(experiment, speed) for experiment in experiments for speed in links), default=0)
    return [Step(experiment, speed, configuration, number)
            for number in range(1, last + 1) for speed in links for experiment in experiments if number <= rounds(experiment, speed)
            for configuration in _turned(configurations, number - 1)]


def _turned(configurations: Sequence[Configuration], by: int) -> list[Configuration]:
    by %= len(configurations)
    return [*configurations[by:], *configurations[:by]]


def find_experiments(numbers: Sequence[str], experiments: Sequence[Experiment]) -> list[Experiment]:
    """By the paper's section, 4.2 for all of its parts, or by key. KeyError names what there is not."""
    chosen = set()
    for number in numbers:
        found = {one.key for one in experiments if number == one.key or (one.section + ".").startswith(number.rstrip(".") + ".")}
        if not found:
            raise KeyError(number)
        chosen |= found
    return [one for one in experiments if one.key in chosen]
