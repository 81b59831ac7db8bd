"""The load test (4.5): generator, probes, what is watched and counted, the knee, and what the report says whatever is missing.

The first tests are pure; the last one has a real lab and takes seconds.
"""

import struct
from dataclasses import replace
from ipaddress import IPv4Address
from types import SimpleNamespace

import pytest
from conftest import wait_until

from dcplab import Lab, LabError
from dcplab.capture import Frame
from evaluation.configurations import CONFIGURATIONS, L2, LINKS, OVS, PROACTIVE, REACTIVE, SHAPED, UNSHAPED
from evaluation.experiments import load_bursts, load_knee, load_messages, load_probe, load_report, load_watch, processor_time
from evaluation.experiments.load import FULL, GENERATOR, QUICK, Load, PacketIns, addresses, have_addresses
from evaluation.measurement import Results
from evaluation.neighbours import know_neighbours
from evaluation.report.document import Block, Figure, Paragraph, Table, Verdict
from evaluation.samples import Sample, Samples

MAC, IP = "fa:16:3e:00:00:04", IPv4Address("10.4.0.1")


def test_each_packet_of_a_burst_is_a_new_flow_from_the_vm_itself():
    rows = [bytes(row) for row in load_bursts.new_flows(2000, MAC, IP, 1)]
    assert {row[6:12] for row in rows} == {bytes.fromhex(MAC.replace(":", ""))}
    assert {row[26:30] for row in rows} == {IP.packed}
    assert len({row[:6] for row in rows}) == 2000  # one in 2^40 is the same
    assert len({row[30:34] for row in rows}) > 1990
    assert all(IPv4Address(row[30:34]) >= load_bursts.NOBODY[0] and row[30] == 10 for row in rows)
    assert all(load_probe.checksum(row[14:34]) == 0 for row in rows)
    assert {bytes(row) for row in load_bursts.new_flows(2000, MAC, IP, 2)}.isdisjoint(rows)


