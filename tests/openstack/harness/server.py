"""neutron-server in the controller's namespace, on MariaDB and RabbitMQ, with the driver: configuration, schema, life. Used by cloud.py."""

from pathlib import Path

from dcplab import Lab, commands

from .enclosure import Enclosure
from .environment import Environment
from .rest import HOST, PORT, Rest
from .waiting import SECONDS, await_port

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
rpc_workers = 1
rpc_state_report_workers = 0
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


class NeutronServer:
    def __init__(self, lab: Lab, environment: Environment, directory: Path) -> None:
        self._environment = environment
        self._directory = directory
        self._files = [directory / "neutron.conf", directory / "ml2_conf.ini"]
        self.enclosure = Enclosure(lab, "neutron-server", "controller", environment.variables)
        self.log = self.enclosure.log
        self.rest = Rest(lab.namespace("controller"))

    def configure(self, database: str, transport: str, driver: dict[str, object]) -> None:
        """`driver` is the section [ml2_dcportals]."""
        for name in ("state/lock", "policy.d"):
            (self._directory / name).mkdir(parents=True, exist_ok=True)
        section = "\n".join(["[ml2_dcportals]", *(f"{key} = {value}" for key, value in driver.items())])
        neutron = NEUTRON_CONF.format(directory=self._directory, host=HOST, port=PORT, api_workers=API_WORKERS, transport=transport,
                                      database=database)
        for path, text in zip(self._files, (neutron, ML2_CONF.format(driver=section)), strict=True):
            path.write_text(text, encoding="utf-8")

    def create_schema(self) -> None:
        """Neutron's own tables, then the driver's."""
        manage = self.command("/usr/bin/neutron-db-manage")
        for project in ("neutron", "networking-dcportals"):
            commands.run([*manage, "--subproject", project, "upgrade", "heads"], timeout=SECONDS, env=self._variables())

    def start(self) -> None:
        """Returns when the API answers."""
        self.enclosure.start(self.command("/usr/bin/neutron-server"))
        await_port(self.rest.answers, self.enclosure.alive, "neutron-server", self.enclosure.last_words)

    def kill(self) -> None:
        """SIGKILL to all of its processes at once."""
        self.enclosure.kill()

    def restart(self) -> None:
        """In peace."""
        self.enclosure.terminate()
        self.start()

    def command(self, program: str, *arguments: str) -> list[str]:
        """The command line of a program of Neutron's or the driver's with the server's configuration."""
        return self._environment.command(program, *(f"--config-file={path}" for path in self._files), *arguments)

    def _variables(self) -> dict[str, str]:
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", **self._environment.variables}
