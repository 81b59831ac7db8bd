"""Is a host whole again after its Open vSwitch has restarted and lost every flow?

Whole: exactly the desired flows are installed, and every allowed pair reaches. The time from the reconnect until the daemon
says so is printed and has no bound here, because a busy machine is no fault of the daemon. The figure belongs to bench/.
"""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import matrix_test
import pytest
import testbed
from dcplab import Lab, Topology
from exchange import observe
from random_topology import random_topology

SEED = 5


@pytest.fixture(scope="module")
def lab(start_lab: Callable[[Topology], Lab]) -> Lab:
    lab = start_lab(random_topology(testbed.fresh_name(), SEED))
    testbed.mute(lab)
    return lab


@pytest.mark.parametrize("kill", [True, False])
def test_host_is_whole_again(lab: Lab, kill: bool) -> None:
    switch = lab.ovs["hv1"]
    flows = len(lab.flows("hv1"))
    mods = testbed.hosts(lab)["hv1"]["flow_mods_sent"]
    switch.stop(kill)
    testbed.await_state(lab, "hv1", "disconnected")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: (lab.wait_synced(), time.time()))
        switch.start()
        whole = waiting.result()[1]
    reconnected = last_event(lab, f"event=up dpid={lab.topology.datapath_id('hv1')}")
    seconds = whole - reconnected
    sent = testbed.hosts(lab)["hv1"]["flow_mods_sent"] - mods
    print(f"seed {SEED}: {flows} flows, {sent} flow mods, {seconds * 1000:.0f} ms from the reconnect to whole")
    assert testbed.differences(lab) == {}
    assert len(lab.flows("hv1")) == flows > 50
    assert sent >= flows, "the switch had no flow"
    assert observe(lab, matrix_test.everything(lab.topology, random.Random(SEED))).complaints() == []


def test_other_hosts_are_left_alone(lab: Lab) -> None:
    """Keys and places are what they were, so nobody else needs to hear of it."""
    before = {name: host["flow_mods_sent"] for name, host in testbed.hosts(lab).items()}
    lab.restart_ovs("hv2")
    lab.wait_synced()
    after = {name: host["flow_mods_sent"] for name, host in testbed.hosts(lab).items()}
    assert (after["hv1"], after["hv3"]) == (before["hv1"], before["hv3"]) and after["hv2"] > before["hv2"]


def test_flows_lost_without_a_restart_come_back_with_the_next_connection(lab: Lab) -> None:
    """del-flows behind the daemon's back: its diff shows it, and a reconnect mends it."""
    flows = lab.flows("hv3")
    lab.ofctl("hv3", "del-flows")
    assert len(testbed.differences(lab)["hv3"]) == len(flows)
    connects = testbed.hosts(lab)["hv3"]["connects"]
    lab.appctl("hv3", "bridge/reconnect", "br-int")
    testbed.await_host(lab, "hv3", lambda host: host["connects"] > connects and host["state"] == "ready")
    assert lab.flows("hv3") == flows


def test_without_controller_a_restarted_switch_carries_nothing(lab: Lab) -> None:
    """It has no flows, and with fail_mode=secure, which `dcportalctl host setup` sets, it does not flood. The other hosts go
    on."""
    lab.daemon.kill()
    try:
        lab.restart_ovs("hv1", kill=True)
        assert lab.flows("hv1") == []
        cut_off = [name for name, vm in lab.topology.vms.items() if vm.hypervisor == "hv1"]
        result = observe(lab, matrix_test.everything(lab.topology, random.Random(SEED)), cut_off=cut_off)
        sent_in_vain = {frame for sender, frame in result.sent if sender in cut_off}
        for name, received in result.received.items():
            assert not received - result.expected[name], f"{name} received what nobody may send it"
            if name in cut_off:
                assert not received
            else:
                assert set(result.expected[name] - received) <= sent_in_vain
        assert sum(received.total() for received in result.received.values()) > 20, "too little was tried"
    finally:
        lab.daemon.start()
    lab.wait_synced()
    assert observe(lab, matrix_test.everything(lab.topology, random.Random(SEED))).complaints() == []


def last_event(lab: Lab, text: str) -> float:
    """When the daemon last logged it, in seconds since the epoch."""
    lines = [line for line in lab.daemon.log.read_text(encoding="utf-8").splitlines() if text in line]
    return datetime.fromisoformat(lines[-1].split()[0]).timestamp()