def test_a_burst_as_a_pcap_file(tmp_path):
    rows = load_bursts.new_flows(3, MAC, IP, 1)
    load_bursts.write(tmp_path / "file", rows)
    data = (tmp_path / "file").read_bytes()
    assert struct.unpack_from("<IHHiIII", data) == (0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    for number, row in enumerate(rows):
        at = 24 + number * (16 + load_bursts.FRAME_BYTES)
        assert struct.unpack_from("<II", data, at + 8) == (load_bursts.FRAME_BYTES, load_bursts.FRAME_BYTES)
        assert data[at + 16:at + 16 + load_bursts.FRAME_BYTES] == bytes(row)


def test_an_echo_request_has_right_checksums():
    frame = load_probe.request(("02:00:00:00:00:01", "02:00:00:00:00:02"), (IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2")), 7)
    assert frame[:6].hex() == "020000000002"
    assert load_probe.checksum(frame[14:34]) == 0 and load_probe.checksum(frame[34:]) == 0


@pytest.mark.parametrize("line, mbits", [
    ("[  5]   0.00-1.00   sec  11.4 MBytes  95612 Kbits/sec                  ", 95.612),
    ("[  5]  10.00-11.00  sec  0.00 Bytes  0.00 Kbits/sec                  ", 0),
    ("[  5]   0.00-9.05   sec   102 MBytes  95100 Kbits/sec                  receiver", None),
    ("[ ID] Interval           Transfer     Bitrate", None),
    ("Accepted connection from 10.2.0.1, port 40000", None),
])
def test_iperf3s_lines(line, mbits):
    assert load_watch.interval_mbits(line) == mbits


def test_processor_time():
    assert processor_time.process_seconds("7 (a ) b) S " + "0 " * 10 + "150 50 0 0") == 200 / processor_time.TICK
    assert processor_time.machine_seconds("cpu  10 0 20 900 5 3 7 0 0 0\ncpu0 5 0\ncpu1 5 0\nintr 1\n") == 40 / processor_time.TICK / 2


def openflow(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("!BBHI", 4, kind, 8 + len(body), 1) + body


def segment(sequence: int, data: bytes, port: int = 6653, outgoing: bool = False) -> Frame:
    tcp = struct.pack("!HHIIBBHHH", 40000, port, sequence, 0, 5 << 4, 0, 0, 0, 0)
    ip = struct.pack("!BBHHHBBH8s", 0x45, 0, 40 + len(data), 0, 0, 64, 6, 0, b"\x0a\0\0\x01\x0a\0\0\x02")
    return Frame(0.0, "mgmt0", outgoing, bytes(12) + b"\x08\x00" + ip + tcp + data)


def test_packet_ins_are_counted_in_what_the_controller_received():
    nicira, other = (openflow(4, struct.pack("!II", 0x2320, kind)) for kind in (30, 14))
    data = openflow(3) + openflow(10, b"x" * 90) + other + nicira
    cut = [segment(2**32 - 5, data[:20]), segment(15, data[20:100]), segment(15, data[20:100]), segment(95, data[100:])]
    others = [segment(1, openflow(10), outgoing=True), segment(1, openflow(10), port=80), segment(9, b"")]
    assert load_messages.count_packet_ins(cut + others) == 2
    assert load_messages.count_packet_ins([]) == 0


def test_segments_that_overtook_others_are_put_in_order():
    data = openflow(10, b"x" * 90) + openflow(3) + openflow(10, b"y" * 90)
    parts = [segment((2**32 - 40 + at) % 2**32, data[at:at + 40]) for at in range(0, len(data), 40)]
    for order in (parts[::-1], [parts[1], parts[0], *parts[2:]], [*parts[:2], parts[0], *parts[2:], parts[3]]):
        assert load_messages.count_packet_ins(order) == 2


def test_what_cannot_be_counted_is_not_nought():
    data = openflow(10, b"x" * 90)
    with pytest.raises(LabError, match="hole"):
        load_messages.count_packet_ins([segment(1, data[:20]), segment(41, data[40:])])
    with pytest.raises(LabError, match="not OpenFlow"):
        load_messages.count_packet_ins([segment(1, b"GET / HTTP/1.1\r\n\r\n")])


@pytest.mark.parametrize("packets", [0, 2])
def test_nobody_listens_any_more_when_they_are_counted(packets, monkeypatch):
    class Wire:
        stopped = False
        frames = [segment(1, openflow(10, b"x" * 90) * packets)]

        def stop(self):
            self.stopped = True
            return self.frames

    wire, recorded = Wire(), []
    decisions = iter([5, 5 + packets])
    monkeypatch.setattr(load_messages, "decisions", lambda lab: next(decisions))
    measurement = SimpleNamespace(lab=SimpleNamespace(capture=lambda *_: wire), record=lambda *row: recorded.append(row[3]))
    with PacketIns(measurement) as count:
        count.end()
        assert wire.stopped
        count.end()
    assert recorded == [packets, packets]


# The knee. A burst of 4 s every 8 s, the first after 4 s; a probe every 0.1 s, and the stream's value every second.


def course(configuration=OVS, links=SHAPED, repetition=1, effects=(), messages=None, decisions=None, packet_ins=None, misses=None,
           translations=None, sent=1.0) -> list[Sample]:
    """`effects`: for each burst its rate, the latency then, the share of lost probes, and the stream. In quiet time: 1 ms, none, 100 Mbit/s."""
    rows = []

    def add(case, quantity, at, value):
        rows.append(Sample("load", links.key, configuration.key, repetition, case, quantity, "", at, value))

    for number, (rate, latency, lost, mbits) in enumerate([(0, 1.0, 0, 100), *effects]):
        begin = 8.0 * number - 4
        for tick in range(80):
            during = tick < 40 and number
            if begin + tick / 10 >= 0:
                gone = during and tick % 20 < lost * 20
                for quantity in (load_knee.LATENCY, load_knee.ROUND_TRIP):
                    add(load_knee.COURSE, quantity, begin + tick / 10, None if gone else latency if during else 1.0)
        for second in range(1, 9):
            if begin + second > 0:
                add(load_knee.COURSE, load_watch.BANDWIDTH, begin + second, mbits if number and second <= 4 else 100.0)
                add(load_knee.COURSE, load_watch.SWITCH_CPU, begin + second, 50.0)
        if number:
            case = str(rate)
            add(case, load_knee.ASKED, begin, rate)
            add(case, load_knee.ENDED, begin + 4, begin + 4)
            add(case, load_knee.SENT, begin + 4, rate * (sent if number == len(effects) else 1))
            for quantity, value in ((load_knee.MESSAGES, messages), (load_knee.DECISIONS, decisions), (load_knee.MISSES, misses),
                                    (load_knee.TRANSLATIONS, translations)):
                if value is not None:
                    add(case, quantity, begin + 8, value)
    if packet_ins is not None:
        add(load_knee.COURSE, load_knee.PACKET_INS, 99, packet_ins)
        add(load_knee.COURSE, load_knee.DECISIONS, 99, decisions)
    return rows


def effects_of(*repetitions):
    return [load_knee.effects(Samples(course(effects=one)), load_watch.BANDWIDTH) for one in repetitions]


FINE = [(rate, 1.1, 0.0, 99) for rate in (100, 200, 500, 1000)]


def with_(*changes):
    return [dict(changes).get(one[0], one) for one in FINE]


def test_what_a_burst_does_is_told_from_the_quiet_time_before():
    (effects,) = effects_of(with_((500, (500, 4.0, 0.25, 50.0))))
    assert [effect.burst.rate for effect in effects] == [100, 200, 500, 1000]
    assert effects[2].latency == 4 and effects[2].slower == pytest.approx(4) and effects[2].lost == pytest.approx(0.25, abs=0.03)
    assert effects[2].mbits == 50 and effects[2].bandwidth == pytest.approx(0.5)
    assert effects[3].slower == pytest.approx(1.1) and effects[3].bandwidth == pytest.approx(0.99)


@pytest.mark.parametrize("judgement, bad", [
    (load_knee.by_latency, (4.0, 0.0, 99)), (load_knee.by_loss, (1.0, 0.1, 99)), (load_knee.by_bandwidth, (1.0, 0.0, 80)),
    (load_knee.by_latency_or_loss, (4.0, 0.0, 99)), (load_knee.by_latency_or_loss, (1.0, 1.0, 99)), (load_knee.by_latency, (1.0, 1.0, 99))])
def test_the_knee_is_where_it_begins_and_goes_on(judgement, bad):
    suffering = with_((500, (500, *bad)), (1000, (1000, *bad)))
    fluke = with_((200, (200, *bad)))
    assert load_knee.knee(effects_of(suffering), judgement) == 500
    assert load_knee.knee(effects_of(with_((1000, (1000, *bad)))), judgement) == 1000  # there is no higher rate
    assert load_knee.knee(effects_of(fluke), judgement) is None
    assert load_knee.knee(effects_of(suffering, suffering, FINE), judgement) == 500
    assert load_knee.knee(effects_of(suffering, FINE, FINE), judgement) is None
    assert load_knee.knee(effects_of(suffering, FINE), judgement) is None
    assert load_knee.knee(effects_of(FINE), judgement) is None
    assert load_knee.knee([], judgement) is None


def test_a_burst_that_did_not_end_and_one_without_anything_else():
    rows = course(effects=FINE)
    assert len(load_knee.bursts(Samples(row for row in rows if row.quantity != load_knee.ENDED))) == 0
    bare = load_knee.effects(Samples(row for row in rows if row.case != load_knee.COURSE), load_watch.BANDWIDTH)
    assert [(effect.latency, effect.slower, effect.lost, effect.mbits, effect.bandwidth) for effect in bare] == [(None,) * 5] * 4
    assert load_knee.knee([bare], load_knee.by_latency_or_loss) is None


def test_the_generators_limit():
    (whole,), (short,) = ([load_knee.effects(Samples(course(effects=FINE, sent=share)), load_watch.BANDWIDTH)] for share in (0.95, 0.8))
    assert not load_knee.limited([whole]) and load_knee.limited([short]) and not load_knee.limited([short, whole]) and not load_knee.limited([])
    assert load_knee.most([short]) == 800


def test_an_answer_that_is_lost_is_a_lost_probe_whose_request_came():
    rows = [replace(row, value=None) if row.quantity == load_knee.ROUND_TRIP else row for row in course(effects=FINE)]
    effects = load_knee.effects(Samples(rows), load_watch.BANDWIDTH)
    assert [(effect.latency, effect.lost) for effect in effects] == [(1.1, 1)] * 4


# What the report says.


@pytest.fixture
def no_figures(monkeypatch):
    """Which take their time."""
    monkeypatch.setattr(load_report, "figure", lambda *_: None)


def described(rows: list[Sample], quick: bool = False) -> list[Block]:
    return Load().describe(Results(Samples(rows), quick))


def verdicts(blocks: list[Block], fact: bool) -> list[Verdict]:
    return [block for block in blocks if isinstance(block, Verdict) and block.fact == fact]


def test_the_report_has_a_knee_and_a_figure_for_each_configuration():
    slow = with_((500, (500, 4.0, 0.5, 40)), (1000, (1000, 9.0, 0.9, 1)))
    rows = course(PROACTIVE, effects=FINE, sent=0.5, messages=7, decisions=0, packet_ins=0)
    rows += course(REACTIVE, effects=FINE, sent=0.5, messages=700, decisions=700)
    rows += course(L2, effects=slow, messages=700) + course(OVS, effects=slow)
    blocks = described(rows)
    knees = next(block for block in blocks if isinstance(block, Table))
    assert [row[:4] for row in knees.rows] == [
        ["dcportals, proactive", *3 * ["not reached"]], ["dcportals, reactive", *3 * ["not reached"]],
        ["controller + L2", "500", "500", "500"], ["OVS alone", "500", "500", "500"]]
    assert len([block for block in blocks if isinstance(block, Figure)]) == 4
    assert all(verdict.holds for verdict in verdicts(blocks, True)) and len(verdicts(blocks, True)) == 5
    assert all(verdict.holds for verdict in verdicts(blocks, False)) and len(verdicts(blocks, False)) == 4


def test_a_knee_before_that_of_plain_switches_is_said(no_figures):
    slow = with_((200, (200, 4.0, 0.5, 40)), (500, (500, 4.0, 0.5, 40)))
    blocks = described(course(PROACTIVE, effects=slow) + course(OVS, effects=FINE))
    said = verdicts(blocks, False)
    assert [verdict.holds for verdict in said] == [False, False] and all("from 200 packets/s on" in verdict.text for verdict in said)


def test_a_packet_that_came_to_the_controller_in_proactive_mode_is_a_fault(no_figures):
    def silence(packet_ins, decisions):
        rows = course(PROACTIVE, effects=FINE, sent=0.5, packet_ins=packet_ins, decisions=decisions)
        return [verdict.holds for verdict in verdicts(described(rows), True)]

    assert silence(0, 0) == [True, True] and silence(1, 0) == [True, False] and silence(0, 1) == [True, False]


def test_a_count_that_sees_nothing_where_there_is_something_is_a_fault(no_figures):
    def seen(packet_ins, decisions):
        rows = course(REACTIVE, effects=FINE, sent=0.5, packet_ins=packet_ins, decisions=decisions)
        return [verdict.holds for verdict in verdicts(described(rows), True)]

    assert seen(784, 784) == [True, True] and seen(784, 780) == [True, True]
    assert seen(0, 784) == [True, False] and seen(500, 784) == [True, False] and seen(0, 0) == [True, False]


def test_a_full_run_that_finds_neither_knee_nor_limit_has_failed_and_a_quick_one_has_not(no_figures):
    rows = course(OVS, effects=FINE)
    assert [verdict.holds for verdict in verdicts(described(rows), True)] == [False]
    assert verdicts(described(rows, quick=True), True) == []


def test_what_the_protection_holds_back_is_said(no_figures):
    rows = [row for row in course(REACTIVE, effects=[(200, 1.0, 0, 99), (1000, 1.0, 0, 99)], decisions=480)]
    words = " ".join(block.text for block in described(rows) if isinstance(block, Paragraph))
    assert "Of the 1,000 packets/s at the end it decides about 120/s" in words
    assert "it decides about" not in " ".join(block.text for block in described(course(REACTIVE, effects=FINE)) if isinstance(block, Paragraph))


def test_words_tell_each_configuration_from_plain_switches_and_the_machine_from_both(no_figures):
    reactive = course(REACTIVE, effects=FINE, translations=20_000)
    twice = [replace(row, value=row.value * 2) if row.quantity == load_knee.LATENCY else row for row in reactive]
    plain = course(OVS, translations=800, effects=with_((1000, (1000, 4.0, 0.5, 10))), misses=20_000)
    busy = [Sample("load", SHAPED.key, OVS.key, 1, load_knee.COURSE, load_watch.MACHINE_CPU, "%", at, 97) for at in (21.0, 22.0)]
    words = [block.text for block in described(twice + plain + busy) if isinstance(block, Paragraph)]
    (reactive,), (ovs,), (both,) = ([text for text in words if text.startswith(begin)]
                                    for begin in ("dcportals, reactive:", "OVS alone:", "All switches"))
    assert "In quiet time a new flow takes 2.00 ms, 2.0 times that of OVS alone." in reactive
    assert "At 1,000 packets/s the switches consult their tables 5,000 times a second, 5 times for each packet" in reactive and "consult" not in ovs
    assert "at no rate up to 1,000 packets/s" in reactive and "from 1,000 packets/s on" in ovs and "took up 5,000 new flows/s" in ovs
    assert "95 % busy from 500 packets/s (OVS alone) on" in both


@pytest.mark.parametrize("missing", [load_knee.LATENCY, load_watch.BANDWIDTH, load_watch.SWITCH_CPU, load_knee.SENT, load_knee.ENDED, load_knee.ASKED])
def test_the_report_survives_what_is_missing(missing):
    described([row for row in course(REACTIVE, effects=FINE) + course(OVS, UNSHAPED, effects=FINE) if row.quantity != missing])


def test_the_report_survives_lost_probes_and_nothing_at_all():
    described([])
    described([Sample("load", SHAPED.key, OVS.key, 1, "100", load_knee.ASKED, "/s", 1.0, 100)])
    described(course(L2, UNSHAPED, effects=[(100, 1.0, 1.0, 0)]), quick=True)
    assert LINKS  # both are covered above


def test_the_topology_has_room_for_every_destination_and_pairs_enough():
    topology = Load().topology()
    net = topology.networks["net1"].cidr
    first, count = load_bursts.NOBODY
    assert first in net and first + (count - 1) in net
    assert not any(first <= ip <= first + (count - 1) for vm in topology.vms.values() for ip in [vm.ip])
    for plan, seconds in ((FULL, 11), (QUICK, 3)):  # what a datapath's entry, or a flow, lives at most
        assert len(addresses(1)) * plan.probe_seconds > seconds


def test_probes_and_a_burst_in_a_real_lab(name):
    topology = Load().topology()
    topology.name = name
    with Lab(topology, "ovs") as lab:
        have_addresses(lab)
        know_neighbours(lab)
        prober = load_probe.Prober(lab, "vm1", "vm2", list(zip(addresses(1), addresses(2))), 0.02)
        try:
            wait_until(lambda: prober.answered() > 30)
            sender = load_bursts.Sender(lab, GENERATOR)
            with lab.capture(GENERATOR) as leaving:
                before = sender.sent()
                with sender.burst(1000, 1, 1) as process:
                    process.wait()
                sent = sender.sent() - before
            assert 0 < sent == len([frame for frame in leaving.frames if frame.outgoing]) <= 1000
        finally:
            probes = prober.stop()
        answered = [probe for probe in probes if probe.answered]
        assert len(answered) > 30 and all(probe.left < probe.arrived < probe.answered for probe in answered)
