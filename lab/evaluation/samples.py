"""What was measured: values with all that says where they come from, kept as CSV. The report reads nothing else.

Written row by row while the evaluation runs, so that what was measured is kept whatever happens later.
"""

import csv
import math
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True)
class Sample:
    experiment: str  # Experiment.key
    links: str  # Links.key
    configuration: str  # Configuration.key
    repetition: int  # from 1
    case: str  # the situation: "attack on the local network"
    quantity: str  # what was measured: "ARP answer"
    unit: str  # "ms"
    at: float  # seconds since this measurement began
    value: float | None  # None: nothing came (a lost packet)


class Samples:
    """All of a run. Selections are Samples too: `samples.of(experiment="arp", case="normal").values()`."""

    def __init__(self, rows: Iterable[Sample] = ()) -> None:
        self.rows = list(rows)

    def __iter__(self) -> Iterator[Sample]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, **wanted: object) -> "Samples":
        """Those whose fields have these values."""
        return Samples(row for row in self.rows if all(getattr(row, name) == value for name, value in wanted.items()))

    def distinct(self, name: str) -> list:
        """The values of a field, in order of first appearance."""
        return list(dict.fromkeys(getattr(row, name) for row in self.rows))

    def from_start(self) -> "Samples":
        """The same, with times counted from the first of them."""
        first = min((row.at for row in self.rows), default=0)
        return Samples(replace(row, at=row.at - first) for row in self.rows)

    def values(self) -> list[float]:
        """What came."""
        return [row.value for row in self.rows if row.value is not None]

    def lost(self) -> int:
        return len(self.rows) - len(self.values())

    def spread(self) -> "Spread | None":
        """None: nothing came."""
        return Spread.of(self.values()) if self.values() else None

    def medians(self) -> list[float]:
        """One per repetition in which anything came."""
        each = (self.of(repetition=number).values() for number in self.distinct("repetition"))
        return [statistics.median(values) for values in each if values]


@dataclass(frozen=True)
class Spread:
    count: int
    median: float
    low: float  # a tenth of the values are below
    high: float  # a tenth are above
    least: float
    most: float
    mean: float
    deviation: float  # standard deviation

    @classmethod
    def of(cls, values: list[float]) -> "Spread":
        ordered = sorted(values)
        return cls(len(ordered), statistics.median(ordered), quantile(ordered, 0.1), quantile(ordered, 0.9), ordered[0], ordered[-1],
                   statistics.fmean(ordered), statistics.stdev(ordered) if len(ordered) > 1 else 0.0)


def quantile(ordered: list[float], share: float) -> float:
    """Of sorted values, between neighbours in proportion."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


COLUMNS = [field.name for field in fields(Sample)]


class Writer:
    """Rows are in the file when `write` returns."""

    def __init__(self, path: Path) -> None:
        self._file: TextIO = path.open("w", encoding="utf-8", newline="")
        self._csv = csv.writer(self._file)
        self._csv.writerow(COLUMNS)

    def write(self, rows: Iterable[Sample]) -> None:
        self._csv.writerows(["" if field is None else field for field in astuple(row)] for row in rows)
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def read(path: Path) -> Samples:
    with path.open(encoding="utf-8", newline="") as file:
        return Samples(_row(line) for line in csv.DictReader(file))


def _row(line: dict[str, str]) -> Sample:
    return Sample(line["experiment"], line["links"], line["configuration"], int(line["repetition"]), line["case"], line["quantity"],
                  line["unit"], float(line["at"]), float(line["value"]) if line["value"] else None)
