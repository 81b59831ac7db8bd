"""A MariaDB of its own for Neutron: on a unix socket only, its data in the lab's directory, gone with the lab. Used by cloud.py."""

import socket
from pathlib import Path

from dcplab import Lab, commands

from .enclosure import Enclosure
from .waiting import SECONDS, await_port

CONFIGURATION = """\
[mariadbd]
datadir={directory}/data
socket={directory}/socket
pid-file={directory}/pid
skip-networking
skip-log-bin
innodb_flush_log_at_trx_commit=0
innodb_log_file_size=16M
innodb_buffer_pool_size=64M
max_connections=400
performance_schema=OFF
user=root
"""


class MariaDb:
    def __init__(self, lab: Lab, directory: Path) -> None:
        self._directory = directory
        self._configuration = directory / "my.cnf"
        self.enclosure = Enclosure(lab, "mariadb", "controller")

    def start(self) -> None:
        """From nothing to an empty database `neutron`."""
        self._directory.mkdir(parents=True)
        self._configuration.write_text(CONFIGURATION.format(directory=self._directory), encoding="ascii")
        commands.run(["mariadb-install-db", f"--defaults-file={self._configuration}", "--auth-root-authentication-method=normal",
                      "--skip-test-db", "--user=root"], timeout=SECONDS)
        self.enclosure.start(["mariadbd", f"--defaults-file={self._configuration}"])
        await_port(self._listening, self.enclosure.alive, "MariaDB", self.enclosure.last_words)
        self.sql("create database neutron character set utf8", database="")

    @property
    def url(self) -> str:
        """SQLAlchemy's."""
        return f"mysql+pymysql://root@localhost/neutron?unix_socket={self._directory}/socket&charset=utf8"

    def sql(self, statement: str, database: str = "neutron") -> list[list[str]]:
        """The rows of the answer, as text."""
        done = commands.run(["mariadb", "--no-defaults", "-uroot", f"--socket={self._directory}/socket", "--batch", "--skip-column-names",
                             f"--execute={statement}", *([database] if database else [])], timeout=SECONDS)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def _listening(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(f"{self._directory}/socket") == 0
