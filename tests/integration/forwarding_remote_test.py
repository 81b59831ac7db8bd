"""The paper's section 3.7.3: does traffic between hosts show the wire host MACs and mapping keys only, and arrive as it was sent?

Also the paper's own example, Table 1 and figures 6 and 7, with its IP addresses and VM MACs. Two things cannot come out as printed.
The paper's MACs of the switches (01:01:00:00:00:01) are group addresses, which no interface may have, so the hosts have others. And
it gives the same keys on both hosts (10.0.0.1 is VM1 and VM2), so that the frame of figure 7 has one address as source and
destination, and two tenants' connections can be alike on the wire; we do not copy that: keys are unique in the fabric. HostA's are
10.0.0.1 and 10.0.0.2 as in the table, HostB's begin at 10.0.0.5; broadcast has one key for all hosts, 10.0.0.0, in place of 10.0.0.3.
"""

import re
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network

import craft
import exchange
import forwarding
import pytest
import testbed
import wire
from background import pinging
from dcplab import Lab, Network, Topology, Vm
from dcplab.daemon import topology_operations
from forwarding import Case, own, same, unicast
from pings import PINGS_PER_SECOND, await_replies, unanswered


CASES = {
    "UDP": Case("a1", unicast(1, 2, "remote udp"), {"a2": same}, (("hv1", "hv2", "a1", "a2"),)),
    "and back": Case("a2", unicast(2, 1, "remote back"), {"a1": same}, (("hv2", "hv1", "a2", "a1"),)),
    "to a third host": Case("a2", unicast(2, 4, "remote third"), {"a4": same}, (("hv2", "hv3", "a2", "a4"),)),
    "from another VM of the same host": Case("a3", unicast(3, 2, "remote a3"), {"a2": same}, (("hv1", "hv2", "a3", "a2"),)),
    "TCP": Case("a1", unicast(1, 2, "remote tcp tcp tcp", craft.tcp), {"a2": same}, (("hv1", "hv2", "a1", "a2"),)),
    "ICMP": Case("a1", unicast(1, 2, "remote icmp", craft.icmp), {"a2": same}, (("hv1", "hv2", "a1", "a2"),)),
    "AH, which protects the addresses": Case("a1", craft.ipv4(own(1)[0], own(2)[0], "10.0.0.1", "10.0.0.2", 51, b"x" * 40), {"a2": same},
                                             (("hv1", "hv2", "a1", "a2"),)),
    "later fragment": Case("a1", craft.later_fragment(*own(1), *own(2), b"remote fragment"), {"a2": same}, (("hv1", "hv2", "a1", "a2"),)),
    "the other tenant, the same addresses": Case("b1", unicast(1, 2, "remote b"), {"b2": same}, (("hv1", "hv2", "b1", "b2"),)),
    "where only the other tenant is": Case("b1", unicast(1, 4, "remote not b's"), dropped=("b1", "unknown_destination")),
    "nobody's address": Case("a1", unicast(1, 99, "remote nobody"), dropped=("a1", "unknown_destination")),
    "alone in its network": Case("c1", unicast(1, 2, "alone"), dropped=("c1", "unknown_destination")),
    "to a key": Case("a1", craft.udp(own(1)[0], own(2)[0], "10.0.0.1", "240.0.64.1", "to a key"), dropped=(None, "destination_is_a_key")),
}


@pytest.mark.parametrize("case", CASES)
def test_case(lab: Lab, case: str) -> None:
    forwarding.check(lab, CASES[case])


def test_the_data_switch_learns_one_mac_per_host(lab: Lab) -> None:
    for name in ("UDP", "and back", "to a third host", "the other tenant, the same addresses"):
        forwarding.check(lab, CASES[name])
    assert {mac for mac, _ in lab.learned()} <= {lab.topology.host_mac(name) for name in lab.topology.hypervisors}


def test_flows_that_a_packet_asked_for_leave_and_come_back(lab: Lab, mode: str) -> None:
    """At both hosts: forwarding at the sender's, restoring at the receiver's."""
    forwarding.check(lab, CASES["UDP"])
    if mode == "proactive":
        return
    forwarding.asked_for(lab, CASES["UDP"], "hv1", "nw_dst=10.0.0.2")
    forwarding.asked_for(lab, CASES["UDP"], "hv2", f"nw_src={testbed.key_of(lab, 'a1')}")
    forwarding.await_idle(lab)
    forwarding.check(lab, CASES["UDP"], copies=1)


def test_the_receivers_flow_left_first(lab: Lab, mode: str) -> None:
    """The sender's switch still forwards; what comes from the wire unknown makes the controller ask itself who that is."""
    if mode == "proactive":
        pytest.skip("nothing leaves")
    forwarding.check(lab, CASES["UDP"])
    (restoring,) = forwarding.asked_for(lab, CASES["UDP"], "hv2", f"nw_src={testbed.key_of(lab, 'a1')}")
    testbed.delete_flow(lab, "hv2", restoring.replace(f"idle_timeout={forwarding.IDLE_SECONDS}, ", "").replace("reset_counts ", ""))
    assert restoring not in lab.flows("hv2")
    forwarding.check(lab, CASES["UDP"], copies=1)


