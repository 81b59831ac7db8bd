"""Is `evaluate` told what to do as its help says, and does its exit code say how it went? Nothing is measured."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from evaluation import cli
from evaluation.experiments import EXPERIMENTS
from evaluation.report.document import Verdict
from evaluation.run import Run
from evaluation.runner import Failure
from evaluation.samples import Writer
from fake_experiments import Fake, samples_of_all


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """`main` is a whole command's and takes them."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    """A folder as after a run of the experiment `fake`."""
    return keep(tmp_path / "report")


def keep(folder: Path, failures: list[Failure] | None = None) -> Path:
    (folder / "raw").mkdir(parents=True)
    writer = Writer(folder / "raw/samples.csv")
    writer.write(samples_of_all())
    writer.close()
    Run("2026-01-02", "abc", False, "--links shaped", {"cores": "2"}, 99, True, failures or []).save(folder / "raw")
    return folder


def experiments(monkeypatch: pytest.MonkeyPatch, *verdicts: Verdict) -> None:
    monkeypatch.setattr(cli, "EXPERIMENTS", (Fake(verdicts=verdicts),))


@pytest.mark.parametrize(("words", "complaint"), [
    (["--only", "9.9"], "--only 9.9"), (["--only", "4.2", "--only", "nonsense"], "--only nonsense"),
    (["--config", "bare"], "'bare'"), (["--links", "red"], "'red'"), (["--repetitions", "0"], "'0' is not a number from 1 on"),
    (["--repetitions", "x"], "'x'"), (["--nonsense"], "--nonsense"), (["word"], "word"),
])
def test_wrong_usage_is_named(words: list[str], complaint: str, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    assert end.value.code == 2
    assert complaint in capsys.readouterr().err


def test_help_lists_experiments(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["--help"])
    said = capsys.readouterr().out
    assert end.value.code == 0
    for experiment in EXPERIMENTS:
        assert f"{experiment.section:<6} {experiment.key:<14} {experiment.title}" in said
    assert "{" not in said.partition("examples:")[2], "something was not filled in"


@pytest.mark.parametrize("option", [["--again"], ["--publish", "pages"]])
def test_without_a_run_there_is_no_report(tmp_path: Path, option: list[str], capsys: pytest.CaptureFixture) -> None:
    assert cli.main([*option, "--output", str(tmp_path / "none")]) == 1
    assert f"there is nothing measured in {tmp_path}/none" in capsys.readouterr().err
    assert not (tmp_path / "none").exists() and not Path("pages").exists()


@pytest.mark.parametrize(("verdict", "code"), [
    (Verdict(True, "water is wet", fact=True), 0), (Verdict(False, "water is dry", fact=True), 1), (Verdict(False, "we are faster"), 0),
])
def test_exit_code_says_whether_facts_hold(measured: Path, verdict: Verdict, code: int, monkeypatch: pytest.MonkeyPatch,
                                           capsys: pytest.CaptureFixture) -> None:
    experiments(monkeypatch, verdict)
    assert cli.main(["--again", "--output", str(measured)]) == code
    said = capsys.readouterr().out
    assert verdict.text in said and str(measured / "index.html") in said and "stopped" not in (measured / "index.html").read_text()
    assert verdict.text in (measured / "index.html").read_text() and verdict.text in (measured / "report.md").read_text()


def test_what_could_not_be_measured_fails_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    experiments(monkeypatch)
    folder = keep(tmp_path / "report", [Failure("the step", "the reason")])
    assert cli.main(["--again", "--output", str(folder)]) == 1
    assert "FAIL  the step: the reason" in capsys.readouterr().out


def test_publishing_writes_a_page_and_leaves_the_report_alone(measured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    experiments(monkeypatch, Verdict(False, "water is dry", fact=True))
    assert cli.main(["--publish", str(tmp_path / "doc"), "--output", str(measured)]) == 0
    assert "printed by `lab/evaluate --publish doc`" in (tmp_path / "doc/evaluation.md").read_text()
    assert [path.name for path in (tmp_path / "doc/evaluation").iterdir()] == ["fake-plot.svg"]
    assert [path.name for path in measured.iterdir()] == ["raw"]


def test_what_is_measured_is_what_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    asked = {}
    monkeypatch.setattr(cli, "EXPERIMENTS", (Fake("one", "4.2"), Fake("two", "4.3")))

    def run(steps, quick, daemon, writer, bar) -> list[Failure]:
        asked.update(steps=steps, quick=quick, daemon=daemon)
        writer.write(samples_of_all("two"))
        return []

    monkeypatch.setattr(cli.runner, "run", run)
    assert cli.main(["--only", "4.3", "--config", "ovs", "--config", "l2", "--links", "shaped", "--repetitions", "2", "--quick",
                     "--daemon", "/the/daemon", "--output", str(tmp_path)]) == 0
    assert [(step.experiment.key, step.configuration.key, step.links.key, step.repetition) for step in asked["steps"]] == [
        ("two", "l2", "shaped", 1), ("two", "ovs", "shaped", 1), ("two", "ovs", "shaped", 2), ("two", "l2", "shaped", 2)]
    assert asked["quick"] is True and asked["daemon"] == "/the/daemon"
    assert "quick run" in (tmp_path / "report.md").read_text()


def test_a_run_that_is_stopped_can_be_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    experiments(monkeypatch)

    def run(steps, quick, daemon, writer, bar) -> list[Failure]:
        writer.write(samples_of_all())
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.runner, "run", run)
    assert cli.main(["--output", str(tmp_path)]) == 1
    assert "see --again" in capsys.readouterr().err
    assert cli.main(["--again", "--output", str(tmp_path)]) == 0
    assert "stopped before its end" in (tmp_path / "index.html").read_text()


def test_a_new_run_forgets_the_old_one(measured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    experiments(monkeypatch)
    monkeypatch.setattr(cli.runner, "run", lambda steps, quick, daemon, writer, bar: [])
    assert cli.main(["--output", str(measured)]) == 0
    assert "Test of fake" not in (measured / "report.md").read_text()
