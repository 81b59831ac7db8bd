"""An HTTP connection that is made inside a network namespace, where a server listens on loopback. Used by rpc.py and by tests."""

import http.client

from . import netns


class Connection(http.client.HTTPConnection):
    def __init__(self, namespace: str, host: str, port: int, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self._namespace = namespace

    def connect(self) -> None:
        with netns.entered(self._namespace):
            super().connect()
