"""Networks that go on outside (doc/architecture.md, "The outside"): do members at attached hosts and the physical network reach each other,
unchanged, with floating IPs and gratuitous ARP as Neutron's L3 agent uses them, and does nothing of another network get out or in?

`public` is attached at hv1 and hv2, `storage` at hv1 only. hv3 has a member of public and no attachment. Tenant beta's network has public's
addresses. r1 is tenant alpha's router with its gateway port in public, at hv1. In reactive fabrics attached networks are proactive.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv4Network

import craft
import forwarding
import pytest
import testbed
import wire
from dcplab import Lab, Network, Router, RouterInterface, Topology, Vm
from dcplab.capture import Capture
from dcplab.daemon import network_operations, service_port_operation
from dcplab.frames import ARP, headers
from testbed import ping

GATEWAY, STORE, FLOATING, NOBODY = "203.0.113.254", "198.51.100.254", "203.0.113.100", "203.0.113.77"
STRANGER = "02:00:00:00:00:99"
FLOATING_IP = f"""\
table ip nat {{
  chain prerouting {{ type nat hook prerouting priority dstnat; ip daddr {FLOATING} dnat to 10.0.0.1; }}
  chain postrouting {{ type nat hook postrouting priority srcnat; ip saddr 10.0.0.1 snat to {FLOATING}; }}
}}
"""


def topology(name: str) -> Topology:
    made = Topology(name, ["hv1", "hv2", "hv3"])
    for network, tenant, cidr, attached in (("public", "admin", "203.0.113.0/24", ("hv1", "hv2")),
                                            ("storage", "admin", "198.51.100.0/24", ("hv1",)), ("blue", "alpha", "10.0.0.0/24", ()),
                                            ("red", "beta", "203.0.113.0/24", ())):
        made.networks[network] = Network(network, tenant, IPv4Network(cidr), IPv4Network(cidr)[254], attached=attached)
    made.routers["r1"] = Router("r1", "hv1", "alpha", (RouterInterface("blue", IPv4Address("10.0.0.254")),
                                                       RouterInterface("public", IPv4Address("203.0.113.1"))))
    for vm, host, network, ip in (("pub1", "hv1", "public", "203.0.113.11"), ("pub2", "hv2", "public", "203.0.113.12"),
                                  ("pub3", "hv3", "public", "203.0.113.13"), ("sto1", "hv1", "storage", "198.51.100.11"),
                                  ("blue1", "hv2", "blue", "10.0.0.1"), ("red1", "hv1", "red", "203.0.113.11")):
        made.vms[vm] = Vm(vm, host, network, IPv4Address(ip), f"fa:16:3e:00:01:{int(ip.rsplit('.', 1)[1]):02x}")
    return made


@pytest.fixture(scope="module")
def lab(start_lab: Callable[..., Lab], mode: str) -> Lab:
    """With a floating IP for blue1, as Neutron's driver and L3 agent set it up."""
    lab = start_lab(topology(testbed.fresh_name()), forwarding.settings(mode))
    port = lab.topology.router_port("r1", "public")
    assert port.device == "qg-" + port.port_id[:11]
    params = service_port_operation(lab.topology, port)["params"]
    lab.rpc("port.put", params | {"allowed_address_pairs": [{"ip_address": FLOATING, "mac_address": port.mac}]})
    lab.run("r1", ["ip", "address", "add", f"{FLOATING}/32", "dev", port.device])
    lab.run("r1", ["ip", "route", "add", "default", "via", GATEWAY])
    lab.run("r1", ["nft", "-f", "-"], stdin=FLOATING_IP)
    testbed.synced(lab)
    testbed.hurry_counters(lab)
    return lab


def reaches(lab: Lab, sender: str, address: str) -> bool:
    """Soon. A starved machine may be too late for it, so no test relies on a yes; see testbed.reach."""
    return lab.run(sender, ["fping", "-q", "-c1", "-t300", address], check=False).returncode == 0


