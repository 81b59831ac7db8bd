"""Waiting for what gives no event: ask until it is so, at most so long. Used throughout these tests.

The time that it may take is for a machine much slower than any: it passes only where what is awaited never comes.
"""

import time
from collections.abc import Callable

from dcplab.errors import LabError

SECONDS = 180.0


def await_true(question: Callable[[], object], what: object, seconds: float = SECONDS, every: float = 0.1) -> None:
    """`what` is for the failure; it may be a function that tells it then."""
    deadline = time.monotonic() + seconds
    while not question():
        if time.monotonic() > deadline:
            raise LabError(f"not so after {seconds} s: {what() if callable(what) else what}")
        time.sleep(every)


def await_port(probe: Callable[[], bool], alive: Callable[[], bool], what: str, last_words: Callable[[], str]) -> None:
    """Until a server that was just started answers; at once an error when it has ended."""
    def answers() -> bool:
        if not alive():
            raise LabError(f"{what} has ended; its last words:\n{last_words()}")
        return probe()

    await_true(answers, lambda: f"{what} answers; its last words:\n{last_words()}")
