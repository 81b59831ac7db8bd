"""What a lab consists of, as values: hypervisors, networks and VMs.

These are the values that the rest of the lab builds from and that tests construct by hand. Identifiers that a user did not
give derive from the lab's name, so the same file under the same name always gives the same ports. Reading and checking
YAML is in topology_file.py.
"""

import uuid
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Network


@dataclass(frozen=True)
class AddressPair:
    """One of Neutron's allowed address pairs; without a MAC it means the port's own."""

    ip: str
    mac: str | None = None


@dataclass(frozen=True)
class Network:
    """One that is `attached` is Neutron's flat provider network: at these hypervisors it goes on outside, where its gateway is."""

    name: str
    tenant: str
    cidr: IPv4Network
    gateway: IPv4Address | None = None
    id: str | None = None
    dhcp: "Dhcp | None" = None
    attached: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dhcp:
    """Where Neutron's DHCP agent has its port of a network, and with which address."""

    hypervisor: str
    ip: IPv4Address


@dataclass(frozen=True)
class Vm:
    """With `dhcp` it starts without an address and asks for the one that is its own (Lab.lease)."""

    name: str
    hypervisor: str
    network: str
    ip: IPv4Address
    mac: str
    port_security: bool = True
    allowed_address_pairs: tuple[AddressPair, ...] = ()
    port_id: str | None = None
    dhcp: bool = False


@dataclass(frozen=True)
class RouterInterface:
    network: str
    ip: IPv4Address


@dataclass(frozen=True)
class Router:
    """A Neutron router in a namespace of its own, plugged into one hypervisor by a port per network, as the L3 agent does.
    With a leg into the outside world it hides the networks behind that address (SNAT)."""

    name: str
    hypervisor: str
    tenant: str
    interfaces: tuple[RouterInterface, ...]
    outside: IPv4Address | None = None


@dataclass(frozen=True)
class Outside:
    """The world beyond the cloud: one more switch with machines on it. Not on the data switch."""

    cidr: IPv4Network
    hosts: dict[str, IPv4Address] = field(default_factory=dict)


@dataclass(frozen=True)
class ServicePort:
    """A port that is no VM's: a DHCP server's or a router's. `device` is the interface's name at both ends of its cable."""

    place: str
    device: str
    port_id: str
    hypervisor: str
    network: str
    ip: IPv4Address
    mac: str
    router: str | None = None  # None: a DHCP server's


@dataclass
class Topology:
    """What has a name is keyed by it. A lab changes its own copy when VMs come and go."""

    name: str
    hypervisors: list[str]
    networks: dict[str, Network] = field(default_factory=dict)
    vms: dict[str, Vm] = field(default_factory=dict)
    routers: dict[str, Router] = field(default_factory=dict)
    outside: Outside | None = None
    uplinks: int = 1  # cables from each hypervisor to the data switch
    link_mbits: int | None = None  # what each cable of a VM or an uplink carries in each direction, in Mbit/s; None: what the machine can

    def derived_id(self, kind: str, name: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"dcportals-lab/{self.name}/{kind}/{name}"))

    def tenant_id(self, tenant: str) -> str:
        """Keystone writes project ids without dashes."""
        return self.derived_id("tenant", tenant).replace("-", "")

    def network_id(self, network: str) -> str:
        return self.networks[network].id or self.derived_id("network", network)

    def subnet_id(self, network: str) -> str:
        return self.derived_id("subnet", network)

    def port_id(self, vm: str) -> str:
        return self.vms[vm].port_id or self.derived_id("port", vm)

    def tap(self, vm: str) -> str:
        """The name that Neutron gives to the hypervisor's end of the VM's interface."""
        return "tap" + self.port_id(vm)[:11]

    def host_mac(self, hypervisor: str) -> str:
        """The hardware address of the hypervisor's uplink: locally administered, unicast, the same at every start."""
        digits = uuid.UUID(self.derived_id("hypervisor", hypervisor)).hex
        return ":".join(["02", "dc", *(digits[at:at + 2] for at in range(0, 8, 2))])

    def uplink_mac(self, hypervisor: str, number: int) -> str:
        """The first uplink's is the host's."""
        own = self.host_mac(hypervisor)
        return own if number == 0 else f"02:d{number:x}{own[5:]}"

    def data_port(self, hypervisor: str, number: int) -> str:
        """The name of the data switch's port that the uplink is plugged into."""
        return hypervisor if number == 0 else f"{hypervisor}.{number}"

    def data_ports(self) -> dict[str, str]:
        """All of them, with the hypervisor at the other end."""
        return {self.data_port(name, number): name for name in self.hypervisors for number in range(self.uplinks)}

    def uplink_names(self) -> list[str]:
        return [f"uplink{number}" for number in range(self.uplinks)]

    # Networks that go on outside: each is a physical network of its own name, a switch in the world outside.

    def attachment(self, network: str) -> str:
        """The name of the port that joins a hypervisor to the physical network, and of the switch out there."""
        return f"phy-{network}"

    def attachment_cable(self, network: str, hypervisor: str) -> str:
        """The name of the switch's port that the hypervisor is plugged into."""
        return f"{hypervisor}.{network}"

    def attachments_of(self, hypervisor: str) -> list[str]:
        return [self.attachment(network.name) for network in self.networks.values() if hypervisor in network.attached]

    def physical_networks(self) -> dict[str, str]:
        """As in dcportald's configuration: the OpenFlow port of each."""
        return {network.name: self.attachment(network.name) for network in self.networks.values() if network.attached}

    def datapath_id(self, hypervisor: str) -> str:
        """16 hex digits. Given to the bridge, because Open vSwitch's own choice changes whenever ports come and go."""
        return "0000" + self.host_mac(hypervisor).replace(":", "")

    def tenant_of(self, vm: str) -> str:
        return self.networks[self.vms[vm].network].tenant

    # Ports that are no VM's

    def service_ports(self) -> list[ServicePort]:
        return [port for network in self.networks.values() if network.dhcp for port in [self.dhcp_port(network.name)]] + [
            port for router in self.routers.values() for port in self.router_ports(router.name)]

    def dhcp_place(self, network: str) -> str:
        return f"dhcp-{network}"

    def dhcp_port(self, network: str) -> ServicePort:
        dhcp = self.networks[network].dhcp
        if dhcp is None:
            raise LookupError(f"network {network} has no DHCP server")
        return self._service_port("tap", self.dhcp_place(network), network, dhcp.hypervisor, dhcp.ip)

    def router_ports(self, router: str) -> list[ServicePort]:
        one = self.routers[router]
        return [replace(self._service_port("qg-" if self.networks[interface.network].attached else "qr-", router, interface.network,
                                           one.hypervisor, interface.ip), router=router) for interface in one.interfaces]

    def router_port(self, router: str, network: str) -> ServicePort:
        return next(port for port in self.router_ports(router) if port.network == network)

    def router_id(self, router: str) -> str:
        return self.derived_id("router", router)

    def _service_port(self, prefix: str, place: str, network: str, hypervisor: str, ip: IPv4Address) -> ServicePort:
        port_id = self.derived_id("service port", f"{place}/{network}")
        digits = uuid.UUID(port_id).hex
        mac = ":".join(["fa:16:3e", *(digits[at:at + 2] for at in (26, 28, 30))])
        return ServicePort(place, prefix + port_id[:11], port_id, hypervisor, network, ip, mac)
