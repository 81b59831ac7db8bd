"""Does the measurements of a plan, each in a lab of its own and within its time, and keeps every value as soon as it is there.

A measurement that fails or takes too long is made again, in a new lab, and what was measured until then is forgotten, unless it shows that
a fact does not hold. One that fails every time is a Failure, which the report shows, and so is at once one that fails by a fault of the
evaluation itself; the others go on. Main thread only: time is kept by SIGALRM, so that a measurement that hangs in a system call ends too.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from dcplab import Lab, LabError
from dcplab.lab import take_down
from dcplab.state import all_labs

from .measurement import Measurement, Results
from .plan import Step
from .report.document import Verdict
from .samples import Sample, Samples, Writer

PREFIX = "ev"  # of a lab's name; our pid follows
PATIENCE = 4  # times as long as it should take
GRACE_SECONDS = 120
TRIES = 3
HOPELESS = 5  # when so many measurements have failed every time, it is no accident any more, and none is made again


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
    failures: list[Failure] = []
    for number, step in enumerate(plan):
        progress(number, step.title())
        failure = _try(step, quick, daemon, writer, TRIES if len(failures) < HOPELESS else 1,
                       lambda what, number=number, step=step: progress(number, f"{step.title()}: {what}"))
        failures += [failure] if failure else []
    progress(len(plan), "")
    return failures


def _try(step: Step, quick: bool, daemon: str | None, writer: Writer, tries: int, progress: Callable[[str], None]) -> Failure | None:
    for left in reversed(range(tries)):
        rows: list[Sample] = []
        again = False
        try:
            _measure(step, quick, daemon, rows, progress)
            return None
        except (LabError, TimeIsUp) as error:
            failure = Failure(step.title(), str(error))
            again = left > 0 and not _some_fact_is_broken(step, quick, rows)
        except Exception as error:  # whatever it is, the others shall be measured
            failure = Failure(step.title(), f"{type(error).__name__}: {error}")
            traceback.print_exc()
        finally:
            if not again:
                writer.write(rows)
        if not again:
            return failure
        print(f"\nevaluate: once more: {failure.step}: {failure.reason}", file=sys.stderr)
    return None


def _some_fact_is_broken(step: Step, quick: bool, rows: list[Sample]) -> bool:
    blocks = step.experiment.describe(Results(Samples(rows), quick))
    return any(block.fact and not block.holds for block in blocks if isinstance(block, Verdict))


def _measure(step: Step, quick: bool, daemon: str | None, rows: list[Sample], progress: Callable[[str], None]) -> None:
    topology = step.experiment.topology()
    topology.name = f"{PREFIX}{os.getpid()}"
    topology.link_mbits = step.links.mbits
    lab = Lab(topology, step.configuration.lab, daemon, settings=step.configuration.settings(step.experiment.idle_seconds))
    try:
        with time_limit(PATIENCE * step.seconds(quick) + GRACE_SECONDS):
            lab.up()
            step.experiment.measure(
                Measurement(step.experiment.key, lab, step.configuration, step.links, step.repetition, quick, progress, rows))
    finally:
        lab.down()  # beyond the limit, which would stop it halfway; also what another life of our process id left behind


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
        if name.startswith(PREFIX) and pid.isdigit() and (int(pid) == os.getpid() or not os.path.exists(f"/proc/{pid}")):
            take_down(name)
