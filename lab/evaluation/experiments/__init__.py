"""The paper's experiments, one file each, in its order."""

from ..measurement import Experiment
from .bandwidth import Bandwidth
from .established import Established

EXPERIMENTS: tuple[Experiment, ...] = (Established(), Bandwidth())
