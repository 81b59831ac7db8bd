"""JSON-RPC 2.0 over HTTP(S) POST to dcportald, from inside the controller's namespace.

The API listens on the namespace's own loopback, so the connection is made in there. Used by daemon.py and, through
Lab.rpc, by tests.
"""

import http.client
import itertools
import json
import socket
import ssl
from typing import Any

from . import netns
from .errors import LabError
from .http_connection import Connection

HOST, PORT = "127.0.0.1", 8696


class RpcError(LabError):
    """The daemon refused a call. `code` and `data` are those of the JSON-RPC error object."""

    def __init__(self, method: str, code: int, message: str, data: Any = None) -> None:
        super().__init__(f"{method}: {message} (code {code})" + (f": {json.dumps(data)}" if data is not None else ""))
        self.code = code
        self.data = data


class RpcClient:
    """One connection per call: a client that outlives a restart of the daemon needs no care."""

    def __init__(self, namespace: str, certificate: str = "", token: str = "") -> None:
        """`certificate` is the file of the one that the daemon shows, which alone is trusted; without it there is no TLS. `token` is
        the text that the daemon asks for."""
        self._namespace = namespace
        self._tls = _trusting(certificate) if certificate else None
        self._headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        self._ids = itertools.count(1)

    def call(self, method: str, params: Any = None, timeout: float = 60) -> Any:
        request = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": {} if params is None else params}
        status, body = self.post(json.dumps(request).encode(), timeout)
        try:
            answer = json.loads(body)
        except ValueError as error:
            raise LabError(f"{method}: HTTP {status}, and the body is not JSON: {body[:200]!r}") from error
        if "error" in answer:
            fault = answer["error"]
            raise RpcError(method, fault.get("code", 0), fault.get("message", ""), fault.get("data"))
        if answer.get("id") != request["id"] or "result" not in answer:
            raise LabError(f"{method}: not an answer to this call: {answer}")
        return answer["result"]

    def post(self, body: bytes, timeout: float = 60) -> tuple[int, bytes]:
        """HTTP status and body for any request body at all; tests of bad input use it."""
        connection = Connection(self._namespace, HOST, PORT, timeout, self._tls)
        try:
            connection.request("POST", "/", body, self._headers)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            raise LabError(f"dcportald's API: {error}") from error
        finally:
            connection.close()

    def listening(self) -> bool:
        with netns.entered(self._namespace), socket.socket() as probe:
            return probe.connect_ex((HOST, PORT)) == 0


def _trusting(certificate: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certificate)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # whoever has signed it
    return context
