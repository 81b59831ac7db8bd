"""The errors that the lab raises on purpose.

Everything that a person can mend (a wrong topology file, a missing program, a lab that is already up) is a LabError; the
command line prints its text without a traceback. Any other exception is a fault of the lab itself.
"""


class LabError(Exception):
    """Something went wrong that its text explains to a person."""


class TopologyError(LabError):
    """The topology file says something that the lab cannot build; the text names the place in the file."""


class CommandError(LabError):
    """A command inside the lab failed. `output` is what it wrote."""

    def __init__(self, command: str, returncode: int, output: str) -> None:
        super().__init__(f"{command} ended with {returncode}: {output.strip()}")
        self.returncode = returncode
        self.output = output
