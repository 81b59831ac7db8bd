"""VMs: a namespace each, whose eth0 is one end of a veth pair; the other end, the tap, is plugged into a hypervisor.

Plugging does what Nova and Neutron do on a hypervisor: an interface named after the port, and its id in OVS. A VM that
moves keeps its eth0, addresses and connections, because only the tap changes places. Used by Lab, which knows where each
VM is.
"""

from pathlib import Path

from . import commands, links, netns
from .links import End
from .ovs import Ovs
from .topology import Topology

INTERFACE = "eth0"
LEASE_TRIES = 30  # one a second; the first does where all is well
DHCP_CLIENT = Path(__file__).resolve().parent / "dhcp_client.sh"


class Vms:
    def __init__(self, topology: Topology, switches: dict[str, Ovs]) -> None:
        self._topology = topology
        self._switches = switches

    def create(self, name: str) -> None:
        """The machine alone, not plugged in anywhere."""
        namespace = self.namespace(name)
        netns.create(namespace)
        links.set_up(namespace, "lo")

    def remove(self, name: str) -> None:
        self.unplug(name)
        netns.remove(self.namespace(name))

    def cable(self, name: str) -> None:
        """eth0 with the port's addresses, and the tap in the VM's hypervisor."""
        vm, namespace = self._topology.vms[name], self.namespace(name)
        network = self._topology.networks[vm.network]
        near, far = End(namespace, INTERFACE, vm.mac), End(self._host(vm.hypervisor), self._topology.tap(name))
        links.add_veth(near, far)
        for end in (near, far):
            links.shape(end, self._topology.link_mbits)
        # The userspace datapath passes frames on as they are: a checksum that is left to hardware would never be made.
        commands.run(commands.in_namespace(namespace, ["ethtool", "-K", INTERFACE, "tx", "off"]))
        if not vm.dhcp:
            links.add_address(namespace, INTERFACE, str(vm.ip), network.cidr.prefixlen, network.gateway)

    def lease(self, name: str, tries: int = LEASE_TRIES) -> str:
        """Ask for an address with a real DHCP client and keep it; its words. CommandError if nobody gives one."""
        client = ["udhcpc", "-i", INTERFACE, "-f", "-q", "-n", "-t", str(tries), "-T", "1", "-s", str(DHCP_CLIENT)]
        done = commands.run(commands.in_namespace(self.namespace(name), client))
        return done.stdout + done.stderr

    def plug(self, name: str) -> None:
        """Make the hypervisor's switch take the tap up."""
        vm = self._topology.vms[name]
        self._switches[vm.hypervisor].add_port(self._topology.tap(name), self._topology.port_id(name), vm.mac,
                                               own_queues=self._topology.link_mbits is not None)

    def unplug(self, name: str) -> None:
        """Pull the cable out at both ends; the machine stays."""
        vm, tap = self._topology.vms[name], self._topology.tap(name)
        self._switches[vm.hypervisor].remove_port(tap)
        if links.exists(self._host(vm.hypervisor), tap):
            links.remove(self._host(vm.hypervisor), tap)

    def carry(self, name: str, destination: str) -> None:
        """Take the tap out of its hypervisor's switch and over to another hypervisor. Not plugged in there yet."""
        origin, tap = self._topology.vms[name].hypervisor, self._topology.tap(name)
        self._switches[origin].remove_port(tap)
        links.move(self._host(origin), tap, self._host(destination))
        links.shape(End(self._host(destination), tap), self._topology.link_mbits)  # the queue does not travel

    def plugged(self, name: str) -> bool:
        return links.exists(self._host(self._topology.vms[name].hypervisor), self._topology.tap(name))

    def namespace(self, name: str) -> str:
        return netns.name_of(self._topology.name, name)

    def _host(self, hypervisor: str) -> str:
        return netns.name_of(self._topology.name, hypervisor)
