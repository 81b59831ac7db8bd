"""Is a switch that is set up wrongly kept out, with a word on what to mend, and the rest of the fabric left in peace?

Each fault is made on hv2 of a fabric that works, seen in the API and the log, and mended; meanwhile hv1 goes on, and hv2 keeps
the flows that it has.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import testbed
from dcplab import Lab, Topology
from exchange import observe


@pytest.fixture(scope="module")
def lab(start_lab: Callable[[Topology], Lab]) -> Lab:
    lab = start_lab(testbed.twins(testbed.fresh_name()))
    testbed.mute(lab)
    return lab


@contextmanager
def wrong(lab: Lab, said: str, *, listed: bool = True) -> Iterator[None]:
    """In the block hv2 is set up wrongly. The daemon says so, in host.refused too if `listed`, and goes on with hv1."""
    flows = {name: lab.flows(name) for name in lab.topology.hypervisors}
    connects = testbed.hosts(lab)["hv1"]["connects"]
    log = Log(lab.daemon.log)
    yield
    lab.appctl("hv2", "bridge/reconnect", "br-int")
    log.await_text(said)
    refused = {switch["dpid"]: switch for switch in lab.rpc("host.refused")}
    assert set(refused) == ({lab.topology.datapath_id("hv2")} if listed else set())
    assert all(said in switch["reason"] and switch["peer"] and switch["name"] in ("", "hv1", "hv2") for switch in refused.values())
    hv1 = lab.rpc("host.get", {"name": "hv1"})
    assert (hv1["state"], hv1["connects"]) == ("ready", connects)
    assert {name: lab.flows(name) for name in flows} == flows


def mended(lab: Lab) -> None:
    testbed.await_state(lab, "hv2", "ready")
    lab.wait_synced()
    assert lab.rpc("host.refused") == []
    assert testbed.differences(lab) == {}
    assert observe(lab, []).complaints() == []


def test_name_of_another_host(lab: Lab) -> None:
    with wrong(lab, "is connected as host hv1 already"):
        lab.vsctl("hv2", "set", "bridge", "br-int", "other-config:dp-desc=hv1")
    lab.vsctl("hv2", "set", "bridge", "br-int", "other-config:dp-desc=hv2")
    mended(lab)


def test_no_name(lab: Lab) -> None:
    with wrong(lab, "the switch has no description; set other-config:dp-desc"):
        lab.vsctl("hv2", "remove", "bridge", "br-int", "other-config", "dp-desc")
    lab.vsctl("hv2", "set", "bridge", "br-int", "other-config:dp-desc=hv2")
    mended(lab)


def test_uplink_with_the_mac_of_another_host(lab: Lab) -> None:
    set_uplink_mac = ["ip", "link", "set", "uplink0", "address"]
    with wrong(lab, f"host hv1 has the MAC address {lab.topology.host_mac('hv1')}"):
        lab.run("hv2", [*set_uplink_mac, lab.topology.host_mac("hv1")])
    hv2 = lab.rpc("host.get", {"name": "hv2"})
    assert "host hv1 has the MAC address" in hv2["fault"]
    lab.run("hv2", [*set_uplink_mac, lab.topology.host_mac("hv2")])
    mended(lab)
    assert "fault" not in lab.rpc("host.get", {"name": "hv2"})


def test_datapath_id_of_another_host(lab: Lab) -> None:
    """The second connection of a datapath is refused, whoever comes second."""
    with wrong(lab, f"dpid {lab.topology.datapath_id('hv1')} is connected already", listed=False):
        lab.vsctl("hv2", "set", "bridge", "br-int", f"other-config:datapath-id={lab.topology.datapath_id('hv1')}")
        testbed.await_state(lab, "hv2", "disconnected")
    lab.vsctl("hv2", "set", "bridge", "br-int", f"other-config:datapath-id={lab.topology.datapath_id('hv2')}")
    mended(lab)


def test_a_switch_that_hangs_is_given_up_and_taken_back(lab: Lab) -> None:
    """ovs-vswitchd stopped in mid-air answers no echo. Its host is disconnected after the time configured, and changes for the
    others are not held up by it."""
    testbed.reconfigure(lab, "openflow", echo_interval_seconds=1, echo_timeout_seconds=2)
    (process,) = [process for process in lab.ovs["hv2"].processes() if process.name.endswith("vswitchd")]
    process.signal(signal.SIGSTOP)
    try:
        testbed.await_state(lab, "hv2", "disconnected")
        lab.rpc("port.put", {**testbed.port_operation(lab.topology, "a3")["params"], "admin_state_up": False})
        lab.daemon.wait_synced(["hv1"], [])
    finally:
        process.signal(signal.SIGCONT)
    lab.rpc("port.put", testbed.port_operation(lab.topology, "a3")["params"])
    testbed.reconfigure(lab, "openflow", echo_interval_seconds=5, echo_timeout_seconds=60)  # from here on no switch is to be given up
    mended(lab)


class Log:
    """What a daemon writes from now on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._start = path.stat().st_size

    def await_text(self, text: str) -> None:
        testbed.await_true(lambda: text in self._path.read_bytes()[self._start:].decode(), text)
