"""What a lab consists of, as values: hypervisors, networks and VMs.

These are the values that the rest of the lab builds from and that tests construct by hand. Identifiers that a user did not
give derive from the lab's name, so the same file under the same name always gives the same ports. Reading and checking
YAML is in topology_file.py.
"""

import uuid
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network


@dataclass(frozen=True)
class AddressPair:
    """One of Neutron's allowed address pairs; without a MAC it means the port's own."""

    ip: str
    mac: str | None = None


@dataclass(frozen=True)
class Network:
    name: str
    tenant: str
    cidr: IPv4Network
    gateway: IPv4Address | None = None
    id: str | None = None


@dataclass(frozen=True)
class Vm:
    name: str
    hypervisor: str
    network: str
    ip: IPv4Address
    mac: str
    port_security: bool = True
    allowed_address_pairs: tuple[AddressPair, ...] = ()
    port_id: str | None = None


@dataclass
class Topology:
    """`networks` and `vms` are keyed by name. A lab changes its own copy when VMs come and go."""

    name: str
    hypervisors: list[str]
    networks: dict[str, Network] = field(default_factory=dict)
    vms: dict[str, Vm] = field(default_factory=dict)

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

    def datapath_id(self, hypervisor: str) -> str:
        """16 hex digits. Given to the bridge, because Open vSwitch's own choice changes whenever ports come and go."""
        return "0000" + self.host_mac(hypervisor).replace(":", "")

    def tenant_of(self, vm: str) -> str:
        return self.networks[self.vms[vm].network].tenant
