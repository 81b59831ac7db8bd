"""Work that no signal may stop halfway: Ctrl-C, an end that was asked for, an alarm. Used where a lab is taken down."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

HELD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)


@contextmanager
def held() -> Iterator[None]:
    """What comes during the block is handled behind it, as it would have been before. Only the main thread handles signals, so in others
    there is nothing to hold."""
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)

    before = {}
    try:
        if threading.current_thread() is threading.main_thread():
            for number in HELD:
                before[number] = signal.signal(number, note)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)  # None: not Python's, so it cannot be put back
        for number in dict.fromkeys(came):
            signal.raise_signal(number)
