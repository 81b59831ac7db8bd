"""The paper's experiments, one file each, in its order."""

from ..measurement import Experiment
from .arp import Arp
from .broadcast import Broadcast
from .established import Established
from .first_packet import FirstPacket

EXPERIMENTS: tuple[Experiment, ...] = (Arp(), FirstPacket(), Established(), Broadcast())
