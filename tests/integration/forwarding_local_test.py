"""The paper's section 3.7.2: does traffic between VMs of one host go unchanged, stay on the host, and go nowhere else?"""

import craft
import forwarding
import pytest
import testbed
from dcplab import Lab
from forwarding import Case, own, same, unicast


CASES = {
    "UDP": Case("a1", unicast(1, 3, "local udp"), {"a3": same}),
    "and back": Case("a3", unicast(3, 1, "local back"), {"a1": same}),
    "TCP": Case("a1", unicast(1, 3, "local tcp", craft.tcp), {"a3": same}),
    "ICMP": Case("a1", unicast(1, 3, "local icmp", craft.icmp), {"a3": same}),
    "AH, which protects the addresses": Case("a1", craft.ipv4(own(1)[0], own(3)[0], "10.0.0.1", "10.0.0.3", 51, b"x" * 40), {"a3": same}),
    "later fragment": Case("a1", craft.later_fragment(*own(1), *own(3), b"local fragment"), {"a3": same}),
    "nobody's address": Case("a1", unicast(1, 99, "nobody"), dropped=("a1", "unknown_destination")),
    "the other tenant's neighbour": Case("b1", unicast(1, 3, "not b's"), dropped=("b1", "unknown_destination")),
    "right IP, wrong MAC": Case("a1", craft.udp(own(1)[0], own(2)[0], "10.0.0.1", "10.0.0.3", "crooked"), dropped=("a1", "unknown_destination")),
    "as another": Case("a1", unicast(3, 3, "as a3"), dropped=("a1", "spoofed_eth_source")),
    "as another, by IP": Case("a1", craft.udp(own(1)[0], own(3)[0], "10.0.0.2", "10.0.0.3", "as a2"), dropped=("a1", "spoofed_ip_source")),
}


@pytest.mark.parametrize("case", CASES)
def test_case(lab: Lab, mode: str, case: str) -> None:
    forwarding.check(lab, CASES[case])


def test_to_itself(lab: Lab, mode: str) -> None:
    """A switch never sends back where a frame came from, and has no counter for that. In reactive mode the daemon refuses it, as long as nobody
    else has asked for the way."""
    forwarding.forget(lab, mode)
    dropped = ("a1", "unknown_destination") if mode == "reactive" else None
    forwarding.check(lab, Case("a1", unicast(1, 1, "to itself"), dropped=dropped))


def test_flows_that_a_packet_asked_for_leave_and_come_back(lab: Lab, mode: str) -> None:
    """Idle timeout; what is there does not depend on what was asked before. In proactive mode nothing ever leaves."""
    case = CASES["UDP"]
    forwarding.check(lab, case)
    if mode == "proactive":
        assert not any(forwarding.on_demand(lab, name) for name in lab.topology.hypervisors)
        return
    asked = forwarding.asked_for(lab, case, "hv1", "nw_dst=10.0.0.3")
    assert all(f"idle_timeout={forwarding.IDLE_SECONDS}" in flow for flow in asked), asked
    forwarding.await_idle(lab)
    assert testbed.differences(lab) == {}
    forwarding.check(lab, case, copies=1)
