"""Pings at a fixed rate, as a capture at the sender saw them: which have no reply. Used by the tests of loss, and by bench/."""

from contextlib import suppress

from dcplab import LabError
from dcplab.capture import Capture, Frame

REQUEST, REPLY = 8, 0
PINGS_PER_SECOND = 100
PATIENCE = 60.0  # a machine may be paused or starved


def echo(frame: Frame, kind: int) -> int | None:
    """The sequence number of an echo request or reply."""
    is_icmp = len(frame.data) >= 42 and frame.data[12:14] == b"\x08\x00" and frame.data[23] == 1
    return int.from_bytes(frame.data[40:42], "big") if is_icmp and frame.data[34] == kind else None


def await_replies(capture: Capture, since: float, count: int = PINGS_PER_SECOND) -> None:
    capture.wait_for(lambda frame: frame.time > since and echo(frame, REPLY) is not None, 2 * PATIENCE, count)


def unanswered(capture: Capture) -> tuple[list[int], int]:
    """Sequence numbers of the requests without a reply, and how many requests there were. fping has ended; the reply to its
    last request may still be on its way, so it is waited for."""
    requests = [number for frame in capture.frames if (number := echo(frame, REQUEST)) is not None]
    with suppress(LabError):
        capture.wait_for(lambda frame: echo(frame, REPLY) == requests[-1], PATIENCE)
    replies = {number for frame in capture.stop() if (number := echo(frame, REPLY)) is not None}
    return [number for number in requests if number not in replies], len(requests)
