"""What the integration tests share: labs that are always removed, and the daemon's log beside a failure.

Run as root: DCPORTALS_BUILD=build/dev /usr/bin/python3 -m pytest tests/integration
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

pytest.register_assert_rewrite("forwarding", "testbed")
import testbed  # noqa: E402  before the others: it tells Python where dcplab is
import forwarding  # noqa: E402
from dcplab import Lab, Topology  # noqa: E402
from dcplab.processes import log_tail  # noqa: E402


def pytest_configure() -> None:
    # Being told to end is handled like Ctrl-C, so that labs are removed.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.geteuid() != 0:
        raise pytest.UsageError("these tests make network namespaces: run them as root")
    if not os.access(testbed.DAEMON, os.X_OK):
        raise pytest.UsageError(f"there is no {testbed.DAEMON}: build it, or set DCPORTALS_BUILD")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = (yield).get_result()
    if report.failed:
        for lab in testbed.live_labs:
            report.sections.append((f"dcportald of lab {lab.name}", log_tail(lab.daemon.log, 40)))


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    yield
    mine = f"dcp-i{os.getpid()}n"
    left = [name for name in os.listdir("/run/netns") if name.startswith(mine)]
    assert not left, f"namespaces are left: {left}"


@pytest.fixture(scope="module")
def start_lab() -> Iterator[Callable[..., Lab]]:
    """Starts labs that live as long as the module's tests. Arguments as testbed.running."""
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(testbed.running(*arguments))


@pytest.fixture(scope="module", params=forwarding.MODES)
def mode(request: pytest.FixtureRequest) -> str:
    """Tests that ask for it, or for the lab below, run in both."""
    return request.param


@pytest.fixture(scope="module")
def lab(start_lab: Callable[..., Lab], mode: str) -> Lab:
    """testbed.fabric in that mode, its VMs mute. Modules that need another have a fixture of their own."""
    lab = start_lab(testbed.fabric(testbed.fresh_name()), forwarding.settings(mode))
    testbed.mute(lab)
    testbed.hurry_counters(lab)
    return lab
