"""Does the measurements of a plan, each in a lab of its own and within its time, and keeps every value as soon as it is there.

A measurement that fails or takes too long is a Failure, which the report shows; the others go on. Main thread only: time is kept by
SIGALRM, so that a measurement that hangs in a system call ends too.
"""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from dcplab import Lab, LabError
from dcplab.lab import take_down
from dcplab.state import all_labs

from .measurement import Measurement
from .plan import Step
from .samples import Sample, Writer

PREFIX = "ev"  # of a lab's name; our pid follows
PATIENCE = 4  # times as long as it should take
GRACE_SECONDS = 30


class TimeIsUp(Exception):
    """Not a LabError: nobody shall take it for a failed command and go on."""


@dataclass(frozen=True)
class Failure:
    step: str  # its title
    reason: str


Progress = Callable[[int, str], None]  # steps done, and what is being done


def run(plan: Sequence[Step], quick: bool, daemon: str | None, writer: Writer, progress: Progress) -> list[Failure]:
    """Measures all; what failed is returned."""
    remove_forgotten_labs()
    failures = []
    for number, step in enumerate(plan):
        progress(number, step.title())
        rows: list[Sample] = []
        try:
            with time_limit(PATIENCE * step.seconds(quick) + GRACE_SECONDS):
                _measure(step, quick, daemon, rows, lambda what, number=number, step=step: progress(number, f"{step.title()}: {what}"))
        except (LabError, TimeIsUp) as error:
            failures.append(Failure(step.title(), str(error)))
        finally:
            writer.write(rows)
    progress(len(plan), "")
    return failures


def _measure(step: Step, quick: bool, daemon: str | None, rows: list[Sample], progress: Callable[[str], None]) -> None:
    topology = step.experiment.topology()
    topology.name = f"{PREFIX}{os.getpid()}"
    topology.link_mbits = step.links.mbits
    with Lab(topology, step.configuration.lab, daemon, settings=step.configuration.settings(step.experiment.idle_seconds)) as lab:
        step.experiment.measure(Measurement(step.experiment.key, lab, step.configuration, step.links, step.repetition, quick, progress, rows))


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeIsUp(f"not done after {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def remove_forgotten_labs() -> None:
    """Of an evaluation that was killed."""
    for name in all_labs():
        pid = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and pid.isdigit() and not os.path.exists(f"/proc/{pid}"):
            take_down(name)
