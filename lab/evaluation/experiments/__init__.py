"""The paper's experiments, one file each, in its order."""

from ..measurement import Experiment
from .arp import Arp
from .established import Established

EXPERIMENTS: tuple[Experiment, ...] = (Arp(), Established())
