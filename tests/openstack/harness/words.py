"""What a log says from a moment on. Used by server.py and by tests."""

from pathlib import Path


class Words:
    def __init__(self, log: Path) -> None:
        """From now on."""
        self._log = log
        self._begin = log.stat().st_size if log.exists() else 0

    def lines(self, *words: str) -> list[str]:
        """Those with all of these words."""
        text = self._log.read_bytes()[self._begin:].decode("utf-8", "replace")
        return [line for line in text.splitlines() if all(word in line for word in words)]
