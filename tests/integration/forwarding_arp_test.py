"""The paper's section 3.7.1: is an ARP request answered at the edge, for addresses of the asker's own network only, and does no ARP
reach the wire or another VM? In proactive mode the switch itself answers, in reactive mode the controller, by a flow that is never
installed.
"""

from collections.abc import Callable

import craft
import forwarding
import pytest
import testbed
from dcplab import Lab
from forwarding import Case, own


def answer(number: int) -> Callable[[bytes], bytes]:
    """The request turned round: to its sender, from whoever has this number."""
    def build(request: bytes) -> bytes:
        mac, ip = own(number)
        asker, asker_ip = request[22:28].hex(":"), ".".join(str(byte) for byte in request[28:32])
        return craft.arp_reply(mac, request[6:12].hex(":"), mac, ip, asker, asker_ip)
    return build


def request(asker: int, target: str, **wrong: str) -> bytes:
    mac, ip = own(asker)
    return craft.arp_request(wrong.get("eth_src", mac), wrong.get("sha", mac), wrong.get("spa", ip), target)


CASES = {
    "for a VM on the same host": Case("a1", request(1, "10.0.0.3"), {"a1": answer(3)}),
    "for a VM on another host": Case("a1", request(1, "10.0.0.2"), {"a1": answer(2)}),
    "for a VM on a third host": Case("a1", request(1, "10.0.0.4"), {"a1": answer(4)}),
    "of the other tenant, who has the same addresses": Case("b1", request(1, "10.0.0.2"), {"b1": answer(2)}),
    "a probe, before the address is used": Case("a1", request(1, "10.0.0.2", spa="0.0.0.0"), {"a1": answer(2)}),
    "for an address of the other tenant only": Case("b1", request(1, "10.0.0.4"), dropped=("b1", "arp_unknown_target")),
    "for nobody": Case("a1", request(1, "10.0.0.99"), dropped=("a1", "arp_unknown_target")),
    "for somebody in no subnet": Case("a1", request(1, "192.168.7.7"), dropped=("a1", "arp_unknown_target")),
    "alone in its network": Case("c1", request(1, "10.0.0.2"), dropped=("c1", "arp_unknown_target")),
    "for its own address": Case("a1", request(1, "10.0.0.1"), dropped=("a1", "arp_for_own_address")),
    "as another, by IP": Case("a1", request(1, "10.0.0.2", spa="10.0.0.3"), dropped=("a1", "spoofed_arp_spa")),
    "as another, by MAC": Case("a1", request(1, "10.0.0.2", sha=own(3)[0]), dropped=("a1", "spoofed_arp_sha")),
    "an answer nobody asked for": Case("a1", craft.arp_reply(own(1)[0], own(3)[0], *own(1), *own(3)), dropped=("a1", "arp_not_a_request")),
}


@pytest.mark.parametrize("case", CASES)
def test_case(lab: Lab, case: str) -> None:
    forwarding.check(lab, CASES[case])


def test_who_answers(lab: Lab, mode: str) -> None:
    answers = [flow for name in lab.topology.hypervisors for flow in lab.flows(name) if "arp_op=1" in flow and "IN_PORT" in flow]
    asks = [flow for name in lab.topology.hypervisors for flow in lab.flows(name) if "table=20" in flow and "controller(" in flow]
    assert bool(answers) == (mode == "proactive") and bool(asks) == (mode == "reactive")


def test_an_address_that_moved_and_one_that_went(lab: Lab) -> None:
    """The answer follows the topology at once."""
    kept = lab.topology.vms["a2"]
    testbed.edit_vm(lab, "a2", mac="fa:16:3e:00:00:52")
    lab.rpc("port.put", testbed.port_operation(lab.topology, "a2")["params"])
    lab.wait_synced()
    new = craft.arp_reply("fa:16:3e:00:00:52", own(1)[0], "fa:16:3e:00:00:52", "10.0.0.2", *own(1))
    forwarding.check(lab, Case("a1", request(1, "10.0.0.2"), {"a1": lambda frame: new}))
    lab.topology.vms["a2"] = kept
    lab.rpc("port.put", testbed.port_operation(lab.topology, "a2")["params"])
    lab.wait_synced()
    forwarding.check(lab, CASES["for a VM on another host"])
