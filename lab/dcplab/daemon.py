"""dcportald in the controller's namespace: its configuration file, its life, and how a topology is told to it.

Tests start, stop, kill and restart it through `lab.daemon`. Its store outlives a restart, as in a real installation.
"""

import json
import os
import signal
import subprocess
import time
import tomllib
from pathlib import Path
from typing import Any

from . import commands, processes
from .errors import LabError
from .rpc import HOST, PORT, RpcClient
from .state import State
from .topology import ServicePort, Topology

NAME = "dcportald"
OPENFLOW_PORT = 6653
DEFAULT_BINARY = Path(__file__).resolve().parents[2] / "build/release/src/daemon/dcportald"
# How long to wait for what takes a moment where all is well: a machine may be paused or starved.
START_SECONDS = 60.0
CALL_SECONDS = 60.0
SYNC_SECONDS = 120

Configuration = dict[str, dict[str, Any]]  # section -> key -> value


def find_binary(given: str | None) -> str:
    """The daemon to run: as given, else $DCPORTALD, else the release build of this repository."""
    path = Path(given or os.environ.get("DCPORTALD") or DEFAULT_BINARY).absolute()
    if not os.access(path, os.X_OK):
        raise LabError(f"there is no dcportald at {path}: build it, or give --daemon or $DCPORTALD")
    return str(path)


class Daemon:
    def __init__(self, namespace: str, state: State, binary: str) -> None:
        self._namespace = namespace
        self._state = state
        self.binary = binary
        self.log = state.log(NAME)
        self.configuration = state.controller_directory / "dcportald.toml"
        self._client = self._new_client()

    def configure(self, changes: Configuration | None = None) -> None:
        """Write its file: what is there, or at first what a lab needs, with these keys changed or added. A daemon that runs
        does not notice before its next start."""
        configuration = self._configured()
        if not configuration:
            configuration = {"openflow": {"listen": f"0.0.0.0:{OPENFLOW_PORT}"}, "api": {"listen": f"{HOST}:{PORT}"},
                             "store": {"path": str(self._state.controller_directory / "dcportals.db")},
                             "fabric": {"uplink": "uplink*", "key_pool": "240.0.0.0/4"}}
        for section, values in (changes or {}).items():
            configuration.setdefault(section, {}).update(values)
        self.configuration.write_text(_as_toml(configuration), encoding="utf-8")

    def start(self) -> None:
        """Returns when the API answers."""
        command = [self.binary, "--config", str(self.configuration)]
        self._client = self._new_client()
        child = self._state.record.spawn_daemon(NAME, commands.in_namespace(self._namespace, command), self.log)
        self._await_api(child)

    def stop(self) -> None:
        """SIGTERM, and wait for the end."""
        processes.stop(self._processes())

    def kill(self) -> None:
        """SIGKILL, as in a crash."""
        for process in self._processes():
            process.signal(signal.SIGKILL)
        self.stop()

    def restart(self, kill: bool = False) -> None:
        if kill:
            self.kill()
        else:
            self.stop()
        self.start()

    def alive(self) -> bool:
        return any(process.alive() for process in self._processes())

    def call(self, method: str, params: Any = None, timeout: float = CALL_SECONDS) -> Any:
        return self._client.call(method, params, timeout)

    def post(self, body: bytes, timeout: float = CALL_SECONDS) -> tuple[int, bytes]:
        return self._client.post(body, timeout)

    def apply(self, operations: list[dict]) -> Any:
        """Put several objects in one call."""
        return self.call("topology.apply", {"operations": operations}, SYNC_SECONDS)

    def wait_synced(self, hosts: list[str], ports: list[str], seconds: int = SYNC_SECONDS) -> Any:
        """Returns when these hosts have acknowledged everything and these ports are wired."""
        wanted = {"timeout_seconds": seconds, "hosts": hosts, "ports": ports}
        return self.call("sync.wait", wanted, timeout=seconds + CALL_SECONDS)

    def _configured(self) -> Configuration:
        """What its file says, if there is one."""
        return tomllib.loads(self.configuration.read_text(encoding="utf-8")) if self.configuration.exists() else {}

    def _new_client(self) -> RpcClient:
        """For the API as the file describes it: it holds the token, and the certificate, that the daemon has."""
        api = self._configured().get("api", {})
        token = Path(api["token_file"]).read_text(encoding="utf-8").strip() if api.get("token_file") else ""
        return RpcClient(self._namespace, api.get("tls_certificate_file", ""), token)

    def _processes(self) -> list[processes.Process]:
        found = self._state.record.find(NAME)
        return [found] if found else []

    def _await_api(self, child: subprocess.Popen) -> None:
        """A socket that begins to listen gives no event, so this asks again until it does."""
        deadline = time.monotonic() + START_SECONDS
        while not self._client.listening():
            if child.poll() is not None or time.monotonic() > deadline:
                how = "has ended" if child.poll() is not None else "does not answer"
                raise LabError(f"dcportald {how}; its last words:\n{processes.log_tail(self.log)}")
            time.sleep(0.01)


