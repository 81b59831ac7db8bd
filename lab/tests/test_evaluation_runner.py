"""Does a measurement that fails or hangs leave the others alone, and its own values in the file? Labs are pretended, but for the last
test."""

import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import leftovers, pair_of
from dcplab import Lab, LabError
from evaluation import runner, samples
from evaluation.configurations import LINKS, OVS, PROACTIVE, REACTIVE, SHAPED, UNSHAPED
from evaluation.measurement import Measurement, Repetitions
from evaluation.plan import Step, steps
from evaluation.report.document import Verdict
from evaluation.runner import HOPELESS, TRIES, Failure, remove_forgotten_labs, time_limit
from evaluation.samples import Writer
from fake_experiments import Fake


class PretendedLab:
    """Remembers what labs there were."""

    made: list["PretendedLab"] = []

    def __init__(self, topology, config, daemon, settings) -> None:
        self.topology, self.config, self.daemon, self.settings, self.is_up = topology, config, daemon, settings, False
        self.made.append(self)

    def up(self) -> None:
        self.is_up = True

    def down(self) -> None:
        self.is_up = False


@pytest.fixture(autouse=True)
def labs(monkeypatch: pytest.MonkeyPatch) -> list[PretendedLab]:
    monkeypatch.setattr(PretendedLab, "made", [])
    monkeypatch.setattr(runner, "Lab", PretendedLab)
    monkeypatch.setattr(runner, "remove_forgotten_labs", lambda: None)
    return PretendedLab.made


def run(tmp_path: Path, plan: list[Step], progress=lambda done, what: None) -> tuple[list[Failure], samples.Samples]:
    writer = Writer(tmp_path / "samples.csv")
    try:
        failures = runner.run(plan, True, "/the/daemon", writer, progress)
    finally:
        writer.close()
    return failures, samples.read(tmp_path / "samples.csv")


def good(measurement: Measurement) -> None:
    measurement.record("case", "time", "ms", 1)
    measurement.record("case", "time", "ms", None, at=0.5)


def broken(measurement: Measurement) -> None:
    good(measurement)
    raise LabError("vm1 has no eth0")


def hanging(measurement: Measurement) -> None:
    good(measurement)
    time.sleep(60)


def test_one_that_fails_is_told_and_the_others_go_on(tmp_path: Path, labs: list[PretendedLab]) -> None:
    failures, values = run(tmp_path, steps([Fake("one", does=broken), Fake("two", does=good)], [SHAPED], [OVS], True))
    assert failures == [Failure(f"4.9.1 Test of one: OVS alone, {SHAPED.title}, round 1", "vm1 has no eth0")]
    assert [(row.experiment, row.value) for row in values] == [("one", 1), ("one", None), ("two", 1), ("two", None)]
    assert len(labs) == TRIES + 1 and not any(lab.is_up for lab in labs)


def test_one_that_fails_by_chance_is_measured_again(tmp_path: Path, labs: list[PretendedLab]) -> None:
    """In a new lab, and what the first try measured is forgotten."""
    def unlucky(measurement: Measurement) -> None:
        (broken if len(labs) < TRIES else good)(measurement)

    failures, values = run(tmp_path, steps([Fake("one", does=unlucky)], [SHAPED], [OVS], True))
    assert failures == [] and [row.value for row in values] == [1, None]
    assert len(labs) == TRIES and not any(lab.is_up for lab in labs)


def test_a_broken_fact_is_never_forgotten(tmp_path: Path, labs: list[PretendedLab]) -> None:
    """One that leaks and then fails is not tried again until it no longer leaks."""
    leak = Verdict(False, "nothing leaked", fact=True)
    failures, values = run(tmp_path, steps([Fake("one", does=broken, verdicts=(leak,))], [SHAPED], [OVS], True))
    assert len(failures) == len(labs) == 1 and len(values) == 2
    labs.clear()
    figure = Verdict(False, "it is fast")
    assert run(tmp_path, steps([Fake("one", does=broken, verdicts=(figure,))], [SHAPED], [OVS], True))[0]
    assert len(labs) == TRIES


def test_a_fault_of_an_experiment_is_told_and_the_others_go_on(tmp_path: Path, labs: list[PretendedLab], capsys: pytest.CaptureFixture) -> None:
    def faulty(measurement: Measurement) -> None:
        good(measurement)
        {}["vm9"]

    failures, values = run(tmp_path, steps([Fake("one", does=faulty), Fake("two", does=good)], [SHAPED], [OVS], True))
    assert [failure.reason for failure in failures] == ["KeyError: 'vm9'"] and "in faulty" in capsys.readouterr().err
    assert [row.experiment for row in values] == ["one", "one", "two", "two"]
    assert len(labs) == 2 and not any(lab.is_up for lab in labs)


