"""The paper's section 3.7.4: does a broadcast or multicast become local copies and one unicast frame to each other host with members of
the network, none to hosts without, and arrive with the address that it was sent to? No copy goes back to the sender.

Limited broadcast and multicast keep their IP destination on the wire; a directed broadcast has the broadcast key there, a DHCP client's
broadcast the key that stands for its having no address. Tenant a is on all hosts, b on two, c1 alone (paper 4.2.1, test 4).
"""

import time
from collections.abc import Callable

import craft
import forwarding
import pytest
import testbed
from dcplab import Lab
from forwarding import Case, own, same


def to_all(source: int, destination: str, mac: str = craft.BROADCAST) -> bytes:
    return craft.udp(own(source)[0], mac, own(source)[1], destination, f"to all of {destination} at {mac} from {source}")


def multicast(source: int, group: str) -> bytes:
    return to_all(source, group, craft.multicast_mac(group))


def copies(source: str, destination: str, at: str, *hosts: str) -> tuple[tuple[str, str, str, str], ...]:
    return tuple((at, host, source, destination) for host in hosts)


def restored_multicast(group: str) -> Callable[[bytes], bytes]:
    """With the MAC that RFC 1112 gives the group."""
    return lambda frame: bytes.fromhex(craft.multicast_mac(group).replace(":", "")) + frame[6:]


LIMITED, DIRECTED, GROUP, OTHER_GROUP = "255.255.255.255", "10.0.0.255", "224.0.0.251", "239.255.255.250"
CLIENT = craft.dhcp_discover(own(1)[0])
FORGED = craft.dhcp_offer(*own(1), craft.BROADCAST, LIMITED)
CASES = {
    "limited": Case("a1", to_all(1, LIMITED), {"a2": same, "a3": same, "a4": same}, copies("a1", LIMITED, "hv1", "hv2", "hv3")),
    "limited, from another host": Case("a2", to_all(2, LIMITED), {"a1": same, "a3": same, "a4": same}, copies("a2", LIMITED, "hv2", "hv1", "hv3")),
    "limited, the other tenant": Case("b1", to_all(1, LIMITED), {"b2": same}, copies("b1", LIMITED, "hv1", "hv2")),
    "limited, alone": Case("c1", to_all(1, LIMITED)),
    "directed": Case("a1", to_all(1, DIRECTED), {"a2": same, "a3": same, "a4": same}, copies("a1", "broadcast key", "hv1", "hv2", "hv3")),
    "directed, the other tenant": Case("b2", to_all(2, DIRECTED), {"b1": same}, copies("b2", "broadcast key", "hv2", "hv1")),
    "directed, alone": Case("c1", to_all(1, DIRECTED)),
    "multicast": Case("a1", multicast(1, GROUP), {"a2": same, "a3": same, "a4": same}, copies("a1", GROUP, "hv1", "hv2", "hv3")),
    "multicast, a group whose MAC it shares": Case("b1", multicast(1, OTHER_GROUP), {"b2": same}, copies("b1", OTHER_GROUP, "hv1", "hv2")),
    "multicast, alone": Case("c1", multicast(1, GROUP)),
    "multicast to the MAC of another group": Case("b1", to_all(1, GROUP, craft.multicast_mac(OTHER_GROUP)), {"b2": restored_multicast(GROUP)},
                                                  copies("b1", GROUP, "hv1", "hv2")),
    "DHCP client without address": Case("a1", CLIENT, {"a2": same, "a3": same, "a4": same}, copies("a1", "unspecified key", "hv1", "hv2", "hv3")),
    "DHCP client, alone": Case("c1", CLIENT),
    "DHCP server's answer from an ordinary port": Case("a1", FORGED, dropped=("a1", "forged_dhcp_server")),
    "the same to one VM": Case("a1", craft.dhcp_offer(*own(1), *own(2)), dropped=("a1", "forged_dhcp_server")),
    "no address, and no DHCP": Case("a1", craft.udp(own(1)[0], craft.BROADCAST, "0.0.0.0", LIMITED, "no dhcp"), dropped=("a1", "spoofed_ip_source")),
    "as another": Case("a1", to_all(2, LIMITED), dropped=("a1", "spoofed_eth_source")),
    "of another subnet": Case("a1", to_all(1, "10.0.1.255"), dropped=(None, "group_not_carried")),
    "broadcast MAC, one VM's IP": Case("a1", to_all(1, "10.0.0.2"), dropped=(None, "group_not_carried")),
    "one VM's MAC, broadcast IP": Case("a1", to_all(1, LIMITED, own(2)[0]), dropped=(None, "group_not_carried")),
    "broadcast MAC, group's IP": Case("a1", to_all(1, GROUP), dropped=(None, "group_not_carried")),
}


@pytest.mark.parametrize("case", CASES)
def test_case(lab: Lab, case: str) -> None:
    forwarding.check(lab, CASES[case])


@pytest.mark.parametrize("case", ["limited", "directed", "multicast", "multicast to the MAC of another group", "DHCP client without address"])
def test_first_packet(lab: Lab, mode: str, case: str) -> None:
    """When no switch has a flow for it, the first copy arrives everywhere."""
    forwarding.forget(lab, mode)
    forwarding.check(lab, CASES[case], copies=1)


@pytest.mark.parametrize("second", ["limited", "directed", "multicast", "DHCP client without address"])
@pytest.mark.parametrize("first", ["limited", "directed", "multicast", "DHCP client without address"])
def test_one_kind_after_another(lab: Lab, mode: str, first: str, second: str) -> None:
    """The flows that one kind asked for, and keeps alive, do not stand in the way of another, whose own have left meanwhile."""
    forwarding.forget(lab, mode)
    end = time.monotonic() + 2 * forwarding.IDLE_SECONDS if mode == "reactive" else 0
    while time.monotonic() < end:
        lab.inject("a1", CASES[first].frame)
        time.sleep(forwarding.IDLE_SECONDS / 10)  # a stream, slower than what would be metered
    forwarding.check(lab, CASES[second], copies=1)


def test_members_come_and_go(lab: Lab, mode: str) -> None:
    """hv3 gets copies of tenant b's broadcasts as long as b4 is there."""
    lab.add_vm(testbed.vm("b4", "hv3", "net-b", 4))
    testbed.mute(lab, "b4")
    lab.wait_synced()
    forwarding.check(lab, Case("b1", to_all(1, LIMITED), {"b2": same, "b4": same}, copies("b1", LIMITED, "hv1", "hv2", "hv3")))
    forwarding.check(lab, Case("b4", to_all(4, DIRECTED), {"b1": same, "b2": same}, copies("b4", "broadcast key", "hv3", "hv1", "hv2")))
    lab.remove_vm("b4")
    lab.wait_synced()
    forwarding.check(lab, CASES["limited, the other tenant"])
