"""Random labs in which tenants overlap as much as they can: few IPs, few MACs, many networks.

The same seed always gives the same lab, ids included, because they derive from the name. Used by matrix_test.py and
plugging_test.py.
"""

import random
from ipaddress import IPv4Address

import testbed
from dcplab import Topology, Vm
from dcplab.topology import AddressPair

HYPERVISORS = ("hv1", "hv2", "hv3")
CIDRS = ("10.0.0.0/24", "10.0.0.0/28", "10.0.0.0/16")
IPS = tuple(f"10.0.0.{number}" for number in range(1, 9))
MACS = tuple(f"fa:16:3e:00:00:{number:02x}" for number in range(1, 9))
SPARE_IPS = tuple(f"10.0.0.{number}" for number in range(9, 13))


def random_topology(name: str, seed: int) -> Topology:
    rng = random.Random(seed)
    topology = Topology(name, list(HYPERVISORS))
    for number in range(rng.randint(3, 4)):
        testbed.network(topology, f"net{number}", f"tenant{rng.randint(0, 1)}", rng.choice(CIDRS))
    networks = list(topology.networks)
    for number in range(rng.randint(8, 12)):
        # The first networks are used twice before chance decides, so that there is always traffic to allow.
        network = networks[number // 2] if number < 6 else rng.choice(networks)
        add_vm(topology, rng, f"vm{number}", network, rng.choice(HYPERVISORS))
    return topology


def add_vm(topology: Topology, rng: random.Random, name: str, network: str, hypervisor: str) -> Vm:
    """A VM with addresses that nobody else has in its network, though others may have them elsewhere."""
    peers = [vm for vm in topology.vms.values() if vm.network == network]
    ip = rng.choice([ip for ip in IPS if ip not in {str(vm.ip) for vm in peers}])
    mac = rng.choice([mac for mac in MACS if mac not in {vm.mac for vm in peers}])
    topology.vms[name] = vm = Vm(name, hypervisor, network, IPv4Address(ip), mac,
                                 allowed_address_pairs=_pairs(rng), port_security=rng.random() > 0.1)
    return vm


def _pairs(rng: random.Random) -> tuple[AddressPair, ...]:
    """Often none. Several VMs may share one, as they do for a virtual router address."""
    if rng.random() < 0.6:
        return ()
    own_mac = rng.random() < 0.7
    return (AddressPair(rng.choice(SPARE_IPS), None if own_mac else f"fa:16:3e:00:01:{rng.randint(0, 255):02x}"),)
