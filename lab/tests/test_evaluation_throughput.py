"""What bandwidth, isolation and flood make of samples, and a TCP stream that breaks. One short lab."""

from pathlib import Path

import pytest
from dcplab import Lab, Topology, isolation, load
from evaluation import plan
from evaluation.configurations import CONFIGURATIONS, L2, LINKS, OVS, PROACTIVE, REACTIVE, SHAPED, UNSHAPED, Configuration
from evaluation.experiments import bandwidth, flood, throughput
from evaluation.experiments import isolation as table_4
from evaluation.experiments.bandwidth import Bandwidth
from evaluation.experiments.flood import BroadcastFlood
from evaluation.experiments.isolation import Isolation
from evaluation.experiments.topologies import six_vms, three_vms
from evaluation.experiments.throughput import INTERVAL_SECONDS, Stream, switch_seconds
from evaluation.measurement import Experiment, Measurement, Results
from evaluation.report.document import Paragraph, Table, Verdict
from evaluation.samples import Sample, Samples


def sample(configuration: Configuration, case: str, quantity: str, value: float | None, repetition: int = 1) -> Sample:
    return Sample("x", SHAPED.key, configuration.key, repetition, case, quantity, "", 0.0, value)


def received(configuration: Configuration, case: str, values: list[float]) -> list[Sample]:
    return [sample(configuration, case, "received", value) for value in values]


def blocks(experiment: Experiment, rows: list[Sample], kind: type) -> list:
    return [block for block in experiment.describe(Results(Samples(rows), quick=True)) if isinstance(block, kind)]


def words(experiment: Experiment, rows: list[Sample]) -> str:
    return " ".join(block.text for block in blocks(experiment, rows, Paragraph))


def test_intervals_of_iperf3_are_read_and_sums_are_not() -> None:
    lines = {
        "[  5]   0.50-1.00   sec  5.76 MBytes  96600 Kbits/sec    3    226 KBytes       ": (96.6, "3"),
        "[  5]   1.50-2.00   sec  0.00 Bytes  0.00 Kbits/sec                  ": (0.0, None),
        "[  5]   2.00-2.04   sec   382 KBytes  77697 Kbits/sec                  ": None,
        "[  5]   0.00-0.50   sec  11.5 MBytes  95906 Kbits/sec                  receiver": None,
        "[ ID] Interval           Transfer     Bitrate": None,
    }
    for line, expected in lines.items():
        match = throughput._INTERVAL.match(line)
        whole = match if match and throughput._whole(match) else None
        assert (whole and (float(whole["kbits"]) / 1000, whole["retransmits"])) == expected, line


def test_bandwidth_within_plain_switches_spread_or_not() -> None:
    plain = received(OVS, "another host", [90, 91, 92, 93, 94, 95, 96, 97, 98, 99])
    assert bandwidth.lower_end(Samples(plain).spread()) == pytest.approx(90.9)
    assert bandwidth.lower_end(Samples(received(OVS, "another host", [94.0, 94.1, 94.1])).spread()) == pytest.approx(94.1 * 0.99)
    for median, holds in ((91.0, True), (90.0, False)):
        rows = [*plain, *received(PROACTIVE, "another host", [median])]
        (verdict,) = blocks(Bandwidth(), rows, Verdict)
        assert verdict.holds == holds and not verdict.fact


def test_bandwidth_says_what_the_switches_spend() -> None:
    rows = [*received(PROACTIVE, "another host", [90, 90]), *received(OVS, "another host", [100, 100]),
            *(sample(PROACTIVE, "another host", f"processor time of hv{number}", 0.09) for number in (1, 2)),
            *(sample(OVS, "another host", f"processor time of hv{number}", 0.05) for number in (1, 2))]
    cost = bandwidth.seconds_per_gigabit(Results(Samples(rows), False), SHAPED, "another host", PROACTIVE)
    assert cost == pytest.approx(0.18 / (180 * INTERVAL_SECONDS / 1000))
    assert "dcportals, proactive gives 90% of what OVS alone gives, for 2.00 times the switches' processor time" in words(Bandwidth(), rows)


@pytest.mark.parametrize("experiment", [Bandwidth(), BroadcastFlood(), Isolation()])
def test_a_report_of_little_or_nothing(experiment: Experiment) -> None:
    for case in ("another host", "no flood", "flood", "echo request VM1->VM2"):
        for rows in ([], received(REACTIVE, case, [0.0]), [sample(OVS, case, "received", None)],
                     [*received(OVS, case, [0.0]), *received(PROACTIVE, case, [0.0])]):
            assert experiment.describe(Results(Samples(rows), quick=False))


