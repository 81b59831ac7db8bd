"""The two ways in which Neutron's server is run: which programs there are, and what each one's command line is. Used by server.py.

`NEUTRON_SERVER` is upstream's: one program whose processes serve the API and agents and do the plugins' work. `DEBIAN` is that of Debian's
packages: neutron-api, which is Neutron's WSGI application in uwsgi, and neutron-rpc-server for agents; nothing starts the plugins' workers.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .configuration import API_WORKERS, Configuration
from .rest import HOST, PORT

# What Debian's neutron-api is configured by, but for who it is, where, and how many. Several threads in a process hang with Neutron's own
# drivers too, because /usr/bin/neutron-api makes locks green ("cannot switch to a different thread"): doc/openstack.md has operators change it.
UWSGI_INI = Path("/etc/neutron/neutron-api-uwsgi.ini")
CHANGED = ("uid", "gid", "logto", "chdir", "processes", "threads")


@dataclass(frozen=True)
class Layout:
    commands: dict[str, Callable[[Configuration], list[str]]]  # program -> its command line
    api: str  # the program that serves the API
    worker: str  # the one in which the driver's worker runs
    request: str = ""  # a pattern of what the API's log says of each request; group 1 is the process that has answered
    settings: dict[str, int] = field(default_factory=dict)  # of Configuration.write


def neutron_server(configuration: Configuration) -> list[str]:
    return configuration.command("/usr/bin/neutron-server")


def neutron_rpc_server(configuration: Configuration) -> list[str]:
    return configuration.command("/usr/bin/neutron-rpc-server")


def neutron_api(configuration: Configuration) -> list[str]:
    """As /etc/init.d/neutron-api has it."""
    kept = re.sub(rf"^({'|'.join(CHANGED)}) *=.*\n", "", UWSGI_INI.read_text(encoding="utf-8"), flags=re.MULTILINE)
    ini = configuration.directory / UWSGI_INI.name
    ini.write_text(f"{kept}processes = {API_WORKERS}\nthreads = 1\nchdir = {configuration.directory}\n"
                   f"pythonpath = {configuration.environment.packages()}\n", encoding="utf-8")
    return ["/usr/bin/uwsgi_python3", "--http-socket", f"{HOST}:{PORT}", "--ini", str(ini), "--pyargv", " ".join(configuration.arguments())]


NEUTRON_SERVER = Layout({"neutron-server": neutron_server}, "neutron-server", "neutron-server")
DEBIAN = Layout({"neutron-api": neutron_api, "neutron-rpc-server": neutron_rpc_server}, "neutron-api", "neutron-rpc-server",
                r"\[pid: (\d+)\|.*", {"rpc_workers": 2, "rpc_state_report_workers": 1})