def test_a_stream_longer_than_the_timeout_never_stalls(lab: Lab, mode: str) -> None:
    """100 pings a second for three times as long as a flow may idle, and until the flows that they use, at both hosts, are that old: what is
    in use does not leave. No ping is lost, but what came faster than a starved machine could decide."""
    long = 3 * forwarding.IDLE_SECONDS
    used = {"hv1": "nw_dst=10.0.0.2", "hv2": f"nw_src={testbed.key_of(lab, 'a1')}"}
    for name in ("a1", "a2"):
        lab.run(name, ["ip", "address", "add", f"{lab.topology.vms[name].ip}/24", "dev", "eth0"])
    try:
        before = testbed.overloaded(lab)
        with lab.capture("a1") as at_a1:
            with pinging(lab, "a1", "10.0.0.2", PINGS_PER_SECOND):
                await_replies(at_a1, since=time.time(), count=long * PINGS_PER_SECOND)
                if mode == "reactive":
                    for host, words in used.items():
                        testbed.await_true(lambda host=host, words=words: age(lab, host, words) >= long, lambda host=host: lab.flows(host))
            lost, sent = unanswered(at_a1)
        starved = testbed.overloaded(lab) - before
        print(f"{sent} pings, {len(lost)} lost, {starved} of them dropped by the daemon")
        assert len(lost) <= starved and sent >= long * PINGS_PER_SECOND
    finally:
        testbed.mute(lab, "a1", "a2")


def age(lab: Lab, hypervisor: str, words: str) -> float:
    """Seconds since the oldest flow with these words came that a packet asked for."""
    flows = [line for line in lab.ofctl(hypervisor, "dump-flows", "--no-names").splitlines() if "idle_timeout=" in line and words in line]
    return max((float(re.search(r"duration=([\d.]+)s", line)[1]) for line in flows), default=0.0)


# The paper's own example

TABLE_1 = {"vm1": ("hosta", "02:01:00:00:00:01", "192.168.0.1", "10.0.0.1"), "vm2": ("hostb", "02:02:00:00:00:01", "192.168.0.2", "10.0.0.5"),
           "vm3": ("hosta", "02:01:00:00:00:02", "192.168.0.3", "10.0.0.2"), "vm4": ("hostb", "02:02:00:00:00:02", "192.168.0.4", "10.0.0.6")}
TABLE_1_BROADCAST = ("192.168.0.255", "10.0.0.0")
POOL = {"key_pool": "10.0.0.0/29", "key_host_bits": 1}


def paper_vm(name: str) -> Vm:
    host, mac, ip, _ = TABLE_1[name]
    return Vm(name, host, "net", IPv4Address(ip), mac)


@pytest.fixture(scope="module")
def paper(start_lab: Callable[..., Lab], mode: str) -> Lab:
    """Hosts and VMs come in the table's order, because keys are given in the order of arrival."""
    topology = Topology(testbed.fresh_name(), ["hosta", "hostb"])
    topology.networks["net"] = Network("net", "client", IPv4Network("192.168.0.0/24"))
    for name in ("vm1", "vm2"):
        topology.vms[name] = paper_vm(name)
    lab = start_lab(topology, {**forwarding.settings(mode), "fabric": POOL})
    controller = lab.vsctl("hostb", "get-controller", "br-int").strip()
    lab.vsctl("hostb", "del-controller", "br-int")
    lab.daemon.stop()
    for file in lab.daemon.configuration.parent.glob("dcportals.db*"):
        file.unlink()
    lab.daemon.start()
    lab.daemon.apply(topology_operations(topology))
    lab.daemon.wait_synced(["hosta"], [])
    lab.vsctl("hostb", "set-controller", "br-int", controller, "--", "set", "controller", "br-int", "max_backoff=1000")
    lab.wait_synced()
    for name in ("vm3", "vm4"):
        lab.add_vm(paper_vm(name))
        lab.wait_synced()
    testbed.mute(lab)
    return lab


def test_table_1(paper: Lab) -> None:
    assert {name: testbed.key_of(paper, name) for name in TABLE_1} == {name: row[3] for name, row in TABLE_1.items()}
    assert wire.KeyPool.of(paper).broadcast_key == TABLE_1_BROADCAST[1]


def test_figures_6_and_7(paper: Lab) -> None:
    """VM1 sends to VM2: the headers at VM1, on the wire, and at VM2."""
    frame = craft.udp("02:01:00:00:00:01", "02:02:00:00:00:01", "192.168.0.1", "192.168.0.2", "figure 7")
    seen = exchange.observe(paper, [("vm1", frame)])
    assert forwarding.crossed(paper, seen.core, b"figure 7") == [
        ("hosta", paper.topology.host_mac("hosta"), paper.topology.host_mac("hostb"), "10.0.0.1", "10.0.0.5")]
    assert seen.received["vm2"][frame] == 1
    assert seen.complaints() == [] and wire.complaints(paper, seen.core) == []


def test_broadcast_rows_of_table_1(paper: Lab) -> None:
    """VM1 sends to 192.168.0.255: VM3 has it as it is, the wire has one unicast frame, VM2 and VM4 have it restored."""
    frame = craft.udp("02:01:00:00:00:01", craft.BROADCAST, "192.168.0.1", TABLE_1_BROADCAST[0], "table 1, broadcast")
    seen = exchange.observe(paper, [("vm1", frame)])
    assert forwarding.crossed(paper, seen.core, b"table 1, broadcast") == [
        ("hosta", paper.topology.host_mac("hosta"), paper.topology.host_mac("hostb"), "10.0.0.1", TABLE_1_BROADCAST[1])]
    assert {name: seen.received[name][frame] for name in TABLE_1} == {"vm1": 0, "vm2": 1, "vm3": 1, "vm4": 1}
    assert seen.complaints() == [] and wire.complaints(paper, seen.core) == []
