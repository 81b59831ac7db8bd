"""Is a lab of configuration `l2` what the paper compared with: switches that a controller teaches, flow by flow, and no isolation?"""

import re
import subprocess

import pytest
from conftest import leftovers, pair_of, pings, vm, wait_until
from dcplab import Lab, LabError, Topology


def test_switches_learn(pair: Topology) -> None:
    with Lab(pair, "l2") as lab:
        lab.add_vm(vm(3, "hv1"))
        assert pings(lab, "vm1", "10.0.0.2") and pings(lab, "vm1", "10.0.0.3")
        for hypervisor in ("hv1", "hv2"):
            assert lab.vsctl(hypervisor, "get", "bridge", "br-int", "fail_mode").strip() == "secure"
        here = [flow for flow in lab.flows("hv1") if "icmp" in flow]
        assert len([flow for flow in here if "output" in flow]) >= 4, "to and fro, on the host and beyond"
        with lab.capture("vm3") as heard:
            assert pings(lab, "vm1", "10.0.0.2")
        assert not [frame for frame in heard.frames if frame.data[12:14] == b"\x08\x00"], "it floods what it has learned"
    assert leftovers(pair.name) == []


@pytest.mark.parametrize(("settings", "seconds"), [({"forwarding": {"idle_timeout_seconds": 1}}, 1), (None, 60)])
def test_flows_stay_as_long_as_they_are_told_to(pair: Topology, settings: dict | None, seconds: int) -> None:
    seen: list[str] = []

    def learned(lab: Lab) -> list[str]:
        return [flow for flow in lab.flows("hv1") if "dl_src" in flow]

    with Lab(pair, "l2", settings=settings) as lab:
        asking = lab.popen("vm1", ["ping", "-q", "-i", "0.2", "10.0.0.2"], stdout=subprocess.DEVNULL)
        wait_until(lambda: bool(seen.extend(learned(lab)) or seen))
        assert all(re.search(rf"\bidle_timeout={seconds}\b", flow) for flow in seen)
        asking.kill()
        asking.wait()
        if seconds == 1:
            wait_until(lambda: not learned(lab))


def test_it_can_be_taken_down_by_another(pair: Topology) -> None:
    with Lab(pair, "l2"):
        other = Lab.attach(pair.name)
        assert other.config == "l2" and pings(other, "vm1", "10.0.0.2")
        other.down()
        assert leftovers(pair.name) == []


def test_a_loop_is_refused(name: str) -> None:
    topology = pair_of(name)
    topology.uplinks = 2
    with pytest.raises(LabError, match="loop"):
        Lab(topology, "l2")
