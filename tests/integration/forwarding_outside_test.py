"""The paper's section 3.7.5: do VMs reach the outside world, and it them, and a tenant's subnets each other, through a router that is on
one host, with only the VM's side rewritten on the wire?

Real routers (namespaces that forward, with NAT) plugged in as Neutron's L3 agent does. Two tenants have the same addresses and a
router each on hv3; a second router of tenant alpha is there too, so that the host's MAC stands for one of them and the other has to
show its own. Trust follows the router object.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv4Network

import craft
import forwarding
import pytest
import testbed
from dcplab import Lab, Network, Outside, Router, RouterInterface, Topology, Vm
from dcplab.capture import Capture, Frame
from dcplab.daemon import router_operation
from dcplab.frames import IPV4, headers
from testbed import ping

WWW, ICMP = "203.0.113.10", 1


def outside_topology(name: str) -> Topology:
    """blue and green are tenant alpha's, behind r1; red is tenant beta's, behind r2; r3 is a second way out of blue."""
    topology = Topology(name, ["hv1", "hv2", "hv3"], outside=Outside(IPv4Network("203.0.113.0/24"), {"www": IPv4Address(WWW)}))
    for network, tenant, third in (("blue", "alpha", 0), ("green", "alpha", 1), ("red", "beta", 0)):
        topology.networks[network] = Network(network, tenant, IPv4Network(f"10.0.{third}.0/24"), IPv4Address(f"10.0.{third}.254"))
    for router, tenant, number, interfaces in (("r1", "alpha", 1, {"blue": "10.0.0.254", "green": "10.0.1.254"}),
                                               ("r2", "beta", 2, {"red": "10.0.0.254"}), ("r3", "alpha", 3, {"blue": "10.0.0.250"})):
        ports = tuple(RouterInterface(network, IPv4Address(ip)) for network, ip in interfaces.items())
        topology.routers[router] = Router(router, "hv3", tenant, ports, IPv4Address(f"203.0.113.{number}"))
    for vm_name, hypervisor, network, ip in (("blue1", "hv1", "blue", "10.0.0.1"), ("blue2", "hv3", "blue", "10.0.0.2"),
                                             ("green1", "hv2", "green", "10.0.1.1"), ("red1", "hv1", "red", "10.0.0.1")):
        topology.vms[vm_name] = Vm(vm_name, hypervisor, network, IPv4Address(ip), f"fa:16:3e:00:00:{int(ip[-1]):02x}")
    return topology


@pytest.fixture(scope="module")
def lab(start_lab: Callable[..., Lab], mode: str) -> Lab:
    lab = start_lab(outside_topology(testbed.fresh_name()), forwarding.settings(mode))
    testbed.hurry_counters(lab)
    return lab


Crossing = tuple[str, str, str, str, str]  # data switch's port, MACs, IPs


def echoes(frames: list[Frame]) -> list[Crossing]:
    found = []
    for frame in frames:
        seen = headers(frame.data)
        if seen.eth_type == IPV4 and frame.data[23] == ICMP:
            found.append((frame.interface, seen.eth_src, seen.eth_dst, seen.ip_src, seen.ip_dst))
    return found


def hidden_router(lab: Lab) -> str:
    """Which of blue's routers the host's MAC stands for: the first by port."""
    return min(("r1", "r3"), key=lambda router: lab.topology.router_port(router, "blue").port_id)


def wire_mac(lab: Lab, router: str, network: str) -> str:
    shown = network == "blue" and router != hidden_router(lab)
    return lab.topology.router_port(router, network).mac if shown else lab.topology.host_mac("hv3")


@contextmanager
def route(lab: Lab, place: str, to: str, via: str) -> Iterator[None]:
    lab.run(place, ["ip", "route", "add", to, "via", via])
    try:
        yield
    finally:
        lab.run(place, ["ip", "route", "del", to, "via", via])


def arrivals(capture: Capture) -> list[Crossing]:
    return echoes([frame for frame in capture.frames if not frame.outgoing])


def test_vm_to_outside(lab: Lab) -> None:
    host, router = lab.topology.host_mac("hv1"), lab.topology.router_port("r1", "blue")
    with lab.capture("core") as core, lab.capture("www") as at_www, lab.capture("blue1") as at_vm:
        ping(lab, "blue1", WWW)
    key = testbed.key_of(lab, "blue1")
    assert echoes(core.frames) == [("hv1", host, wire_mac(lab, "r1", "blue"), key, WWW), ("hv3", wire_mac(lab, "r1", "blue"), host, WWW, key)]
    assert [crossing[3:] for crossing in arrivals(at_www)] == [("203.0.113.1", WWW)]
    assert arrivals(at_vm) == [("eth0", router.mac, lab.topology.vms["blue1"].mac, WWW, "10.0.0.1")]


def test_vm_on_the_routers_own_host(lab: Lab) -> None:
    with lab.capture("core") as core:
        ping(lab, "blue2", WWW)
    assert echoes(core.frames) == []


def test_two_tenants_with_the_same_addresses(lab: Lab) -> None:
    """At once, to one machine: each goes out by its own tenant's router, and each gets its own answers only."""
    with lab.capture("www") as at_www, lab.capture("blue1") as at_blue, lab.capture("red1") as at_red, lab.capture("core") as core:
        for name in ("blue1", "red1", "blue1", "red1"):
            ping(lab, name, WWW)
    assert Counter(crossing[3] for crossing in arrivals(at_www)) == {"203.0.113.1": 2, "203.0.113.2": 2}
    for capture, router, network in ((at_blue, "r1", "blue"), (at_red, "r2", "red")):
        assert [crossing[1] for crossing in arrivals(capture)] == [lab.topology.router_port(router, network).mac] * 2
    keys = {testbed.key_of(lab, name) for name in ("blue1", "red1")}
    assert {ip for crossing in echoes(core.frames) for ip in crossing[3:]} == {WWW, *keys}


