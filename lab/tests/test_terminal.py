"""Does the bar of a long piece of work say how far it is, to a person and in a log? Needs no root."""

import os
import pty
import re
import sys

import pytest
from dcplab import terminal
from dcplab.terminal import Bar


def test_in_a_log_each_step_has_one_line(capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([1000.0, 1000.0, 1065.9, 1100.0])
    monkeypatch.setattr(terminal.time, "monotonic", lambda: next(clock))
    bar = Bar([30, 90, 0])
    bar(0, "first")
    bar(0, "first: a part")
    bar(1, "second")
    bar(3, "")
    bar.done()
    assert capsys.readouterr().err.splitlines() == [
        "[                    ] 0/3 0:00 of about 2:00 first",
        "[#####               ] 1/3 1:05 of about 2:00 second"]


def test_work_that_takes_no_time(capsys: pytest.CaptureFixture) -> None:
    Bar([])(0, "nothing")
    Bar([0, 0])(1, "little")
    assert capsys.readouterr().err.splitlines() == [f"[{' ' * 20}] {count} 0:00 of about 0:00 {what}"
                                                    for count, what in (("0/0", "nothing"), ("1/2", "little"))]


def test_on_a_terminal_one_line_changes_and_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    near, far = pty.openpty()
    with open(far, "w", encoding="utf-8") as screen:
        monkeypatch.setattr(sys, "stderr", screen)
        monkeypatch.setattr(terminal.os, "get_terminal_size", lambda _: os.terminal_size((60, 20)))
        bar = Bar([1, 1])
        bar(0, "a step whose name is far longer than the terminal is wide")
        bar(0, "a part")
        bar(2, "")
        bar.done()
        shown = ""
        while "\n" not in shown:
            shown += os.read(near, 10_000).decode()
    os.close(near)
    drawn = re.findall(r"\r([^\r\n]*)\x1b\[K", shown)
    assert [line[:22] for line in drawn] == [f"[{' ' * 20}]"] * 2 + [f"[{'#' * 20}]"]
    assert all(len(line) < 60 for line in drawn) and drawn[1].endswith(" a part") and shown.count("\n") == 1
