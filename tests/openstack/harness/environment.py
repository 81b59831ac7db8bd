"""Where Neutron's programs find the driver: a virtual environment that sees Debian's packages and has ours installed, without any network.

The source tree is copied before, because building a package leaves files behind. Used by cloud.py.
"""

import shutil
from pathlib import Path

from dcplab import commands

from .waiting import SECONDS

SOURCE = Path(__file__).resolve().parents[3] / "openstack" / "networking_dcportals"


class Environment:
    def __init__(self, directory: Path) -> None:
        self._venv = directory / "venv"
        self._copy = directory / "source"
        # Entry points are cached per user by default, with whatever other environments left there.
        self.variables = {"HOME": str(directory), "XDG_CACHE_HOME": str(directory / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}

    def build(self) -> None:
        commands.run(["/usr/bin/python3", "-m", "venv", "--system-site-packages", "--without-pip", str(self._venv)], timeout=SECONDS)
        ignored = shutil.ignore_patterns("build", "*.egg-info", "__pycache__")
        shutil.copytree(SOURCE, self._copy, ignore=ignored)
        commands.run([str(self._venv / "bin/python"), "-m", "pip", "install", "--quiet", "--no-index", "--no-build-isolation", "--no-deps",
                      "--disable-pip-version-check", "--root-user-action=ignore", str(self._copy)], timeout=SECONDS)

    def packages(self) -> Path:
        """The folder of what is installed in it, for a Python that is not its own (uwsgi's)."""
        (found,) = self._venv.glob("lib/python3*/site-packages")
        return found

    def command(self, program: str, *arguments: str) -> list[str]:
        """The command line of one of Debian's scripts (by its path), or of one that the driver brings (by its name)."""
        return [str(self._venv / "bin/python"), program if "/" in program else str(self._venv / "bin" / program), *arguments]