def cable(lab: Lab, hypervisor: str, network: str = "public") -> Capture:
    """What passes between the hypervisor's attachment and the physical network. `outgoing`: towards the hypervisor."""
    return lab.capture("outside", lab.topology.attachment_cable(network, hypervisor))


def crossings(capture: Capture, to_hypervisor: bool) -> list[tuple[str, str, str | None, str | None]]:
    seen = [headers(frame.data) for frame in capture.frames if frame.outgoing == to_hypervisor]
    return [(one.eth_src, one.eth_dst, one.ip_src, one.ip_dst) for one in seen if one.eth_type != ARP]


def bridge_mac(lab: Lab, network: str = "public") -> str:
    return lab.run("outside", ["cat", f"/sys/class/net/{lab.topology.attachment(network)}/address"]).stdout.strip()


def mac(lab: Lab, vm: str) -> str:
    return lab.topology.vms[vm].mac


def await_drop(lab: Lab, hypervisor: str, reason: str, before: Counter) -> None:
    """Until the hypervisor's switch has dropped a packet more for this reason than `before`, whosever it was."""
    def risen() -> Counter:
        return testbed.drops(lab, hypervisor) - before

    testbed.await_true(lambda: sum(count for (_, why), count in risen().items() if why == reason) > 0, risen)


def inject_outside(lab: Lab, *frames: bytes) -> None:
    lab.inject("outside", *frames, interface=lab.topology.attachment("public"))


@pytest.mark.parametrize(("vm", "hypervisor"), [("pub1", "hv1"), ("pub2", "hv2")])
def test_member_and_outside_unchanged(lab: Lab, vm: str, hypervisor: str) -> None:
    own, gateway, ip = mac(lab, vm), bridge_mac(lab), str(lab.topology.vms[vm].ip)
    with cable(lab, hypervisor) as seen, lab.capture("core") as core:
        ping(lab, vm, GATEWAY)
        lab.run("outside", ["ip", "neighbour", "flush", "all"])
        ping(lab, "outside", ip)
    assert crossings(seen, to_hypervisor=False) == [(own, gateway, ip, GATEWAY)] * 2
    assert crossings(seen, to_hypervisor=True) == [(gateway, own, GATEWAY, ip)] * 2
    assert [frame for frame in core.frames if headers(frame.data).eth_type != wire.ANNOUNCEMENT] == []


def test_floating_ip(lab: Lab) -> None:
    """A VM on another host than its router: over the wire by keys, outside by the router's MAC and the floating IP; and back."""
    router, gateway = lab.topology.router_port("r1", "public").mac, bridge_mac(lab)
    with cable(lab, "hv1") as seen, lab.capture("core") as core:
        ping(lab, "blue1", GATEWAY)
        lab.run("outside", ["ip", "neighbour", "flush", "all"])
        ping(lab, "outside", FLOATING)
    assert crossings(seen, to_hypervisor=False) == [(router, gateway, FLOATING, GATEWAY)] * 2
    assert crossings(seen, to_hypervisor=True) == [(gateway, router, GATEWAY, FLOATING)] * 2
    assert len(core.frames) >= 4
    assert {headers(frame.data).eth_src for frame in core.frames} <= {lab.topology.host_mac(name) for name in lab.topology.hypervisors}


@pytest.mark.parametrize("operation", [1, 2], ids=["request (arping -U)", "reply (arping -A)"])
def test_gratuitous_arp_of_a_floating_ip(lab: Lab, operation: int) -> None:
    port = lab.topology.router_port("r1", "public")
    announcement = craft.arp_request(port.mac, port.mac, FLOATING, FLOATING) if operation == 1 else craft.arp_reply(
        port.mac, craft.BROADCAST, port.mac, FLOATING, port.mac, FLOATING)
    with cable(lab, "hv1") as seen, cable(lab, "hv2") as other:
        lab.inject("r1", announcement, interface=port.device)
        seen.wait_for(lambda frame: not frame.outgoing and frame.data == announcement)
        other.wait_for(lambda frame: frame.outgoing and frame.data == announcement)
    lab.run("outside", ["ip", "neighbour", "flush", "all"])
    ping(lab, "outside", FLOATING)
    assert port.mac in lab.run("outside", ["ip", "neighbour", "show", FLOATING]).stdout


