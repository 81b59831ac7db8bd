"""Is the API behind TLS for whom it should be, and only for them? dcportald, Python's ssl and dcportalctl, with certificates made here."""

import json
import os
import socket
import ssl
import subprocess
from collections.abc import Iterator
from http.client import HTTPSConnection
from pathlib import Path

import pytest
import testbed
from background import PATIENCE
from dcplab.certificates import Authority
from lone_daemon import LoneDaemon, run_to_the_end

REQUEST = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "network.list"})


def tls_configuration(certificate: Path | str, key: Path | str) -> str:
    return f'[api]\ntls_certificate_file = "{certificate}"\ntls_key_file = "{key}"\n'


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[LoneDaemon]:
    daemon = LoneDaemon(tmp_path)
    yield daemon
    if daemon.alive():
        daemon.end()


@pytest.fixture
def daemon(plain: LoneDaemon, authority: Authority) -> LoneDaemon:
    """With a certificate for 127.0.0.1 and localhost."""
    plain.configure_api(*tls_configuration(*authority.issue("server", "DNS:localhost,IP:127.0.0.1")).splitlines()[1:])
    return plain.start()


def call(daemon: LoneDaemon, context: ssl.SSLContext, host: str = "127.0.0.1") -> list:
    connection = HTTPSConnection(host, daemon.api_port, timeout=PATIENCE, context=context)
    try:
        connection.request("POST", "/", REQUEST, {"Content-Type": "application/json"})
        return json.loads(connection.getresponse().read())["result"]
    finally:
        connection.close()


def trusting(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority.file))


def dcportalctl(daemon: LoneDaemon, *arguments: str, scheme: str = "https", host: str = "127.0.0.1", **variables: str) -> tuple[int, str]:
    done = subprocess.run([testbed.CTL, "--api", f"{scheme}://{host}:{daemon.api_port}", *arguments, "network", "list", "--json"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, env={**os.environ, **variables}, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_who_trusts_the_ca_is_served(daemon: LoneDaemon, authority: Authority, host: str) -> None:
    assert call(daemon, trusting(authority), host) == []
    code, said = dcportalctl(daemon, "--ca-file", str(authority.file), host=host)
    assert (code, json.loads(said)) == (0, [])
    assert dcportalctl(daemon, host=host, DCPORTALS_CA_FILE=str(authority.file))[0] == 0


def test_another_ca_and_none_are_not_trusted(daemon: LoneDaemon, tmp_path: Path) -> None:
    stranger = Authority(tmp_path / "stranger")
    for context in (trusting(stranger), ssl.create_default_context()):
        with pytest.raises(ssl.SSLCertVerificationError):
            call(daemon, context)
    code, said = dcportalctl(daemon, "--ca-file", str(stranger.file))
    assert code == 3 and "certificate is not trusted by the CA file" in said, said
    code, said = dcportalctl(daemon)
    assert code == 3 and "certificate is not trusted by the system's CA certificates" in said, said


def test_a_certificate_for_another_host(plain: LoneDaemon, authority: Authority) -> None:
    plain.configure_api(*tls_configuration(*authority.issue("server", "DNS:dcportald.example")).splitlines()[1:])
    plain.start()
    for host in ("127.0.0.1", "localhost"):
        code, said = dcportalctl(plain, "--ca-file", str(authority.file), host=host)
        assert code == 3 and f"certificate is not for {host}" in said, said


def test_an_expired_certificate(plain: LoneDaemon, authority: Authority) -> None:
    """The daemon starts, so that switches go on being served, and warns."""
    plain.configure_api(*tls_configuration(*authority.issue("server", "IP:127.0.0.1", days=-1)).splitlines()[1:])
    plain.start()
    assert any("event=certificate_expired" in line for line in plain.log)
    code, said = dcportalctl(plain, "--ca-file", str(authority.file))
    assert code == 3 and "certificate has expired" in said, said


def test_plain_http_to_the_tls_port(daemon: LoneDaemon, authority: Authority) -> None:
    status, body = daemon.post(REQUEST.encode())
    assert (status, body) == (400, b"TLS is spoken here: the API's URL starts with https://\n")
    code, said = dcportalctl(daemon, scheme="http")
    assert code == 3 and "the API's URL starts with https://" in said, said
    assert call(daemon, trusting(authority)) == []


def test_tls_to_the_plain_port(plain: LoneDaemon, authority: Authority) -> None:
    plain.start()
    with pytest.raises(ssl.SSLError):
        call(plain, trusting(authority))
    code, said = dcportalctl(plain, "--ca-file", str(authority.file))
    assert code == 3 and "does not speak TLS" in said, said
    assert plain.call("network.list") == []


def test_old_versions_are_refused(daemon: LoneDaemon, authority: Authority) -> None:
    context = trusting(authority)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError, match="(?i)version|alert"):
        call(daemon, context)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert call(daemon, context) == []


def test_a_slow_handshake_ends(daemon: LoneDaemon, authority: Authority) -> None:
    """After the time of a request's head (10 s), and it holds up nobody meanwhile."""
    with socket.create_connection(("127.0.0.1", daemon.api_port), timeout=PATIENCE) as slow:
        slow.sendall(b"\x16\x03\x01")
        for _ in range(5):
            assert call(daemon, trusting(authority)) == []
        assert slow.recv(1) == b"", "the daemon closes"


def test_stopping_does_not_wait_for_clients(daemon: LoneDaemon) -> None:
    with socket.create_connection(("127.0.0.1", daemon.api_port), timeout=PATIENCE) as silent:
        assert daemon.end() == 0
        assert silent.recv(1) == b""


@pytest.mark.parametrize("option", ["--check-config", "--config"])
def test_wrong_files(plain: LoneDaemon, authority: Authority, option: str) -> None:
    certificate, key = authority.issue("server", "DNS:localhost")
    _, other_key = authority.issue("other", "DNS:localhost")
    nonsense = authority.file.parent / "nonsense"
    nonsense.write_text("no PEM", encoding="utf-8")
    for wrong, words in [(("/nowhere", key), ":2: api.tls_certificate_file /nowhere: No such file or directory"),
                         ((certificate, "/nowhere"), ":3: api.tls_key_file /nowhere: No such file or directory"),
                         ((nonsense, key), f":2: api.tls_certificate_file {nonsense}: holds no usable certificate"),
                         ((certificate, nonsense), f":3: api.tls_key_file {nonsense}: holds no private key"),
                         ((certificate, other_key), f":3: api.tls_key_file {other_key}: is not the key of the certificate"),
                         ((certificate, ""), ":3: api.tls_key_file is missing")]:
        plain.file.write_text(tls_configuration(*wrong), encoding="utf-8")
        code, said = run_to_the_end(option, str(plain.file))
        assert code == 2 and words in said, said


@pytest.mark.parametrize("address, with_tls, warned", [("0.0.0.0", False, True), ("0.0.0.0", True, False), ("127.0.0.1", False, False)])
def test_a_token_in_clear_is_warned_of(plain: LoneDaemon, authority: Authority, tmp_path: Path, address: str, with_tls: bool,
                                       warned: bool) -> None:
    token = tmp_path / "token"
    token.write_text("secret\n", encoding="utf-8")
    tls = tls_configuration(*authority.issue("server", "IP:127.0.0.1")).splitlines()[1:] if with_tls else []
    plain.configure_api(f'token_file = "{token}"', *tls, address=address)
    plain.start()
    assert any("event=token_in_clear" in line for line in plain.log) == warned
