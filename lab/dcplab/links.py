"""Links between namespaces, by netlink: veth pairs, bridges, addresses, what a bridge learned.

Every link is made inside the namespaces it belongs to and never exists outside, so names need to be unique only there and
removing the namespaces removes everything. Used by the switches, the VMs and the hypervisors.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address

from pyroute2 import IPRoute
from pyroute2.netlink.rtnl.ndmsg import NUD_PERMANENT

from . import commands, netns

AF_BRIDGE = 7
# Of a shaped cable: what a cheap switch has for a port; two full frames; and how often a kernel's slowest timer wakes.
QUEUE_BYTES = 256 << 10
LEAST_BURST_BYTES = 2 * 1518
TIMER_HERTZ = 1000
ONE_DAY = 24 * 3600 * 100  # in the bridge's unit, 1/100 s


@dataclass(frozen=True)
class End:
    """One end of a veth pair."""

    namespace: str
    name: str
    mac: str | None = None


@contextmanager
def netlink(namespace: str) -> Iterator[IPRoute]:
    with netns.entered(namespace):
        route = IPRoute()
    try:
        yield route
    finally:
        route.close()


def index(route: IPRoute, name: str) -> int:
    found = route.link_lookup(ifname=name)
    if not found:
        raise LookupError(f"no interface {name}")
    return found[0]


def exists(namespace: str, name: str) -> bool:
    with netlink(namespace) as route:
        return bool(route.link_lookup(ifname=name))


def add_veth(near: End, far: End) -> None:
    """Both ends come up, without addresses."""
    there = os.open(netns.DIRECTORY / far.namespace, os.O_RDONLY | os.O_CLOEXEC)
    try:
        peer = {"ifname": far.name, "net_ns_fd": there} | ({"address": far.mac} if far.mac else {})
        with netlink(near.namespace) as route:
            route.link("add", ifname=near.name, kind="veth", peer=peer,
                       **({"address": near.mac} if near.mac else {}))
    finally:
        os.close(there)
    for end in (near, far):
        set_up(end.namespace, end.name)


def shape(end: End, mbits: int | None) -> None:
    """From now on this end sends at most so many Mbit/s, as a network card of that speed does: a token bucket with a queue of
    QUEUE_BYTES, and what does not fit is lost. Its handle is the kernel's choice: Open vSwitch takes 1: for its own and removes it."""
    if mbits:
        burst = max(LEAST_BURST_BYTES, mbits * 1_000_000 // 8 // TIMER_HERTZ)
        commands.run(commands.in_namespace(end.namespace, ["tc", "qdisc", "add", "dev", end.name, "root", "tbf", "rate", f"{mbits}mbit",
                                                           "burst", str(burst), "limit", str(QUEUE_BYTES)]))


def deafen(end: End) -> None:
    """From now on the namespace's own network does not see what comes in here; captures do, and Open vSwitch's userspace datapath, which is
    one. Otherwise it looks for a route for every packet to this end's MAC, which costs what a hypervisor's kernel does not spend."""
    table = f"table netdev {end.name} {{ chain drop_all {{ type filter hook ingress device \"{end.name}\" priority 0; policy drop; }}; }}"
    commands.run(commands.in_namespace(end.namespace, ["nft", table]))


def add_bridge(namespace: str, name: str) -> None:
    """A dumb learning switch: no spanning tree, no multicast snooping, no look at IP headers, nothing of its own on the wire,
    and it forgets nothing while a test runs."""
    for layer in ("iptables", "ip6tables", "arptables"):  # else br_netfilter drops frames whose IP header it finds wrong
        netns.sysctl(namespace, f"net/bridge/bridge-nf-call-{layer}", "0")
    with netlink(namespace) as route:
        route.link("add", ifname=name, kind="bridge", br_stp_state=0, br_mcast_snooping=0, br_ageing_time=ONE_DAY)
        route.link("set", index=index(route, name), state="up")


def attach(namespace: str, bridge: str, port: str) -> None:
    with netlink(namespace) as route:
        route.link("set", index=index(route, port), master=index(route, bridge))


def set_up(namespace: str, name: str, up: bool = True) -> None:
    with netlink(namespace) as route:
        route.link("set", index=index(route, name), state="up" if up else "down")


def add_address(namespace: str, name: str, ip: str, prefix_length: int, gateway: IPv4Address | None = None) -> None:
    with netlink(namespace) as route:
        route.addr("add", index=index(route, name), address=ip, prefixlen=prefix_length)
        if gateway:
            route.route("add", dst="default", gateway=str(gateway))


def move(namespace: str, name: str, destination: str) -> None:
    """Carry one end of a veth pair to another namespace and bring it up there; the other end stays as it is."""
    there = os.open(netns.DIRECTORY / destination, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with netlink(namespace) as route:
            route.link("set", index=index(route, name), net_ns_fd=there)
    finally:
        os.close(there)
    set_up(destination, name)


def remove(namespace: str, name: str) -> None:
    with netlink(namespace) as route:
        route.link("del", index=index(route, name))


def names_by_index(namespace: str) -> dict[int, str]:
    with netlink(namespace) as route:
        return {link["index"]: link.get_attr("IFLA_IFNAME") for link in route.get_links()}


def learned(namespace: str, bridge: str) -> list[tuple[str, str]]:
    """(MAC, port) of every address the bridge learned from traffic; its own ports' addresses are permanent entries."""
    names = names_by_index(namespace)
    found = []
    with netlink(namespace) as route:
        master = index(route, bridge)
        for entry in route.get_neighbours(family=AF_BRIDGE):
            if entry.get_attr("NDA_MASTER") == master and not entry["state"] & NUD_PERMANENT:
                found.append((entry.get_attr("NDA_LLADDR"), names[entry["ifindex"]]))
    return sorted(found)
