"""Reads and writes topology files (YAML) and checks them.

Every complaint names the place in the file and what was expected there; an unknown or repeated key is an error, because a
key that is silently ignored is a test that silently tests nothing. Used by the command line, by Lab, and by tests.
"""

import re
import uuid
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from pathlib import Path
from typing import Any

import yaml

from .errors import TopologyError
from .topology import AddressPair, Network, Topology, Vm

# A lab's name has no dash, so that `dcp-<lab>-` is never the prefix of another lab's namespaces.
LAB_NAME = re.compile(r"[a-z][a-z0-9]{0,11}")
# A hypervisor's name is also the name of its port on the switches, hence 15 characters.
OBJECT_NAME = re.compile(r"[a-z][a-z0-9_-]{0,14}")
RESERVED_NAMES = {"core", "management", "controller", "data", "outside", "lo"}
MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")


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
    top = _mapping(document, "topology", required={"name", "hypervisors"}, optional={"networks", "vms"})
    topology = Topology(check_lab_name(name or top["name"]), _hypervisors(top["hypervisors"]))
    for key, value in _objects(top.get("networks"), "networks"):
        topology.networks[key] = _network(key, value)
    for key, value in _objects(top.get("vms"), "vms"):
        check_vm(topology, vm := _vm(key, value))
        topology.vms[key] = vm
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
    for other in topology.vms.values():
        if other.network == vm.network and (other.ip == vm.ip or other.mac == vm.mac):
            raise TopologyError(f"{at}: has the IP or the MAC of {other.name} in the same network")


def to_document(topology: Topology) -> dict:
    """The inverse of from_document."""
    return {
        "name": topology.name,
        "hypervisors": list(topology.hypervisors),
        "networks": {network.name: _without_none({
            "tenant": network.tenant, "cidr": str(network.cidr), "id": network.id,
            "gateway": str(network.gateway) if network.gateway else None,
        }) for network in topology.networks.values()},
        "vms": {vm.name: _without_none({
            "hypervisor": vm.hypervisor, "network": vm.network, "ip": str(vm.ip), "mac": vm.mac,
            "port_security": vm.port_security, "port_id": vm.port_id,
            "allowed_address_pairs": [_without_none({"ip": p.ip, "mac": p.mac}) for p in vm.allowed_address_pairs],
        }) for vm in topology.vms.values()},
    }


def save(topology: Topology, path: Path) -> None:
    """Written beside and renamed, so that a crash never leaves half a file."""
    new = path.with_suffix(".new")
    new.write_text(yaml.safe_dump(to_document(topology), sort_keys=False), encoding="utf-8")
    new.replace(path)


def _without_none(mapping: dict) -> dict:
    return {key: value for key, value in mapping.items() if value is not None}


def _mapping(value: Any, at: str, required: set[str], optional: set[str]) -> dict:
    if not isinstance(value, dict):
        raise TopologyError(f"{at}: should be a mapping with the keys {', '.join(sorted(required))}")
    for key in value:
        if key not in required | optional:
            raise TopologyError(f"{at}: unknown key {key!r}; known are {', '.join(sorted(required | optional))}")
    for key in sorted(required - set(value)):
        raise TopologyError(f"{at}: the key {key!r} is missing")
    return value


def _object_name(name: Any, at: str) -> str:
    if not isinstance(name, str) or not OBJECT_NAME.fullmatch(name):
        raise TopologyError(f"{at}: {name!r} is not a name of 1 to 15 of a-z 0-9 _ -, a letter first")
    if name in RESERVED_NAMES:
        raise TopologyError(f"{at}: {name!r} is a name the lab itself uses")
    return name


def _objects(value: Any, at: str) -> list[tuple[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, dict):
        raise TopologyError(f"{at}: should be a mapping from names")
    return [(_object_name(name, at), entry) for name, entry in value.items()]


def _hypervisors(value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        raise TopologyError("hypervisors: should be a list of at least one name")
    names = [_object_name(name, "hypervisors") for name in value]
    if len(set(names)) != len(names):
        raise TopologyError("hypervisors: a name is there twice")
    return names


def _network(name: str, value: Any) -> Network:
    at = f"networks.{name}"
    entry = _mapping(value, at, required={"tenant", "cidr"}, optional={"gateway", "id"})
    try:
        cidr = IPv4Network(entry["cidr"])
    except (AddressValueError, NetmaskValueError, ValueError) as error:
        raise TopologyError(f"{at}.cidr: {error}") from error
    gateway = _ip(entry["gateway"], f"{at}.gateway") if entry.get("gateway") else None
    return Network(name, _text(entry["tenant"], f"{at}.tenant"), cidr, gateway, _uuid(entry.get("id"), f"{at}.id"))


def _vm(name: str, value: Any) -> Vm:
    at = f"vms.{name}"
    entry = _mapping(value, at, required={"hypervisor", "network", "ip", "mac"},
                     optional={"port_security", "allowed_address_pairs", "port_id"})
    port_security = entry.get("port_security", True)
    if not isinstance(port_security, bool):
        raise TopologyError(f"{at}.port_security: should be true or false")
    pairs = entry.get("allowed_address_pairs", [])
    if not isinstance(pairs, list):
        raise TopologyError(f"{at}.allowed_address_pairs: should be a list of {{ip, mac}}")
    return Vm(name, _text(entry["hypervisor"], f"{at}.hypervisor"), _text(entry["network"], f"{at}.network"),
              _ip(entry["ip"], f"{at}.ip"), _mac(entry["mac"], f"{at}.mac"), port_security,
              tuple(_pair(pair, f"{at}.allowed_address_pairs") for pair in pairs),
              _uuid(entry.get("port_id"), f"{at}.port_id"))


def _pair(value: Any, at: str) -> AddressPair:
    entry = _mapping(value, at, required={"ip"}, optional={"mac"})
    try:
        IPv4Network(entry["ip"])
    except ValueError as error:
        raise TopologyError(f"{at}.ip: {error}") from error
    return AddressPair(entry["ip"], _mac(entry["mac"], f"{at}.mac") if entry.get("mac") else None)


def _text(value: Any, at: str) -> str:
    if not isinstance(value, str) or not value:
        raise TopologyError(f"{at}: should be a text")
    return value


def _ip(value: Any, at: str) -> IPv4Address:
    try:
        return IPv4Address(_text(value, at))
    except AddressValueError as error:
        raise TopologyError(f"{at}: {error}") from error


def _mac(value: Any, at: str) -> str:
    # Unquoted, YAML reads some MACs as base-60 numbers.
    mac = _text(value, f"{at} (a MAC needs quotes)").lower()
    if not MAC.fullmatch(mac) or int(mac[1], 16) & 1:
        raise TopologyError(f"{at}: {value!r} is not the MAC of one machine")
    return mac


def _uuid(value: Any, at: str) -> str | None:
    if value is None:
        return None
    try:
        return str(uuid.UUID(_text(value, at)))
    except ValueError as error:
        raise TopologyError(f"{at}: {value!r} is not a UUID") from error
