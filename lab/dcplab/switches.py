"""The two physical switches of the paper's test bed: data and management, each a Linux bridge in its own namespace.

The data switch carries only what the hypervisors' uplinks send; its forwarding table is the paper's witness for how many
MACs a physical switch has to learn. A spare port, `outside`, is where a foreign machine would be plugged: tests inject
from it. The management switch joins the hypervisors with the controller. Made and read by Lab.
"""

from . import links, netns
from .links import End
from .topology import Topology

DATA_BRIDGE = "data"
OUTSIDE = "outside"
OUTSIDE_WIRE = "outside0"
MANAGEMENT_BRIDGE = "mgmt"
MANAGEMENT_PORT = "mgmt0"
CONTROLLER_IP = "172.31.0.254"
MANAGEMENT_PREFIX = 24


def management_ip(position: int) -> str:
    return f"172.31.0.{position + 1}"


def build_data_switch(topology: Topology, core: str) -> None:
    links.add_bridge(core, DATA_BRIDGE)
    links.add_veth(End(core, OUTSIDE_WIRE), End(core, OUTSIDE))
    links.attach(core, DATA_BRIDGE, OUTSIDE)
    for name in topology.hypervisors:
        # The hypervisor's own stack shares the cable; it must not answer for addresses that are not on it.
        namespace = netns.name_of(topology.name, name)
        netns.sysctl(namespace, "net/ipv4/conf/default/arp_ignore", "8")
        for number, uplink in enumerate(topology.uplink_names()):
            port = topology.data_port(name, number)
            near, far = End(namespace, uplink, topology.uplink_mac(name, number)), End(core, port)
            links.add_veth(near, far)
            for end in (near, far):
                links.shape(end, topology.link_mbits)
            links.deafen(near)
            links.attach(core, DATA_BRIDGE, port)


def set_uplink(topology: Topology, core: str, hypervisor: str, number: int, up: bool) -> None:
    """Switch the data switch's port on or off: the hypervisor's end sees its link come or go."""
    links.set_up(core, topology.data_port(hypervisor, number), up)


def build_management_switch(topology: Topology, management: str, controller: str) -> None:
    links.add_bridge(management, MANAGEMENT_BRIDGE)
    ends = [(name, netns.name_of(topology.name, name), management_ip(position))
            for position, name in enumerate(topology.hypervisors)]
    for name, namespace, ip in [*ends, ("controller", controller, CONTROLLER_IP)]:
        links.add_veth(End(namespace, MANAGEMENT_PORT), End(management, name))
        links.attach(management, MANAGEMENT_BRIDGE, name)
        netns.sysctl(namespace, f"net/ipv4/conf/{MANAGEMENT_PORT}/arp_ignore", "0")
        links.add_address(namespace, MANAGEMENT_PORT, ip, MANAGEMENT_PREFIX)
        links.set_up(namespace, "lo")


def learned(core: str) -> list[tuple[str, str]]:
    """(MAC, hypervisor) pairs that the data switch learned."""
    return links.learned(core, DATA_BRIDGE)
