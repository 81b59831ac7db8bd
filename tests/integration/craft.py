"""Frames that tests inject, made with scapy, and frames in words. Pure."""

import logging

logging.getLogger("scapy").setLevel(logging.ERROR)

from prediction import Prediction  # noqa: E402
from scapy.layers.inet import ICMP, IP, TCP, UDP  # noqa: E402
from scapy.layers.l2 import ARP, Ether  # noqa: E402
from scapy.packet import Raw  # noqa: E402

BROADCAST = "ff:ff:ff:ff:ff:ff"


def udp(src_mac: str, dst_mac: str, src_ip: str, dst_ip: str, payload: str = "hello") -> bytes:
    return bytes(Ether(src=src_mac, dst=dst_mac) / IP(src=src_ip, dst=dst_ip) / UDP(sport=40000, dport=9) / Raw(payload.encode()))


def icmp(src_mac: str, dst_mac: str, src_ip: str, dst_ip: str, payload: str = "hello") -> bytes:
    return bytes(Ether(src=src_mac, dst=dst_mac) / IP(src=src_ip, dst=dst_ip) / ICMP() / Raw(payload.encode()))


def tcp(src_mac: str, dst_mac: str, src_ip: str, dst_ip: str, payload: str = "hello") -> bytes:
    return bytes(Ether(src=src_mac, dst=dst_mac) / IP(src=src_ip, dst=dst_ip) / TCP(sport=40000, dport=80) / Raw(payload.encode()))


def ipv4(src_mac: str, dst_mac: str, src_ip: str, dst_ip: str, protocol: int, payload: bytes = b"hello") -> bytes:
    return bytes(Ether(src=src_mac, dst=dst_mac) / IP(src=src_ip, dst=dst_ip, proto=protocol) / Raw(payload))


def arp_request(eth_src: str, sha: str, spa: str, tpa: str) -> bytes:
    return bytes(Ether(src=eth_src, dst=BROADCAST) / ARP(op=1, hwsrc=sha, psrc=spa, pdst=tpa))


def arp_reply(eth_src: str, eth_dst: str, sha: str, spa: str, tha: str, tpa: str) -> bytes:
    return bytes(Ether(src=eth_src, dst=eth_dst) / ARP(op=2, hwsrc=sha, psrc=spa, hwdst=tha, pdst=tpa))


def tagged(frame: bytes, vlan: int) -> bytes:
    return frame[:12] + bytes([0x81, 0x00, vlan >> 8, vlan & 255]) + frame[12:]


def between(prediction: Prediction, sender: str, receiver: str, payload: str) -> bytes:
    """From the one's own address to the other's."""
    (src_mac, src_ip), (dst_mac, dst_ip) = prediction.addresses(sender)[0], prediction.addresses(receiver)[0]
    return udp(src_mac, dst_mac, src_ip, dst_ip, payload)


def text(frame: bytes) -> str:
    packet = Ether(frame)
    ends = f"{packet.src} > {packet.dst}"
    return f"{ends} {packet.summary()} [{frame[:120].hex()}{'...' if len(frame) > 120 else ''}]"
