"""What may be on the physical network: only hypervisors' MACs, and mapping keys of the right pair (paper sections 3.6, 3.7.3).

Given what a capture of the core saw; asks the daemon who has which key. Used by the tests of traffic.
"""

import struct
import tomllib
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

import testbed
from craft import text
from dcplab import Lab
from dcplab.capture import Frame
from dcplab.frames import BROADCAST, IPV4, headers, mac_bytes

HEADERS = 42  # Ethernet, IP, UDP
DHCP_PORTS = (b"\0\x43\0\x44", b"\0\x44\0\x43")  # source and destination: of a server, of a client
MOST_DEFAULT_HOST_BITS = 12
ANNOUNCEMENT = 0x88B5  # IEEE 802's local experimental EtherType 1


@dataclass(frozen=True)
class KeyPool:
    """The two keys that stand for no port (src/topology/key_pool.h): the first key of the first host is a directed broadcast's
    destination, the first key of the second that of a broadcast from 0.0.0.0."""

    prefix: IPv4Network
    host_bits: int

    @classmethod
    def of(cls, lab: Lab) -> "KeyPool":
        fabric = tomllib.loads(lab.daemon.configuration.read_text(encoding="utf-8"))["fabric"]
        prefix, host_bits = IPv4Network(fabric["key_pool"]), fabric.get("key_host_bits", -1)
        return cls(prefix, min(MOST_DEFAULT_HOST_BITS, (32 - prefix.prefixlen) // 2) if host_bits < 0 else host_bits)

    @property
    def broadcast_key(self) -> str:
        return str(self.prefix.network_address)

    @property
    def unspecified_key(self) -> str:
        return str(self.prefix.network_address + (1 << (32 - self.prefix.prefixlen - self.host_bits)))

    def is_for_many(self, ip: str) -> bool:
        return ip in (self.broadcast_key, self.unspecified_key, "255.255.255.255") or IPv4Address(ip).is_multicast


def complaints(lab: Lab, frames: list[Frame]) -> list[str]:
    """What is wrong with each frame that crossed the data switch. Empty: nothing."""
    host_macs = {port: lab.topology.host_mac(name) for port, name in lab.topology.data_ports().items()}
    keys, pool = testbed.keys(lab), KeyPool.of(lab)
    for key in keys.values():
        key["mac_on_wire"] = lab.topology.host_mac(key["host"])
    secrets = _secrets(lab)
    found = []
    for frame in frames:
        if why := _complaint(frame, host_macs, keys, pool) or _revealed(frame, secrets):
            found.append(f"{why}: from {frame.interface}: {text(frame.data)}")
    return found


def is_announcement(frame: bytes) -> bool:
    """By which a host keeps the physical switches from forgetting its MAC."""
    return struct.unpack_from("!H", frame, 12)[0] == ANNOUNCEMENT


def _complaint(frame: Frame, host_macs: dict[str, str], keys: dict[str, dict], pool: KeyPool) -> str | None:
    seen = headers(frame.data)
    if seen.eth_type == ANNOUNCEMENT:
        right = seen.eth_src == host_macs[frame.interface] and seen.eth_dst == BROADCAST
        return None if right else "an announcement that is not from the hypervisor's MAC to everybody"
    if seen.eth_type != IPV4:
        return "not IPv4"
    if seen.eth_src != host_macs[frame.interface]:
        return "the source MAC is not that of the hypervisor whence it came"
    if seen.eth_dst not in host_macs.values() or seen.eth_dst == seen.eth_src:
        return "the destination MAC is not another hypervisor's"
    if seen.ip_src not in keys:
        return f"the source {seen.ip_src} is nobody's key"
    source = keys[seen.ip_src]
    if source["mac_on_wire"] != seen.eth_src:
        return "the source key is not of the hypervisor beside whose MAC it stands"
    if pool.is_for_many(seen.ip_dst):
        members = {key["mac_on_wire"] for key in keys.values() if key["network"] == source["network"]}
        return None if seen.eth_dst in members else "a broadcast to a hypervisor without members of the network"
    if seen.ip_dst not in keys:
        return f"the destination {seen.ip_dst} is nobody's key"
    destination = keys[seen.ip_dst]
    if destination["mac_on_wire"] != seen.eth_dst:
        return "the destination key is not of the hypervisor beside whose MAC it stands"
    if source["network"] != destination["network"]:
        return "the keys are of different networks"
    return None


def _secrets(lab: Lab) -> dict[bytes, str]:
    """Bytes that must not stand anywhere in a frame. Test frames are made so that none gets there by chance."""
    found = {}
    for vm in lab.topology.vms.values():
        for mac in {vm.mac, *(pair.mac for pair in vm.allowed_address_pairs if pair.mac)}:
            found[mac_bytes(mac)] = mac
        for ip in {str(vm.ip), *(pair.ip for pair in vm.allowed_address_pairs)}:
            found[IPv4Address(ip).packed] = ip
    return found


def _revealed(frame: Frame, secrets: dict[bytes, str]) -> str | None:
    # What a DHCP message says of its client is the tenant's own business.
    searched = frame.data[:HEADERS] if frame.data[34:38] in DHCP_PORTS else frame.data
    return next((f"reveals {name}" for secret, name in secrets.items() if secret in searched), None)
