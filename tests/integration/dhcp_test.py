"""Do real DHCP clients get their addresses from the real DHCP server of their own network, on whichever host it is, and does nobody
else's answer reach them?

Two tenants with the same addresses and MACs have a dnsmasq each, plugged in as Neutron's DHCP agent does. Paper section 3.7.4.
"""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network

import craft
import forwarding
import pytest
import testbed
import wire
from dcplab import CommandError, Dhcp, Lab, Network, Topology, Vm
from dcplab.daemon import service_port_operation
from dcplab.frames import headers

SERVER_IP = "10.0.0.253"
CLIENTS = {"blue1": ("hv1", "blue", 1), "blue2": ("hv3", "blue", 2), "blue4": ("hv2", "blue", 4), "red1": ("hv2", "red", 1),
           "red2": ("hv3", "red", 2)}


@pytest.fixture(scope="module")
def lab(start_lab: Callable[..., Lab], mode: str) -> Lab:
    """Each client has asked for its address by the time the lab is up."""
    topology = Topology(testbed.fresh_name(), ["hv1", "hv2", "hv3"])
    for network, tenant, at in (("blue", "alpha", "hv3"), ("red", "beta", "hv1")):
        topology.networks[network] = Network(network, tenant, IPv4Network("10.0.0.0/24"), dhcp=Dhcp(at, IPv4Address(SERVER_IP)))
    for name, (hypervisor, network, number) in CLIENTS.items():
        topology.vms[name] = Vm(name, hypervisor, network, IPv4Address(f"10.0.0.{number}"), f"fa:16:3e:00:00:{number:02x}", dhcp=True)
    lab = start_lab(topology, forwarding.settings(mode))
    testbed.hurry_counters(lab)
    return lab


@pytest.mark.parametrize("client", CLIENTS)
def test_client_has_its_address_from_its_own_server(lab: Lab, client: str) -> None:
    network = CLIENTS[client][1]
    said = lab.lease(client)
    assert f"lease of {lab.topology.vms[client].ip} obtained from {SERVER_IP}" in said
    assert str(lab.topology.vms[client].ip) in lab.run(client, ["ip", "-4", "address", "show", "dev", "eth0"]).stdout
    mac = lab.topology.dhcp_port(network).mac
    testbed.reach(lab, client, SERVER_IP)
    assert mac in lab.run(client, ["ip", "neighbour", "show", SERVER_IP]).stdout, "the other tenant's server has another MAC"


def test_what_the_servers_and_the_wire_see(lab: Lab) -> None:
    """The client's broadcast reaches its own server with source 0.0.0.0, the other tenant's never, and the wire shows one unicast frame
    to each host with members, by the keys that stand for that."""
    with lab.capture("dhcp-blue") as at_server, lab.capture("dhcp-red") as at_other, lab.capture("core") as core:
        lab.lease("blue1")
    discover = [frame.data for frame in at_server.frames if not frame.outgoing and frame.data[23] == 17]
    assert discover and all(headers(data).ip_src == "0.0.0.0" and headers(data).ip_dst == "255.255.255.255" for data in discover)
    assert [frame for frame in at_other.frames if frame.data[23:24] == b"\x11"] == []
    pool = wire.KeyPool.of(lab)
    hv1 = lab.topology.host_mac("hv1")
    to_all = [headers(frame.data) for frame in core.frames if headers(frame.data).ip_dst == pool.unspecified_key]
    assert {(seen.eth_src, seen.ip_src) for seen in to_all} == {(hv1, testbed.key_of(lab, "blue1"))}
    assert {seen.eth_dst for seen in to_all} == {lab.topology.host_mac(name) for name in ("hv2", "hv3")}
    assert len(to_all) == 2 * len(discover)
    assert wire.complaints(lab, core.frames) == []


@pytest.mark.parametrize("forged", [
    craft.dhcp_offer("fa:16:3e:00:00:02", "10.0.0.2", craft.BROADCAST, "255.255.255.255"),
    craft.dhcp_offer("fa:16:3e:00:00:02", "10.0.0.2", "fa:16:3e:00:00:01", "10.0.0.1"),
    craft.dhcp_offer("fa:16:3e:00:00:02", "10.0.0.2", "fa:16:3e:00:00:04", "10.0.0.4"),
], ids=["to everybody", "to one on another host", "to one on a third host"])
def test_answers_of_an_ordinary_vm_are_dropped(lab: Lab, forged: bytes) -> None:
    before = testbed.drops(lab, "hv3")
    with lab.capture("blue1") as at_one, lab.capture("blue4") as at_another:
        lab.inject("blue2", forged)
        for name in ("blue1", "blue4"):
            testbed.reach(lab, "blue2", str(lab.topology.vms[name].ip))
    for capture in (at_one, at_another):
        assert not [frame for frame in capture.frames if frame.data[42:] == forged[42:]]
    assert (testbed.drops(lab, "hv3") - before)["blue2", "forged_dhcp_server"] == 1


def test_trust_is_given_by_the_caller_alone(lab: Lab) -> None:
    """The same port, `device_owner` network:dhcp included, without `dhcp_server`: its answers are dropped. And back."""
    operation = service_port_operation(lab.topology, lab.topology.dhcp_port("blue"))["params"]
    lab.rpc("port.put", {**operation, "dhcp_server": False})
    testbed.synced(lab)
    with pytest.raises(CommandError):
        lab.lease("blue1", tries=3)
    testbed.await_host(lab, "hv3", lambda host: ("forged_dhcp_server", operation["id"]) in [
        (drop["reason"], drop["port_id"]) for drop in host["drops"]])
    lab.rpc("port.put", operation)
    lab.wait_synced()
    lab.lease("blue1")
    assert testbed.differences(lab) == {}
