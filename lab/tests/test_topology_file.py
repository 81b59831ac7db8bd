"""Does a topology file that the lab cannot build say so, naming the place? Needs no root."""

from pathlib import Path

import pytest
from conftest import PAPER_TOPOLOGY
from dcplab import TopologyError, load, topology_file

GOOD = """\
name: lab1
hypervisors: [hv1, hv2]
networks:
  net1: {tenant: alpha, cidr: 10.0.0.0/24}
vms:
  vm1: {hypervisor: hv1, network: net1, ip: 10.0.0.1, mac: "fa:16:3e:00:00:01"}
"""


def read(tmp_path: Path, text: str):
    path = tmp_path / "topology.yaml"
    path.write_text(text)
    return load(path)


@pytest.mark.parametrize(("old", "new", "complaint"), [
    ("name: lab1", "name: lab1\ncolour: red", "unknown key 'colour'"),
    ("mac: \"fa:16:3e:00:00:01\"", "mac: \"fa:16:3e:00:00:01\", vlan: 1", "vms.vm1: unknown key 'vlan'"),
    ("tenant: alpha, ", "", "networks.net1: the key 'tenant' is missing"),
    ("name: lab1", "name: lab-1", "'lab-1' is not 1 to 12"),
    ("[hv1, hv2]", "[hv1, hv1]", "a name is there twice"),
    ("[hv1, hv2]", "[hv1, core]", "'core' is a name the lab itself uses"),
    ("[hv1, hv2]", "[hv1, a-very-long-name-here]", "not a name of 1 to 15"),
    ("cidr: 10.0.0.0/24", "cidr: 10.0.0.1/24", "networks.net1.cidr"),
    ("hypervisor: hv1", "hypervisor: hv9", "vms.vm1.hypervisor: no such hypervisor: 'hv9'"),
    ("network: net1", "network: net9", "vms.vm1.network: no such network: 'net9'"),
    ("ip: 10.0.0.1,", "ip: 10.0.1.1,", "vms.vm1.ip: 10.0.1.1 is not in 10.0.0.0/24"),
    ("\"fa:16:3e:00:00:01\"", "\"ff:16:3e:00:00:01\"", "not the MAC of one machine"),
    ("\"fa:16:3e:00:00:01\"", "10:20:30:40:50:59", "a MAC needs quotes"),
    ("vms:\n", "vms:\n  hv1: {hypervisor: hv1, network: net1, ip: 10.0.0.3, mac: \"fa:16:3e:00:00:03\"}\n", "vms.hv1: the name is taken"),
    ("vms:\n", "vms:\n  vm2: {hypervisor: hv1, network: net1, ip: 10.0.0.1, mac: \"fa:16:3e:00:00:03\"}\n",
     "the IP or the MAC of vm2"),
    ("name: lab1", "name: lab1\nname: lab2", "line 1: the key 'name' is there twice"),
    ("name: lab1", "name: [", "not YAML"),
    *(("name: lab1", f"name: lab1\nlink_mbits: {value}", "link_mbits: should be a number of Mbit/s from 1 to 100000")
      for value in ("0", "-1", "100001", "1.5", "fast", "true", "[1]")),
])
def test_fault_is_named(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in GOOD
    with pytest.raises(TopologyError) as fault:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert complaint in str(fault.value)
    assert "topology.yaml" in str(fault.value)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(TopologyError, match="No such file"):
        load(tmp_path / "absent.yaml")


def test_written_topology_reads_back(tmp_path: Path) -> None:
    topology = read(tmp_path, GOOD.replace("00:01\"}", "00:01\", port_security: false, "
                                           "allowed_address_pairs: [{ip: 10.0.0.9}]}"))
    topology_file.save(topology, tmp_path / "again.yaml")
    assert load(tmp_path / "again.yaml") == topology
    assert not topology.vms["vm1"].port_security
    assert topology.vms["vm1"].allowed_address_pairs[0].ip == "10.0.0.9"


@pytest.mark.parametrize("value", [1, 100_000, None])
def test_speed_of_cables_reads_back(tmp_path: Path, value: int | None) -> None:
    topology = read(tmp_path, GOOD.replace("name: lab1", f"name: lab1\nlink_mbits: {value}") if value else GOOD)
    assert topology.link_mbits == value
    topology_file.save(topology, tmp_path / "again.yaml")
    assert load(tmp_path / "again.yaml") == topology


def test_ids_follow_from_names_alone() -> None:
    first, again, other = (load(PAPER_TOPOLOGY, name) for name in ("one", "one", "two"))
    assert first.port_id("vm1") == again.port_id("vm1") != other.port_id("vm1")
    assert len({first.port_id(vm) for vm in first.vms}) == 6
    assert all(len(first.tap(vm)) == 14 for vm in first.vms)


def test_twins_of_different_tenants_are_welcome() -> None:
    topology = load(PAPER_TOPOLOGY)
    for original, twin in (("vm1", "vm5"), ("vm2", "vm6")):
        a, b = topology.vms[original], topology.vms[twin]
        assert (a.ip, a.mac) == (b.ip, b.mac) and a.network != b.network
