"""What must become of a frame that a VM sends: a second, independent statement of the pipeline's rules.

It knows only the lab's topology (who is in which network with which addresses) and which VMs are plugged in; no flow, no key,
no code of the daemon. The tests compare what really arrives with it, in both directions. Paper section 3.7. Pure.
"""

import struct
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address

from dcplab import Topology
from dcplab.frames import ARP, IPV4, ip_text, mac_bytes, mac_text

Address = tuple[str, str]  # MAC, IP
UNSPECIFIED = "0.0.0.0"
BROADCAST = b"\xff" * 6
UDP = 17
FIRST_GROUP_OR_KEY = 224  # 224.0.0.0 and up is no VM's address: groups, keys, the limited broadcast


@dataclass(frozen=True)
class Arrival:
    """The frame as it must arrive, at `vm`. `local`: it does not cross the wire."""

    vm: str
    frame: bytes
    local: bool


@dataclass(frozen=True)
class Prediction:
    """`present` are the VMs that take part: plugged in, their ports known and up."""

    topology: Topology
    present: frozenset[str]

    @classmethod
    def of(cls, topology: Topology, absent: Collection[str] = ()) -> "Prediction":
        return cls(topology, frozenset(topology.vms) - frozenset(absent))

    def addresses(self, vm: str) -> list[Address]:
        """What the VM may send from: its own address, then its allowed pairs."""
        own = self.topology.vms[vm]
        pairs = [(pair.mac or own.mac, pair.ip) for pair in own.allowed_address_pairs]
        return list(dict.fromkeys([(own.mac, str(own.ip)), *pairs]))

    def holder(self, network: str, ip: str) -> tuple[str, str] | None:
        """The VM, and its MAC, that the address leads to: whose fixed IP it is, else the first that may use it."""
        fixed = [vm for vm in self.topology.vms.values() if vm.network == network and str(vm.ip) == ip]
        if fixed:
            return (fixed[0].name, fixed[0].mac) if fixed[0].name in self.present else None
        claims = sorted((self.topology.port_id(vm), vm, mac) for vm in self.present
                        if self.topology.vms[vm].network == network
                        for mac, claimed in self.addresses(vm) if claimed == ip)
        return claims[0][1:] if claims else None

    def of_frame(self, sender: str, frame: bytes) -> list[Arrival]:
        """Where a frame that `sender` sends must arrive, and how. Empty: nowhere."""
        if sender not in self.present or len(frame) < 14:
            return []
        ether_type = struct.unpack_from("!H", frame, 12)[0]
        if ether_type == ARP:
            answer = self._of_arp(sender, frame)
            return [answer] if answer else []
        return self._of_ipv4(sender, frame) if ether_type == IPV4 else []

    def crossings(self, arrivals: list[Arrival]) -> int:
        """How many frames that makes on the data switch: one for each other host that is reached."""
        return len({self.topology.vms[arrival.vm].hypervisor for arrival in arrivals if not arrival.local})

    def _of_arp(self, sender: str, frame: bytes) -> Arrival | None:
        """An answer made by the switch, or nothing: ARP itself reaches nobody."""
        if len(frame) < 42 or frame[14:22] != b"\x00\x01\x08\x00\x06\x04\x00\x01":
            return None
        eth_src, sha, spa = mac_text(frame[6:12]), mac_text(frame[22:28]), ip_text(frame[28:32])
        tpa = ip_text(frame[38:42])
        own = self.addresses(sender)
        if self.topology.vms[sender].port_security:
            if sha != eth_src or (sha, spa) not in own and not (spa == "0.0.0.0" and sha in {mac for mac, _ in own}):
                return None
        if tpa in {ip for _, ip in own}:
            return None
        holder = self.holder(self.topology.vms[sender].network, tpa)
        if not holder:
            return None
        mac = mac_bytes(holder[1])
        answer = (frame[6:12] + mac + frame[12:20] + b"\x00\x02" + mac + frame[38:42] + frame[22:28] + frame[28:32]
                  + frame[42:])
        return Arrival(sender, answer, local=True)

    def _of_ipv4(self, sender: str, frame: bytes) -> list[Arrival]:
        if not _whole_ipv4(frame) or frame[23] == 0:
            return []
        source = (mac_text(frame[6:12]), ip_text(frame[26:30]))
        is_own = source in self.addresses(sender)
        vm = self.topology.vms[sender]
        # A DHCP client has no address yet: what it sends crosses as if from the port's own.
        is_client = source == (vm.mac, UNSPECIFIED) and _is_limited(frame) and (not vm.port_security or _udp(frame) == (68, 67))
        if vm.port_security and (not is_own and not is_client or _udp(frame) == (67, 68)):
            return []
        if frame[0] & 1:
            return self._of_group(sender, frame, crosses=is_own or is_client) if self._may_flood(sender, frame, source[1]) else []
        return self._of_unicast(sender, frame, crosses=is_own)

    def _of_unicast(self, sender: str, frame: bytes, crosses: bool) -> list[Arrival]:
        if frame[30] >= FIRST_GROUP_OR_KEY:
            return []
        vm, eth_dst = self.topology.vms[sender], mac_text(frame[0:6])
        holder = self.holder(vm.network, ip_text(frame[30:34]))
        receiver = holder[0] if holder and holder[1] == eth_dst else self._unsecured(sender, eth_dst)
        if receiver is None or receiver == sender:
            return []
        local = self.topology.vms[receiver].hypervisor == vm.hypervisor
        return [Arrival(receiver, frame, local)] if local or crosses else []

    def _may_flood(self, sender: str, frame: bytes, source: str) -> bool:
        """Limited broadcast, multicast, and the broadcast address of the subnet that the source is in."""
        cidr = self.topology.networks[self.topology.vms[sender].network].cidr
        directed = IPv4Address(source) in cidr and ip_text(frame[30:34]) == str(cidr.broadcast_address)
        return _is_limited(frame) or _is_multicast(frame) or frame[:6] == BROADCAST and directed

    def _of_group(self, sender: str, frame: bytes, crosses: bool) -> list[Arrival]:
        """A copy for every other VM of the network (paper 3.7.4). A multicast that crossed has the MAC of its group, whichever
        group's MAC it was sent to."""
        here = self.topology.vms[sender]
        restored = _multicast_mac(frame) + frame[6:] if _is_multicast(frame) else frame
        members = [self.topology.vms[name] for name in sorted(self.present - {sender}) if self.topology.vms[name].network == here.network]
        return [Arrival(vm.name, frame if vm.hypervisor == here.hypervisor else restored, vm.hypervisor == here.hypervisor)
                for vm in members if crosses or vm.hypervisor == here.hypervisor]

    def _unsecured(self, sender: str, mac: str) -> str | None:
        """A VM on the same host without port security takes any IP that is sent to its MAC."""
        here = self.topology.vms[sender]
        found = [name for name in self.present if (vm := self.topology.vms[name]).mac == mac and not vm.port_security
                 and vm.network == here.network and vm.hypervisor == here.hypervisor]
        return found[0] if found else None


def _udp(frame: bytes) -> tuple[int, int] | None:
    """Source and destination port; None: not UDP."""
    start = 14 + (frame[14] & 15) * 4
    return struct.unpack_from("!HH", frame, start) if frame[23] == UDP and len(frame) >= start + 4 else None


def _is_limited(frame: bytes) -> bool:
    return frame[:6] == BROADCAST and frame[30:34] == b"\xff" * 4


def _is_multicast(frame: bytes) -> bool:
    return frame[:3] == b"\x01\x00\x5e" and frame[3] < 128 and frame[30] >> 4 == 14


def _multicast_mac(frame: bytes) -> bytes:
    """RFC 1112 section 6.4."""
    return b"\x01\x00\x5e" + bytes([frame[31] & 127]) + frame[32:34]


def _whole_ipv4(frame: bytes) -> bool:
    if len(frame) < 34:
        return False
    header, total = (frame[14] & 15) * 4, struct.unpack_from("!H", frame, 16)[0]
    return 20 <= header <= total <= len(frame) - 14
