"""Neighbours that every VM knows for good, so that no ARP is in what is measured. Used by several experiments."""

from dcplab import Lab


def know_neighbours(lab: Lab) -> None:
    """Every VM knows the MAC address of each address of the others of its network."""
    for name, vm in lab.topology.vms.items():
        known = [f"neighbour replace {ip} lladdr {other.mac} dev eth0 nud permanent"
                 for other in lab.topology.vms.values() if other.network == vm.network and other != vm
                 for ip in (other.ip, *(pair.ip for pair in other.allowed_address_pairs))]
        if known:
            lab.run(name, ["ip", "-batch", "-"], stdin="\n".join(known) + "\n")
