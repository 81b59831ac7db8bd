#!/usr/bin/python3
"""Question: how long does the first packet between two VMs on different hosts take, beside the next one, in each mode and on plain switches?

Real Open vSwitch (userspace). Before each first packet the switches' caches are emptied; in reactive mode the flows that the last packet
asked for are deleted; plain switches forget what they learned. Also the answer to an ARP request, which plain switches carry to the
other host. Medians. Usage: first_packet.py [BUILD_FOLDER]
"""
import lab_bench  # first: it tells Python where the others are
import craft
import testbed
from forwarding import own, unicast
from prediction import Prediction

TRIES = 100


def measure(kind: str) -> None:
    first, following, arps = [], [], []
    with lab_bench.fabric(kind) as lab:
        answerer = "a2"  # on plain switches its own stack answers
        testbed.mute(lab, *[name for name in lab.topology.vms if kind != "plain OVS" or name != answerer])
        key = testbed.key_of(lab, "a1") if kind != "plain OVS" else None
        prediction = Prediction.of(lab.topology)
        request = craft.arp_for(prediction, "a1", answerer)
        (answer,) = prediction.of_frame("a1", request)
        with lab.capture("a1") as at_a1, lab.capture("a2") as at_a2:
            for number in range(TRIES):
                lab_bench.forget(lab, kind, key)
                first.append(lab_bench.latency(at_a1, at_a2, lab, "a1", unicast(1, 2, f"first {number}")))
                following.append(lab_bench.latency(at_a1, at_a2, lab, "a1", unicast(1, 2, f"next {number}")))
                lab_bench.forget(lab, kind, key)
                padded = request + number.to_bytes(18, "big") if kind == "plain OVS" else request
                with lab.capture("a1") as asked:
                    arps.append(lab_bench.latency(asked, asked, lab, "a1", padded, answer.frame))
    for what, values in (("first packet", first), ("the next", following), ("ARP answer", arps)):
        print(f"{kind + ': ' + what:<58} {lab_bench.summary(values)}")


if __name__ == "__main__":
    assert own(1)[1] == "10.0.0.1"
    for each in lab_bench.KINDS:
        measure(each)
