"""The paper's experiments, one file each, in its order."""

from ..measurement import Experiment
from .arp import Arp
from .bandwidth import Bandwidth
from .broadcast import Broadcast
from .established import Established
from .first_packet import FirstPacket
from .flood import BroadcastFlood
from .isolation import Isolation
from .load import Load

EXPERIMENTS: tuple[Experiment, ...] = (Arp(), FirstPacket(), Established(), Broadcast(), Bandwidth(), Isolation(), BroadcastFlood(), Load())
