"""4.2.1: are request and answer put together rightly, are floods counted, and does the report say what the samples say?"""

from dataclasses import replace

import pytest
from conftest import pair_of
from dcplab import Lab
from evaluation.configurations import CONFIGURATIONS, PROACTIVE, SHAPED
from evaluation.experiments import EXPERIMENTS
from evaluation.experiments.arp import ATTACKERS, MARKS, Try, tries
from evaluation.experiments.arp_report import ANSWER, ATTACKS, CASES, CROSSED, ISOLATED, LOCAL, NORMAL, SECONDS, SENT, describe, verdicts
from evaluation.marked_frames import MARK, MARK_OFFSET, MarkedFrames, ping_mark
from evaluation.measurement import Results
from evaluation.report.document import Block, Figure, Table
from evaluation.samples import Sample, Samples

VM1, VM2 = "10.0.1.1", "10.0.1.2"
DUMP = """\
1000.000100000 ARP, Request who-has 10.0.1.2 tell 10.0.1.1, length 28
1000.000500000 ARP, Request who-has 10.0.1.1 tell 10.0.1.2, length 28
1000.000600000 ARP, Reply 10.0.1.1 is-at fa:16:3e:00:00:01, length 28
1000.001100000 ARP, Reply 10.0.1.2 is-at fa:16:3e:00:00:02, length 28
1001.000000000 ARP, Request who-has 10.0.1.2 tell 10.0.1.1, length 28
1003.000000000 ARP, Reply 10.0.1.2 is-at fa:16:3e:00:00:02, length 28
1003.500000000 ARP, Request who-has 10.0.1.2 (fa:16:3e:00:00:02) tell 10.0.1.1, length 28
1004.000000000 ARP, Request who-has 10.0.1.2 tell 10.0.1.1, length 28
1004.000500000 ARP, Reply 10.0.1.20 is-at fa:16:3e:00:00:20, length 28
1004.002000000 ARP, Reply 10.0.1.2 is-at fa:16:3e:00:00:02, length 28
"""


def test_each_try_has_its_own_request_and_answer() -> None:
    """The second is answered only in the third, which asks after that; there the second request of a try does not count. The last has
    none."""
    found = tries(DUMP, [1000.0, 1000.9, 1002.5, 1005.0], VM1, VM2)
    assert [(one.asked, one.milliseconds and round(one.milliseconds, 3)) for one in found] == [
        (1000.0001, 1.0), (1001.0, None), (1003.5, 502.0)]


def test_nothing_heard() -> None:
    assert tries("", [1.0], VM1, VM2) == tries(DUMP, [], VM1, VM2) == []
    assert tries(DUMP.partition("\n")[0], [1000.0], VM1, VM2) == [Try(1000.0001, None)]


def test_marked_frames_are_counted_where_they_come_in(name: str) -> None:
    marked = bytes.fromhex("ffffffffffff fa163e000001 88b5") + bytes(MARK_OFFSET - 14) + MARK.to_bytes(4, "big") + bytes(20)
    moved = marked[:MARK_OFFSET] + bytes(4) + marked[MARK_OFFSET:]
    with Lab(pair_of(name), "ovs") as lab, lab.capture("vm2") as arriving:
        ports = list(lab.topology.data_ports())
        with MarkedFrames(lab.namespace("core"), ports) as crossed, MarkedFrames(lab.namespace("vm1"), ["eth0"]) as sent_by_itself:
            assert crossed.count() == 0
            lab.inject("vm1", marked, moved, marked, marked[:MARK_OFFSET + 2], marked)
            arriving.wait_for(lambda frame: frame.data == marked, count=3)
            assert crossed.count() == 3
            with MarkedFrames(lab.namespace("core"), ports, MARK + 1) as of_another_flood:
                lab.inject("vm1", marked)
                arriving.wait_for(lambda frame: frame.data == marked, count=4)
                assert of_another_flood.count() == 0 and crossed.count() == 4
            for sent in range(104, 605, 100):  # more than there is room for in a socket; Open vSwitch does not take many at once
                lab.inject("vm1", *[marked] * 100)
                arriving.wait_for(lambda frame: frame.data == marked, count=sent)
            assert crossed.count() == 604 and sent_by_itself.count() == 0


