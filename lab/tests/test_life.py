"""Does a lab come up whole, change while it runs, and leave nothing behind, however it ends?"""

import signal
import subprocess
import sys
from pathlib import Path

import dcplab.lab
import pytest
from conftest import LAB_COMMAND, PAPER_TOPOLOGY, PATIENCE_SECONDS, answers_at_once, leftovers, pair_of, pings, vm
from crash import POINTS
from dcplab import CommandError, Lab, LabError, Topology
from dcplab.lab import take_down
from dcplab.processes import Process


def test_up_and_down_leave_nothing(paper: Topology) -> None:
    with Lab(paper, "ovs") as lab:
        assert leftovers(lab.name)
        assert len(lab.processes()) == 6 and all(process.alive() for process in lab.processes())
        assert lab.learned() == []
        assert pings(lab, "vm1", "10.0.0.3")
        assert ("fa:16:3e:00:00:01", "hv1") in lab.learned()
    assert leftovers(paper.name) == []
    take_down(paper.name)


def test_hypervisor_is_set_up_as_openstack_does(pair: Topology) -> None:
    with Lab(pair, "bare") as lab:
        port, tap = pair.port_id("vm1"), pair.tap("vm1")
        assert tap == "tap" + port[:11]
        assert lab.vsctl("hv1", "get", "bridge", "br-int", "datapath_type", "fail_mode").split() == ["netdev", "secure"]
        assert lab.vsctl("hv1", "get", "interface", tap, "external_ids:iface-id").strip().strip('"') == port
        assert f"dpid:{pair.datapath_id('hv1')}" in lab.ofctl("hv1", "show")
        assert "dp_desc" not in lab.ofctl("hv1", "dump-desc") and "hv1" in lab.ofctl("hv1", "dump-desc")
        assert pair.host_mac("hv1") in lab.ofctl("hv1", "dump-ports-desc")
        assert lab.flows("hv1") == []


def test_two_labs_with_the_same_addresses(name: str) -> None:
    with Lab(pair_of(name + "a"), "ovs") as one, Lab(pair_of(name + "b"), "bare") as other:
        assert pings(one, "vm1", "10.0.0.2")
        assert not answers_at_once(other, "vm1", "10.0.0.2")
        assert other.learned() == []
    assert leftovers(name + "a") == leftovers(name + "b") == []


def test_second_up_is_refused_and_harmless(pair: Topology) -> None:
    with Lab(pair, "ovs") as lab:
        with pytest.raises(LabError, match="is up already"):
            Lab(pair, "ovs").up()
        assert pings(lab, "vm1", "10.0.0.2")


def test_up_that_fails_cleans_up(pair: Topology) -> None:
    with pytest.raises(LabError, match="dcportald"):
        Lab(pair, "dcportals", daemon="/bin/false").up()
    assert leftovers(pair.name) == []


def test_virtual_machines_come_move_and_go(pair: Topology) -> None:
    with Lab(pair, "ovs") as lab:
        lab.add_vm(vm(3, "hv2"))
        assert pings(lab, "vm1", "10.0.0.3")
        server = lab.popen("vm3", ["iperf3", "-s", "-1", "--forceflush"], stdout=subprocess.PIPE, text=True)
        assert "listening" in server.stdout.readline() + server.stdout.readline()
        lab.move_vm("vm3", "hv1")
        assert lab.topology.vms["vm3"].hypervisor == Lab.attach(lab.name).topology.vms["vm3"].hypervisor == "hv1"
        lab.run("vm1", ["iperf3", "-c", "10.0.0.3", "-t", "1"])  # the server lived through the move
        assert server.wait(PATIENCE_SECONDS) == 0
        lab.unplug("vm3")
        assert not answers_at_once(lab, "vm1", "10.0.0.3")
        lab.plug("vm3", "hv2")
        assert pings(lab, "vm3", "10.0.0.1")  # it speaks first: plain switches still seek it at its old place
        lab.remove_vm("vm3")
        with pytest.raises(LabError, match="has no vm3"):
            lab.run("vm3", ["true"])
    assert leftovers(pair.name) == []


@pytest.mark.parametrize("kill", [False, True])
def test_switch_restarts(pair: Topology, kill: bool) -> None:
    with Lab(pair, "ovs") as lab:
        before = {process.pid for process in lab.processes()}
        lab.restart_ovs("hv1", kill)
        assert len(before & {process.pid for process in lab.processes()}) == 2
        assert pings(lab, "vm1", "10.0.0.2")


def test_commands_in_places(pair: Topology) -> None:
    with Lab(pair, "bare") as lab:
        assert "10.0.0.1/24" in lab.run("vm1", ["ip", "-4", "addr", "show", "eth0"]).stdout
        assert lab.run("vm1", ["cat"], stdin="said").stdout == "said"
        with pytest.raises(CommandError) as failure:
            lab.run("vm1", ["sh", "-c", "echo why >&2; exit 3"])
        assert failure.value.returncode == 3 and "why" in str(failure.value)
        assert pings(lab, "controller", "172.31.0.1")
        sleeper = lab.popen("vm1", ["tail", "-f", "/dev/null"])
    assert sleeper.wait(1) is not None
    assert leftovers(pair.name) == []


@pytest.mark.parametrize("point", list(POINTS))
def test_crash_halfway_leaves_nothing_after_down(name: str, point: str) -> None:
    assert up_struck_by("SIGKILL", point, name) == -9
    assert leftovers(name)
    assert subprocess.run([str(LAB_COMMAND), "down", name], check=False).returncode == 0
    assert leftovers(name) == []


@pytest.mark.parametrize("point", list(POINTS))
def test_interrupted_up_cleans_up_itself(name: str, point: str) -> None:
    assert up_struck_by("SIGTERM", point, name) == 1
    assert leftovers(name) == []


def up_struck_by(signal_name: str, point: str, name: str) -> int:
    """Its exit code."""
    command = [sys.executable, str(Path(__file__).with_name("crash.py")), point, signal_name, str(PAPER_TOPOLOGY), name]
    return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode


def test_a_signal_waits_until_a_lab_is_down(pair: Topology, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes when the processes have been ended and the namespaces are still there."""
    lab = Lab(pair, "bare")
    lab.up()
    ended = dcplab.lab.stop

    def stop_and_be_told(processes: list[Process]) -> None:
        ended(processes)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(dcplab.lab, "stop", stop_and_be_told)
    with pytest.raises(KeyboardInterrupt):
        lab.down()
    assert leftovers(pair.name) == []
