"""4.2.2 to 4.2.4: are the programs' words read rightly, is everything forgotten, and does the report say what the samples say?"""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from conftest import pings
from dcplab import Lab, LabError
from evaluation.configurations import CONFIGURATIONS, OVS, PROACTIVE, REACTIVE, SHAPED
from evaluation.experiments import broadcast, established, first_packet
from evaluation.experiments.comparison import compare
from evaluation.experiments.echo import parse
from evaluation.experiments.topologies import DESTINATIONS, three_vms
from evaluation.experiments.words import listed, ms, times
from evaluation.measurement import Results
from evaluation.neighbours import know_neighbours
from evaluation.report.document import Figure, Table
from evaluation.samples import Sample, Samples


def rows(experiment: str, configuration: str, case: str, quantity: str, *values: float | None, repetition: int = 1) -> list[Sample]:
    return [Sample(experiment, "shaped", configuration, repetition, case, quantity, "ms", number / 100, value)
            for number, value in enumerate(values)]


def results(found: list[Sample]) -> Results:
    return Results(Samples(found), quick=True)


def table(blocks: list, number: int = 0) -> Table:
    return [block for block in blocks if isinstance(block, Table)][number]


# What programs say

def test_fping_tells_each_time() -> None:
    assert parse("10.0.1.2 : 0.55 - 1.20\n", 3) == [0.55, None, 1.2]
    assert parse("ICMP Host Unreachable from 10.0.1.1 for ICMP Echo sent to 10.0.1.2\n10.0.1.2 : - 1.20\n", 2) == [None, 1.2]
    for words in ("", "10.0.1.2 : 0.55 - 1.20", "fping: can't create socket"):
        with pytest.raises(LabError, match="fping says"):
            parse(words, 2)


def test_ping_tells_all_answers_to_a_broadcast() -> None:
    said = """PING 10.0.1.255 (10.0.1.255) 56(84) bytes of data.
64 bytes from 10.0.1.3: icmp_seq=1 ttl=64 time=3.63 ms
64 bytes from 10.0.1.2: icmp_seq=1 ttl=64 time=4.73 ms (DUP!)
64 bytes from 10.0.1.2: icmp_seq=12 ttl=64 time=1021 ms
rtt min/avg/max/mdev = 0.504/1.466/4.730/1.173 ms"""
    vm2, vm3 = IPv4Address("10.0.1.2"), IPv4Address("10.0.1.3")
    assert broadcast.answers(said) == {(vm3, 1): 3.63, (vm2, 1): 4.73, (vm2, 12): 1021.0}


def test_flows_that_a_packet_asked_for() -> None:
    """As Lab.flows has them. What is installed for good stays."""
    match = "table=30,priority=300,ip,metadata=0x1,dl_dst=fa:16:3e:00:00:01,nw_dst=10.0.1.1"
    asked = "cookie=0xdc1d02, table=30, idle_timeout=60, " + match.partition(",")[2] + " actions=output:2"
    always = "cookie=0xdc02, table=30, priority=200,ip,metadata=0x1,nw_dst=10.0.1.255 actions=goto_table:40"
    assert first_packet.asked_for([asked, always, "priority=0 actions=CONTROLLER:128"]) == [match]


@pytest.mark.parametrize("config", ["l2", "ovs"])
def test_forgetting(name: str, config: str) -> None:
    """A learning controller's table-miss flow is all that is left; a plain switch has learned nothing. Neighbours are known for good."""
    topology = three_vms()
    topology.name = name
    with Lab(topology, config) as lab:
        know_neighbours(lab)

        def learned() -> int:
            return len(lab.flows("hv1")) if config == "l2" else len(lab.appctl("hv1", "fdb/show", "br-int").splitlines())

        with lab.capture("vm1") as seen:
            before = learned()
            for vm in DESTINATIONS.values():
                assert pings(lab, "vm1", str(topology.vms[vm].ip))
        assert learned() > before == 1
        first_packet.forget(lab)
        assert learned() == before
        assert all(frame.data[12:14] == b"\x08\x00" for frame in seen.frames)
        assert pings(lab, "vm1", str(topology.vms["vm2"].ip))


# The comparison with OVS alone

def test_within_the_spread_of_ovs_alone() -> None:
    plain = Samples(rows("x", "ovs", "c", "q", 1.0, 2.0, 3.0, 4.0, None, 100.0))
    for median, within in ((4.0, True), (4.1, False), (0.5, True)):
        assert compare(Samples(rows("x", "l2", "c", "q", median)), plain).within == within


def test_a_slow_round_of_ovs_alone_widens_its_spread() -> None:
    """Three quarters of all its packets take up to 1 ms, but one of its rounds has a median of 5."""
    plain = Samples(rows("x", "ovs", "c", "q", *[1.0] * 20) + rows("x", "ovs", "c", "q", 5.0, 5.0, repetition=2))
    seen = compare(Samples(rows("x", "l2", "c", "q", 4.9)), plain)
    assert seen.within and seen.limit == 5.0 and seen.plain_rounds == (1.0, 5.0)