def test_members_of_different_hosts(lab: Lab) -> None:
    """By the wire, as in any network; also where no attachment is."""
    with lab.capture("core") as core, cable(lab, "hv1") as one, cable(lab, "hv2") as two:
        for sender, receiver in (("pub1", "203.0.113.12"), ("pub3", "203.0.113.11"), ("pub2", "203.0.113.1"), ("pub3", FLOATING)):
            testbed.reach(lab, sender, receiver)
    assert len(core.frames) >= 8
    assert crossings(one, True) + crossings(one, False) + crossings(two, True) + crossings(two, False) == []


def test_a_host_that_is_not_attached_has_no_outside(lab: Lab) -> None:
    before = testbed.drops(lab, "hv3")
    assert not reaches(lab, "pub3", GATEWAY)
    assert not reaches(lab, "outside", "203.0.113.13")
    testbed.await_true(lambda: (testbed.drops(lab, "hv3") - before)["pub3", "arp_unknown_target"] > 0, lambda: testbed.drops(lab, "hv3"))


def test_broadcast_once_to_each(lab: Lab) -> None:
    """From a member: here, outside, and to the other hosts by the wire, where the copy that comes back from outside is dropped."""
    frame = craft.udp(mac(lab, "pub1"), craft.BROADCAST, "203.0.113.11", "255.255.255.255", "to all")
    before = testbed.drops(lab, "hv2")
    with lab.capture("pub2") as two, lab.capture("pub3") as three, cable(lab, "hv1") as out:
        lab.inject("pub1", frame)
        for capture in (two, three, out):
            capture.wait_for(lambda seen: seen.data == frame)
        await_drop(lab, "hv2", "source_is_a_member", before)
    for capture in (two, three, out):
        assert [seen.data for seen in capture.frames].count(frame) == 1


def test_broadcast_from_outside_reaches_the_members_there(lab: Lab) -> None:
    frame = craft.udp(STRANGER, craft.BROADCAST, NOBODY, "255.255.255.255", "from outside")
    others = ("pub3", "sto1", "blue1", "red1")
    with lab.capture("pub1") as one, lab.capture("pub2") as two, lab.capture("core") as core:
        captures = {name: lab.capture(name) for name in others}
        inject_outside(lab, frame)
        for capture in (one, two):
            assert len(capture.wait_for(lambda seen: seen.data == frame)) == 1
        for sender, receiver in (("pub1", "203.0.113.13"), ("pub2", "203.0.113.13")):  # behind it in the switches
            ping(lab, sender, receiver)
    for name, capture in captures.items():
        assert frame not in [seen.data for seen in capture.stop()], name
    assert not [seen for seen in core.frames if b"from outside" in seen.data]


def from_outside(lab: Lab, source: str, ip: str = NOBODY, to: str | None = None, to_ip: str = "203.0.113.11") -> bytes:
    return craft.udp(source, to or mac(lab, "pub1"), ip, to_ip)


