"""The paper's experiments, one file each, in its order."""

from ..measurement import Experiment
from .bandwidth import Bandwidth
from .established import Established
from .flood import BroadcastFlood
from .isolation import Isolation

EXPERIMENTS: tuple[Experiment, ...] = (Established(), Bandwidth(), Isolation(), BroadcastFlood())