def test_two_subnets_through_the_router(lab: Lab) -> None:
    """Twice across the wire; each time the VM that is there has its key, and the other, beyond the router, its IP address."""
    with lab.capture("core") as core, lab.capture("green1") as at_green:
        ping(lab, "blue1", "10.0.1.1")
    hv1, hv2, blue, green = lab.topology.host_mac("hv1"), lab.topology.host_mac("hv2"), wire_mac(lab, "r1", "blue"), wire_mac(lab, "r1", "green")
    key, green_key = testbed.key_of(lab, "blue1"), testbed.key_of(lab, "green1")
    assert echoes(core.frames) == [("hv1", hv1, blue, key, "10.0.1.1"), ("hv3", green, hv2, "10.0.0.1", green_key),
                                   ("hv2", hv2, green, green_key, "10.0.0.1"), ("hv3", blue, hv1, "10.0.1.1", key)]
    mac = lab.topology.router_port("r1", "green").mac
    assert arrivals(at_green) == [("eth0", mac, lab.topology.vms["green1"].mac, "10.0.0.1", "10.0.1.1")]


@pytest.mark.parametrize(("router", "name", "twin"), [("203.0.113.1", "blue1", "red1"), ("203.0.113.2", "red1", "blue1")])
def test_outside_to_vm(lab: Lab, router: str, name: str, twin: str) -> None:
    with route(lab, "www", "10.0.0.0/24", router), lab.capture(name) as arriving, lab.capture(twin) as other:
        ping(lab, "www", "10.0.0.1")
    assert [crossing[3:] for crossing in arrivals(arriving)] == [(WWW, "10.0.0.1")]
    assert arrivals(other) == []


def test_the_routers_own_address(lab: Lab) -> None:
    ping(lab, "blue1", "10.0.0.254")
    ping(lab, "green1", "10.0.1.254")
    ping(lab, "red1", "10.0.0.254")