FORBIDDEN_IN = {
    "a member's MAC": ("source_is_a_member", lambda lab: from_outside(lab, mac(lab, "pub2"), "203.0.113.12")),
    "the router's MAC": ("source_is_a_member", lambda lab: from_outside(lab, lab.topology.router_port("r1", "public").mac, "203.0.113.1")),
    "a member of a host that is not attached": ("source_is_a_member", lambda lab: from_outside(lab, mac(lab, "pub3"), "203.0.113.13")),
    "to no member": ("no_member_here", lambda lab: from_outside(lab, STRANGER, to="02:00:00:00:00:98")),
    "to the host": ("no_member_here", lambda lab: from_outside(lab, STRANGER, to=lab.topology.host_mac("hv1"),
                                                               to_ip=testbed.key_of(lab, "pub1"))),
    "tagged": ("vlan_tagged", lambda lab: craft.tagged(from_outside(lab, STRANGER), 5)),
    "IPv6": ("ether_type_not_carried", lambda lab: from_outside(lab, STRANGER)[:12] + b"\x86\xdd" + bytes(46)),
}


@pytest.mark.parametrize("what", FORBIDDEN_IN)
def test_what_must_not_come_in(lab: Lab, what: str) -> None:
    reason, make = FORBIDDEN_IN[what]
    frame = make(lab)
    before = testbed.drops(lab, "hv1")
    captures = {name: lab.capture(name) for name in ("pub1", "sto1", "red1", "core")}
    inject_outside(lab, frame)
    await_drop(lab, "hv1", reason, before)
    for name, capture in captures.items():
        assert frame not in [seen.data for seen in capture.stop() if not seen.outgoing], name


def from_member(lab: Lab, vm: str, to: str, to_ip: str = GATEWAY, ip: str = "203.0.113.11") -> bytes:
    return craft.udp(mac(lab, vm), to, ip, to_ip)


def asks(lab: Lab, vm: str, target: str) -> bytes:
    return craft.arp_request(mac(lab, vm), mac(lab, vm), "203.0.113.11", target)


def announces(lab: Lab, vm: str, ip: str) -> bytes:
    return craft.arp_reply(mac(lab, vm), craft.BROADCAST, mac(lab, vm), ip, mac(lab, vm), ip)


FORBIDDEN_OUT = {
    "another tenant's unicast": ("red1", "unknown_destination", lambda lab: from_member(lab, "red1", bridge_mac(lab))),
    "another tenant's ARP": ("red1", "arp_unknown_target", lambda lab: asks(lab, "red1", GATEWAY)),
    "another tenant's announcement": ("red1", "arp_for_own_address", lambda lab: asks(lab, "red1", "203.0.113.11")),
    "a spoofed IP": ("pub1", "spoofed_ip_source", lambda lab: from_member(lab, "pub1", bridge_mac(lab), ip=NOBODY)),
    "a spoofed announcement": ("pub1", "spoofed_arp_spa", lambda lab: announces(lab, "pub1", FLOATING)),
    "a member's MAC, another's IP": ("pub1", "unknown_destination", lambda lab: from_member(lab, "pub1", mac(lab, "pub2"), NOBODY)),
    "a key": ("pub1", "destination_is_a_key", lambda lab: from_member(lab, "pub1", STRANGER, testbed.key_of(lab, "pub2"))),
}


@pytest.mark.parametrize("what", FORBIDDEN_OUT)
def test_what_must_not_go_out(lab: Lab, what: str) -> None:
    sender, reason, make = FORBIDDEN_OUT[what]
    frame = make(lab)
    before = testbed.drops(lab, "hv1")
    captures = [cable(lab, "hv1"), cable(lab, "hv2"), cable(lab, "hv1", "storage")]
    lab.inject(sender, frame)
    await_drop(lab, "hv1", reason, before)
    for capture in captures:
        assert frame not in [seen.data for seen in capture.stop()]


def test_another_tenants_broadcast_stays_in(lab: Lab) -> None:
    frame = craft.udp(mac(lab, "red1"), craft.BROADCAST, "203.0.113.11", "255.255.255.255", "red's")
    with cable(lab, "hv1") as public, cable(lab, "hv1", "storage") as storage, lab.capture("pub1") as member:
        lab.inject("red1", frame)
        for name, address in (("pub1", GATEWAY), ("sto1", STORE)):
            ping(lab, name, address)
    for capture in (public, storage, member):
        assert not [seen for seen in capture.frames if b"red's" in seen.data]


