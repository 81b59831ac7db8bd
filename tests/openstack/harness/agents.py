"""Neutron's own DHCP and L3 agents, each on a hypervisor of the lab, against that hypervisor's Open vSwitch. Used by cloud.py.

What they make (namespaces, dnsmasq, radvd) is inside their enclosure. Their interfaces are internal ports of br-int that they carry into
their namespaces; the "dead" VLAN tag that they set until an Open vSwitch agent clears it means nothing to flows with explicit outputs.
"""

from pathlib import Path

from dcplab import Lab
from dcplab.ovs import BRIDGE

from .enclosure import Enclosure
from .environment import Environment

CONFIGURATION = """\
[DEFAULT]
host = {host}
transport_url = {transport}
state_path = {directory}
interface_driver = openvswitch
use_syslog = false
resync_interval = 2
enable_isolated_metadata = false
enable_metadata_proxy = false
agent_mode = legacy
[oslo_concurrency]
lock_path = {directory}/lock
[agent]
# root already: the command as it is
root_helper = env
report_interval = 5
[ovs]
ovsdb_connection = unix:{socket}
integration_bridge = {bridge}
datapath_type = netdev
"""


class Agent:
    """`binary` is neutron-dhcp-agent or neutron-l3-agent."""

    def __init__(self, lab: Lab, binary: str, hypervisor: str, directory: Path, environment: Environment) -> None:
        self.binary = binary
        self.hypervisor = hypervisor
        self._directory = directory
        self._socket = lab.state.directory / hypervisor / "db.sock"
        self.enclosure = Enclosure(lab, binary, hypervisor, environment.variables)

    def start(self, transport: str) -> None:
        (self._directory / "lock").mkdir(parents=True)
        path = self._directory / "agent.conf"
        path.write_text(CONFIGURATION.format(host=self.hypervisor, transport=transport, directory=self._directory, socket=self._socket,
                                             bridge=BRIDGE), encoding="utf-8")
        self.enclosure.start([f"/usr/bin/{self.binary}", f"--config-file={path}"])

    def namespaces(self) -> list[str]:
        """Its qdhcp- or qrouter- namespaces."""
        return [line.split()[0] for line in self.enclosure.run(["ip", "netns", "list"]).stdout.splitlines()]
