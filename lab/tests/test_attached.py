"""Networks that go on outside: is a hypervisor's phy-NETWORK a port of its br-int, with the network's gateway beyond it? No dcportald."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest
from conftest import pings, vm
from dcplab import Lab, LabError, Network, Topology, load, topology_file

FILE = """\
name: attached
hypervisors: [hv1, hv2]
networks:
  public: {tenant: admin, cidr: 10.0.0.0/24, gateway: 10.0.0.254, attached: [hv1]}
"""


def attached(name: str, *hypervisors: str) -> Topology:
    topology = Topology(name, ["hv1", "hv2"])
    topology.networks["public"] = Network("public", "admin", IPv4Network("10.0.0.0/24"), IPv4Address("10.0.0.254"), attached=hypervisors)
    topology.vms["vm1"] = replace(vm(1, "hv1"), network="public")
    return topology


def test_the_gateway_is_beyond_the_attachment(name: str) -> None:
    topology = attached(name, "hv1")
    with Lab(topology, "bare") as lab:
        assert "phy-public" in lab.vsctl("hv1", "list-ports", "br-int").split()
        assert "phy-public" not in lab.vsctl("hv2", "list-ports", "br-int").split()
        assert "outside" in lab.places()
        ports = [lab.ovs["hv1"].ofport(port) for port in (topology.tap("vm1"), "phy-public")]
        for one, other in (ports, reversed(ports)):
            lab.ofctl("hv1", "add-flow", f"in_port={one},actions=output:{other}")
        with lab.capture("outside", "hv1.public") as cable:
            assert pings(lab, "vm1", "10.0.0.254")
        assert [frame for frame in cable.frames if frame.data[12:14] == b"\x08\x00"]


def test_two_attachments_of_switches_that_learn_are_a_loop(name: str) -> None:
    with pytest.raises(LabError, match="loop"):
        Lab(attached(name, "hv1", "hv2"), "ovs")


def test_file_reads_back(tmp_path: Path) -> None:
    (tmp_path / "topology.yaml").write_text(FILE, encoding="utf-8")
    topology = load(tmp_path / "topology.yaml")
    assert topology.networks["public"].attached == ("hv1",)
    assert topology.physical_networks() == {"public": "phy-public"}
    topology_file.save(topology, tmp_path / "again.yaml")
    assert load(tmp_path / "again.yaml") == topology


@pytest.mark.parametrize(("old", "new", "complaint"), [
    ("[hv1]}", "[hv9]}", "networks.public.attached.hypervisor: no such"),
    ("attached: [hv1]", "attached: hv1", "networks.public.attached: should be a list"),
    (" gateway: 10.0.0.254,", "", "networks.public.attached: the network has no `gateway`"),
    ("  public:", "  public-storage:", "networks.public-storage.attached: hv1 and public-storage have more than 14"),
])
def test_fault_is_named(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in FILE
    (tmp_path / "topology.yaml").write_text(FILE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LabError) as fault:
        load(tmp_path / "topology.yaml")
    assert complaint in str(fault.value)
