#!/usr/bin/python3
"""Question: how many packets does a VM miss when it moves to another host while it is pinged 100 times a second, and for how long?

a2 moves to and fro between hv2 and hv3 while a1 on hv1 pings it. Its tap leaves the one switch and appears at the other, as with live
migration; `cable` is how long that alone takes, when nobody could reach it. Medians over the moves. Usage: migration_bench.py [BUILD_FOLDER]
"""
import statistics
import time

import lab_bench  # first: it tells Python where the others are
from background import pinging
from dcplab import Lab
from pings import PINGS_PER_SECOND, REPLY, REQUEST, await_replies, echo

MOVES = 20


def move(lab: Lab, hypervisor: str) -> tuple[int, float, float]:
    """Packets lost, milliseconds without an answer beyond the usual 10, milliseconds without a cable."""
    with lab.capture("a1") as at_a1, pinging(lab, "a1", "10.0.0.2", PINGS_PER_SECOND):
        await_replies(at_a1, time.time(), PINGS_PER_SECOND // 2)
        begin = time.monotonic()
        lab.move_vm("a2", hypervisor)
        cable = time.monotonic() - begin
        await_replies(at_a1, time.time(), PINGS_PER_SECOND // 2)
    requests = {number for frame in at_a1.frames if (number := echo(frame, REQUEST)) is not None}
    answered = [frame for frame in at_a1.frames if echo(frame, REPLY) is not None]
    missing = requests - {echo(frame, REPLY) for frame in answered} - {max(requests)}  # the last one's is on its way
    gap = max(second.time - first.time for first, second in zip(answered, answered[1:], strict=False))
    return len(missing), gap * 1000 - 1000 / PINGS_PER_SECOND, cable * 1000


def measure(kind: str) -> None:
    with lab_bench.fabric(kind) as lab:
        lab.run("a1", ["fping", "-q", "-c3", "-p20", "10.0.0.2"], check=False)
        results = [move(lab, ("hv3", "hv2")[number % 2]) for number in range(MOVES)]
    lost, gaps, cables = zip(*results, strict=True)
    print(f"{kind + ': moved ' + str(MOVES) + ' times under 100 pings/s':<58} lost {statistics.median(lost):.0f} (most {max(lost)}), "
          f"gap {statistics.median(gaps):.0f} ms (most {max(gaps):.0f}), cable {statistics.median(cables):.0f} ms")


if __name__ == "__main__":
    for each in lab_bench.KINDS:
        measure(each)
