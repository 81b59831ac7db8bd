"""A RabbitMQ of its own in the controller's namespace, with its own epmd: Neutron's agents reach it over the management network.

As root, because the start script is called that does not change to Debian's user `rabbitmq`. Used by cloud.py.
"""

import socket
from pathlib import Path

from dcplab import Lab, netns
from dcplab.switches import CONTROLLER_IP

from .enclosure import Enclosure
from .waiting import await_port

PORT = 5672
# The default user may come from elsewhere than this machine: a hypervisor's address is not loopback.
CONFIGURATION = "loopback_users = none\n"


class RabbitMq:
    url = f"rabbit://guest:guest@{CONTROLLER_IP}:{PORT}/"

    def __init__(self, lab: Lab, directory: Path) -> None:
        self._directory = directory
        self._namespace = lab.namespace("controller")
        self.enclosure = Enclosure(lab, "rabbitmq", "controller", {
            "HOME": str(directory), "RABBITMQ_NODENAME": "neutron@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": CONTROLLER_IP, "RABBITMQ_NODE_PORT": str(PORT), "RABBITMQ_MNESIA_BASE": f"{directory}/mnesia",
            "RABBITMQ_LOG_BASE": f"{directory}/log", "RABBITMQ_PID_FILE": f"{directory}/pid", "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{directory}/enabled_plugins", "RABBITMQ_CONFIG_FILE": f"{directory}/rabbitmq",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null", "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none"})

    def start(self) -> None:
        """Starts it; `await_ready` waits."""
        for name in ("mnesia", "log"):
            (self._directory / name).mkdir(parents=True)
        (self._directory / "enabled_plugins").write_text("[].\n", encoding="ascii")
        (self._directory / "rabbitmq.conf").write_text(CONFIGURATION, encoding="ascii")
        self.enclosure.start(["/usr/lib/rabbitmq/bin/rabbitmq-server"])

    def await_ready(self) -> None:
        await_port(self._listening, self.enclosure.alive, "RabbitMQ", self.enclosure.last_words)

    def _listening(self) -> bool:
        with netns.entered(self._namespace), socket.socket() as probe:
            return probe.connect_ex((CONTROLLER_IP, PORT)) == 0
