"""Is what somebody changes on a switch by hand found and put right within the reconcile interval, and said so?

`ovs-ofctl` behind the daemon's back: flows deleted, changed and added, groups and meters deleted. No reconnect, no restart, no change of
the topology. The repair is in the log, with what was wrong, and counted in host.get's `repairs`.
"""

import time
from collections.abc import Callable

import craft
import forwarding
import pytest
import testbed
from dcplab import Lab
from exchange import observe
from forwarding import own

INTERVAL_SECONDS = 1


@pytest.fixture(scope="module")
def lab(start_lab: Callable[..., Lab], mode: str) -> Lab:
    settings = forwarding.settings(mode)
    settings.setdefault("forwarding", {})["reconcile_interval_seconds"] = INTERVAL_SECONDS
    lab = start_lab(testbed.fabric(testbed.fresh_name()), settings)
    testbed.mute(lab)
    return lab


def state(lab: Lab) -> tuple[list[str], list[str]]:
    """hv1's flows, without those that packets asked for, and groups."""
    flows = [flow for flow in lab.flows("hv1") if "idle_timeout=" not in flow]
    groups = sorted(line.strip() for line in lab.ofctl("hv1", "dump-groups").splitlines() if "group_id=" in line)
    return flows, groups


def change_flow(lab: Lab) -> None:
    flow = next(flow for flow in lab.flows("hv1") if "table=60" in flow and "nw_dst=24" in flow)
    head = flow.replace("reset_counts ", "").split(" actions=")[0]
    lab.ofctl("hv1", "add-flow", f"{head} actions=drop")


FAULTS: dict[str, Callable[[Lab], object]] = {
    "all flows deleted": lambda lab: lab.ofctl("hv1", "del-flows"),
    "one table's flows deleted": lambda lab: lab.ofctl("hv1", "del-flows", "table=10"),
    "a flow changed": change_flow,
    "a flow too many": lambda lab: lab.ofctl("hv1", "add-flow", "table=30,priority=999,ip,nw_dst=10.0.0.77,actions=drop"),
    "groups deleted, and with them their flows": lambda lab: lab.ofctl("hv1", "del-groups"),
    "meters deleted, and with them their flows": lambda lab: lab.ofctl("hv1", "del-meters"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_put_right_and_said(lab: Lab, fault: str) -> None:
    right = state(lab)
    repairs = lab.rpc("host.get", {"name": "hv1"})["repairs"]
    others = {name: lab.rpc("host.get", {"name": name})["repairs"] for name in ("hv2", "hv3")}
    written = lab.daemon.log.stat().st_size
    FAULTS[fault](lab)
    testbed.await_host(lab, "hv1", lambda host: host["repairs"] > repairs)
    testbed.await_true(lambda: state(lab) == right, lambda: set(state(lab)[0]) ^ set(right[0]))
    assert testbed.differences(lab) == {}
    log = lab.daemon.log.read_bytes()[written:].decode().splitlines()
    assert [line for line in log if f"switch={lab.topology.datapath_id('hv1')} event=repaired" in line], "the log does not say so"
    assert {name: lab.rpc("host.get", {"name": name})["repairs"] for name in ("hv2", "hv3")} == others
    assert observe(lab, [("a1", craft.udp(own(1)[0], craft.BROADCAST, "10.0.0.1", "255.255.255.255", "after the repair"))]).complaints() == []


def test_nothing_is_repaired_where_nothing_is_wrong(lab: Lab) -> None:
    """Several intervals under traffic: a reactive network's flows come and go without being taken for somebody's edit."""
    before = {name: host["repairs"] for name, host in testbed.hosts(lab).items()}
    for _ in range(3):
        assert observe(lab, []).complaints() == []
        time.sleep(INTERVAL_SECONDS)  # a time in which nothing is to happen
        forwarding.await_idle(lab)
    assert {name: host["repairs"] for name, host in testbed.hosts(lab).items()} == before
