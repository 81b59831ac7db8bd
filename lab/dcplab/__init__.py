"""dcplab: the paper's test bed in network namespaces, with real Open vSwitch.

`Lab` is the whole interface for tests; the `lab` command is built on the same. See lab/README.md.
"""

from .capture import Capture, Frame
from .errors import CommandError, LabError, TopologyError
from .lab import Lab
from .rpc import RpcError
from .topology import AddressPair, Dhcp, Network, Outside, Router, RouterInterface, Topology, Vm
from .topology_file import load

__all__ = ["AddressPair", "Capture", "CommandError", "Dhcp", "Frame", "Lab", "LabError", "Network", "Outside", "Router",
           "RouterInterface", "RpcError", "Topology", "TopologyError", "Vm", "load"]