def test_a_networks_second_router_on_the_host(lab: Lab) -> None:
    """The host's MAC can stand for one router of a network; the other's own MAC is on the wire."""
    with route(lab, "blue1", "203.0.113.64/26", "10.0.0.250"), lab.capture("core") as core, lab.capture("blue1") as at_vm:
        lab.run("www", ["ip", "address", "add", "203.0.113.77/24", "dev", "eth0"])
        ping(lab, "blue1", "203.0.113.77")
    host, key, mac = lab.topology.host_mac("hv1"), testbed.key_of(lab, "blue1"), wire_mac(lab, "r3", "blue")
    assert echoes(core.frames) == [("hv1", host, mac, key, "203.0.113.77"), ("hv3", mac, host, "203.0.113.77", key)]
    assert [crossing[1] for crossing in arrivals(at_vm)] == [lab.topology.router_port("r3", "blue").mac]


def test_macs_that_the_data_switch_learned(lab: Lab) -> None:
    """One of each host, and that of the one router that no host's MAC stands for."""
    ping(lab, "green1", WWW)
    shown = ({"r1", "r3"} - {hidden_router(lab)}).pop()
    hosts = {lab.topology.host_mac(name) for name in lab.topology.hypervisors}
    assert {mac for mac, _ in lab.learned()} <= hosts | {lab.topology.router_port(shown, "blue").mac}


FORGED = {
    "a stranger's MAC": lambda lab: "02:00:00:00:00:99",
    "the MAC of a host without a router of the network": lambda lab: lab.topology.host_mac("hv2"),
    "the host's own MAC": lambda lab: lab.topology.host_mac("hv1"),
}


@pytest.mark.parametrize("case", FORGED)
def test_from_the_wire_as_if_from_outside(lab: Lab, case: str) -> None:
    key = testbed.key_of(lab, "blue1")
    ping(lab, "blue1", WWW)
    frame = craft.udp(FORGED[case](lab), lab.topology.host_mac("hv1"), WWW, key, "forged outside")
    before = testbed.drops(lab, "hv1")
    with lab.capture("blue1") as at_vm:
        lab.inject("core", frame, interface="hv1")
        ping(lab, "blue1", WWW)
    assert not [seen for seen in at_vm.frames if seen.data.endswith(b"forged outside")]
    assert (testbed.drops(lab, "hv1") - before)[None, "unknown_wire_source"] == 1


def test_a_router_may_not_send_from_a_key(lab: Lab) -> None:
    """Nobody outside has one, and it would name a VM."""
    key, router = testbed.key_of(lab, "red1"), lab.topology.router_port("r1", "blue")
    frame = craft.udp(router.mac, lab.topology.vms["blue1"].mac, key, "10.0.0.1", "from a key")
    with lab.capture("blue1") as at_vm, lab.capture("core") as core:
        lab.inject("r1", frame, interface=router.device)
        ping(lab, "blue1", WWW)
    for capture in (at_vm, core):
        assert not [seen for seen in capture.frames if seen.data.endswith(b"from a key")]


def test_trust_follows_the_router_object(lab: Lab) -> None:
    """The port stays as it is, `device_owner` included; only the router no longer lists it. What it forwards from outside is then a
    VM's forgery, and nobody sends to it what is for others."""
    operation = router_operation(lab.topology, "r2")
    kept = operation["params"]["port_ids"]
    lab.rpc("router.put", {**operation["params"], "port_ids": []})
    testbed.synced(lab)
    assert testbed.differences(lab) == {}
    assert lab.run("red1", ["fping", "-q", "-c1", "-t500", WWW], check=False).returncode != 0
    with route(lab, "www", "10.0.0.0/24", "203.0.113.2"):
        assert lab.run("www", ["fping", "-q", "-c1", "-t500", "10.0.0.1"], check=False).returncode != 0
    testbed.await_true(lambda: testbed.drops(lab, "hv3")[None, "spoofed_ip_source"] > 0, lambda: testbed.drops(lab, "hv3"))
    ping(lab, "red1", "10.0.0.254")
    lab.rpc("router.put", {**operation["params"], "port_ids": kept})
    testbed.synced(lab)
    ping(lab, "red1", WWW)
