"""What a lab leaves on disk, so that any later command finds it: /run/dcportals-lab/<lab>/.

    topology.yaml   what it is made of, kept current when VMs come and go
    settings.json   configuration (`dcportals`, `ovs`, `bare`) and the daemon's path
    processes/      one file per background process (processes.py)
    logs/           what those processes wrote
    <hypervisor>/   run directory of that hypervisor's Open vSwitch
    controller/     dcportald's configuration file and store

Made before anything else of a lab is made, and removed after everything else is gone.
"""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from . import netns, topology_file
from .errors import LabError
from .processes import Record
from .topology import Topology

ROOT = Path("/run/dcportals-lab")


@dataclass(frozen=True)
class Settings:
    config: str
    daemon: str | None = None


class State:
    def __init__(self, lab: str) -> None:
        self.lab = lab
        self.directory = ROOT / lab
        self.record = Record(self.directory / "processes")
        self.controller_directory = self.directory / "controller"

    def exists(self) -> bool:
        return self.directory.exists()

    def create(self, topology: Topology, settings: Settings) -> None:
        ROOT.mkdir(exist_ok=True)
        try:
            self.directory.mkdir()
        except FileExistsError as error:
            raise LabError(f"lab {self.lab} is up already, or was left behind: see `lab status {self.lab}`, "
                           f"end it with `lab down {self.lab}`") from error
        for name in ("processes", "logs", "controller"):
            (self.directory / name).mkdir()
        (self.directory / "settings.json").write_text(json.dumps(asdict(settings)), encoding="utf-8")
        self.save(topology)

    def save(self, topology: Topology) -> None:
        topology_file.save(topology, self.directory / "topology.yaml")

    def load(self) -> tuple[Topology, Settings]:
        try:
            settings = Settings(**json.loads((self.directory / "settings.json").read_text(encoding="utf-8")))
            return topology_file.load(self.directory / "topology.yaml"), settings
        except FileNotFoundError as error:
            raise LabError(f"there is no whole lab {self.lab}; `lab list` shows what there is") from error

    def log(self, name: str) -> Path:
        return self.directory / "logs" / f"{name}.log"

    def remove(self) -> None:
        if self.exists():
            shutil.rmtree(self.directory)


def all_labs() -> list[str]:
    """Every lab of which anything is left: a directory or a namespace."""
    directories = {path.name for path in ROOT.iterdir()} if ROOT.exists() else set()
    return sorted(directories | netns.labs_with_namespaces())