def test_what_is_left_of_an_attack_is_not_taken_for_the_next() -> None:
    """A switch that had to wait for a processor passes frames on later."""
    assert len({MARKS[case] for case in ATTACKERS}) == len(ATTACKERS)
    assert ping_mark(MARKS[LOCAL]) != ping_mark(MARKS[ISOLATED]) and len(ping_mark(1)[1]) == 8


def row(configuration: str, case: str, quantity: str, value: float | None, at: float = 0) -> Sample:
    return Sample("arp", "shaped", configuration, 1, case, quantity, "ms", at, value)


def made_up(crossed: float = 0, configurations: tuple[str, ...] = tuple(one.key for one in CONFIGURATIONS)) -> list[Sample]:
    rows = []
    for key in configurations:
        rows += [row(key, case, ANSWER, value, at) for case in CASES for at, value in enumerate((1.0, 2.0, None, 3.0))]
        rows += [row(key, case, quantity, value) for case in ATTACKS
                 for quantity, value in ((SECONDS, 2.0), (SENT, 5000.0), (CROSSED, crossed))]
    return rows


def described(rows: list[Sample]) -> list[Block]:
    return describe(Results(Samples(rows), quick=True))


def holding(rows: list[Sample], fact: bool) -> list[bool]:
    return [one.holds for one in verdicts(Results(Samples(rows), quick=True), SHAPED) if one.fact == fact]


def test_that_nothing_of_an_isolated_flood_crosses_is_a_fact_of_dcportals() -> None:
    assert holding(made_up(), fact=True) == [True, True]
    assert holding(made_up(crossed=1), fact=True) == [False, False]
    assert holding(made_up(crossed=1, configurations=("l2", "ovs")), fact=True) == []
    unsent = [one for one in made_up() if one.quantity != SENT]
    assert holding(unsent, fact=True) == []


def test_alike_in_all_situations_is_a_figure_of_the_run() -> None:
    assert holding(made_up(), fact=False) == [True, True]
    slow = [row("proactive", LOCAL, ANSWER, 100.0) for _ in range(9)]
    assert holding(made_up() + slow, fact=False) == [False, True]
    slow_in_peace = [replace(one, case=NORMAL) for one in slow]
    assert holding(made_up() + slow_in_peace, fact=False) == [True, True]


def test_tables_say_what_was_measured() -> None:
    latency, beside, attacks = [block for block in described(made_up(crossed=10000)) if isinstance(block, Table)]
    assert latency.rows[0] == [PROACTIVE.title, "normal", "2.00", "1.20 - 2.80", "3.00", "1 of 4"] and len(latency.rows) == 16
    assert all("4 of 16 tries lost" in cells[2] for cells in beside.rows)
    assert attacks.rows[2] == [PROACTIVE.title, "an isolated network", "2,500", "5,000", "2.000"]


@pytest.mark.parametrize("rows", [
    [], made_up(configurations=("ovs",)), made_up(configurations=("reactive",)),
    [row("proactive", "normal", ANSWER, None)], [row("ovs", ISOLATED, SENT, 0.0), row("l2", LOCAL, ANSWER, 1.0)]])
def test_whatever_is_missing(rows: list[Sample]) -> None:
    blocks = described(rows)
    assert blocks and all(block.svg.startswith("<svg") for block in blocks if isinstance(block, Figure))


def test_it_is_one_of_the_experiments() -> None:
    assert [one.key for one in EXPERIMENTS if one.section.startswith("4.2")] == ["arp", "first-packet", "established", "broadcast"]
