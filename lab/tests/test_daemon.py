"""Does the lab keep its side of the contract with dcportald: configuration, calls, life? A stand-in takes the calls."""

import json
import tomllib
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from conftest import PATIENCE_SECONDS, leftovers, vm
from dcplab import Dhcp, Lab, LabError, Router, RouterInterface, RpcError, Topology
from dcplab.daemon import SYNC_SECONDS

FAKE = str(Path(__file__).with_name("fake_dcportald.py"))


def calls(lab: Lab) -> list[dict]:
    return [json.loads(line) for line in (lab.state.controller_directory / "dcportals.db").read_text().splitlines()]


def test_topology_is_told_in_one_call_then_awaited(paper: Topology) -> None:
    with Lab(paper, "dcportals", daemon=FAKE) as lab:
        configuration = tomllib.loads(lab.daemon.configuration.read_text())
        assert configuration["openflow"]["listen"] == "0.0.0.0:6653"
        assert configuration["fabric"] == {"uplink": "uplink*", "key_pool": "240.0.0.0/4"}
        apply, wait = calls(lab)
        operations = apply["params"]["operations"]
        assert [operation["method"] for operation in operations] == ["network.put", "subnet.put"] * 2 + ["port.put"] * 6
        assert operations[4]["params"] == {
            "id": paper.port_id("vm1"), "network_id": paper.network_id("net1"), "tenant_id": paper.tenant_id("alpha"),
            "name": "vm1", "mac_address": "fa:16:3e:00:00:01",
            "fixed_ips": [{"subnet_id": paper.subnet_id("net1"), "ip_address": "10.0.0.1"}],
            "allowed_address_pairs": [], "port_security_enabled": True}
        assert wait["method"] == "sync.wait"
        assert wait["params"] == {"timeout_seconds": SYNC_SECONDS, "hosts": ["hv1", "hv2", "hv3"],
                                  "ports": [paper.port_id(name) for name in paper.vms]}
    assert leftovers(paper.name) == []


def test_routers_and_dhcp_servers_are_told_as_neutron_does(pair: Topology) -> None:
    pair.networks["net1"] = replace(pair.networks["net1"], dhcp=Dhcp("hv2", IPv4Address("10.0.0.253")))
    pair.routers["r1"] = Router("r1", "hv1", "alpha", (RouterInterface("net1", IPv4Address("10.0.0.254")),))
    with Lab(pair, "dcportals", daemon=FAKE) as lab:
        *_, dhcp, interface, router = [operation["params"] for operation in calls(lab)[0]["params"]["operations"]]
        assert (dhcp["dhcp_server"], dhcp["device_owner"]) == (True, "network:dhcp")
        assert "dhcp_server" not in interface and interface["device_owner"] == "network:router_interface"
        assert router["port_ids"] == [interface["id"]] == [pair.router_port("r1", "net1").port_id]
        assert {dhcp["id"], interface["id"]} < set(calls(lab)[1]["params"]["ports"])
        assert "tap" + dhcp["id"][:11] in lab.vsctl("hv2", "list-ports", "br-int").split()
        assert "qr-" + interface["id"][:11] in lab.vsctl("hv1", "list-ports", "br-int").split()


def test_configuration_is_changed_and_the_rest_kept(pair: Topology) -> None:
    with Lab(pair, "dcportals", daemon=FAKE, settings={"forwarding": {"mode": "reactive"}, "fabric": {"key_pool": "10.0.0.0/29"}}) as lab:
        lab.daemon.configure({"forwarding": {"idle_timeout_seconds": 2}, "log": {"level": "debug"}})
        configuration = tomllib.loads(lab.daemon.configuration.read_text())
        assert configuration["forwarding"] == {"mode": "reactive", "idle_timeout_seconds": 2}
        assert configuration["fabric"] == {"uplink": "uplink*", "key_pool": "10.0.0.0/29"}
        assert configuration["log"]["level"] == "debug" and configuration["openflow"]["listen"] == "0.0.0.0:6653"


def test_switches_look_for_the_controller(pair: Topology) -> None:
    with Lab(pair, "dcportals", daemon=FAKE) as lab:
        assert lab.vsctl("hv2", "get-controller", "br-int").strip() == "tcp:172.31.0.254:6653"
        assert lab.vsctl("hv2", "get", "bridge", "br-int", "fail_mode", "protocols").split() == ["secure", "[OpenFlow13]"]
        assert lab.vsctl("hv2", "get", "bridge", "br-int", "other-config:disable-in-band").strip() == '"true"'
        assert not lab.ovs["hv2"].connected()
        listener = lab.popen("controller", ["tcpdump", "-n", "-l", "-c1", "-i", "mgmt0", "tcp dst port 6653"])
        assert listener.wait(PATIENCE_SECONDS) == 0


def test_refusals_and_virtual_machines(pair: Topology) -> None:
    with Lab(pair, "dcportals", daemon=FAKE) as lab:
        with pytest.raises(RpcError, match="Method not found") as refusal:
            lab.rpc("unknown.method", {"a": 1})
        assert refusal.value.code == -32601 and refusal.value.data == {"method": "unknown.method"}
        lab.add_vm(vm(3, "hv1"))
        port = lab.topology.port_id("vm3")
        assert calls(lab)[-1]["params"]["operations"][0]["params"]["id"] == port
        lab.remove_vm("vm3")
        assert calls(lab)[-1]["method"] == "port.delete" and calls(lab)[-1]["params"] == {"id": port}


@pytest.mark.parametrize("kill", [False, True])
def test_daemon_restarts(pair: Topology, kill: bool) -> None:
    with Lab(pair, "dcportals", daemon=FAKE) as lab:
        before = lab.state.record.find("dcportald").pid
        lab.daemon.restart(kill)
        assert lab.state.record.find("dcportald").pid != before
        assert Lab.attach(lab.name).rpc("host.list") is True
        lab.daemon.stop()
        assert not lab.daemon.alive()
        with pytest.raises(LabError, match="refused"):
            lab.rpc("host.list")


def test_daemon_that_is_not_there_is_said_before_anything_is_built(pair: Topology) -> None:
    with pytest.raises(LabError, match="there is no dcportald at /nowhere"):
        Lab(pair, "dcportals", daemon="/nowhere")
    assert leftovers(pair.name) == []
