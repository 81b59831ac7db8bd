"""What an experiment is, and what it is given to measure with.

An Experiment knows its topology, its procedure and what to say of its results; it knows nothing of files, repetitions or other
experiments. The runner brings its lab up in one configuration at a time and calls `measure`; the report calls `describe`.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from dcplab import Lab, Topology

from .configurations import CONFIGURATIONS, LINKS, Configuration, Links
from .report.document import Block
from .samples import Sample, Samples


@dataclass
class Measurement:
    """One experiment in one configuration, once. `record` keeps a value."""

    experiment: str
    lab: Lab
    configuration: Configuration
    links: Links
    repetition: int
    quick: bool  # to see that everything works, rather than to learn how fast
    progress: Callable[[str], None] = lambda step: None  # told what is being done
    rows: list[Sample] = field(default_factory=list)
    begin: float = field(default_factory=time.monotonic)

    def record(self, case: str, quantity: str, unit: str, value: float | None, at: float | None = None) -> None:
        """`value` None: it was awaited and did not come. `at`: seconds since `begin`, now if it is not said."""
        self.rows.append(Sample(self.experiment, self.links.key, self.configuration.key, self.repetition, case, quantity, unit,
                                round(self.elapsed() if at is None else at, 6), value))

    def elapsed(self) -> float:
        """Seconds since this measurement began."""
        return time.monotonic() - self.begin


@dataclass(frozen=True)
class Repetitions:
    """How often a full run does a measurement. A quick run does it once, and leaves cables without a limit out if not told."""

    shaped: int = 3
    unshaped: int = 2
    quick_unshaped: bool = False


class Experiment(ABC):
    section: ClassVar[str]  # the paper's, "4.2.1"
    key: ClassVar[str]  # in files
    title: ClassVar[str]
    repetitions: ClassVar[Repetitions] = Repetitions()
    idle_seconds: ClassVar[int | None] = None  # of flows that a packet asked for; None: the default

    @abstractmethod
    def topology(self) -> Topology:
        """As the paper's figure shows it. The runner gives it a name, and the speed of its cables."""

    @abstractmethod
    def seconds(self, quick: bool) -> float:
        """How long `measure` takes about. A measurement that takes many times as long is given up."""

    @abstractmethod
    def measure(self, measurement: Measurement) -> None:
        """The procedure, on a lab that is up. LabError: it could not be measured."""

    @abstractmethod
    def describe(self, results: "Results") -> list[Block]:
        """What the report shows and says, made from what was measured, whatever is missing of it."""


@dataclass(frozen=True)
class Results:
    """Of one experiment."""

    samples: Samples
    quick: bool

    def configurations(self) -> list[Configuration]:
        """Those that were measured."""
        return [one for one in CONFIGURATIONS if one.key in self.samples.distinct("configuration")]

    def links(self) -> list[Links]:
        return [one for one in LINKS if one.key in self.samples.distinct("links")]

    def of(self, configuration: Configuration, links: Links, case: str, quantity: str) -> Samples:
        return self.samples.of(configuration=configuration.key, links=links.key, case=case, quantity=quantity)
