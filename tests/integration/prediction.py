"""What must become of a frame that a VM sends: a second, independent statement of the pipeline's rules.

It knows only the lab's topology (who is in which network with which addresses) and which VMs are plugged in; no flow, no key,
no code of the daemon. The tests compare what really arrives with it, in both directions. Paper section 3.7. Pure.
"""

import struct
from collections.abc import Collection
from dataclasses import dataclass

from dcplab import Topology
from dcplab.frames import ARP, IPV4, ip_text, mac_bytes, mac_text

Address = tuple[str, str]  # MAC, IP


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

    def of_frame(self, sender: str, frame: bytes) -> Arrival | None:
        """Where a frame that `sender` sends must arrive, and how; None: nowhere."""
        if sender not in self.present or len(frame) < 14 or frame[0] & 1 and frame[12:14] != b"\x08\x06":
            return None
        ether_type = struct.unpack_from("!H", frame, 12)[0]
        if ether_type == ARP:
            return self._of_arp(sender, frame)
        return self._of_ipv4(sender, frame) if ether_type == IPV4 else None

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

    def _of_ipv4(self, sender: str, frame: bytes) -> Arrival | None:
        if not _whole_ipv4(frame) or frame[23] == 0:
            return None
        eth_dst, source = mac_text(frame[0:6]), (mac_text(frame[6:12]), ip_text(frame[26:30]))
        is_own = source in self.addresses(sender)
        vm = self.topology.vms[sender]
        if vm.port_security and not is_own:
            return None
        holder = self.holder(vm.network, ip_text(frame[30:34]))
        receiver = holder[0] if holder and holder[1] == eth_dst else self._unsecured(sender, eth_dst)
        if receiver is None or receiver == sender:
            return None
        local = self.topology.vms[receiver].hypervisor == vm.hypervisor
        return Arrival(receiver, frame, local) if local or is_own else None

    def _unsecured(self, sender: str, mac: str) -> str | None:
        """A VM on the same host without port security takes any IP that is sent to its MAC."""
        here = self.topology.vms[sender]
        found = [name for name in self.present if (vm := self.topology.vms[name]).mac == mac and not vm.port_security
                 and vm.network == here.network and vm.hypervisor == here.hypervisor]
        return found[0] if found else None


def _whole_ipv4(frame: bytes) -> bool:
    if len(frame) < 34:
        return False
    header, total = (frame[14] & 15) * 4, struct.unpack_from("!H", frame, 16)[0]
    return 20 <= header <= total <= len(frame) - 14
