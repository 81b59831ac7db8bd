"""Does dcportald refuse to start where it should, saying why, and does it keep what it acknowledged when it is killed?

Configuration, key pools, the store's file, a second daemon, kill -9. Issue: bad configuration; an API call that returned success
is on disk.
"""

import http.client
import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from background import PATIENCE
from dcplab import RpcError
from lone_daemon import LoneDaemon, run_to_the_end

TENANT = "0123456789abcdef0123456789abcdef"
SEEDS = (31, 32, 33, 34)


def uuid(kind: int, number: int) -> str:
    return f"{kind:08x}-0000-4000-8000-{number:012x}"


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[LoneDaemon]:
    daemon = LoneDaemon(tmp_path)
    yield daemon
    if daemon.alive():
        daemon.end()


# (the file's text, words of the complaint)
WRONG_FILES: dict[str, tuple[str, str]] = {
    "not TOML": ("[api\n", ":1: "),
    "unknown section": ("[apy]\n", ":1: unknown section apy"),
    "unknown key": ("\n[api]\nlistn = 1\n", ":3: unknown key api.listn"),
    "key outside a section": ("listen = 1\n", ":1: unknown section listen"),
    "value instead of a section": ("api = 1\n", ":1: api must be a table"),
    "wrong type": ('[openflow]\necho_interval_seconds = "5"\n', ":2: openflow.echo_interval_seconds must be a whole number"),
    "number out of range": ("[openflow]\nmax_connections = 0\n", ":2: openflow.max_connections must be from 1"),
    "address without port": ('[api]\nlisten = "127.0.0.1"\n', ":2: api.listen must be address:port"),
    "token that cannot be read": ('[api]\ntoken_file = "/nonexistent"\n', ":2: api.token_file cannot read"),
    "pool that is no prefix": ('[fabric]\nkey_pool = "240.0.0.0"\n', ":2: fabric.key_pool"),
    "pool with host bits": ('[fabric]\nkey_pool = "240.0.0.1/4"\n', ":2: fabric.key_pool"),
    "pool over multicast": ('[fabric]\nkey_pool = "224.0.0.0/3"\n', "overlaps 224.0.0.0/4 (multicast)"),
    "pool over loopback": ('[fabric]\nkey_pool = "127.0.0.0/8"\n', "overlaps 127.0.0.0/8 (loopback)"),
    "pool over everything": ('[fabric]\nkey_pool = "0.0.0.0/0"\n', "overlaps"),
    "pool too small for its hosts": ('[fabric]\nkey_pool = "240.0.0.0/24"\nkey_host_bits = 9\n', "9"),
    "log level unknown": ('[log]\nlevel = "loud"\n', ":2: log.level must be"),
    "no uplink": ('[fabric]\nuplink = ""\n', ":2: fabric.uplink must not be empty"),
}


@pytest.mark.parametrize("case", WRONG_FILES)
@pytest.mark.parametrize("option", ["--check-config", "--config"])
def test_wrong_configuration(tmp_path: Path, case: str, option: str) -> None:
    """The check and the daemon itself say the same, and stop with 2."""
    text, words = WRONG_FILES[case]
    file = tmp_path / "wrong.toml"
    file.write_text(text, encoding="utf-8")
    code, said = run_to_the_end(option, str(file))
    assert code == 2
    assert said.startswith(f"dcportald: {file}") and words in said and len(said.splitlines()) <= 2, said


def test_right_configuration(daemon: LoneDaemon) -> None:
    code, said = run_to_the_end("--check-config", str(daemon.file))
    assert (code, said) == (0, f"{daemon.file}: right\n")


