"""Do the lab's DHCP servers, routers, outside world and second uplinks do what Neutron's do? On plain switches: no dcportald."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import leftovers, new_name, pings, vm, wait_until
from dcplab import CommandError, Lab, LabError, Topology, load, status, topology_file

CLOUD = Path(__file__).resolve().parents[1] / "topologies/cloud.yaml"


def one_tenant(name: str) -> Topology:
    """The cloud without what plain switches would mix up (tenant beta, equal MACs) and without the loop of second uplinks."""
    topology = load(CLOUD, name)
    del topology.vms["red1"], topology.networks["red"]
    topology.vms["green1"] = replace(topology.vms["green1"], mac="fa:16:3e:00:00:11")
    topology.uplinks = 1
    return topology


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    topology = one_tenant(new_name())
    with Lab(topology, "ovs") as lab:
        yield lab
    assert leftovers(topology.name) == []


def addresses(lab: Lab, place: str, interface: str = "eth0") -> str:
    return lab.run(place, ["ip", "-4", "-brief", "address", "show", "dev", interface]).stdout


def test_a_real_client_got_its_address_from_a_real_server(lab: Lab) -> None:
    assert "10.0.0.1/24" in addresses(lab, "blue1")
    assert "default via 10.0.0.254" in lab.run("blue1", ["ip", "route"]).stdout
    with lab.capture(lab.topology.dhcp_place("blue")) as at_server:
        said = lab.lease("blue2")
        discover = at_server.wait_for(lambda frame: frame.data[:6] == b"\xff" * 6)[0]
    assert "lease of 10.0.0.2 obtained" in said
    assert discover.data[26:34] == bytes(4) + b"\xff" * 4, "from 0.0.0.0 to everybody"


def test_a_vm_that_comes_later_gets_an_address_and_a_stranger_none(lab: Lab) -> None:
    late = replace(vm(9, "hv3"), network="blue", dhcp=True)
    lab.add_vm(late)
    assert "10.0.0.9/24" not in addresses(lab, late.name)
    lab.lease(late.name)
    assert "10.0.0.9/24" in addresses(lab, late.name)
    lab.topology.vms["blue2"] = replace(lab.topology.vms["blue2"], mac="fa:16:3e:00:00:77")
    lab.services.hosts_changed()
    with pytest.raises(CommandError, match="no lease"):
        lab.lease("blue2", tries=2)
    lab.remove_vm(late.name)


def test_router_joins_networks_and_hides_them_from_the_world(lab: Lab) -> None:
    assert pings(lab, "blue1", "10.0.1.1")
    with lab.capture("www") as at_www:
        assert pings(lab, "blue1", "203.0.113.10")
    echoes = [frame.data for frame in at_www.frames if frame.data[12:14] == b"\x08\x00"]
    assert echoes and all(bytes([203, 0, 113, 1]) in echo and bytes([10, 0, 0, 1]) not in echo for echo in echoes)
    lab.run("www", ["ip", "route", "add", "10.0.0.0/24", "via", "203.0.113.1"])
    assert pings(lab, "www", "10.0.0.1")
    port = lab.topology.router_port("r1", "blue")
    assert port.device == "qr-" + port.port_id[:11]
    assert port.device in lab.vsctl("hv3", "list-ports", "br-int").split()


def test_status_shows_services(lab: Lab) -> None:
    shown = status.describe(lab)
    assert [(port["name"], port["kind"]) for port in shown["services"]] == [
        ("dhcp-blue", "DHCP server"), ("r1", "router"), ("r1", "router")]
    assert "dhcp-blue" in [process["name"] for process in shown["processes"]] and status.healthy(shown)


def test_second_uplinks(name: str) -> None:
    topology = load(CLOUD, name)
    with pytest.raises(LabError, match="loop"):
        Lab(topology, "ovs")
    with Lab(topology, "bare") as lab:
        assert {"uplink0", "uplink1"} <= set(lab.vsctl("hv1", "list-ports", "br-int").split())
        macs = {topology.uplink_mac(host, number) for host in topology.hypervisors for number in (0, 1)}
        assert len(macs) == 6 and topology.host_mac("hv1") in macs
        lab.ofctl("hv1", "add-flow", f"in_port={lab.ovs['hv1'].ofport(topology.tap('blue1'))},"
                                     f"actions=output:{lab.ovs['hv1'].ofport('uplink1')}")
        with lab.capture("core") as core:
            lab.inject("blue1", b"\xff" * 6 + bytes.fromhex("fa163e000001") + b"\x88\xb5" + bytes(46))
            assert core.wait_for(lambda frame: True)[0].interface == "hv1.1"
        wait_until(lambda: lab.learned() == [("fa:16:3e:00:00:01", "hv1.1")])  # a frame is captured before the switch learns from it
        lab.cut_uplink("hv1", 1)
        await_link(lab, up=False)
        assert lab.learned() == []
        lab.mend_uplink("hv1", 1)
        await_link(lab, up=True)


def await_link(lab: Lab, up: bool) -> None:
    """Until the switch, too, has noticed it of hv1's second uplink."""
    wait_until(lambda: (lab.vsctl("hv1", "get", "interface", "uplink1", "link_state").strip() == "up") == up)


def test_written_cloud_reads_back(tmp_path: Path, name: str) -> None:
    topology = load(CLOUD, name)
    topology_file.save(topology, tmp_path / "again.yaml")
    assert load(tmp_path / "again.yaml") == topology


@pytest.mark.parametrize(("old", "new", "complaint"), [
    ("dhcp: {hypervisor: hv3, ip: 10.0.0.253}", "dhcp: {hypervisor: hv9, ip: 10.0.0.253}", "networks.blue.dhcp.hypervisor: no such"),
    ("dhcp: {hypervisor: hv3, ip: 10.0.0.253}", "dhcp: {hypervisor: hv3, ip: 10.9.0.253}", "networks.blue.dhcp.ip: 10.9.0.253 is not in"),
    ("dhcp: {hypervisor: hv3, ip: 10.0.0.253}", "dhcp: {hypervisor: hv3, ip: 10.0.0.254}", "r1: has the IP of dhcp-blue"),
    ("address: dhcp}", "address: magic}", "vms.blue1.address: should be static or dhcp"),
    ("fa:16:3e:00:00:01\"}\n  red1", "fa:16:3e:00:00:01\", address: dhcp}\n  red1", "vms.green1.address: network green has no DHCP"),
    ("ip: 10.0.0.1,", "ip: 10.0.0.253,", "vms.blue1: has the IP of dhcp-blue"),
    ("green: 10.0.1.254}}", "white: 10.0.1.254}}", "routers.r1.interfaces: no such network: 'white'"),
    ("outside: 203.0.113.1,", "outside: 203.0.114.1,", "routers.r1.outside: 203.0.114.1 is not in"),
    ("uplinks: 2", "uplinks: 0", "uplinks: should be a number from 1"),
    ("{www: 203", "{blue1: 203", "blue1: two things have this name"),
    ("hypervisors: [hv1,", "hypervisors: [hypervisor-one, hv1,", "'hypervisor-one' is too long"),
])
def test_fault_is_named(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    text = CLOUD.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "topology.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LabError) as fault:
        load(tmp_path / "topology.yaml")
    assert complaint in str(fault.value)
