"""Are measured values kept as they are, found again, and summed up rightly? Needs no root."""

from pathlib import Path

import pytest
from evaluation import samples
from evaluation.samples import Samples, Spread, Writer, quantile
from fake_experiments import sample


def test_written_samples_read_back(tmp_path: Path) -> None:
    rows = [sample(value=0.1 + 0.2, at=1.5, case='with "quotes", commas\nand lines'), sample(value=None, repetition=3)]
    writer = Writer(tmp_path / "samples.csv")
    writer.write(rows)
    writer.close()
    assert samples.read(tmp_path / "samples.csv").rows == rows


def test_rows_are_on_disk_once_written(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "samples.csv")
    writer.write([sample()])
    assert len(samples.read(tmp_path / "samples.csv")) == 1
    writer.close()


def test_selections() -> None:
    all_of_them = Samples([sample("ovs", 1, repetition=2), sample("l2", None), sample("ovs", 3), sample("ovs", None)])
    ovs = all_of_them.of(configuration="ovs")
    assert (len(ovs), ovs.values(), ovs.lost()) == (3, [1, 3], 1)
    assert ovs.of(repetition=1, case="case").values() == [3]
    assert all_of_them.distinct("configuration") == ["ovs", "l2"]
    assert len(all_of_them.of(case="another")) == 0


def test_a_median_for_each_repetition_that_has_values() -> None:
    assert Samples([sample(value=1), sample(value=2), sample(value=9), sample(value=None, repetition=2),
                    sample(value=5, repetition=3)]).medians() == [2, 5]


def test_nothing_has_no_spread() -> None:
    assert Samples().spread() is None
    assert Samples([sample(value=None)]).spread() is None
    assert Spread.of([4.0]) == Spread(1, 4, 4, 4, 4, 4, 4, 0)


def test_spread() -> None:
    spread = Spread.of([float(value) for value in (10, 0, 5, 1, 2, 3, 4, 6, 7, 8, 9)])
    assert (spread.count, spread.median, spread.low, spread.high, spread.least, spread.most, spread.mean) == (11, 5, 1, 9, 0, 10, 5)
    assert spread.deviation == pytest.approx(3.3166, abs=1e-4)


def test_quantile_between_neighbours() -> None:
    assert [quantile([0, 10], share) for share in (0, 0.25, 1)] == [0, 2.5, 10]
