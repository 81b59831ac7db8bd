"""The paper's experiments, one file each, in its order."""

from ..measurement import Experiment
from .bandwidth import Bandwidth
from .established import Established
from .flood import BroadcastFlood
from .isolation import Isolation
from .load import Load

EXPERIMENTS: tuple[Experiment, ...] = (Established(), Bandwidth(), Isolation(), BroadcastFlood(), Load())