def _as_toml(configuration: Configuration) -> str:
    """Texts, numbers, flags and lists of these are written in TOML as in JSON; tables in tables after them."""
    lines = []
    for section, values in configuration.items():
        tables = {key: value for key, value in values.items() if isinstance(value, dict)}
        lines += [f"[{section}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items() if key not in tables), ""]
        lines += _as_toml({f"{section}.{key}": value for key, value in tables.items()}).splitlines()
    return "\n".join(lines)


def network_operations(topology: Topology, name: str) -> list[dict]:
    network = topology.networks[name]
    tenant = topology.tenant_id(network.tenant)
    return [
        {"method": "network.put", "params": {"id": topology.network_id(name), "tenant_id": tenant, "name": name,
                                             "physical_network": name if network.attached else None}},
        {"method": "subnet.put", "params": {
            "id": topology.subnet_id(name), "network_id": topology.network_id(name), "tenant_id": tenant,
            "cidr": str(network.cidr), "gateway_ip": str(network.gateway) if network.gateway else None}},
    ]


def port_operation(topology: Topology, name: str) -> dict:
    vm = topology.vms[name]
    return {"method": "port.put", "params": {
        "id": topology.port_id(name), "network_id": topology.network_id(vm.network),
        "tenant_id": topology.tenant_id(topology.tenant_of(name)), "name": name, "mac_address": vm.mac,
        "fixed_ips": [{"subnet_id": topology.subnet_id(vm.network), "ip_address": str(vm.ip)}],
        "allowed_address_pairs": [{"ip_address": pair.ip, "mac_address": pair.mac or vm.mac}
                                  for pair in vm.allowed_address_pairs],
        "port_security_enabled": vm.port_security}}


def service_port_operation(topology: Topology, port: ServicePort) -> dict:
    """As Neutron's driver tells of them. The owner is for people: trust follows `dhcp_server` and the router's own list."""
    params = {"id": port.port_id, "network_id": topology.network_id(port.network),
              "tenant_id": topology.tenant_id(topology.networks[port.network].tenant), "name": port.place, "mac_address": port.mac,
              "fixed_ips": [{"subnet_id": topology.subnet_id(port.network), "ip_address": str(port.ip)}],
              "device_owner": "network:router_interface" if port.router else "network:dhcp"}
    return {"method": "port.put", "params": params if port.router else {**params, "dhcp_server": True}}


def router_operation(topology: Topology, name: str) -> dict:
    return {"method": "router.put", "params": {
        "id": topology.router_id(name), "tenant_id": topology.tenant_id(topology.routers[name].tenant), "name": name,
        "port_ids": [port.port_id for port in topology.router_ports(name)]}}


def topology_operations(topology: Topology) -> list[dict]:
    """The whole topology, owners before what they own."""
    operations = [operation for name in topology.networks for operation in network_operations(topology, name)]
    operations += [port_operation(topology, name) for name in topology.vms]
    operations += [service_port_operation(topology, port) for port in topology.service_ports()]
    return operations + [router_operation(topology, name) for name in topology.routers]
