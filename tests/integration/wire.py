"""What may be on the physical network: only hypervisors' MACs, and mapping keys of the right pair (paper sections 3.6, 3.7.3).

Given what a capture of the core saw; asks the daemon who has which key. Used by the tests of traffic.
"""

import testbed
from craft import text
from dcplab import Lab
from dcplab.capture import Frame
from dcplab.frames import IPV4, headers, mac_bytes
from ipaddress import IPv4Address


def complaints(lab: Lab, frames: list[Frame]) -> list[str]:
    """What is wrong with each frame that crossed the data switch. Empty: nothing."""
    host_macs = {name: lab.topology.host_mac(name) for name in lab.topology.hypervisors}
    keys = testbed.keys(lab)
    secrets = _secrets(lab)
    found = []
    for frame in frames:
        if why := _complaint(frame, host_macs, keys) or _revealed(frame, secrets):
            found.append(f"{why}: from {frame.interface}: {text(frame.data)}")
    return found


def _complaint(frame: Frame, host_macs: dict[str, str], keys: dict[str, dict]) -> str | None:
    seen = headers(frame.data)
    if seen.eth_type != IPV4:
        return "not IPv4"
    if seen.eth_src != host_macs[frame.interface]:
        return "the source MAC is not that of the hypervisor whence it came"
    if seen.eth_dst not in host_macs.values() or seen.eth_dst == seen.eth_src:
        return "the destination MAC is not another hypervisor's"
    for ip in (seen.ip_src, seen.ip_dst):
        if IPv4Address(ip) not in testbed.KEY_POOL:
            return f"{ip} is not in the key pool"
        if ip not in keys:
            return f"{ip} is nobody's key"
    source, destination = keys[seen.ip_src], keys[seen.ip_dst]
    if host_macs[source["host"]] != seen.eth_src or host_macs[destination["host"]] != seen.eth_dst:
        return "a key is not of the hypervisor beside whose MAC it stands"
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
    return next((f"reveals {name}" for secret, name in secrets.items() if secret in frame.data), None)
