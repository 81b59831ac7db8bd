"""dcportald by itself, on free ports of the loopback, with a store in a temporary directory: for tests that need no switch."""

import http.client
import itertools
import json
import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import testbed
from background import PATIENCE, Program
from dcplab import RpcError

CONFIGURATION = """\
[openflow]
listen = "127.0.0.1:0"
[api]
listen = "{api_address}:0"
{api}[store]
path = "{store}"
"""


class LoneDaemon:
    """Not started yet. It keeps its store when it is started again."""

    def __init__(self, directory: Path) -> None:
        self.store = directory / "dcportals.db"
        self.file = directory / "dcportald.toml"
        self.configure()
        self.api_port = 0
        self.openflow_port = 0
        self._program: Program | None = None
        self._connection: http.client.HTTPConnection | None = None
        self._ids = itertools.count(1)

    def configure(self, more: str = "") -> None:
        self.file.write_text(CONFIGURATION.format(store=self.store, api_address="127.0.0.1", api="") + more, encoding="utf-8")

    def configure_api(self, *lines: str, address: str = "127.0.0.1") -> None:
        """With these lines in the section [api]."""
        api = "".join(f"{line}\n" for line in lines)
        self.file.write_text(CONFIGURATION.format(store=self.store, api_address=address, api=api), encoding="utf-8")

    def start(self) -> "LoneDaemon":
        self._program = Program(subprocess.Popen([testbed.DAEMON, "--config", str(self.file)], stdin=subprocess.DEVNULL,
                                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
        started = self._program.await_line("event=started")
        self.api_port = int(re.search(r"api=\S+:(\d+)", started)[1])
        (listening,) = (line for line in self._program.lines if "event=listening" in line)
        self.openflow_port = int(re.search(r" port=(\d+)", listening)[1])
        self.forget_connection()
        return self

    def end(self, number: int = signal.SIGTERM) -> int:
        """The exit code."""
        self._program.end(number)
        return self._program.process.returncode

    def alive(self) -> bool:
        return self._program is not None and self._program.process.poll() is None

    @property
    def log(self) -> list[str]:
        """Up to its start and what has been awaited since."""
        return self._program.lines

    @property
    def pid(self) -> int:
        return self._program.process.pid

    def call(self, method: str, params: Any = None) -> Any:
        """The result, or RpcError with the error's code and data."""
        request = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": {} if params is None else params}
        status, body = self.post(json.dumps(request).encode())
        answer = json.loads(body)
        assert (status, answer["id"]) == (200, request["id"]), (status, answer)
        if "error" in answer:
            raise RpcError(method, answer["error"]["code"], answer["error"]["message"], answer["error"].get("data"))
        return answer["result"]

    def post(self, body: bytes, path: str = "/", method: str = "POST", **headers: str) -> tuple[int, bytes]:
        """Any request at all."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.api_port, timeout=PATIENCE)
        try:
            self._connection.request(method, path, body, {"Content-Type": "application/json", **headers})
            response = self._connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            self.forget_connection()
            raise
        finally:
            if headers or method != "POST":
                self.forget_connection()

    def forget_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def everything(self) -> dict[str, Any]:
        """All objects there are: what must not change when a call is refused."""
        kinds = ("tenant", "network", "subnet", "port", "router", "host")
        return {kind: self.call(f"{kind}.list") for kind in kinds}


def run_to_the_end(*arguments: str) -> tuple[int, str]:
    """Exit code and output of a dcportald that is not supposed to stay."""
    done = subprocess.run([testbed.DAEMON, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=PATIENCE, env={**os.environ, "LC_ALL": "C"}, check=False)
    return done.returncode, done.stdout