def test_two_physical_networks_do_not_meet(lab: Lab) -> None:
    frame = craft.udp(mac(lab, "sto1"), craft.BROADCAST, "198.51.100.11", "255.255.255.255", "storage's")
    with cable(lab, "hv1") as public, cable(lab, "hv1", "storage") as storage, lab.capture("pub1") as member:
        lab.inject("sto1", frame)
        storage.wait_for(lambda seen: seen.data == frame)
        ping(lab, "sto1", STORE)
        ping(lab, "pub1", GATEWAY)
    for capture in (public, member):
        assert not [seen for seen in capture.frames if b"storage's" in seen.data]


def test_an_attached_network_is_proactive(lab: Lab, mode: str) -> None:
    shown = {name: lab.rpc("network.get", {"id": lab.topology.network_id(name)}) for name in ("public", "blue")}
    assert shown["public"]["physical_network"] == "public" and "physical_network" not in shown["blue"]
    assert shown["public"]["computed"]["mode"] == "proactive" and shown["blue"]["computed"]["mode"] == mode


def trace(lab: Lab, vm: str, address: str, **more: str) -> dict:
    return lab.rpc("trace", {"port_id": lab.topology.port_id(vm), "to_ip": address, **more})


def test_trace_says_so(lab: Lab) -> None:
    place = {"physical_network": "public", "host": "hv1", "ofport": lab.ovs["hv1"].ofport("phy-public")}
    for found in (trace(lab, "pub1", GATEWAY), trace(lab, "pub1", "192.0.2.1"), trace(lab, "pub1", "192.0.2.1", to_mac=bridge_mac(lab))):
        assert (found["verdict"], found["delivered_to"], found["steps"][-1]["kind"]) == ("delivered", place, "outside")
    assert trace(lab, "pub3", GATEWAY)["reason"] == "arp_unknown_target"
    assert place in trace(lab, "pub1", "255.255.255.255")["deliveries"]


def test_a_physical_network_is_one_networks(lab: Lab) -> None:
    params = network_operations(lab.topology, "blue")[0]["params"]
    with pytest.raises(Exception, match="physical_network"):
        lab.rpc("network.put", params | {"physical_network": "public"})


def test_a_host_says_what_it_is_attached_to(lab: Lab) -> None:
    shown = {name: host["physical_networks"] for name, host in testbed.hosts(lab).items()}
    assert shown == {name: {network: lab.ovs[name].ofport(f"phy-{network}") for network in networks}
                     for name, networks in {"hv1": ("public", "storage"), "hv2": ("public",), "hv3": ()}.items()}


def test_a_network_says_where_it_is_attached_and_that_nobody_knows_its_physical_network(lab: Lab) -> None:
    def computed(network: str) -> dict:
        return lab.rpc("network.get", {"id": lab.topology.network_id(network)})["computed"]

    assert {network: computed(network).get("attached_hosts") for network in ("public", "storage", "blue")} == {
        "public": ["hv1", "hv2"], "storage": ["hv1"], "blue": None}
    assert not any("fault" in computed(network) for network in ("public", "storage", "blue"))
    params = network_operations(lab.topology, "storage")[0]["params"]
    lab.rpc("network.put", params | {"physical_network": "physnet-of-a-typo"})
    assert computed("storage")["attached_hosts"] == []
    assert '"physnet-of-a-typo" is not in dcportald\'s configuration' in computed("storage")["fault"]
    lab.rpc("network.put", params)
    lab.wait_synced()
    assert testbed.differences(lab) == {}


@contextmanager
def without_attachment(lab: Lab, hypervisor: str) -> Iterator[None]:
    """Somebody takes the port out of the switch and puts it back, under another OpenFlow port number."""
    lab.vsctl(hypervisor, "del-port", "br-int", "phy-public")
    try:
        yield
    finally:
        lab.vsctl(hypervisor, "add-port", "br-int", "phy-public", "--", "set", "interface", "phy-public", "ofport_request=77")


