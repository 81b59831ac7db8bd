"""The few header fields of a frame that the lab's own experiments look at.

Offsets only, no full parser: tests that want more use scapy. Pure: bytes in, values out. Used by
isolation.py, journey.py and Lab.
"""

import struct
from dataclasses import dataclass

IPV4 = 0x0800
ARP = 0x0806
RARP = 0x8035
ICMP = 1
BROADCAST = "ff:ff:ff:ff:ff:ff"
_ICMP_ECHO_REQUEST = 8
_IP_AND_ICMP_HEADERS = 28


@dataclass(frozen=True)
class Headers:
    """Addresses as text. For ARP the IPs are the sender's and the target's; None where there is no such field."""

    eth_src: str
    eth_dst: str
    eth_type: int
    ip_src: str | None = None
    ip_dst: str | None = None
    echo_payload: int | None = None  # bytes of payload, for ICMP echo requests only


def headers(frame: bytes) -> Headers:
    eth_dst, eth_src, eth_type = mac_text(frame[0:6]), mac_text(frame[6:12]), struct.unpack_from("!H", frame, 12)[0]
    if eth_type == ARP and len(frame) >= 42:
        return Headers(eth_src, eth_dst, eth_type, ip_text(frame[28:32]), ip_text(frame[38:42]))
    if eth_type == IPV4 and len(frame) >= 34:
        return Headers(eth_src, eth_dst, eth_type, ip_text(frame[26:30]), ip_text(frame[30:34]), _echo_payload(frame))
    return Headers(eth_src, eth_dst, eth_type)


def _echo_payload(frame: bytes) -> int | None:
    icmp = 14 + (frame[14] & 15) * 4
    if frame[23] != ICMP or len(frame) <= icmp or frame[icmp] != _ICMP_ECHO_REQUEST:
        return None
    return struct.unpack_from("!H", frame, 16)[0] - _IP_AND_ICMP_HEADERS


def rarp_announcement(mac: str) -> bytes:
    """The broadcast that QEMU sends for a machine that has just moved in."""
    own = mac_bytes(mac)
    body = struct.pack("!HHBBH", 1, IPV4, 6, 4, 3) + own + bytes(4) + own + bytes(4)
    return (mac_bytes(BROADCAST) + own + struct.pack("!H", RARP) + body).ljust(60, b"\0")


def mac_text(data: bytes) -> str:
    return ":".join(f"{byte:02x}" for byte in data)


def mac_bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def ip_text(data: bytes) -> str:
    return ".".join(str(byte) for byte in data)
