"""Neutron's REST API from inside the controller's namespace, as a project's user or an administrator would call it.

Authentication is off (`noauth`): every call is an administrator's, and the project of an object is the one that it names.
"""

import http.client
import json
from typing import Any

from dcplab.errors import LabError
from dcplab.http_connection import Connection

from .waiting import SECONDS

HOST, PORT = "127.0.0.1", 9696
# Neutron's collections whose path is not the plural with an s.
_PLURALS = {"security_group": "security-groups", "security_group_rule": "security-group-rules"}


class ApiError(LabError):
    """An answer other than 2xx. `kind` is Neutron's name of the exception."""

    def __init__(self, method: str, path: str, status: int, body: Any) -> None:
        fault = body.get("NeutronError", {}) if isinstance(body, dict) else {}
        self.kind = fault.get("type", "") if isinstance(fault, dict) else ""
        self.status = status
        super().__init__(f"{method} {path}: {status} {fault or body}")


class Rest:
    """A connection per call, so that calls spread over the server's API workers and survive its restart. Any thread may use it."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def create(self, kind: str, **attributes: Any) -> dict:
        """`create("port", network_id=..., project_id=...)`; a name with `__` for one with a colon: `binding__host_id`."""
        return self.call("POST", _collection(kind), {kind: _with_colons(attributes)})[kind]

    def get(self, kind: str, id: str) -> dict:
        return self.call("GET", f"{_collection(kind)}/{id}")[kind]

    def list(self, kind: str, **filters: str) -> list[dict]:
        query = "&".join(f"{name}={value}" for name, value in _with_colons(filters).items())
        return self.call("GET", f"{_collection(kind)}?{query}")[_collection(kind).replace("-", "_")]

    def update(self, kind: str, id: str, **attributes: Any) -> dict:
        return self.call("PUT", f"{_collection(kind)}/{id}", {kind: _with_colons(attributes)})[kind]

    def delete(self, kind: str, id: str) -> None:
        self.call("DELETE", f"{_collection(kind)}/{id}")

    def add_router_interface(self, router: str, subnet: str) -> str:
        """The new port's id."""
        return self.call("PUT", f"routers/{router}/add_router_interface", {"subnet_id": subnet})["port_id"]

    def remove_router_interface(self, router: str, subnet: str) -> None:
        self.call("PUT", f"routers/{router}/remove_router_interface", {"subnet_id": subnet})

    def call(self, method: str, path: str, body: Any = None, timeout: float = SECONDS) -> Any:
        """ApiError for what Neutron refuses, LabError when nobody answers."""
        status, answer = self._exchange(method, path, body, timeout)
        if status >= 300:
            raise ApiError(method, path, status, answer)
        return answer

    def answers(self) -> bool:
        try:
            return self._exchange("GET", "ports?limit=1", None, 20)[0] == 200
        except LabError:
            return False

    def _exchange(self, method: str, path: str, body: Any, timeout: float) -> tuple[int, Any]:
        connection = Connection(self._namespace, HOST, PORT, timeout)
        try:
            connection.request(method, f"/v2.0/{path}", None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise LabError(f"{method} {path}: {error or type(error).__name__}") from error
        finally:
            connection.close()
        try:
            return response.status, json.loads(text) if text else None
        except ValueError:
            return response.status, text.decode("utf-8", "replace")


def _collection(kind: str) -> str:
    return _PLURALS.get(kind, f"{kind}s")


def _with_colons(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name.replace("__", ":"): value for name, value in attributes.items()}
