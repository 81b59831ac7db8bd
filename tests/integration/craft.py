"""Frames that tests inject, made with scapy, and frames in words. Pure."""

import logging

logging.getLogger("scapy").setLevel(logging.ERROR)

from prediction import Prediction  # noqa: E402
from scapy.layers.dhcp import BOOTP, DHCP  # noqa: E402
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


def later_fragment(src_mac: str, src_ip: str, dst_mac: str, dst_ip: str, payload: bytes) -> bytes:
    """The second fragment of a UDP datagram: no ports, no checksum. The traps page has what OVS does to it."""
    return bytes(Ether(src=src_mac, dst=dst_mac) / IP(src=src_ip, dst=dst_ip, proto=17, frag=4, id=7) / Raw(b"12345678" + payload))


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


def arp_for(prediction: Prediction, sender: str, receiver: str) -> bytes:
    """The question for the receiver's MAC."""
    mac, ip = prediction.addresses(sender)[0]
    return arp_request(mac, mac, ip, prediction.addresses(receiver)[0][1])


def dhcp_discover(mac: str) -> bytes:
    """A client's first words (RFC 2131): from no address to everybody."""
    return bytes(Ether(src=mac, dst=BROADCAST) / IP(src="0.0.0.0", dst="255.255.255.255") / UDP(sport=68, dport=67)
                 / BOOTP(chaddr=bytes.fromhex(mac.replace(":", "")), xid=0x1234, flags=0x8000) / DHCP(options=[("message-type", "discover"), "end"]))


def dhcp_offer(src_mac: str, src_ip: str, dst_mac: str, dst_ip: str) -> bytes:
    """A server's answer, true or forged."""
    return bytes(Ether(src=src_mac, dst=dst_mac) / IP(src=src_ip, dst=dst_ip) / UDP(sport=67, dport=68)
                 / BOOTP(op=2, yiaddr="10.0.0.66", siaddr=src_ip, xid=0x1234)
                 / DHCP(options=[("message-type", "offer"), ("server_id", src_ip), ("router", src_ip), "end"]))


def multicast_mac(group: str) -> str:
    """RFC 1112 section 6.4."""
    second, third, fourth = (int(part) for part in group.split(".")[1:])
    return f"01:00:5e:{second & 127:02x}:{third:02x}:{fourth:02x}"


def text(frame: bytes) -> str:
    packet = Ether(frame)
    ends = f"{packet.src} > {packet.dst}"
    return f"{ends} {packet.summary()} [{frame[:120].hex()}{'...' if len(frame) > 120 else ''}]"
