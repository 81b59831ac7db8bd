#!/usr/bin/python3
"""Question: how long does dcportald take to swallow a whole cloud in one call, and to serve it again after a restart?

1,000 networks with a subnet and 20 ports each, 20,000 ports, described by one topology.apply to a daemon with SQLite on disk; then the
daemon is killed and started again. Prints both times and the daemon's memory. Usage: daemon_bench.py BUILD_FOLDER
"""
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid

NETWORKS, PORTS_PER_NETWORK = 1000, 20


def name(kind: str, number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{kind}{number}"))


def operations() -> list[dict]:
    out = []
    for n in range(NETWORKS):
        network, subnet, tenant = name("network", n), name("subnet", n), f"{n:032x}"
        out.append({"method": "network.put", "params": {"id": network, "tenant_id": tenant, "name": f"net{n}"}})
        out.append({"method": "subnet.put", "params": {"id": subnet, "network_id": network, "tenant_id": tenant, "cidr": "10.0.0.0/24"}})
        for p in range(PORTS_PER_NETWORK):
            out.append({"method": "port.put", "params": {
                "id": name(f"port{n}-", p), "network_id": network, "tenant_id": tenant, "name": f"vm{p}",
                "mac_address": f"fa:16:3e:00:00:{p + 1:02x}", "fixed_ips": [{"subnet_id": subnet, "ip_address": f"10.0.0.{p + 2}"}]}})
    return out


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Daemon:
    def __init__(self, binary: str, folder: str) -> None:
        self.binary, self.folder, self.api = binary, folder, free_port()
        self.configuration = os.path.join(folder, "dcportald.toml")
        with open(self.configuration, "w") as file:
            file.write(f'[openflow]\nlisten = "127.0.0.1:{free_port()}"\n[api]\nlisten = "127.0.0.1:{self.api}"\n'
                       f'[store]\npath = "{folder}/store.db"\n[log]\nlevel = "warning"\n')

    def start(self) -> float:
        """Seconds until it answers."""
        begin = time.monotonic()
        self.process = subprocess.Popen([self.binary, "--config", self.configuration])
        while True:
            try:
                self.call("system.info", {})
                return time.monotonic() - begin
            except ConnectionRefusedError:
                if self.process.poll() is not None:
                    raise SystemExit("dcportald has ended")
                time.sleep(0.002)  # nobody says when a port begins to listen

    def call(self, method: str, params: dict) -> dict:
        connection = http.client.HTTPConnection("127.0.0.1", self.api, timeout=120)
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        connection.request("POST", "/", body, {"Content-Type": "application/json"})
        answer = json.load(connection.getresponse())
        if "error" in answer:
            raise SystemExit(answer["error"])
        return answer["result"]

    def memory(self) -> float:
        with open(f"/proc/{self.process.pid}/status") as file:
            fields = dict(line.split(":", 1) for line in file)
        return int(fields["VmRSS"].split()[0]) / 1024

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def main() -> None:
    binary = os.path.join(sys.argv[1], "src/daemon/dcportald")
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(binary, folder)
        print(f"{'start with an empty store':<58} {daemon.start():.3f} s, {daemon.memory():.0f} MiB")
        everything = operations()
        begin = time.monotonic()
        daemon.call("topology.apply", {"operations": everything})
        took = time.monotonic() - begin
        print(f"{'20,000 ports in 1,000 networks by one call, on disk':<58} {took:.2f} s, {daemon.memory():.0f} MiB")
        begin = time.monotonic()
        count = 200
        for _ in range(count):
            daemon.call(everything[0]["method"], {**everything[0]["params"], "name": str(time.monotonic())})
        print(f"{'one network renamed, on disk, a call each':<58} {(time.monotonic() - begin) / count * 1e3:.2f} ms")
        daemon.kill()
        print(f"{'killed and started again: until it serves':<58} {daemon.start():.3f} s, {daemon.memory():.0f} MiB")
        assert daemon.call("system.info", {})["ports"] == NETWORKS * PORTS_PER_NETWORK
        daemon.kill()


if __name__ == "__main__":
    main()
