"""A run as it is kept on disk: DIRECTORY/raw/samples.csv, and DIRECTORY/raw/run.json, which says when and on what it was measured."""

import json
import subprocess
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import machine
from .runner import Failure

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Run:
    date: str
    commit: str
    quick: bool
    arguments: str  # after `lab/evaluate`
    machine: dict[str, str]
    seconds: float = 0  # how long it took
    finished: bool = False  # not stopped halfway
    failures: list[Failure] = field(default_factory=list)

    @classmethod
    def now(cls, quick: bool, arguments: str) -> "Run":
        return cls(time.strftime("%Y-%m-%d"), commit(), quick, arguments, machine.describe())

    def save(self, raw: Path) -> None:
        (raw / "run.json").write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, raw: Path) -> "Run":
        document = json.loads((raw / "run.json").read_text(encoding="utf-8"))
        document["failures"] = [Failure(**failure) for failure in document["failures"]]
        return cls(**document)


def commit() -> str:
    """Of the source tree, with a + if it was changed since."""
    described = _git("describe", "--always", "--abbrev=10")
    return described + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "") if described else "unknown"


def _git(*arguments: str) -> str:
    try:
        return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:  # sources can come without git
        return ""
