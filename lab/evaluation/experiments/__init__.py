"""The paper's experiments, one file each, in its order."""

from ..measurement import Experiment
from .established import Established
from .load import Load

EXPERIMENTS: tuple[Experiment, ...] = (Established(), Load())
