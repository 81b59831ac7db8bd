"""Does every allowed pair reach, and no other packet arrive anywhere, in random topologies?

Random tenants, networks, places, with overlapping IPs and MACs. Each VM sends to every address that any VM has, of its own
tenant or another, and ARP requests for each; plus frames with wrong combinations. Everything captured in every VM and on the
wire has to be explained by prediction.py. The paper's section 4.4, for more than one topology.
"""

import random
import re
from collections.abc import Callable

import craft
import forwarding
import pytest
import testbed
import wire
from dcplab import Lab, Topology
from exchange import Sent, observe
from prediction import Prediction
from random_topology import IPS, MACS, random_topology

SEEDS = (1, 2, 3, 4)


def everything(topology: Topology, rng: random.Random) -> list[Sent]:
    """From each of a VM's addresses to every address there is, in both forms, and what is crooked."""
    prediction = Prediction.of(topology)
    targets = sorted({address for vm in topology.vms for address in prediction.addresses(vm)})
    sent: list[Sent] = []
    for vm in topology.vms:
        own = prediction.addresses(vm)
        for mac, ip in own:
            sent += [(vm, craft.udp(mac, to_mac, ip, to_ip, f"{vm} to {to_mac} {to_ip}".replace(":", "-")))
                     for to_mac, to_ip in targets]
            sent += [(vm, craft.udp(mac, to_mac, ip, to_ip, f"{vm} {ip} to all {to_ip}"))
                     for to_mac, to_ip in for_many(topology, vm)]
        for ip in sorted({ip for _, ip in targets} | {"10.0.0.99"}):
            sent.append((vm, craft.arp_request(own[0][0], *own[0], ip)))
        for _ in range(12):
            sent.append((vm, crooked(rng, own[0])))
    return sent


def for_many(topology: Topology, vm: str) -> list[tuple[str, str]]:
    """Broadcasts and multicasts."""
    cidr = topology.networks[topology.vms[vm].network].cidr
    return [(craft.BROADCAST, "255.255.255.255"), (craft.BROADCAST, str(cidr.broadcast_address)),
            (craft.multicast_mac("224.0.0.5"), "224.0.0.5"), (craft.multicast_mac("239.255.1.2"), "239.255.1.2")]


def crooked(rng: random.Random, own: tuple[str, str]) -> bytes:
    """Some fields are the VM's own and some are not. Now and then the frame is right after all: the prediction knows."""
    def choose(right: str, others: tuple[str, ...]) -> str:
        return right if rng.random() < 0.5 else rng.choice(others)

    macs, ips = (*MACS, craft.BROADCAST, "01:00:5e:00:00:05"), (*IPS, "0.0.0.0", "224.0.0.5", "255.255.255.255", "240.0.0.2")
    build = rng.choice([craft.udp, craft.tcp, craft.icmp])
    frame = build(choose(own[0], MACS), rng.choice(macs), choose(own[1], ips), rng.choice(ips))
    if rng.random() < 0.2:
        frame = craft.arp_request(choose(own[0], MACS), choose(own[0], MACS), choose(own[1], ips), rng.choice(ips))
    return frame


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("mode", forwarding.MODES)
def test_matrix(mode: str, seed: int) -> None:
    print(f"seed {seed}")
    topology = random_topology(testbed.fresh_name(), seed)
    with testbed.running(topology, forwarding.settings(mode)) as lab:
        testbed.mute(lab)
        result = observe(lab, everything(topology, random.Random(seed)))
        assert result.complaints() == []
        assert wire.complaints(lab, result.core) == []
        assert lab.learned() == sorted((topology.host_mac(name), name) for name in topology.hypervisors)
        allowed = sum(counter.total() for counter in result.expected.values())
        assert allowed > 50 and len(result.sent) - len(result.fences) > 200 and result.crossings > 20, "too little was tried"
        assert testbed.differences(lab) == {}
        for name in topology.hypervisors:  # nothing that learns, floods, or lets a VM call the controller
            assert [flow for flow in lab.flows(name) if re.search("NORMAL|FLOOD|ALL|CONTROLLER", flow)] == []
            assert all("actions=meter:" in flow for flow in lab.flows(name) if "controller(" in flow)


@pytest.fixture(scope="module")
def lab(start_lab: Callable[[Topology], Lab]) -> Lab:
    lab = start_lab(testbed.twins(testbed.fresh_name()))
    testbed.mute(lab)
    return lab


def test_a_missing_flow_is_noticed(lab: Lab) -> None:
    """The test above would see it: without the flow that restores a2's address at hv2, a1's frames do not arrive."""
    key = testbed.key_of(lab, "a2")
    (flow,) = [flow for flow in lab.flows("hv2") if f"nw_dst={key}" in flow and "table=60" in flow]
    with testbed.without_flow(lab, "hv2", flow):
        complaints = observe_twins(lab, patience=1)  # for what does not come
    assert any(text.startswith("a2 lacks 1 of") for text in complaints), complaints
    assert observe_twins(lab) == []


def test_a_leak_is_noticed(lab: Lab) -> None:
    """The test above would see it: at hv1, b1 gets a copy of what a1 sends to a3."""
    (flow,) = [flow for flow in lab.flows("hv1") if "table=30" in flow and "nw_dst=10.0.0.3" in flow]
    leaky = flow.replace("priority=300", "priority=301") + f",output:{lab.ovs['hv1'].ofport(lab.topology.tap('b1'))}"
    with testbed.foreign_flow(lab, "hv1", leaky):
        complaints = observe_twins(lab)
    assert any(text.startswith("b1 received 1 too many of") for text in complaints), complaints
    assert observe_twins(lab) == []


def test_tenant_addresses_on_the_wire_are_noticed(lab: Lab) -> None:
    """The test above would see it: a flow at hv1 lets frames out of the uplink unrewritten."""
    tap, uplink = (lab.ovs["hv1"].ofport(name) for name in (lab.topology.tap("a1"), "uplink0"))
    with testbed.foreign_flow(lab, "hv1", f"table=0,priority=999,in_port={tap},ip,actions=output:{uplink}"):
        result = observe(lab, everything(lab.topology, random.Random(0)), patience=1)  # for what does not come
        while not any("source MAC is not that of the hypervisor" in text for text in wire.complaints(lab, result.core)):
            result = observe(lab, everything(lab.topology, random.Random(0)))
    assert ("fa:16:3e:00:00:01", "hv1") in lab.learned()


def observe_twins(lab: Lab, **options: float) -> list[str]:
    return observe(lab, everything(lab.topology, random.Random(0)), **options).complaints()
