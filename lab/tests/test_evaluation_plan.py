"""Is each measurement planned as often as it should be, configurations taking turns? Needs no root."""

import pytest
from evaluation.configurations import CONFIGURATIONS, L2, LINKS, OVS, PROACTIVE, REACTIVE, SHAPED, UNSHAPED
from evaluation.experiments import EXPERIMENTS
from evaluation.measurement import Repetitions
from evaluation.plan import LAB_SECONDS, find_experiments, steps
from fake_experiments import Fake

A, B = Fake("a", "4.2.1", repetitions=Repetitions(3, 1)), Fake("b", "4.2.10")
C = Fake("c", "4.4")


def test_configurations_follow_each_other_directly_and_take_turns_to_be_first() -> None:
    plan = steps([A], [SHAPED], CONFIGURATIONS, quick=False)
    assert [step.configuration for step in plan] == [
        PROACTIVE, REACTIVE, L2, OVS, REACTIVE, L2, OVS, PROACTIVE, L2, OVS, PROACTIVE, REACTIVE]
    assert [step.repetition for step in plan] == [1] * 4 + [2] * 4 + [3] * 4


def test_more_rounds_than_configurations() -> None:
    plan = steps([A], [SHAPED], [OVS, L2], quick=False, repetitions=5)
    assert [step.configuration for step in plan if step.repetition == 4] == [L2, OVS]
    assert len(plan) == 10


def test_each_experiment_has_its_own_number_of_rounds() -> None:
    plan = steps([A, B], LINKS, [OVS], quick=False)
    count = {(one.key, speed.key): sum(step.experiment == one and step.links == speed for step in plan)
             for one in (A, B) for speed in LINKS}
    assert count == {("a", "shaped"): 3, ("a", "unshaped"): 1, ("b", "shaped"): 3, ("b", "unshaped"): 2}
    assert [step.experiment.key for step in plan[:4]] == ["a", "b", "a", "b"], "a round is of all experiments"


def test_quick_is_one_round_unless_told() -> None:
    assert {step.repetition for step in steps([A], LINKS, CONFIGURATIONS, quick=True)} == {1}
    assert {step.repetition for step in steps([A], [UNSHAPED], [OVS], quick=True, repetitions=2)} == {1, 2}


def test_a_quick_run_leaves_cables_without_a_limit_out_if_not_told() -> None:
    long, short = Fake("long"), Fake("short", repetitions=Repetitions(quick_unshaped=True))
    assert [step.links for step in steps([long], LINKS, [OVS], quick=True)] == [SHAPED]
    assert [step.links for step in steps([short], LINKS, [OVS], quick=True)] == [SHAPED, UNSHAPED]
    assert {step.links for step in steps([long], LINKS, [OVS], quick=False)} == {SHAPED, UNSHAPED}


def test_nothing_to_do() -> None:
    assert steps([], LINKS, CONFIGURATIONS, quick=False) == []


def test_time_includes_the_lab() -> None:
    (step,) = steps([A], [SHAPED], [OVS], quick=True)
    assert step.seconds(quick=True) == 0.1 + LAB_SECONDS
    assert f"4.2.1 Test of a: OVS alone, {SHAPED.title}, round 1" == step.title()


@pytest.mark.parametrize(("words", "found"), [
    (["4.2"], "ab"), (["4"], "abc"), (["4.2.1"], "a"), (["4.2.1."], "a"), (["c", "a"], "ac"), (["4.4", "c"], "c"), (["b"], "b"),
])
def test_experiments_are_found_by_section_and_name(words: list[str], found: str) -> None:
    assert "".join(one.key for one in find_experiments(words, [A, B, C])) == found


@pytest.mark.parametrize("word", ["4.3", "5", "4.2.11", "A", ""])
def test_unknown_experiment_is_named(word: str) -> None:
    with pytest.raises(KeyError) as unknown:
        find_experiments(["a", word], [A, B, C])
    assert unknown.value.args[0] == word


def test_the_papers_experiments() -> None:
    """Keys are names of files and of plots; sections are in the paper's order."""
    keys = [one.key for one in EXPERIMENTS]
    assert len(set(keys)) == len(keys)
    sections = [tuple(map(int, one.section.split("."))) for one in EXPERIMENTS]
    assert sections == sorted(sections)


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda one: one.key)
def test_every_experiment_can_be_planned(experiment) -> None:
    assert 0 < experiment.seconds(quick=True) <= experiment.seconds(quick=False)
    topology = experiment.topology()
    assert topology.vms and all(vm.hypervisor in topology.hypervisors and vm.network in topology.networks for vm in topology.vms.values())
    assert experiment.topology() is not topology, "a lab changes its own"
