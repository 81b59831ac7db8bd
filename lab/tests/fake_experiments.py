"""Experiments that measure nothing, for tests of the frame around the paper's, and samples as if something had been measured."""

from collections.abc import Callable
from functools import cache

from dcplab import Topology
from evaluation.configurations import CONFIGURATIONS, SHAPED
from evaluation.measurement import Experiment, Measurement, Repetitions, Results
from evaluation.report import plots
from evaluation.report.document import Block, Figure, Paragraph, Table, Verdict
from evaluation.samples import Sample, Samples


class Fake(Experiment):
    """`does` is what happens when it is measured."""

    def __init__(self, key: str = "fake", section: str = "4.9.1", does: Callable[[Measurement], None] = lambda measurement: None,
                 seconds: float = 1, repetitions: Repetitions = Repetitions(), verdicts: tuple[Verdict, ...] = ()) -> None:
        self.key, self.section, self.title, self.repetitions = key, section, f"Test of {key}", repetitions
        self._does, self._seconds, self._verdicts = does, seconds, verdicts

    def topology(self) -> Topology:
        return Topology("", ["hv1"])

    def seconds(self, quick: bool) -> float:
        return self._seconds / 10 if quick else self._seconds

    def measure(self, measurement: Measurement) -> None:
        self._does(measurement)

    def describe(self, results: Results) -> list[Block]:
        return [Paragraph("Words with `code|pipe`, <b>no</b> markup & *stars*."),
                Table("Figures | of <it>", ["case", "ms | here"], [["a|b", "1.25"], ["<c>", "10.00"]]),
                Figure("A plot of `it` & <more>", plot(f"{self.key}-plot"), "Boxes [of it] & \"more\"", f"{self.key}-plot"), *self._verdicts]


@cache
def plot(name: str) -> str:
    """Not of what was measured: making one takes as long as all the rest of a test."""
    picture, (axis,) = plots.canvas()
    plots.boxes(axis, [("here", [(one, Samples(samples_of_all()).of(configuration=one.key)) for one in CONFIGURATIONS])], "ms")
    plots.legend(picture, list(CONFIGURATIONS))
    return plots.svg(picture, name)


def sample(configuration: str = "ovs", value: float | None = 1.0, at: float = 0.0, repetition: int = 1, experiment: str = "fake",
           links: str = SHAPED.key, case: str = "case") -> Sample:
    return Sample(experiment, links, configuration, repetition, case, "round trip", "ms", at, value)


def samples_of_all(experiment: str = "fake") -> list[Sample]:
    return [sample(one.key, 1.0 + number, number, experiment=experiment) for one in CONFIGURATIONS for number in range(4)]