def test_which_of_two_packets_is_the_slower() -> None:
    plain = Samples(rows("x", "ovs", "c", "q", 1.0, 2.0, 3.0, 4.0))
    assert compare(Samples(rows("x", "l2", "c", "q", 5.0)), plain).slower == 1
    assert compare(Samples(rows("x", "l2", "c", "q", 0.5, 3.5)), plain).slower == 0.375
    assert compare(plain, plain).slower == 0.5


def test_nothing_to_compare() -> None:
    some, none, lost = Samples(rows("x", "ovs", "c", "q", 1.0)), Samples(), Samples(rows("x", "ovs", "c", "q", None))
    assert [compare(*pair) for pair in ((some, none), (none, some), (lost, some), (some, lost))] == [None] * 4


def test_words() -> None:
    assert [ms(value) for value in (0.123, 9.99, 10.01, 123.4)] == ["0.12", "9.99", "10.0", "123"]
    assert [times(value, 2) for value in (1, 2.1, 300, 3000)] == ["0.50 times", "1.1 times", "150 times", "1,500 times"]
    assert "no" in times(1, 0)
    assert [listed(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


# The reports

def established_rows(configurations: tuple[str, ...] = tuple(one.key for one in CONFIGURATIONS)) -> list[Sample]:
    return [row for number, key in enumerate(configurations) for case in DESTINATIONS
            for row in rows("established", key, case, established.QUANTITY, *(0.3 + number + step / 10 for step in range(5)), None)]


def test_established_has_the_papers_figures_beside_ours() -> None:
    blocks = established.Established().describe(results(established_rows()))
    assert table(blocks).rows[0] == [
        "another host", PROACTIVE.title, "0.50", "0.50 (0.35)", "0.70 (1.19)", "0.30 (0.26)", "0.16 (0.078)", "1"]


def test_established_says_who_is_slower() -> None:
    found = [row for row in established_rows() if row.configuration in ("proactive", "ovs")]
    reversed_ = [replace(row, configuration={"proactive": "ovs", "ovs": "proactive"}[row.configuration]) for row in found]
    for samples, slower in ((found, False), (reversed_, True)):
        blocks = established.Established().describe(results(samples))
        words = " ".join(getattr(block, "text", "") for block in blocks)
        assert (f"Slower than each round of OVS alone: {PROACTIVE.title}" in words) == slower
        assert ("proactive +3.00 ms" in words) == slower and ("proactive -3.00 ms" in words) != slower


def first_packet_rows() -> list[Sample]:
    values = {"proactive": 1.0, "reactive": 4.0, "l2": 6.0, "ovs": 2.0}
    return [row for key, value in values.items() for case in DESTINATIONS for quantity in first_packet.PACKETS
            for row in rows("first-packet", key, case, quantity, value, value, None)]


def test_first_packet() -> None:
    blocks = first_packet.describe(results(first_packet_rows()))
    assert table(blocks).rows[1] == ["same host", REACTIVE.title, "4.00", "4.00 - 4.00", "4.00", "1 of 3", "4.00"]
    words = " ".join(getattr(block, "text", "") for block in blocks)
    assert f"With {REACTIVE.title} the first packet takes 2.0 times as long as with OVS alone to the same host (4.00 and 2.00 ms)" in words
    assert f"With {PROACTIVE.title} the first packet takes 0.50 times as long" in words
    assert f"First packets without an answer: 1 of 3 to the same host with {PROACTIVE.title}, 1 of 3 to another host with" in words


def broadcast_rows() -> list[Sample]:
    """As measured: number 1 is the first answer; VM3's answer to packet 3 was lost."""
    values = {"vm2": (4.0, 1.0, 2.0), "vm3": (6.0, 3.0, None)}
    return [replace(row, quantity=broadcast.FIRST if row.at == 0 else broadcast.LATER)
            for one in CONFIGURATIONS for vm, each in values.items() for row in rows("broadcast", one.key, vm, "", *each)]


def test_broadcast_averages_stand_beside_the_papers() -> None:
    blocks = broadcast.describe(results(broadcast_rows()))
    assert table(blocks).rows == [[one.title, "3.20", broadcast.PAPER[one.paper]] for one in CONFIGURATIONS]
    assert table(blocks, 1).rows[1] == [PROACTIVE.title, "VM3", "6.00", "3.00", "3.00 - 3.00", "3.00", "1 of 2"]


def test_broadcast_answers_of_each_packet() -> None:
    own = Samples(row for row in broadcast_rows() if row.configuration == OVS.key)
    assert [(row.at, row.value) for row in broadcast.by_number(own)] == [(1, 5.0), (2, 2.0), (3, 2.0)]


@pytest.mark.parametrize("describe, found", [
    (established.Established().describe, established_rows()), (first_packet.describe, first_packet_rows()),
    (broadcast.describe, broadcast_rows())], ids=["established", "first packet", "broadcast"])
def test_whatever_is_missing(describe, found: list[Sample]) -> None:
    assert describe(results([]))
    for key in ("ovs", "reactive"):
        own = [row for row in found if row.configuration == key]
        for some in (own, own[:1], [replace(own[0], value=None)], [row for row in found if row.configuration != key]):
            blocks = describe(results(some))
            assert all(block.svg.startswith("<svg") for block in blocks if isinstance(block, Figure))
            assert SHAPED.title in table(blocks).caption