def test_an_attachment_goes_and_comes(lab: Lab) -> None:
    ping(lab, "pub1", GATEWAY)
    with without_attachment(lab, "hv1"):
        testbed.await_true(lambda: trace(lab, "pub1", GATEWAY)["verdict"] == "dropped", "no outside any more")
        assert not reaches(lab, "pub1", GATEWAY)
        testbed.reach(lab, "pub1", "203.0.113.12")
        testbed.reach(lab, "pub2", GATEWAY)
        testbed.await_true(lambda: testbed.differences(lab) == {}, lambda: testbed.differences(lab))
    testbed.await_true(lambda: reaches(lab, "pub1", GATEWAY), "it is back")
    testbed.await_true(lambda: testbed.differences(lab) == {}, lambda: testbed.differences(lab))


def test_a_network_leaves_the_outside_and_goes_back(lab: Lab) -> None:
    params = network_operations(lab.topology, "public")[0]["params"]
    ping(lab, "pub1", GATEWAY)
    lab.rpc("network.put", params | {"physical_network": None})
    testbed.synced(lab)
    assert not reaches(lab, "pub1", GATEWAY)
    testbed.reach(lab, "pub1", "203.0.113.12")
    lab.rpc("network.put", params)
    testbed.synced(lab)
    ping(lab, "pub1", GATEWAY)
    assert testbed.differences(lab) == {}


def test_it_outlives_the_daemon(lab: Lab) -> None:
    lab.daemon.kill()
    lab.run("outside", ["ip", "neighbour", "flush", "all"])
    ping(lab, "pub1", GATEWAY)
    ping(lab, "outside", "203.0.113.1")
    lab.daemon.start()
    testbed.synced(lab)
    assert testbed.differences(lab) == {}
    ping(lab, "outside", FLOATING)


@contextmanager
def patched_to_br_ex(lab: Lab, hypervisor: str) -> Iterator[None]:
    """As ML2/OVS has it: br-ex has the cable to the physical network, and a pair of patch ports joins it to br-int."""
    lab.vsctl(hypervisor, "del-port", "br-int", "phy-public", "--", "add-br", "br-ex", "--", "set", "bridge", "br-ex",
              "datapath_type=netdev", "--", "add-port", "br-ex", "phy-public",
              *(word for bridge, port, peer in (("br-ex", "phy-br-ex", "int-br-ex"), ("br-int", "int-br-ex", "phy-br-ex"))
                for word in ("--", "add-port", bridge, port, "--", "set", "interface", port, "type=patch", f"options:peer={peer}")))
    try:
        yield
    finally:
        lab.vsctl(hypervisor, "del-port", "br-int", "int-br-ex", "--", "del-br", "br-ex", "--", "add-port", "br-int", "phy-public")


def test_by_a_patch_port_to_br_ex(lab: Lab) -> None:
    own, gateway = mac(lab, "pub1"), bridge_mac(lab)
    testbed.reconfigure(lab, "fabric", physical_networks={"public": "int-br-ex"})
    try:
        with patched_to_br_ex(lab, "hv1"):
            testbed.await_true(lambda: trace(lab, "pub1", GATEWAY)["verdict"] == "delivered", "attached again")
            testbed.synced(lab)
            lab.run("outside", ["ip", "neighbour", "flush", "all"])
            with cable(lab, "hv1") as seen:
                ping(lab, "pub1", GATEWAY)
                ping(lab, "outside", FLOATING)
            assert (own, gateway, "203.0.113.11", GATEWAY) in crossings(seen, to_hypervisor=False)
            assert not reaches(lab, "red1", GATEWAY)
    finally:
        testbed.reconfigure(lab, "fabric", physical_networks=lab.topology.physical_networks())
    ping(lab, "pub1", GATEWAY)
