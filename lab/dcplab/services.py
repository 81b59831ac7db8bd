"""What a network has besides VMs: Neutron's DHCP servers and routers, each in a namespace of its own, and the world outside.

Their ports are plugged into a hypervisor's br-int as Neutron's agents do: the OpenFlow port is called tap... for DHCP and
qr-... for a router, and so is the interface in the namespace. The DHCP server is a dnsmasq that knows the network's VMs. A
router forwards, and hides what is behind it from the outside world by NAT. Used by Lab.
"""

import signal
from ipaddress import IPv4Address

from . import commands, links, netns
from .errors import LabError
from .links import End
from .ovs import Ovs
from .processes import Process
from .state import State
from .topology import Network, ServicePort, Topology

OUTSIDE = "outside"
OUTSIDE_BRIDGE = "world"
OUTSIDE_LEG = "outside0"
HOST_INTERFACE = "eth0"
_HIDE_SOURCES = f"""\
table ip nat {{
  chain postrouting {{
    type nat hook postrouting priority srcnat
    oifname "{OUTSIDE_LEG}" masquerade
  }}
}}
"""


class Services:
    def __init__(self, topology: Topology, switches: dict[str, Ovs], state: State) -> None:
        self._topology = topology
        self._switches = switches
        self._state = state

    def places(self) -> list[str]:
        """Their namespaces, by name."""
        outside = [OUTSIDE] if self._topology.outside or self._topology.physical_networks() else []
        outside += self._topology.outside.hosts if self._topology.outside else []
        servers = [self._topology.dhcp_place(network.name) for network in self._topology.networks.values() if network.dhcp]
        return [*servers, *self._topology.routers, *outside]

    def build(self) -> None:
        """Everything but what a hypervisor's switch has to be there for."""
        for place in self.places():
            netns.create(self._namespace(place))
            links.set_up(self._namespace(place), "lo")
        for port in self._topology.service_ports():
            self._cable(port)
        self._build_outside()
        for network in self._topology.networks.values():
            if network.attached:
                self._build_physical(network)
        for router in self._topology.routers.values():
            self._forward(router.name)
            if router.outside:
                self._join_outside(router.name, OUTSIDE_LEG, router.outside)
                commands.run(self._inside(router.name, ["nft", "-f", "-"]), stdin=_HIDE_SOURCES)
        for network in self._topology.networks.values():
            if network.dhcp:
                self._start_dnsmasq(network.name)

    def plug(self, hypervisor: str) -> None:
        """Make the hypervisor's switch take its service ports up."""
        for port in self._topology.service_ports():
            if port.hypervisor == hypervisor:
                self._switches[hypervisor].add_port(port.device, port.port_id, port.mac)

    def hosts_changed(self) -> None:
        """VMs have come, gone or been re-addressed: tell the DHCP servers, as Neutron's agent does."""
        for network in self._topology.networks.values():
            if network.dhcp:
                self._write_hosts(network.name)
                self.server(network.name).signal(signal.SIGHUP)

    def server(self, network: str) -> Process:
        """The network's dnsmasq."""
        found = self._state.record.find(self._topology.dhcp_place(network))
        if not found:
            raise LabError(f"network {network} has no DHCP server")
        return found

    def _cable(self, port: ServicePort) -> None:
        namespace = self._namespace(port.place)
        links.add_veth(End(namespace, port.device, port.mac), End(self._namespace(port.hypervisor), port.device))
        self._no_offload(port.place, port.device)
        links.add_address(namespace, port.device, str(port.ip), self._topology.networks[port.network].cidr.prefixlen)

    def _forward(self, router: str) -> None:
        namespace = self._namespace(router)
        for key, value in (("ip_forward", "1"), ("conf/all/rp_filter", "0"), ("conf/all/send_redirects", "0")):
            netns.sysctl(namespace, f"net/ipv4/{key}", value)

    def _build_outside(self) -> None:
        if not self._topology.outside:
            return
        links.add_bridge(self._namespace(OUTSIDE), OUTSIDE_BRIDGE)
        for name, ip in self._topology.outside.hosts.items():
            self._join_outside(name, HOST_INTERFACE, ip)

    def _build_physical(self, network: Network) -> None:
        """A switch outside, with the network's gateway in it and a cable to each hypervisor that is attached."""
        outside, bridge = self._namespace(OUTSIDE), self._topology.attachment(network.name)
        links.add_bridge(outside, bridge)
        self._no_offload(OUTSIDE, bridge)
        links.add_address(outside, bridge, str(network.gateway), network.cidr.prefixlen)
        for hypervisor in network.attached:
            cable = self._topology.attachment_cable(network.name, hypervisor)
            links.add_veth(End(self._namespace(hypervisor), bridge), End(outside, cable))
            links.attach(outside, bridge, cable)

    def _join_outside(self, place: str, interface: str, ip: IPv4Address) -> None:
        outside, cable = self._namespace(OUTSIDE), place
        links.add_veth(End(self._namespace(place), interface), End(outside, cable))
        links.attach(outside, OUTSIDE_BRIDGE, cable)
        self._no_offload(place, interface)
        links.add_address(self._namespace(place), interface, str(ip), self._topology.outside.cidr.prefixlen)

    def _start_dnsmasq(self, network: str) -> None:
        place = self._topology.dhcp_place(network)
        one = self._topology.networks[network]
        self._write_hosts(network)
        router = [f"--dhcp-option=option:router,{one.gateway}"] if one.gateway else ["--dhcp-option=option:router"]
        command = ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--bind-interfaces", "--except-interface=lo",
                   f"--interface={self._topology.dhcp_port(network).device}", "--user=root", "--group=root", "--pid-file",
                   f"--dhcp-range={one.cidr.network_address},static,{one.cidr.netmask},1h", "--dhcp-authoritative", "--no-ping",
                   f"--dhcp-hostsfile={self._hosts_file(network)}", "--leasefile-ro", "--log-dhcp", "--log-facility=-", *router]
        child = self._state.record.spawn_daemon(place, self._inside(place, command), self._state.log(place))
        if child.poll() is not None:
            raise LabError(f"dnsmasq of {network} has ended")

    def _write_hosts(self, network: str) -> None:
        lines = [f"{vm.mac},{vm.ip}\n" for vm in self._topology.vms.values() if vm.network == network]
        self._hosts_file(network).write_text("".join(lines), encoding="ascii")

    def _hosts_file(self, network: str):
        return self._state.controller_directory / f"{self._topology.dhcp_place(network)}.hosts"

    def _no_offload(self, place: str, interface: str) -> None:
        """The userspace datapath passes frames on as they are: a checksum that is left to hardware would never be made."""
        commands.run(self._inside(place, ["ethtool", "-K", interface, "tx", "off"]))

    def _inside(self, place: str, command: list[str]) -> list[str]:
        return commands.in_namespace(self._namespace(place), command)

    def _namespace(self, place: str) -> str:
        return netns.name_of(self._topology.name, place)
