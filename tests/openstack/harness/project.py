"""A project (Keystone's, as far as Neutron sees it) and what it creates. Used by the tests."""

import ipaddress
import uuid
from dataclasses import dataclass

from .rest import Rest

CIDR = "10.0.0.0/24"  # everybody's
CHOSEN = 100  # Neutron picks at random; below this number a subnet's addresses are the tests' to choose


@dataclass(frozen=True)
class Project:
    neutron: Rest
    name: str

    @property
    def id(self) -> str:
        return uuid.uuid5(uuid.NAMESPACE_OID, self.name).hex

    def network(self, name: str, cidr: str = CIDR, dhcp: bool = False) -> tuple[dict, dict]:
        """A network with one subnet."""
        network = self.neutron.create("network", name=name, project_id=self.id)
        addresses = ipaddress.ip_network(cidr)
        pool = {"start": str(addresses[CHOSEN]), "end": str(addresses[-2])}
        return network, self.neutron.create("subnet", name=name, network_id=network["id"], project_id=self.id, ip_version=4, cidr=cidr,
                                            enable_dhcp=dhcp, allocation_pools=[pool])

    def port(self, network: dict, name: str, host: str = "", number: int | None = None, **more: object) -> dict:
        """`number` gives it the address 10.0.0.number and the MAC address that everybody with that number has."""
        if number:
            assert 1 < number < CHOSEN
            more |= {"mac_address": f"fa:16:3e:00:00:{number:02x}", "fixed_ips": [{"ip_address": f"10.0.0.{number}"}]}
        return self.neutron.create("port", name=name, network_id=network["id"], project_id=self.id, binding__host_id=host,
                                   device_owner="compute:nova", device_id=str(uuid.uuid5(uuid.NAMESPACE_OID, name)), **more)
