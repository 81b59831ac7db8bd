"""Do cables that are to carry so many Mbit/s carry no more, at both ends, and still when a VM comes, moves and is plugged again?"""

import json

from conftest import vm
from dcplab import Lab, Topology

MBITS = 20


def rate(lab: Lab, place: str, interface: str) -> int | None:
    """Mbit/s of the token bucket there, None if there is none."""
    text = lab.run(place, ["tc", "-json", "qdisc", "show", "dev", interface]).stdout
    (root,) = [one for one in json.loads(text) if one.get("root")]
    return round(root["options"]["rate"] * 8 / 1_000_000) if root["kind"] == "tbf" else None


def ends(lab: Lab) -> dict[tuple[str, str], int | None]:
    """Of every cable of a VM and every uplink."""
    topology = lab.topology
    found = {("core", topology.data_port(name, 0)): None for name in topology.hypervisors}
    found |= {(name, "uplink0"): None for name in topology.hypervisors}
    for name, machine in topology.vms.items():
        found |= {(name, "eth0"): None, (machine.hypervisor, topology.tap(name)): None}
    return {(place, interface): rate(lab, place, interface) for place, interface in found}


def test_both_ends_of_every_cable_are_shaped(pair: Topology) -> None:
    pair.link_mbits = MBITS
    with Lab(pair, "ovs") as lab:
        lab.add_vm(vm(3, "hv1"))
        assert len(ends(lab)) == 10 and set(ends(lab).values()) == {MBITS}
        lab.move_vm("vm3", "hv2")
        assert set(ends(lab).values()) == {MBITS}
        lab.unplug("vm3")
        lab.plug("vm3", "hv1")
        assert set(ends(lab).values()) == {MBITS}


def test_a_stream_gets_what_the_cable_carries(pair: Topology) -> None:
    pair.link_mbits = MBITS
    with Lab(pair, "ovs") as lab:
        server = lab.popen("vm2", ["iperf3", "-s", "-1", "--forceflush"], stdout=-1, text=True)
        assert "listening" in server.stdout.readline() + server.stdout.readline()
        done = json.loads(lab.run("vm1", ["iperf3", "-c", "10.0.0.2", "-t", "1", "-O", "1", "--json"]).stdout)
        server.wait(10)
        assert 0.7 * MBITS < done["end"]["sum_received"]["bits_per_second"] / 1e6 < 1.05 * MBITS


def test_cables_have_no_limit_unless_told(pair: Topology) -> None:
    with Lab(pair, "ovs") as lab:
        lab.add_vm(vm(3, "hv1"))
        lab.move_vm("vm3", "hv2")
        assert set(ends(lab).values()) == {None}
