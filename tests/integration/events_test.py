"""Does Neutron hear what becomes of ports and hosts: all of it, nothing that is not so, and no flapping?

A reader follows events.get with its cursor, as the ML2 driver does. Architecture.md, "Status".
"""

from collections.abc import Callable

import pytest
import testbed
from dcplab import Lab

GRACE, LONG_GRACE = 1, 300  # whether a switch that comes back is in time is no question of the machine's speed


@pytest.fixture(scope="module")
def lab(start_lab: Callable[..., Lab]) -> Lab:
    return start_lab(testbed.twins(testbed.fresh_name()), {"status": {"host_grace_seconds": LONG_GRACE}})


class Reader:
    """What it was told last of each port (by VM's name) and each host, and the batches of the answers since it began."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.cursor: str | None = None
        self.resets = 0
        self.states: dict[str, object] = {}
        self.history: list[tuple[str, object]] = []
        self.names = {lab.topology.port_id(name): name for name in lab.topology.vms}
        self.read(0)
        self.history.clear()

    def read(self, seconds: float) -> None:
        answer = self.lab.rpc("events.get", {"after": self.cursor, "timeout_seconds": seconds}, timeout=seconds + 10)
        self.cursor = answer["cursor"]
        self.resets += answer["reset"]
        for event in answer["events"]:
            name = event["name"] if event["kind"] == "host" else self.names[event["port_id"]]
            state = event["live"] if event["kind"] == "host" else event["hosts"]
            self.states[name] = state
            self.history.append((name, state))

    def await_states(self, **wanted: object) -> None:
        """Reads on until these are so; the long poll does the waiting."""
        testbed.await_true(lambda: self._are(wanted), lambda: (wanted, self.states))

    def _are(self, wanted: dict[str, object]) -> bool:
        if not all(self.states.get(name) == state for name, state in wanted.items()):
            self.read(5)
        return all(self.states.get(name) == state for name, state in wanted.items())


def test_everything_is_told_at_first(lab: Lab) -> None:
    reader = Reader(lab)
    assert reader.states == {"hv1": True, "hv2": True, "a1": ["hv1"], "b1": ["hv1"], "a3": ["hv1"], "a2": ["hv2"], "b2": ["hv2"]}
    assert testbed.port(lab, "a2")["computed"]["wired_hosts"] == ["hv2"]


def test_unplugging_and_plugging_disturb_nobody_else(lab: Lab) -> None:
    reader = Reader(lab)
    lab.unplug("a2")
    reader.await_states(a2=[])
    lab.plug("a2")
    reader.await_states(a2=["hv2"])
    assert reader.history == [("a2", []), ("a2", ["hv2"])]
    assert reader.resets == 1, "only at first"


def test_a_port_that_is_taken_down_is_not_wired(lab: Lab) -> None:
    reader = Reader(lab)
    for up, hosts in ((False, []), (True, ["hv2"])):
        operation = testbed.port_operation(lab.topology, "a2")
        lab.rpc("port.put", {**operation["params"], "admin_state_up": up})
        reader.await_states(a2=hosts)


def test_a_lost_switch_is_told_after_its_grace(lab: Lab) -> None:
    testbed.reconfigure(lab, "status", host_grace_seconds=GRACE)
    reader = Reader(lab)
    lab.ovs["hv2"].stop(kill=True)
    reader.await_states(hv2=False, a2=[], b2=[])
    assert {name for name, _ in reader.history} == {"hv2", "a2", "b2"}
    lab.ovs["hv2"].start()
    reader.await_states(hv2=True, a2=["hv2"], b2=["hv2"])
    testbed.reconfigure(lab, "status", host_grace_seconds=LONG_GRACE)


def test_a_restart_of_the_daemon_is_not_a_loss(lab: Lab) -> None:
    reader = Reader(lab)
    before = dict(reader.states)
    lab.daemon.kill()
    lab.daemon.start()
    while reader.resets < 2 or reader.states != before:
        reader.read(5)
        assert all(state for name, state in reader.history), reader.history
    lab.wait_synced()
    reader.read(0)
    assert reader.states == before
    assert all(state for _, state in reader.history), "nothing went down in between"


def test_a_port_that_migrates_is_wired_at_both_ends(lab: Lab) -> None:
    reader = Reader(lab)
    lab.move_vm("a2", "hv1")
    reader.await_states(a2=["hv1"])
    assert ("a2", ["hv2"]) not in reader.history
