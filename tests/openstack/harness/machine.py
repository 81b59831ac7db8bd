"""A VM for one of Neutron's ports: what Nova does once it has the port. Used by the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv4Network

from dcplab import Lab, Network, Vm


def boot(lab: Lab, name: str, network: dict, subnet: dict, port: dict, hypervisor: str | None = None) -> None:
    """Plug a machine in, without an address: where Neutron has bound the port, or elsewhere. The dictionaries are Neutron's."""
    known = Network(network["name"], network["project_id"], IPv4Network(subnet["cidr"]), IPv4Address(subnet["gateway_ip"]), network["id"])
    lab.topology.networks[known.name] = known
    address = IPv4Address(port["fixed_ips"][0]["ip_address"])
    place = hypervisor or port["binding:host_id"]
    lab.add_vm(Vm(name, place, known.name, address, port["mac_address"], port_id=port["id"]), describe=False)
    lab.run(name, ["ip", "address", "flush", "dev", "eth0"])


@contextmanager
def booted(lab: Lab, name: str, network: dict, subnet: dict, port: dict, hypervisor: str | None = None) -> Iterator[None]:
    """A machine that is there as long as the block runs."""
    boot(lab, name, network, subnet, port, hypervisor)
    try:
        yield
    finally:
        destroy(lab, name)


def destroy(lab: Lab, name: str) -> None:
    """Its port is Neutron's to delete."""
    lab.remove_vm(name, describe=False)


def pings(lab: Lab, name: str, address: str, size: int = 56) -> bool:
    """Does anybody answer at this address? It is asked up to twenty times. `size` is that of the requests' payload in bytes."""
    return any(lab.run(name, ["ping", "-c1", "-W2", f"-s{size}", address], check=False).returncode == 0 for _ in range(20))