def test_wrong_command_line(tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    assert run_to_the_end()[0] == 2
    code, said = run_to_the_end("--config", str(missing))
    assert code == 2 and f"{missing}: cannot be read" in said
    assert run_to_the_end("--frobnicate")[0] != 0


# (what stands in the configuration besides, words of the complaint); the exit code is 1
CANNOT_RUN = {
    "API for everybody without a token": ('[api]\nlisten = "0.0.0.0:0"\n', "token"),
    "store in no directory": ('[store]\npath = "/nonexistent/dcportals.db"\n', "/nonexistent/dcportals.db"),
    "store that is a directory": ('[store]\npath = "/tmp"\n', "/tmp"),
    "switches' address of another machine": ('[openflow]\nlisten = "192.0.2.1:6653"\n', "192.0.2.1"),
}


@pytest.mark.parametrize("case", CANNOT_RUN)
def test_cannot_run(tmp_path: Path, case: str) -> None:
    text, words = CANNOT_RUN[case]
    file = tmp_path / "dcportald.toml"
    defaults = {"[openflow]": '[openflow]\nlisten = "127.0.0.1:0"\n', "[api]": '[api]\nlisten = "127.0.0.1:0"\n',
                "[store]": f'[store]\npath = "{tmp_path / "s.db"}"\n'}
    file.write_text(text + "".join(default for section, default in defaults.items() if section not in text), encoding="utf-8")
    code, said = run_to_the_end("--config", str(file))
    assert code == 1
    assert words in said.splitlines()[-1], said


def test_port_that_is_taken(daemon: LoneDaemon, tmp_path: Path) -> None:
    daemon.start()
    file = tmp_path / "second.toml"
    for section, number in (("api", daemon.api_port), ("openflow", daemon.openflow_port)):
        other = "openflow" if section == "api" else "api"
        file.write_text(f'[{section}]\nlisten = "127.0.0.1:{number}"\n[{other}]\nlisten = "127.0.0.1:0"\n'
                        f'[store]\npath = "{tmp_path / "second.db"}"\n', encoding="utf-8")
        code, said = run_to_the_end("--config", str(file))
        assert code == 1 and "in use" in said, said


def test_second_daemon_on_the_same_store(daemon: LoneDaemon) -> None:
    daemon.start()
    code, said = run_to_the_end("--config", str(daemon.file))
    assert code == 1
    assert f"{daemon.store}: in use by another dcportald (process {daemon.pid})" in said
    assert daemon.call("network.list") == []
    daemon.end(signal.SIGKILL)
    daemon.start()  # a dead daemon has no lock


@pytest.mark.parametrize("damage", [b"not a database at all, " * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_store_that_is_no_store(daemon: LoneDaemon, damage: bytes) -> None:
    daemon.store.write_bytes(damage)
    code, said = run_to_the_end("--config", str(daemon.file))
    assert code == 1 and str(daemon.store) in said, said
    assert daemon.store.read_bytes() == damage, "what cannot be understood is not written to"


def test_key_pool_over_a_tenants_addresses(daemon: LoneDaemon) -> None:
    """A pool configured later must not meet what a tenant has already; nothing is changed by the refusal."""
    daemon.start()
    daemon.call("network.put", {"id": uuid(1, 1), "tenant_id": TENANT})
    daemon.call("subnet.put", {"id": uuid(2, 1), "network_id": uuid(1, 1), "cidr": "10.1.0.0/16"})
    kept = daemon.everything()
    daemon.end()
    daemon.configure('[fabric]\nkey_pool = "10.0.0.0/8"\n')
    code, said = run_to_the_end("--config", str(daemon.file))
    assert code == 1 and "10.1.0.0/16" in said and "10.0.0.0/8" in said, said
    daemon.configure('[fabric]\nkey_pool = "100.64.0.0/10"\n')
    daemon.start()
    assert daemon.everything() == kept
    with pytest.raises(RpcError, match="key pool"):
        daemon.call("subnet.put", {"id": uuid(2, 2), "network_id": uuid(1, 1), "cidr": "100.64.0.0/24"})


def test_wrong_token(daemon: LoneDaemon, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("secret\n", encoding="ascii")
    daemon.file.write_text(daemon.file.read_text(encoding="utf-8").replace("[store]", f'token_file = "{token}"\n[store]'),
                           encoding="utf-8")
    daemon.start()
    body = b'{"jsonrpc": "2.0", "id": 1, "method": "tenant.list"}'
    for wrong in ({}, {"Authorization": "Bearer secre"}, {"Authorization": "Bearer secrets"}, {"Authorization": "Basic secret"}):
        assert daemon.post(body, **wrong)[0] == 401
    assert daemon.post(body, Authorization="Bearer secret")[0] == 200


@pytest.mark.parametrize("seed", SEEDS)
def test_kill_keeps_what_was_acknowledged_and_nothing_half(daemon: LoneDaemon, seed: int) -> None:
    """Transactions of a network, a subnet and a port each are put as fast as they go; the daemon is killed at some moment, with
    the next one under way. Three times over."""
    print(f"seed {seed}")
    rng = random.Random(seed)
    acknowledged: list[int] = []
    for _ in range(3):
        daemon.start()
        kill_at = len(acknowledged) + rng.randint(1, 40)
        reached = threading.Event()
        client = threading.Thread(target=put_until_it_dies, args=(daemon, acknowledged, kill_at, reached))
        client.start()
        assert reached.wait(PATIENCE)
        assert daemon.end(signal.SIGKILL) == -signal.SIGKILL
        client.join(PATIENCE)
    daemon.start()
    numbers = {kind: {int(each["id"][-12:], 16) for each in daemon.call(f"{kind}.list")} for kind in ("network", "subnet", "port")}
    assert numbers["network"] == numbers["subnet"] == numbers["port"], "a transaction is half there"
    assert numbers["port"] >= set(acknowledged), "an acknowledged transaction is lost"
    assert len(numbers["port"]) <= len(acknowledged) + 3, "at most the one that was under way, each time"
    given = [each["computed"]["number"] for each in daemon.call("network.list")]
    assert len(set(given)) == len(given), "a number was given twice"


def put_until_it_dies(daemon: LoneDaemon, acknowledged: list[int], kill_at: int, reached: threading.Event) -> None:
    number = len(acknowledged)
    while True:
        network, subnet = uuid(1, number), uuid(2, number)
        operations = [
            {"method": "network.put", "params": {"id": network, "tenant_id": TENANT}},
            {"method": "subnet.put", "params": {"id": subnet, "network_id": network, "cidr": "10.0.0.0/24"}},
            {"method": "port.put", "params": {"id": uuid(3, number), "network_id": network, "mac_address": "fa:16:3e:00:00:01",
                                              "fixed_ips": [{"subnet_id": subnet, "ip_address": "10.0.0.1"}]}},
        ]
        try:
            daemon.call("topology.apply", {"operations": operations})
        except (OSError, http.client.HTTPException):
            return
        acknowledged.append(number)
        number += 1
        if len(acknowledged) == kill_at:
            reached.set()
