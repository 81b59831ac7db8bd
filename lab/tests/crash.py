"""`lab up` that is struck by a signal at a chosen point of its work: crash.py POINT SIGNAL TOPOLOGY NAME. Used by test_life.py.

The point is reached when the function that brings it about has returned, and no sooner does the work go on than the signal is there: no
test has to be quicker than the lab.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dcplab import cli, netns  # noqa: E402
from dcplab.ovs import Ovs  # noqa: E402
from dcplab.processes import Record  # noqa: E402
from dcplab.state import State  # noqa: E402

# Point: where the function is, its name, and which of its calls it is, told from the arguments.
POINTS: dict[str, tuple[Any, str, Callable[..., bool]]] = {
    "state directory": (State, "create", lambda *_: True),
    "first namespace": (netns, "create", lambda name: name.endswith("-core")),
    "last VM": (netns, "create", lambda name: name.endswith("-vm6")),
    "a database": (Ovs, "_await_database", lambda *_: True),
    "a switch": (Record, "spawn_daemon", lambda record, name, *_, **__: name.endswith(".ovs-vswitchd")),
    "a bridge": (Ovs, "vsctl", lambda ovs, command, *_: command == "add-br"),
}


def strike(point: str, number: int) -> None:
    place, name, is_it = POINTS[point]
    original = getattr(place, name)

    def struck(*arguments: Any, **options: Any) -> Any:
        result = original(*arguments, **options)
        if is_it(*arguments):
            os.kill(os.getpid(), number)
        return result

    setattr(place, name, struck)


if __name__ == "__main__":
    wanted, number, topology, lab = sys.argv[1:]
    strike(wanted, getattr(signal, number))
    sys.exit(cli.main(["up", topology, "--config", "ovs", "--name", lab]))
