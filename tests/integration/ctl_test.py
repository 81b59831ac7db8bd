"""Can a person set a network up, look at it and take it down again with dcportalctl alone?

The real command, against the real daemon and switches, with its exit codes and its JSON; `host setup`'s commands make a
hypervisor's Open vSwitch ready. What each command prints is src/ctl's own tests' business.
"""

import json
import os
import subprocess
from collections.abc import Callable
from ipaddress import IPv4Address

import pytest
import testbed
from background import PATIENCE
from dcplab import Lab, Topology, Vm
from dcplab.commands import in_namespace

OK, FAILED, USAGE, UNREACHABLE, NOT_FOUND, REFUSED, NOT_SO = 0, 1, 2, 3, 4, 5, 6


class Ctl:
    """dcportalctl, run where dcportald is."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def __call__(self, *arguments: str, code: int = OK) -> str:
        """What it prints; on standard error if it fails."""
        assert os.access(testbed.CTL, os.X_OK), f"there is no {testbed.CTL}"
        done = self._lab.run("controller", [testbed.CTL, *arguments], check=False)
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        return done.stdout if code in (OK, NOT_SO) else done.stderr

    def json(self, *arguments: str, code: int = OK) -> object:
        return json.loads(self(*arguments, "--json", code=code))


@pytest.fixture(scope="module")
def lab(start_lab: Callable[[Topology], Lab]) -> Lab:
    """Two hypervisors, and nothing configured."""
    return start_lab(Topology(testbed.fresh_name(), ["hv1", "hv2"]))


@pytest.fixture(scope="module")
def ctl(lab: Lab) -> Ctl:
    return Ctl(lab)


def test_from_nothing_to_traffic_and_back(lab: Lab, ctl: Ctl) -> None:
    topology = lab.topology
    testbed.network(topology, "web", "blue")
    assert [host["name"] for host in ctl.json("host", "list")] == ["hv1", "hv2"]
    ctl("tenant", "create", "blue")
    network = ctl.json("network", "create", "web", "--tenant", "blue")
    ctl("subnet", "create", "web-v4", "--network", "web", "--cidr", "10.0.0.0/24")
    vms = [Vm(f"web-{number}", f"hv{number}", "web", IPv4Address(f"10.0.0.{number}"), f"fa:16:3e:00:00:0{number}")
           for number in (1, 2)]
    for vm in vms:
        port = ctl.json("port", "create", vm.name, "--network", "web", "--ip", str(vm.ip), "--mac", vm.mac)
        assert port["network_id"] == network["id"]
        assert ctl("wait", "--port", vm.name, "--timeout", "0", code=NOT_SO) == ""
        lab.add_vm(Vm(vm.name, vm.hypervisor, vm.network, vm.ip, vm.mac, port_id=port["id"]), describe=False)
    ctl("wait", "--synced", "--port", "web-1", "--port", "web-2", "--timeout", str(PATIENCE))
    testbed.reach(lab, "web-1", "10.0.0.2")

    assert "Delivered to web-2 on hv2" in ctl("trace", "web-1", "--to", "10.0.0.2")
    assert ctl.json("trace", "web-1", "--to", "10.0.0.9", code=NOT_SO)["reason"] == "arp_unknown_target"
    for host in ("hv1", "hv2"):
        assert ctl.json("flows", host, "--diff")["flows"] == []
        desired, installed = (ctl.json("flows", host, view)["flows"] for view in ("--desired", "--installed"))
        assert len(desired) == len(installed)
        assert sum("table=" in entry for entry in installed) == len(lab.flows(host))  # the others are groups and meters
    (row,) = [line for line in ctl("port", "list").splitlines() if "web-2" in line]
    assert "10.0.0.2" in row and "hv2" in row and "wired" in row
    assert testbed.key_of(lab, "web-2") in ctl("port", "show", "web-2")
    assert ctl.json("status")["sync"]["synced"] is True

    ctl("port", "set", "web-2", "--down")
    ctl("wait")
    assert lab.run("web-1", ["fping", "-q", "-c1", "-t100", "10.0.0.2"], check=False).returncode == 1
    ctl("port", "set", "web-2", "--up")
    ctl("wait")
    testbed.reach(lab, "web-1", "10.0.0.2")

    assert "in_use" in ctl("network", "delete", "web", code=REFUSED)
    ctl("port", "delete", "web-1", "web-2")
    ctl("subnet", "delete", "web-v4")
    ctl("network", "delete", "web")
    ctl("tenant", "delete", "blue")
    ctl("wait")
    assert ctl.json("port", "list") == ctl.json("network", "list") == []
    assert ctl.json("flows", "hv1", "--diff")["flows"] == []


def test_apply_does_all_or_nothing(ctl: Ctl, lab: Lab) -> None:
    lan, range_ = (f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2))
    network = {"method": "network.put", "params": {"id": lan, "tenant_id": "green", "name": "lan"}}
    wrong = {"method": "subnet.put", "params": {"id": range_, "network_id": lan, "cidr": "240.0.0.0/24"}}
    for name, operations in (("wrong", [network, wrong]), ("right", [network])):
        (lab.state.directory / f"{name}.json").write_text(json.dumps({"operations": operations}), encoding="utf-8")
    assert "operations[1].params.cidr" in ctl("apply", str(lab.state.directory / "wrong.json"), code=REFUSED)
    assert ctl.json("network", "list") == []
    ctl("apply", str(lab.state.directory / "right.json"))
    assert [each["name"] for each in ctl.json("network", "list")] == ["lan"]
    ctl("network", "delete", "lan")


def test_exit_codes(ctl: Ctl) -> None:
    assert "frobnicate" in ctl("frobnicate", code=USAGE)
    assert "--cidr" in ctl("subnet", "create", "x", "--network", "y", code=USAGE)
    assert "nowhere" in ctl("host", "show", "nowhere", code=NOT_FOUND)
    assert "cannot connect" in ctl("status", "--api", "http://127.0.0.1:1", code=UNREACHABLE)
    assert "no method" in ctl("call", "port.frobnicate", code=FAILED).lower()


def test_host_setup_makes_a_switch_ready(lab: Lab, ctl: Ctl) -> None:
    """Its commands, run on a hypervisor without a bridge, bring the host up; run again, they change nothing."""
    switch = lab.ovs["hv1"]
    commands = ctl("host", "setup", "--name", "hv1", "--uplink", "uplink0", "--controller", "tcp:172.31.0.254:6653",
                   "--datapath-type", "netdev")
    lab.vsctl("hv1", "del-br", "br-int")
    testbed.await_state(lab, "hv1", "disconnected")
    for _ in range(2):
        subprocess.run(in_namespace(lab.namespace("hv1"), ["sh", "-s"]), input=commands, text=True, check=True, timeout=PATIENCE,
                       env=switch.environment)
    testbed.await_state(lab, "hv1", "ready")
    assert ctl.json("flows", "hv1", "--diff")["flows"] == []
    assert len(lab.flows("hv1")) == len(lab.flows("hv2"))
    host = ctl.json("host", "show", "hv1")
    assert (host["mac"], host["connects"]) == (lab.topology.host_mac("hv1"), 2)
    # Without this a switch whose controller is away turns into a plain one, after three inactivity probes.
    assert lab.vsctl("hv1", "get", "bridge", "br-int", "fail_mode").strip() == "secure"
