"""What is compared: four ways to run the same hypervisors, and two speeds of their cables.

The paper compared DCPortalsNG, which is reactive, with POX's learning switch and with Open vSwitch alone (section 4.1).
"""

from dataclasses import dataclass

IDLE_SECONDS = 1  # of flows that a packet asked for: the paper's too are gone before the next packet of the load test comes


@dataclass(frozen=True)
class Configuration:
    key: str  # in files
    title: str  # for readers
    paper: str  # its name in the paper's tables
    lab: str  # of Lab's CONFIGS
    mode: str | None = None  # dcportald's

    @property
    def isolates(self) -> bool:
        return self.lab == "dcportals"

    def settings(self, idle_seconds: int | None) -> dict:
        """As Lab takes them. None: flows stay as long as they do by default."""
        forwarding = {"mode": self.mode, "idle_timeout_seconds": idle_seconds}
        return {"forwarding": {key: value for key, value in forwarding.items() if value is not None}}


PROACTIVE = Configuration("proactive", "dcportals, proactive", "DCPortalsNG", "dcportals", "proactive")
REACTIVE = Configuration("reactive", "dcportals, reactive", "DCPortalsNG", "dcportals", "reactive")
L2 = Configuration("l2", "controller + L2", "POX + L2", "l2")
OVS = Configuration("ovs", "OVS alone", "OvS", "ovs")
CONFIGURATIONS = (PROACTIVE, REACTIVE, L2, OVS)


@dataclass(frozen=True)
class Links:
    key: str
    title: str
    mbits: int | None  # Mbit/s that each cable carries in each direction; None: what two cores can do

    @property
    def caveat(self) -> str:
        """To be put behind a claim about throughput."""
        return "" if self.mbits else " (the machine's cores are the limit here, for attacker and attacked alike, and not the network)"


# So slow that the network is the limit, as it was in the paper with its 1 Gbit/s, and not this machine.
SHAPED = Links("shaped", "cables of 50 Mbit/s", 50)
UNSHAPED = Links("unshaped", "cables without a limit", None)
LINKS = (SHAPED, UNSHAPED)