def matrix_rows(configuration: Configuration, echo: isolation.Pairs, anything: isolation.Pairs, strange: int = 0) -> list[Sample]:
    measurement = Measurement("isolation", FakeLab(), configuration, SHAPED, 1, False)
    reception = isolation.Reception(echo, anything, [("vm1", None)] * strange)
    table_4.record(measurement, reception)
    return measurement.rows


class FakeLab:
    topology = six_vms()


def test_isolation_holds_and_each_fault_fails() -> None:
    topology = six_vms()
    same, everyone = isolation.same_network(topology), isolation.everyone(topology)
    sound = matrix_rows(PROACTIVE, same, same) + matrix_rows(L2, same, everyone)
    assert all(verdict.holds and verdict.fact for verdict in blocks(Isolation(), sound, Verdict))
    assert len(blocks(Isolation(), sound, Verdict)) == 3
    (table, *_) = blocks(Isolation(), sound, Table)
    assert list(table.rows[0]) == ["VM1", *["–", "✓", "✓", "✓", "", ""] * 2]
    faults = {
        "missing: VM1->VM2": matrix_rows(PROACTIVE, same - {("vm1", "vm2")}, same),
        "leaked: VM1->VM6": matrix_rows(PROACTIVE, same | {("vm1", "vm6")}, same),
        "another network; leaked: VM5->VM1": matrix_rows(REACTIVE, same, same | {("vm5", "vm1")}),
        "2 frames that no VM sent": matrix_rows(PROACTIVE, same, same, 2),
        "not so: VM3->VM5": matrix_rows(OVS, same, everyone - {("vm3", "vm5")}),
    }
    for complaint, rows in faults.items():
        failed = [verdict.text for verdict in blocks(Isolation(), rows, Verdict) if not verdict.holds]
        assert len(failed) == 1 and complaint in failed[0], complaint


def test_a_second_try_adds_what_came_and_forgives_no_leak() -> None:
    topology = six_vms()
    same = isolation.same_network(topology)
    first = matrix_rows(PROACTIVE, same - {("vm1", "vm2")}, same | {("vm1", "vm5")})
    echo, anything = blocks(Isolation(), first + matrix_rows(PROACTIVE, same, same), Verdict)
    assert echo.holds and not anything.holds


def test_the_share_that_a_flood_leaves() -> None:
    rows = [*received(PROACTIVE, "no flood", [100.0]), *received(PROACTIVE, "flood", [80.0, 100.0]),
            *received(PROACTIVE, "harsher flood", [80.0]), *received(OVS, "no flood", [100.0]), *received(OVS, "flood", [0.0]),
            sample(OVS, "flood", "flood", 20_000)]
    results = Results(Samples(rows), False)
    assert flood.share(results, SHAPED, "flood", PROACTIVE) == 0.9
    assert flood.share(results, SHAPED, "harsher flood", OVS) is None
    assert flood.share(Results(Samples(received(OVS, "no flood", [0.0]) + rows[-2:]), False), SHAPED, "flood", OVS) is None
    slower = [*rows, *received(PROACTIVE, "flood", [0.0])]
    for seen, holds in ((rows, True), (slower, False)):
        assert [verdict.holds for verdict in blocks(BroadcastFlood(), seen, Verdict)] == [holds]
    assert "Kept during the flood: dcportals, proactive 90%, OVS alone 0% (20,000 packets/s)." in words(BroadcastFlood(), rows)


def test_ping_tells_how_fast_it_was() -> None:
    said = "\n--- 10.0.0.255 ping statistics ---\n900 packets transmitted, 900 received, +3 duplicates, 0% packet loss, time 3000ms\n"
    assert flood.packets_per_second(said) == 300


def test_a_quick_run_may_leave_cables_without_a_limit_out() -> None:
    for quick, links, expected in ((True, LINKS, {SHAPED}), (True, [UNSHAPED], {UNSHAPED}), (False, LINKS, {SHAPED, UNSHAPED})):
        assert {step.links for step in plan.steps([Isolation()], links, CONFIGURATIONS, quick)} == expected


def test_the_topology_file_is_where_it_is_looked_for() -> None:
    assert six_vms() == load(Path(__file__).resolve().parents[1] / "topologies" / "paper-4.4.yaml")


def test_a_stream_that_breaks_gives_zeros_and_ends(name: str) -> None:
    topology: Topology = three_vms()
    topology.name = name
    with Lab(topology, "ovs") as lab:
        before = switch_seconds(lab)
        with Stream(lab, "vm1", "vm2") as stream:
            assert any(mbits > 0 for mbits in stream.intervals(20))
            lab.cut_uplink("hv2", 0)
            assert any(mbits == 0 for mbits in stream.intervals(100))
        assert stream.retransmits()
        assert sorted(before) == ["hv1", "hv2"] and switch_seconds(lab)["hv1"] > before["hv1"]
        with Stream(lab, "vm1", "vm2") as unreachable:
            assert list(unreachable.intervals(5)) == [0] * 5
