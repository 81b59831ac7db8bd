"""Sends frames from VMs and compares everything that arrives anywhere with the prediction, in both directions.

What counts as sent is what the VMs' own captures saw leave, so a VM's stack may talk too; tests whose VMs are mute control
every frame. Before the captures close, each VM sends fences that are known to arrive: they take the same way through the same
queues as whatever was sent before, so what has not arrived by then does not come. Used by the tests of traffic.
"""

import itertools
import time
from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

import craft
import testbed
import wire
from dcplab import Lab, LabError
from dcplab.capture import Capture, Frame
from prediction import Prediction

Sent = tuple[str, bytes]  # VM, frame
PATIENCE = 60.0  # a machine may be paused or starved; where all is well nobody waits
PORTION = 50  # frames on their way at a time: no more than a paused switch or a starved daemon surely keeps (64 a port)
_fence_numbers = itertools.count()


@dataclass
class Observation:
    prediction: Prediction
    seen: dict[str, list[Frame]]
    core: list[Frame]
    fences: list[Sent]
    sent: list[Sent] = field(init=False)
    expected: dict[str, Counter[bytes]] = field(init=False)
    received: dict[str, Counter[bytes]] = field(init=False)

    def __post_init__(self) -> None:
        self.sent = [(vm, frame.data) for vm, frames in self.seen.items() for frame in frames if frame.outgoing]
        self.received = {vm: Counter(frame.data for frame in frames if not frame.outgoing) for vm, frames in self.seen.items()}
        self.expected = {vm: Counter() for vm in self.seen}
        self.crossings = 0
        for vm, frame in self.sent:
            arrivals = self.prediction.of_frame(vm, frame)
            for arrival in arrivals:
                self.expected[arrival.vm][arrival.frame] += 1
            self.crossings += self.prediction.crossings(arrivals)

    def complaints(self) -> list[str]:
        """Each frame that is missing somewhere and each that nobody may have sent there. Empty: all is as predicted."""
        found = []
        for vm, expected in self.expected.items():
            for frame, count in (expected - self.received[vm]).items():
                found.append(f"{vm} lacks {count} of: {craft.text(frame)}")
            for frame, count in (self.received[vm] - expected).items():
                senders = sorted({sender for sender, sent in self.sent if sent == frame})
                found.append(f"{vm} received {count} too many of: {craft.text(frame)} (sent by {', '.join(senders) or 'nobody'})")
        if len(self.core) != self.crossings:
            found.append(f"{len(self.core)} frames crossed the data switch instead of {self.crossings}")
        return found


def observe(lab: Lab, to_send: Iterable[Sent], absent: Collection[str] = (), down: Collection[str] = (),
            patience: float = PATIENCE, cut_off: Collection[str] = ()) -> Observation:
    """Send from VMs and watch everywhere until it is certain that nothing more comes. VMs that are `absent` have no cable;
    those that are `down` may neither send nor receive. `patience`: how long to wait for frames that should arrive and do
    not. Nobody waits for what VMs that are `cut_off` by a fault should send or receive; the prediction knows nothing of the fault."""
    testbed.empty_caches(lab)
    prediction = Prediction.of(lab.topology, {*absent, *down})
    watched = sorted(set(lab.topology.vms) - set(absent))
    with ExitStack() as stack:
        core = stack.enter_context(lab.capture("core"))
        captures = {name: stack.enter_context(lab.capture(name)) for name in watched}
        _send_and_await(lab, prediction, captures, list(to_send), patience, cut_off)
        last = fences(prediction)
        _send_and_await(lab, prediction, captures, last, patience, cut_off)
    crossed = [frame for frame in core.frames if not wire.is_announcement(frame.data)]
    return Observation(prediction, {name: capture.frames for name, capture in captures.items()}, crossed, last)


def fences(prediction: Prediction) -> list[Sent]:
    """From each VM one frame to every VM that it reaches, and the question for its MAC, which in reactive mode goes through the
    controller."""
    found = []
    for sender in sorted(prediction.present):
        for receiver in sorted(prediction.present):
            frame = craft.between(prediction, sender, receiver, f"fence {next(_fence_numbers)}")
            if any(arrival.vm == receiver for arrival in prediction.of_frame(sender, frame)):
                found += [(sender, frame), (sender, craft.arp_for(prediction, sender, receiver))]
    return found


def _send_and_await(lab: Lab, prediction: Prediction, captures: dict[str, Capture], to_send: list[Sent],
                    patience: float, cut_off: Collection[str]) -> None:
    expected: dict[str, Counter[bytes]] = {name: Counter() for name in captures}
    deadline = time.monotonic() + patience
    for start in range(0, len(to_send), PORTION):
        by_sender: dict[str, list[bytes]] = {}
        for sender, frame in to_send[start:start + PORTION]:
            by_sender.setdefault(sender, []).append(frame)
            for arrival in prediction.of_frame(sender, frame):
                if sender not in cut_off and arrival.vm not in cut_off:
                    expected[arrival.vm][arrival.frame] += 1
        for sender, frames in by_sender.items():
            lab.inject(sender, *frames)
        for name, frames in expected.items():
            with suppress(LabError):  # complaints() will name what is missing
                captures[name].wait_for(lambda frame: not frame.outgoing and frame.data in frames,
                                        max(0.0, deadline - time.monotonic()), frames.total())
