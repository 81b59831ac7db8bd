"""Checks single values of a topology file. Each complaint names the place in the file and what was expected there.

Pure: a value as YAML gave it in, the value that the topology has out. Used by topology_file.py.
"""

import re
import uuid
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from typing import Any

from .errors import TopologyError

# A hypervisor's name is also the name of its port on the switches, hence 15 characters.
OBJECT_NAME = re.compile(r"[a-z][a-z0-9_-]{0,14}")
RESERVED_NAMES = {"core", "management", "controller", "data", "outside", "lo"}
MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")


def mapping(value: Any, at: str, required: set[str], optional: set[str] = frozenset()) -> dict:
    if not isinstance(value, dict):
        raise TopologyError(f"{at}: should be a mapping with the keys {', '.join(sorted(required))}")
    for key in value:
        if key not in required | optional:
            raise TopologyError(f"{at}: unknown key {key!r}; known are {', '.join(sorted(required | optional))}")
    for key in sorted(required - set(value)):
        raise TopologyError(f"{at}: the key {key!r} is missing")
    return value


def object_name(name: Any, at: str) -> str:
    if not isinstance(name, str) or not OBJECT_NAME.fullmatch(name):
        raise TopologyError(f"{at}: {name!r} is not a name of 1 to 15 of a-z 0-9 _ -, a letter first")
    if name in RESERVED_NAMES:
        raise TopologyError(f"{at}: {name!r} is a name the lab itself uses")
    return name


def objects(value: Any, at: str) -> list[tuple[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, dict):
        raise TopologyError(f"{at}: should be a mapping from names")
    return [(object_name(name, at), entry) for name, entry in value.items()]


def text(value: Any, at: str) -> str:
    if not isinstance(value, str) or not value:
        raise TopologyError(f"{at}: should be a text")
    return value


def cidr(value: Any, at: str) -> IPv4Network:
    try:
        return IPv4Network(value)
    except (AddressValueError, NetmaskValueError, ValueError) as error:
        raise TopologyError(f"{at}: {error}") from error


def ip(value: Any, at: str, within: IPv4Network | None = None) -> IPv4Address:
    try:
        address = IPv4Address(text(value, at))
    except AddressValueError as error:
        raise TopologyError(f"{at}: {error}") from error
    if within and address not in within:
        raise TopologyError(f"{at}: {address} is not in {within}")
    return address


def mac(value: Any, at: str) -> str:
    # Unquoted, YAML reads some MACs as base-60 numbers.
    found = text(value, f"{at} (a MAC needs quotes)").lower()
    if not MAC.fullmatch(found) or int(found[1], 16) & 1:
        raise TopologyError(f"{at}: {value!r} is not the MAC of one machine")
    return found


def uuid_or_none(value: Any, at: str) -> str | None:
    if value is None:
        return None
    try:
        return str(uuid.UUID(text(value, at)))
    except ValueError as error:
        raise TopologyError(f"{at}: {value!r} is not a UUID") from error
