"""One packet at the five places of the paper's Figure 7, and what the physical network got to see (section 3.7.3).

Leaving VM1; after the source switch rewrote it; on the wire; after the destination switch restored it; at VM2. The same
packet is captured at each place, known by its size. Used by demo.py and by tests.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from . import frames
from .capture import Capture, Frame
from .errors import LabError
from .frames import Headers
from .lab import Lab
from .topology import Topology

KEY_POOL = IPv4Network("240.0.0.0/4")
PAYLOAD = 77
TRIES = 3
SECONDS = 2.0  # for the packet to come to the other places, when it was not answered
ANSWERED_SECONDS = 30.0  # the same when it was: then it has been there


@dataclass(frozen=True)
class Stop:
    """A place of the journey and the packet there, or None if it did not pass."""

    place: str
    frame: Frame | None

    @property
    def headers(self) -> Headers | None:
        return frames.headers(self.frame.data) if self.frame else None


@dataclass(frozen=True)
class WireAudit:
    """How many frames crossed the data switch, and those of them that show an address of a tenant."""

    examined: int
    revealing: list[Frame]


def first_remote_pair(topology: Topology) -> tuple[str, str]:
    """Two VMs of one network on different hypervisors."""
    for sender, a in topology.vms.items():
        for receiver, b in topology.vms.items():
            if a.network == b.network and a.hypervisor != b.hypervisor:
                return sender, receiver
    raise LabError("no network of this topology has VMs on two hypervisors")


def run(lab: Lab, sender: str, receiver: str, tries: int = TRIES) -> list[Stop]:
    """A packet that is not answered is sent again, so many times in all, and the last one counts."""
    topology = lab.topology
    source, destination = topology.vms[sender], topology.vms[receiver]
    places = [
        (f"leaving {sender}", sender, None, True),
        (f"after the switch of {source.hypervisor}", source.hypervisor, None, True),
        ("on the wire", "core", None, False),
        (f"after the switch of {destination.hypervisor}", destination.hypervisor, topology.tap(receiver), True),
        (f"at {receiver}", receiver, None, False),
    ]
    for number in range(1, tries + 1):
        with ExitStack() as stack:
            captures = [stack.enter_context(lab.capture(place, interface)) for _, place, interface, _ in places]
            fping = ["fping", "-q", "-c1", "-t", "2000", "-b", str(PAYLOAD), str(destination.ip)]
            answered = lab.run(sender, fping, check=False).returncode == 0
            if answered or number == tries:
                seconds = ANSWERED_SECONDS if answered else SECONDS
                return [Stop(text, _packet(cap, outgoing, seconds)) for (text, _, _, outgoing), cap in zip(places, captures)]
    raise ValueError("a packet has to be sent once at least")


def _packet(seen_by: Capture, outgoing: bool, seconds: float) -> Frame | None:
    """The echo request, in the direction of travel."""
    try:
        return seen_by.wait_for(lambda frame: frame.outgoing == outgoing and
                                frames.headers(frame.data).echo_payload == PAYLOAD, seconds)[0]
    except LabError:
        return None


def deviations(topology: Topology, sender: str, receiver: str, stops: list[Stop]) -> list[str]:
    """What differs from the paper's Figure 7; empty if nothing does."""
    missing = [stop.place for stop in stops if stop.frame is None]
    if missing:
        return [f"the packet was not seen {place}" for place in missing]
    source, destination = topology.vms[sender], topology.vms[receiver]
    tenant = (source.mac, destination.mac, str(source.ip), str(destination.ip))
    hosts = (topology.host_mac(source.hypervisor), topology.host_mac(destination.hypervisor))
    found = []
    for stop in (stops[0], stops[3], stops[4]):
        if _addresses(stop) != tenant:
            found.append(f"{stop.place}: not the VMs' own addresses")
    for stop in stops[1:3]:
        eth_src, eth_dst, *ips = _addresses(stop)
        if (eth_src, eth_dst) != hosts:
            found.append(f"{stop.place}: not the hypervisors' MACs")
        if not all(IPv4Address(ip) in KEY_POOL for ip in ips) or ips[0] == ips[1]:
            found.append(f"{stop.place}: not two mapping keys")
    if stops[0].frame.data != stops[4].frame.data:
        found.append(f"what {receiver} received is not byte for byte what {sender} sent")
    return found


def audit_wire(topology: Topology, crossed: list[Frame]) -> WireAudit:
    """MACs are looked for anywhere in the frame; IPs in the IPv4 and ARP headers, as any address of a tenant's subnet."""
    macs = {frames.mac_bytes(vm.mac) for vm in topology.vms.values()}
    cidrs = {network.cidr for network in topology.networks.values()}

    def reveals(frame: Frame) -> bool:
        headers = frames.headers(frame.data)
        ips = [IPv4Address(ip) for ip in (headers.ip_src, headers.ip_dst) if ip]
        return any(mac in frame.data for mac in macs) or any(ip in cidr for ip in ips for cidr in cidrs)

    return WireAudit(len(crossed), [frame for frame in crossed if reveals(frame)])


def _addresses(stop: Stop) -> tuple[str, ...]:
    headers = stop.headers
    return (headers.eth_src, headers.eth_dst, headers.ip_src, headers.ip_dst)
