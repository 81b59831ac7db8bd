"""Does the demo pass exactly where it should? Hand-written flows that isolate stand in for the daemon, and each fault
that the demo is there to find is then made on purpose."""

import json
from dataclasses import replace

import pytest
from conftest import pair_of
from dcplab import Lab, Topology, demo, isolation, journey
from dcplab.capture import Frame
from dcplab.frames import mac_bytes
from static_flows import install


def failed(result: demo.Result) -> list[str]:
    return [check.text for check in result.checks() if not check.passed]


def test_flows_that_isolate_pass_and_each_fault_fails(paper: Topology, capsys: pytest.CaptureFixture[str]) -> None:
    with Lab(paper, "bare") as lab:
        install(lab)
        result = demo.run(lab, isolated=True)
    assert failed(result) == []
    assert json.dumps(result.to_json())
    demo.show(result)
    assert capsys.readouterr().out.count("PASS") == 6

    # Each of these is the same result with one thing wrong.
    tenant = mac_bytes(paper.vms["vm1"].mac)
    leak = Frame(0.0, "hv1", False, b"\xff" * 6 + tenant + b"\x08\x06" + bytes(46))
    wire = journey.audit_wire(paper, [leak])
    reception = result.reception
    spoilt = {
        "missing: vm1 to vm2": replace(result, reception=replace(
            reception, echo_requests=reception.echo_requests - {("vm1", "vm2")})),
        "leaked: vm1 to vm6": replace(result, reception=replace(
            reception, echo_requests=reception.echo_requests | {("vm1", "vm6")})),
        "leaked: vm5 to vm1": replace(result, reception=replace(reception, anything=reception.anything | {("vm5", "vm1")})),
        "frames that no VM sent: 1": replace(result, reception=replace(reception, strange=[("vm1", leak)])),
        "exactly one MAC": replace(result, learned=[*result.learned, ("fa:16:3e:00:00:01", "hv1")]),
        "not the hypervisors' MACs": replace(result, stops=[
            replace(stop, frame=result.stops[0].frame) if stop.place == "on the wire" else stop for stop in result.stops]),
        "not seen at vm2": replace(result, stops=[*result.stops[:4], replace(result.stops[4], frame=None)]),
        "1 frames crossed the data switch, 1 show": replace(result, audit=wire),
        "0 frames crossed": replace(result, audit=journey.audit_wire(paper, [])),
    }
    for complaint, spoilt_result in spoilt.items():
        assert not spoilt_result.passed()
        assert complaint in " ".join(failed(spoilt_result)), complaint


def test_plain_switches_do_not_isolate(paper: Topology) -> None:
    with Lab(paper, "ovs") as lab:
        result = demo.run(lab, isolated=False)
    assert result.passed()
    assert result.reception.anything == isolation.everyone(paper)
    assert result.reception.echo_requests - isolation.same_network(paper), "not one echo request crossed tenants"
    assert result.reception.strange == []
    assert len(result.audit.revealing) == result.audit.examined > 0
    assert len(failed(replace(result, isolated=True))) >= 3


def test_a_switch_without_flows_is_no_isolation_either_way(name: str) -> None:
    with Lab(pair_of(name), "bare") as lab:
        result = demo.run(lab, isolated=True)
    assert not result.passed()
    assert not replace(result, isolated=False).passed()


def test_sender_is_found_by_bytes_and_time(paper: Topology) -> None:
    """vm1 and vm5 send the very same frame; only the time tells them apart."""
    def frame(time: float, outgoing: bool) -> Frame:
        return Frame(time, "eth0", outgoing, b"\xff" * 6 + mac_bytes(paper.vms["vm1"].mac) + b"\x08\x06" + bytes(46))

    seen = {"vm1": [frame(10.0, True)], "vm5": [frame(20.0, True)], "vm3": [frame(10.01, False)], "vm4": [frame(20.01, False)],
            "vm2": [frame(60.0, False)]}
    reception = isolation.attribute(paper, seen, {})
    assert reception.anything == {("vm1", "vm3"), ("vm5", "vm4")}
    assert [receiver for receiver, _ in reception.strange] == ["vm2"]
