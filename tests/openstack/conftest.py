"""What the tests with a real Neutron share: one cloud for all of them, always removed, and the daemons' last words beside a failure.

Run as root: DCPORTALS_BUILD=build/dev /usr/bin/python3 -m pytest tests/openstack
"""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "lab"))
pytest.register_assert_rewrite("harness")

from dcplab import Lab  # noqa: E402
from dcplab.lab import take_down  # noqa: E402
from dcplab.processes import log_tail  # noqa: E402
from dcplab.state import all_labs  # noqa: E402
from harness.agreement import switch_entries  # noqa: E402
from harness.cloud import Cloud  # noqa: E402
from harness.rest import Rest  # noqa: E402

DAEMON = Path(os.environ.get("DCPORTALS_BUILD", ROOT / "build" / "dev")).absolute() / "src/daemon/dcportald"
PREFIX = "os"  # and the pid
_cloud: Cloud | None = None
_empty_switches: dict[str, list[str]] = {}


def pytest_configure() -> None:
    signal.signal(signal.SIGTERM, end)


def end(*_: object) -> None:
    """Being told to end is handled like Ctrl-C, also where that is ignored (in the background of a shell), so that the cloud is removed."""
    raise KeyboardInterrupt


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.geteuid() != 0:
        raise pytest.UsageError("these tests make network namespaces: run them as root")
    if not os.access(DAEMON, os.X_OK):
        raise pytest.UsageError(f"there is no {DAEMON}: build it, or set DCPORTALS_BUILD")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = (yield).get_result()
    if report.failed and _cloud:
        enclosures = (*_cloud.server.programs.values(), _cloud.dhcp_agent.enclosure, _cloud.l3_agent.enclosure)
        for what, log in {"dcportald": _cloud.lab.daemon.log, **{one.name: one.log for one in enclosures}}.items():
            report.sections.append((what, log_tail(log, 40)))


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    """Neither by this run nor by one before that was killed."""
    for name in all_labs():
        if (pid := name.removeprefix(PREFIX)).isdigit() and not Path(f"/proc/{pid}").exists():
            take_down(name)
    yield
    left = [name for name in os.listdir("/run/netns") if name.startswith(f"dcp-{PREFIX}{os.getpid()}-")]
    assert not left, f"namespaces are left: {left}"


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    global _cloud
    _cloud = Cloud(f"{PREFIX}{os.getpid()}", str(DAEMON))
    try:
        with _cloud:
            _empty_switches.update(switch_entries(_cloud))
            yield _cloud
    finally:
        _cloud = None


@pytest.fixture(scope="session")
def empty_switches(cloud: Cloud) -> dict[str, list[str]]:
    """What the switches had before the first test."""
    return _empty_switches


@pytest.fixture
def lab(cloud: Cloud) -> Lab:
    return cloud.lab


@pytest.fixture
def neutron(cloud: Cloud) -> Rest:
    return cloud.neutron
