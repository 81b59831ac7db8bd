"""What the commands print: tables, verdicts, progress. Colour only where a person looks at a terminal."""

import os
import sys
import threading
import time
from collections.abc import Sequence

QUIET_SECONDS = 2.0
_GREEN, _RED, _BOLD, _PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[1m", "\x1b[0m"


def _coloured(text: str, colour: str) -> str:
    return f"{colour}{text}{_PLAIN}" if sys.stdout.isatty() and "NO_COLOR" not in os.environ else text


def heading(text: str) -> None:
    print("\n" + _coloured(text, _BOLD))


def verdict(passed: bool, text: str, yes: str = "PASS", no: str = "FAIL") -> None:
    print(f"{_coloured(yes, _GREEN) if passed else _coloured(no, _RED)}  {text}")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell."""
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    for number, row in enumerate([header, *rows]):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
        print(_coloured(line, _BOLD) if number == 0 else line)


def check_mark() -> str:
    return "✓" if "utf" in (sys.stdout.encoding or "").lower() else "x"


class Progress:
    """Tells on stderr what is being done, once it takes longer than a person waits without wondering."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._step: str | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(QUIET_SECONDS, self._show)
        self._timer.daemon = True
        self._timer.start()

    def __call__(self, step: str) -> None:
        with self._lock:
            self._step = step
        if time.monotonic() - self._start >= QUIET_SECONDS:
            self._show()

    def done(self) -> None:
        self._timer.cancel()

    def _show(self) -> None:
        with self._lock:
            if self._step:
                print(f"[{time.monotonic() - self._start:4.1f} s] {self._step} ...", file=sys.stderr, flush=True)
            self._step = None


class Bar:
    """How far a long piece of work is, on stderr: `bar(3, "what")` when three of its steps are done. One line that changes on a terminal;
    elsewhere a line whenever a step begins. `seconds`: what each step takes about."""

    WIDTH = 20

    def __init__(self, seconds: Sequence[float]) -> None:
        self._seconds = list(seconds)
        self._start = time.monotonic()
        self._done = -1
        self._live = sys.stderr.isatty()

    def __call__(self, done: int, what: str) -> None:
        if self._live or done != self._done and what:
            share = sum(self._seconds[:done]) / (sum(self._seconds) or 1)
            line = f"[{'#' * round(share * self.WIDTH):<{self.WIDTH}}] {done}/{len(self._seconds)} {self._times()} {what}"
            if self._live:
                columns = os.get_terminal_size(sys.stderr.fileno()).columns
                line = f"\r{line[:columns - 1]}\x1b[K"
            print(line, end="" if self._live else "\n", file=sys.stderr, flush=True)
        self._done = done

    def done(self) -> None:
        if self._live:
            print(file=sys.stderr)

    def _times(self) -> str:
        return f"{_clock(time.monotonic() - self._start)} of about {_clock(sum(self._seconds))}"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
