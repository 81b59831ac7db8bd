"""Neutron's server side configuration for the tests: the files that all its programs read, the command lines that name them, and the schema.

Used by server.py, which runs these programs in one layout or another.
"""

from pathlib import Path

from dcplab import commands

from .environment import Environment
from .rest import HOST, PORT
from .waiting import SECONDS

API_WORKERS = 2
NEUTRON_CONF = """\
[DEFAULT]
auth_strategy = noauth
core_plugin = ml2
service_plugins = router
api_paste_config = /etc/neutron/api-paste.ini
state_path = {directory}/state
bind_host = {host}
bind_port = {port}
api_workers = {api_workers}
rpc_workers = {rpc_workers}
rpc_state_report_workers = {rpc_state_report_workers}
transport_url = {transport}
notify_nova_on_port_status_changes = false
notify_nova_on_port_data_changes = false
# Agents that are late, because the machine is busy or the server was away for a while, are given networks and routers all the same.
agent_down_time = 600
use_syslog = false
default_log_levels = amqp=WARN,sqlalchemy=WARN,oslo_messaging=INFO,oslo_policy=INFO,neutron.wsgi=WARN,eventlet.wsgi.server=WARN
[oslo_concurrency]
lock_path = {directory}/state/lock
[oslo_policy]
policy_dirs = {directory}/policy.d
[database]
connection = {database}
[quotas]
default_quota = -1
quota_network = -1
quota_subnet = -1
quota_port = -1
quota_router = -1
quota_floatingip = -1
quota_security_group = -1
quota_security_group_rule = -1
"""
ML2_CONF = """\
[ml2]
type_drivers = local,flat
tenant_network_types = local
mechanism_drivers = dcportals
extension_drivers = port_security
[ml2_type_flat]
flat_networks = public
{driver}
"""


class Configuration:
    def __init__(self, directory: Path, environment: Environment) -> None:
        self.directory = directory
        self.environment = environment
        self._files = [directory / "neutron.conf", directory / "ml2_conf.ini"]

    def write(self, database: str, transport: str, driver: dict[str, object], rpc_workers: int = 1, rpc_state_report_workers: int = 0) -> None:
        """`driver` is the section [ml2_dcportals]."""
        for name in ("state/lock", "policy.d"):
            (self.directory / name).mkdir(parents=True, exist_ok=True)
        section = "\n".join(["[ml2_dcportals]", *(f"{key} = {value}" for key, value in driver.items())])
        neutron = NEUTRON_CONF.format(directory=self.directory, host=HOST, port=PORT, api_workers=API_WORKERS, rpc_workers=rpc_workers,
                                      rpc_state_report_workers=rpc_state_report_workers, transport=transport, database=database)
        for path, text in zip(self._files, (neutron, ML2_CONF.format(driver=section)), strict=True):
            path.write_text(text, encoding="utf-8")

    def arguments(self) -> list[str]:
        """What names the files to a program of Neutron's."""
        return [f"--config-file={path}" for path in self._files]

    def command(self, program: str, *arguments: str) -> list[str]:
        """The command line of a program of Neutron's or the driver's."""
        return self.environment.command(program, *self.arguments(), *arguments)

    def create_schema(self) -> None:
        """Neutron's own tables, then the driver's."""
        variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", **self.environment.variables}
        for project in ("neutron", "networking-dcportals"):
            commands.run([*self.command("/usr/bin/neutron-db-manage"), "--subproject", project, "upgrade", "heads"], timeout=SECONDS,
                         env=variables)
