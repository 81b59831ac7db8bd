"""An HTTP(S) connection that is made inside a network namespace, where a server listens on loopback. Used by rpc.py and by tests."""

import http.client
import ssl

from . import netns


class Connection(http.client.HTTPConnection):
    def __init__(self, namespace: str, host: str, port: int, timeout: float, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(host, port, timeout=timeout)
        self._namespace = namespace
        self._tls = tls

    def connect(self) -> None:
        with netns.entered(self._namespace):
            super().connect()
        if self._tls:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)
