"""Neutron's server in the controller's namespace, on MariaDB and RabbitMQ, with the driver: its life in one layout or the other.

Used by cloud.py. Tests kill it, or some of its programs, and start it again.
"""

import re
from collections import Counter
from pathlib import Path

from dcplab import Lab

from .configuration import Configuration
from .enclosure import Enclosure
from .layouts import Layout
from .rest import Rest
from .waiting import await_port
from .words import Words


class Server:
    def __init__(self, lab: Lab, layout: Layout, configuration: Configuration) -> None:
        """Nothing runs yet, and the configuration need not have been written."""
        self.layout = layout
        self.configuration = configuration
        self.programs = {name: Enclosure(lab, name, "controller", configuration.environment.variables) for name in layout.commands}
        self.rest = Rest(lab.namespace("controller"))

    @property
    def log(self) -> Path:
        """Of the program in which the driver's worker runs."""
        return self.programs[self.layout.worker].log

    def start(self) -> None:
        """Returns when the API answers."""
        api = self.programs[self.layout.api]
        for name in self.programs:
            self.start_program(name)
        await_port(self.rest.answers, api.alive, api.name, api.last_words)

    def answered(self, said: Words, what: str = "") -> Counter[str]:
        """How many requests each process of the API has answered, of those of which its log says what this pattern finds."""
        return Counter(re.findall(self.layout.request + what, "\n".join(said.lines())))

    def start_program(self, name: str) -> None:
        """One of several, after it was killed."""
        self.programs[name].start(self.layout.commands[name](self.configuration))

    def kill(self) -> None:
        """SIGKILL to all of its processes at once."""
        for program in self.programs.values():
            program.kill()

    def terminate(self) -> None:
        """In peace."""
        for program in self.programs.values():
            program.terminate()

    def restart(self) -> None:
        self.terminate()
        self.start()
