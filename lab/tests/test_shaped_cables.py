"""Do cables that are to carry so many Mbit/s carry no more, at both ends, and still when a VM comes, moves and is plugged again?"""

import json
import time

from conftest import vm
from dcplab import Lab, Topology, links
from evaluation.experiments.throughput import Stream

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
    """Most of it, at one time or another, as a busy machine lets it; and never more, by what the kernel counts at the cable's end."""
    pair.link_mbits = MBITS
    with Lab(pair, "ovs") as lab, Stream(lab, "vm1", "vm2") as stream:
        begin, before = time.monotonic(), bytes_received(lab)
        assert any(mbits > 0.7 * MBITS for mbits in stream.intervals(100))
        received, seconds = bytes_received(lab) - before, time.monotonic() - begin
        assert 0 < received <= MBITS * 1_000_000 / 8 * seconds + links.QUEUE_BYTES


def bytes_received(lab: Lab) -> int:
    return int(lab.run("vm2", ["cat", "/sys/class/net/eth0/statistics/rx_bytes"]).stdout)


def test_cables_have_no_limit_unless_told(pair: Topology) -> None:
    with Lab(pair, "ovs") as lab:
        lab.add_vm(vm(3, "hv1"))
        lab.move_vm("vm3", "hv2")
        assert set(ends(lab).values()) == {None}
