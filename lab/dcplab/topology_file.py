"""Reads and writes topology files (YAML) and checks them.

Every complaint names the place in the file and what was expected there; an unknown or repeated key is an error, because a
key that is silently ignored is a test that silently tests nothing. Used by the command line, by Lab, and by tests.
"""

import re
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import yaml

from . import fields
from .errors import TopologyError
from .topology import AddressPair, Dhcp, Network, Outside, Router, RouterInterface, Topology, Vm

# A lab's name has no dash, so that `dcp-<lab>-` is never the prefix of another lab's namespaces.
LAB_NAME = re.compile(r"[a-z][a-z0-9]{0,11}")
NAME_CHARACTERS = 15
MOST_UPLINKS = 4
MOST_MBITS = 100_000


class _StrictLoader(yaml.SafeLoader):
    """YAML lets a key be repeated and keeps the last; we do not."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        mapping = super().construct_mapping(node, deep)
        if len(mapping) != len(node.value):
            keys = [self.construct_object(key) for key, _ in node.value]
            repeated = next(key for key in keys if keys.count(key) > 1)
            raise TopologyError(f"line {node.start_mark.line + 1}: the key {repeated!r} is there twice")
        return mapping


def load(path: Path, name: str | None = None) -> Topology:
    """Read a file; `name` replaces the lab's name that it gives."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), _StrictLoader)
        return from_document(document, name)
    except OSError as error:
        raise TopologyError(f"{path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise TopologyError(f"{path}: not YAML: {error}") from error
    except TopologyError as error:
        raise TopologyError(f"{path}: {error}") from error


def from_document(document: Any, name: str | None = None) -> Topology:
    top = fields.mapping(document, "topology", {"name", "hypervisors"}, {"networks", "vms", "routers", "outside", "uplinks", "link_mbits"})
    topology = Topology(check_lab_name(name or top["name"]), _hypervisors(top["hypervisors"]), uplinks=_uplinks(top.get("uplinks", 1)),
                        link_mbits=_link_mbits(top.get("link_mbits")))
    for key, value in fields.objects(top.get("networks"), "networks"):
        topology.networks[key] = _network(topology, key, value)
    topology.outside = _outside(top["outside"]) if top.get("outside") else None
    for key, value in fields.objects(top.get("routers"), "routers"):
        topology.routers[key] = _router(topology, key, value)
    for key, value in fields.objects(top.get("vms"), "vms"):
        check_vm(topology, vm := _vm(key, value))
        topology.vms[key] = vm
    _check_places(topology)
    return topology


def check_lab_name(name: Any) -> str:
    if not isinstance(name, str) or not LAB_NAME.fullmatch(name):
        raise TopologyError(f"name: {name!r} is not 1 to 12 lower-case letters and digits, a letter first")
    return name


def check_vm(topology: Topology, vm: Vm) -> None:
    """May this VM join the topology? Also asked when a VM is added to a running lab."""
    at = f"vms.{vm.name}"
    if vm.name in topology.vms or vm.name in topology.hypervisors:
        raise TopologyError(f"{at}: the name is taken")
    if vm.hypervisor not in topology.hypervisors:
        raise TopologyError(f"{at}.hypervisor: no such hypervisor: {vm.hypervisor!r}")
    if vm.network not in topology.networks:
        raise TopologyError(f"{at}.network: no such network: {vm.network!r}")
    if vm.ip not in topology.networks[vm.network].cidr:
        raise TopologyError(f"{at}.ip: {vm.ip} is not in {topology.networks[vm.network].cidr}")
    if vm.dhcp and not topology.networks[vm.network].dhcp:
        raise TopologyError(f"{at}.address: network {vm.network} has no DHCP server")
    for other in topology.vms.values():
        if other.network == vm.network and (other.ip == vm.ip or other.mac == vm.mac):
            raise TopologyError(f"{at}: has the IP or the MAC of {other.name} in the same network")
    for port in topology.service_ports():
        if port.network == vm.network and port.ip == vm.ip:
            raise TopologyError(f"{at}: has the IP of {port.place} in the same network")


def _check_places(topology: Topology) -> None:
    """Each is a namespace, and a hypervisor has a port on the data switch for each uplink."""
    for hypervisor in topology.hypervisors:
        if len(topology.data_port(hypervisor, topology.uplinks - 1)) > NAME_CHARACTERS:
            raise TopologyError(f"hypervisors: {hypervisor!r} is too long a name for one with several uplinks")
    places = [*topology.hypervisors, *topology.vms, *topology.routers, *(topology.outside.hosts if topology.outside else ()),
              *(topology.dhcp_place(network.name) for network in topology.networks.values() if network.dhcp)]
    for place in places:
        if places.count(place) > 1:
            raise TopologyError(f"{place}: two things have this name")
    taken: dict[tuple[str, IPv4Address], str] = {}
    for port in topology.service_ports():
        if (other := taken.setdefault((port.network, port.ip), port.place)) != port.place:
            raise TopologyError(f"{port.place}: has the IP of {other} in network {port.network}")


def to_document(topology: Topology) -> dict:
    """The inverse of from_document."""
    document = {
        "name": topology.name,
        "hypervisors": list(topology.hypervisors),
        "uplinks": topology.uplinks,
        "networks": {network.name: _without_none({
            "tenant": network.tenant, "cidr": str(network.cidr), "id": network.id,
            "gateway": str(network.gateway) if network.gateway else None,
            "dhcp": {"hypervisor": network.dhcp.hypervisor, "ip": str(network.dhcp.ip)} if network.dhcp else None,
            "attached": list(network.attached) or None,
        }) for network in topology.networks.values()},
        "vms": {vm.name: _without_none({
            "hypervisor": vm.hypervisor, "network": vm.network, "ip": str(vm.ip), "mac": vm.mac,
            "port_security": vm.port_security, "port_id": vm.port_id, "address": "dhcp" if vm.dhcp else None,
            "allowed_address_pairs": [_without_none({"ip": p.ip, "mac": p.mac}) for p in vm.allowed_address_pairs],
        }) for vm in topology.vms.values()},
        "routers": {router.name: _without_none({
            "hypervisor": router.hypervisor, "tenant": router.tenant, "outside": str(router.outside) if router.outside else None,
            "interfaces": {interface.network: str(interface.ip) for interface in router.interfaces},
        }) for router in topology.routers.values()},
    }
    if topology.link_mbits:
        document["link_mbits"] = topology.link_mbits
    if topology.outside:
        document["outside"] = {"cidr": str(topology.outside.cidr),
                               "hosts": {name: str(ip) for name, ip in topology.outside.hosts.items()}}
    return document


def save(topology: Topology, path: Path) -> None:
    """Written beside and renamed, so that a crash never leaves half a file."""
    new = path.with_suffix(".new")
    new.write_text(yaml.safe_dump(to_document(topology), sort_keys=False), encoding="utf-8")
    new.replace(path)


def _without_none(mapping: dict) -> dict:
    return {key: value for key, value in mapping.items() if value is not None}


def _hypervisors(value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        raise TopologyError("hypervisors: should be a list of at least one name")
    names = [fields.object_name(name, "hypervisors") for name in value]
    if len(set(names)) != len(names):
        raise TopologyError("hypervisors: a name is there twice")
    return names


def _uplinks(value: Any) -> int:
    if value not in range(1, MOST_UPLINKS + 1) or isinstance(value, bool):
        raise TopologyError(f"uplinks: should be a number from 1 to {MOST_UPLINKS}")
    return value


def _link_mbits(value: Any) -> int | None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MOST_MBITS):
        raise TopologyError(f"link_mbits: should be a number of Mbit/s from 1 to {MOST_MBITS}")
    return value


def _network(topology: Topology, name: str, value: Any) -> Network:
    at = f"networks.{name}"
    entry = fields.mapping(value, at, {"tenant", "cidr"}, {"gateway", "id", "dhcp", "attached"})
    cidr = fields.cidr(entry["cidr"], f"{at}.cidr")
    gateway = fields.ip(entry["gateway"], f"{at}.gateway") if entry.get("gateway") else None
    dhcp = None
    if entry.get("dhcp"):
        server = fields.mapping(entry["dhcp"], f"{at}.dhcp", {"hypervisor", "ip"})
        dhcp = Dhcp(_hypervisor(topology, server["hypervisor"], f"{at}.dhcp"), fields.ip(server["ip"], f"{at}.dhcp.ip", cidr))
        if len(topology.dhcp_place(name)) > NAME_CHARACTERS:
            raise TopologyError(f"{at}: a network with DHCP needs a name of at most {NAME_CHARACTERS - len(topology.dhcp_place(''))} characters")
    return Network(name, fields.text(entry["tenant"], f"{at}.tenant"), cidr, gateway,
                   fields.uuid_or_none(entry.get("id"), f"{at}.id"), dhcp, _attached(topology, name, entry.get("attached"), gateway))


def _attached(topology: Topology, name: str, value: Any, gateway: IPv4Address | None) -> tuple[str, ...]:
    if value is None:
        return ()
    at = f"networks.{name}.attached"
    if not isinstance(value, list) or not value:
        raise TopologyError(f"{at}: should be a list of hypervisors")
    if not gateway:
        raise TopologyError(f"{at}: the network has no `gateway`, which is the machine outside")
    for hypervisor in value:
        if len(topology.attachment_cable(name, _hypervisor(topology, hypervisor, at))) > NAME_CHARACTERS:
            raise TopologyError(f"{at}: {hypervisor} and {name} have more than {NAME_CHARACTERS - 1} characters together")
    if len(topology.attachment(name)) > NAME_CHARACTERS:
        raise TopologyError(f"{at}: needs a network's name of at most {NAME_CHARACTERS - len(topology.attachment(''))} characters")
    return tuple(value)


def _hypervisor(topology: Topology, value: Any, at: str) -> str:
    if value not in topology.hypervisors:
        raise TopologyError(f"{at}.hypervisor: no such hypervisor: {value!r}")
    return value


def _outside(value: Any) -> Outside:
    entry = fields.mapping(value, "outside", {"cidr"}, {"hosts"})
    cidr = fields.cidr(entry["cidr"], "outside.cidr")
    return Outside(cidr, {name: fields.ip(ip, f"outside.hosts.{name}", cidr)
                          for name, ip in fields.objects(entry.get("hosts"), "outside.hosts")})


def _router(topology: Topology, name: str, value: Any) -> Router:
    at = f"routers.{name}"
    entry = fields.mapping(value, at, {"hypervisor", "tenant", "interfaces"}, {"outside"})
    interfaces = []
    for network, ip in fields.objects(entry["interfaces"], f"{at}.interfaces"):
        if network not in topology.networks:
            raise TopologyError(f"{at}.interfaces: no such network: {network!r}")
        interfaces.append(RouterInterface(network, fields.ip(ip, f"{at}.interfaces.{network}", topology.networks[network].cidr)))
    outside = None
    if entry.get("outside"):
        if not topology.outside:
            raise TopologyError(f"{at}.outside: the topology has no `outside`")
        outside = fields.ip(entry["outside"], f"{at}.outside", topology.outside.cidr)
    return Router(name, _hypervisor(topology, entry["hypervisor"], at), fields.text(entry["tenant"], f"{at}.tenant"),
                  tuple(interfaces), outside)


def _vm(name: str, value: Any) -> Vm:
    at = f"vms.{name}"
    entry = fields.mapping(value, at, {"hypervisor", "network", "ip", "mac"},
                           {"port_security", "allowed_address_pairs", "port_id", "address"})
    port_security = entry.get("port_security", True)
    if not isinstance(port_security, bool):
        raise TopologyError(f"{at}.port_security: should be true or false")
    pairs = entry.get("allowed_address_pairs", [])
    if not isinstance(pairs, list):
        raise TopologyError(f"{at}.allowed_address_pairs: should be a list of {{ip, mac}}")
    if entry.get("address", "static") not in ("static", "dhcp"):
        raise TopologyError(f"{at}.address: should be static or dhcp")
    return Vm(name, fields.text(entry["hypervisor"], f"{at}.hypervisor"), fields.text(entry["network"], f"{at}.network"),
              fields.ip(entry["ip"], f"{at}.ip"), fields.mac(entry["mac"], f"{at}.mac"), port_security,
              tuple(_pair(pair, f"{at}.allowed_address_pairs") for pair in pairs),
              fields.uuid_or_none(entry.get("port_id"), f"{at}.port_id"), entry.get("address") == "dhcp")


def _pair(value: Any, at: str) -> AddressPair:
    entry = fields.mapping(value, at, {"ip"}, {"mac"})
    fields.cidr(entry["ip"], f"{at}.ip")
    return AddressPair(entry["ip"], fields.mac(entry["mac"], f"{at}.mac") if entry.get("mac") else None)