def test_where_everything_fails_nothing_is_tried_again(tmp_path: Path, labs: list[PretendedLab]) -> None:
    failures, _ = run(tmp_path, steps([Fake(str(number), does=broken) for number in range(HOPELESS + 3)], [SHAPED], [OVS], True))
    assert len(failures) == HOPELESS + 3 and len(labs) == HOPELESS * TRIES + 3


def test_one_that_hangs_is_given_up(tmp_path: Path, labs: list[PretendedLab], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(runner, "PATIENCE", 0)
    failures, values = run(tmp_path, steps([Fake("one", does=hanging), Fake("two", does=good)], [SHAPED], [OVS], True))
    assert [failure.reason for failure in failures] == ["not done after 0 s"]
    assert [row.experiment for row in values] == ["one", "one", "two", "two"]
    assert not any(lab.is_up for lab in labs)


def test_values_are_kept_when_the_whole_evaluation_ends(tmp_path: Path) -> None:
    def stopped(measurement: Measurement) -> None:
        good(measurement)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, steps([Fake("one", does=stopped)], [SHAPED], [OVS], True))
    assert len(samples.read(tmp_path / "samples.csv")) == 2


def test_a_time_that_is_up_is_nobodys_failed_command() -> None:
    with pytest.raises(runner.TimeIsUp), time_limit(0.05):
        try:
            time.sleep(60)
        except LabError:
            pass


def test_no_alarm_is_left_behind() -> None:
    def mine(*_: object) -> None:
        pass

    before = signal.signal(signal.SIGALRM, mine)
    try:
        with time_limit(60):
            assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 60
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0) and signal.getsignal(signal.SIGALRM) is mine
    finally:
        signal.signal(signal.SIGALRM, before)


def test_labs_are_as_the_plan_says(tmp_path: Path, labs: list[PretendedLab]) -> None:
    experiment = Fake("one", does=good, repetitions=Repetitions(quick_unshaped=True))
    experiment.idle_seconds = 7
    run(tmp_path, steps([experiment], LINKS, [PROACTIVE, REACTIVE, OVS], True))
    assert [(lab.config, lab.topology.link_mbits) for lab in labs] == [
        (config, mbits) for mbits in (SHAPED.mbits, UNSHAPED.mbits) for config in ("dcportals", "dcportals", "ovs")]
    assert labs[0].settings == {"forwarding": {"mode": "proactive", "idle_timeout_seconds": 7}}
    assert labs[2].settings == {"forwarding": {"idle_timeout_seconds": 7}}
    assert labs[0].daemon == "/the/daemon"


def test_a_value_says_where_it_comes_from(tmp_path: Path) -> None:
    _, values = run(tmp_path, steps([Fake("one", does=good)], [UNSHAPED], [REACTIVE], True, repetitions=2))
    first, second, *_ = values
    assert (first.links, first.configuration, first.repetition, first.case, first.quantity, first.unit) == (
        "unshaped", "reactive", 1, "case", "time", "ms")
    assert 0 <= first.at and second.at == 0.5
    assert values.distinct("repetition") == [1, 2]


def test_progress_is_told(tmp_path: Path) -> None:
    told = []
    run(tmp_path, steps([Fake("one", does=lambda measurement: measurement.progress("pinging"))], [SHAPED], [OVS], True),
        lambda done, what: told.append((done, what)))
    title = f"4.9.1 Test of one: OVS alone, {SHAPED.title}, round 1"
    assert told == [(0, title), (0, f"{title}: pinging"), (1, "")]


def test_only_labs_of_evaluations_that_are_gone_are_removed() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    with subprocess.Popen(["tail", "-f", "/dev/null"]) as alive:
        try:
            names = [f"ev{gone.pid}", f"ev{alive.pid}", f"evx{gone.pid}"]
            for name in names:
                topology = pair_of(name)
                topology.hypervisors, topology.vms = ["hv1"], {}
                Lab(topology, "bare").up()
            remove_forgotten_labs()
            assert [bool(leftovers(name)) for name in names] == [False, True, True]
        finally:
            alive.terminate()
            for name in names:
                runner.take_down(name)
