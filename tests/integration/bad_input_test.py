"""Is everything that is wrong refused with an error that says what, and nothing half done?

Calls of the API with wrong values, ids, types and JSON, over real HTTP to the real binary. After each refusal the daemon has
exactly the objects it had. Configuration, store and process life are in bad_start_test.py. Issue: bad input.
"""

import socket
from collections.abc import Iterator

import pytest
from background import PATIENCE
from dcplab import RpcError
from lone_daemon import LoneDaemon

TENANT = "0123456789abcdef0123456789abcdef"


def uuid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


NET1, NET2, SUBNET1, SUBNET2, PORT1, PORT2, ROUTER, NEW, NOTHING = (uuid(number) for number in range(1, 10))


def port(**fields: object) -> dict:
    """A new port that would be right, with some fields different. None takes a field away."""
    params = {"id": NEW, "network_id": NET1, "mac_address": "fa:16:3e:00:00:77",
              "fixed_ips": [{"subnet_id": SUBNET1, "ip_address": "10.0.0.77"}], **fields}
    return {key: value for key, value in params.items() if value is not None}


def fixed(ip: str, subnet: str = SUBNET1) -> list[dict]:
    return [{"subnet_id": subnet, "ip_address": ip}]


OBJECTS = [
    ("network.put", {"id": NET1, "tenant_id": TENANT, "name": "one", "revision_number": 5}),
    ("network.put", {"id": NET2, "tenant_id": TENANT, "name": "two"}),
    ("subnet.put", {"id": SUBNET1, "network_id": NET1, "cidr": "10.0.0.0/24", "gateway_ip": "10.0.0.254"}),
    ("subnet.put", {"id": SUBNET2, "network_id": NET2, "cidr": "10.0.0.0/24"}),
    ("port.put", port(id=PORT1, mac_address="fa:16:3e:00:00:01", fixed_ips=fixed("10.0.0.1"), revision_number=7)),
    ("port.put", port(id=PORT2, mac_address="fa:16:3e:00:00:02", fixed_ips=fixed("10.0.0.2"))),
    ("router.put", {"id": ROUTER, "tenant_id": TENANT, "name": "r", "port_ids": [PORT2]}),
]


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoneDaemon]:
    daemon = LoneDaemon(tmp_path_factory.mktemp("daemon")).start()
    try:
        for method, params in OBJECTS:
            assert daemon.call(method, params) == {"changed": True}
        yield daemon
        assert daemon.end() == 0
    finally:
        if daemon.alive():
            daemon.end()


# (method, params, reason, field or None, words of the message)
REFUSED: dict[str, tuple[str, object, str, str | None, str]] = {
    "unknown method": ("port.frobnicate", {}, "method_not_found", None, "port.frobnicate"),
    "params as an array": ("network.put", [NET1], "invalid_params", "params", "object"),
    "parameter missing": ("network.put", {"tenant_id": TENANT}, "invalid_params", "id", "id"),
    "parameter unknown": ("port.put", port(colour="red"), "invalid_params", "colour", "colour"),
    "number for a text": ("network.put", {"id": NEW, "tenant_id": TENANT, "name": 5}, "invalid_params", "name", "name"),
    "text for a flag": ("port.put", port(port_security_enabled="yes"), "invalid_params", "port_security_enabled", ""),
    "object for a list": ("port.put", port(fixed_ips={}), "invalid_params", "fixed_ips", ""),
    "text in a list of objects": ("port.put", port(fixed_ips=["10.0.0.3"]), "invalid_params", "fixed_ips[0]", ""),
    "unknown key in a list": ("port.put", port(fixed_ips=[{"subnet_id": SUBNET1, "ip_address": "10.0.0.3", "mask": 24}]),
                              "invalid_params", "fixed_ips[0].mask", ""),
    "negative revision": ("network.put", {"id": NET1, "tenant_id": TENANT, "revision_number": -1}, "invalid_params", "revision_number", ""),
    "fractional revision": ("network.put", {"id": NET1, "tenant_id": TENANT, "revision_number": 1.5}, "invalid_params",
                            "revision_number", ""),
    "not a UUID": ("network.get", {"id": "net-1"}, "invalid_params", "id", "net-1"),
    "not a MAC": ("port.put", port(mac_address="fa:16:3e:00:00"), "invalid_params", "mac_address", ""),
    "not an IP": ("port.put", port(fixed_ips=fixed("10.0.0.256")), "invalid_params", "fixed_ips[0].ip_address", ""),
    "not a prefix": ("subnet.put", {"id": NEW, "network_id": NET1, "cidr": "10.0.0.0/33"}, "invalid_params", "cidr", ""),
    "prefix with host bits": ("subnet.put", {"id": NEW, "network_id": NET1, "cidr": "10.9.0.1/24"}, "invalid_params", "cidr", ""),
    "text too long": ("network.put", {"id": NEW, "tenant_id": TENANT, "name": "x" * 256}, "invalid_params", "name", "255"),
    "two different tenants": ("network.put", {"id": NEW, "tenant_id": TENANT, "project_id": "other"}, "invalid_params", "project_id", ""),
    "no tenant": ("network.put", {"id": NEW}, "invalid_params", "tenant_id", ""),
    "view that does not exist": ("flows.list", {"host": "hv1", "view": "all"}, "invalid_params", "view", "desired"),

    "nothing to configure": ("network.configure", {"id": NET1}, "invalid_params", "mode", ""),
    "mode that does not exist": ("network.configure", {"id": NET1, "mode": "lazy"}, "invalid_params", "mode", ""),
    "mode that is no text": ("fabric.configure", {"mode": True}, "invalid_params", "mode", ""),
    "no mode for the fabric": ("fabric.configure", {}, "invalid_params", "mode", ""),
    "broadcast rate of none": ("network.configure", {"id": NET1, "broadcast_rate": 0}, "invalid", "broadcast_rate", ""),
    "mode of an unknown network": ("network.configure", {"id": NOTHING, "mode": "auto"}, "not_found", "id", NOTHING),
    "drops of an unknown port": ("port.drops", {"id": NOTHING}, "not_found", "id", NOTHING),
    "text for a DHCP server's trust": ("port.put", port(dhcp_server="yes"), "invalid_params", "dhcp_server", ""),

    "network of a port unknown": ("port.put", port(network_id=NOTHING), "not_found", "network_id", NOTHING),
    "subnet of a port unknown": ("port.put", port(fixed_ips=fixed("10.0.0.3", NOTHING)), "not_found", "fixed_ips[0].subnet_id", NOTHING),
    "network of a subnet unknown": ("subnet.put", {"id": NEW, "network_id": NOTHING, "cidr": "10.1.0.0/24"}, "not_found", "network_id",
                                    NOTHING),
    "port of a router unknown": ("router.put", {"id": NEW, "tenant_id": TENANT, "port_ids": [PORT1, NOTHING]}, "not_found",
                                 "port_ids[1]", NOTHING),
    "get of an unknown port": ("port.get", {"id": NOTHING}, "not_found", "id", NOTHING),
    "unknown host": ("host.get", {"name": "hv9"}, "not_found", "name", "hv9"),
    "flows of an unknown host": ("flows.list", {"host": "hv9", "view": "diff"}, "not_found", "host", "hv9"),
    "trace from an unknown port": ("trace", {"port_id": NOTHING, "to_ip": "10.0.0.1"}, "not_found", "port_id", NOTHING),
    "trace from a port that is nowhere": ("trace", {"port_id": PORT1, "to_ip": "10.0.0.2"}, "invalid", "port_id", "not plugged"),
    "wait for an unknown host": ("sync.wait", {"timeout_seconds": 0.01, "hosts": ["hv9"]}, "timeout", None, "hv9"),
    "wait for a port that is nowhere": ("sync.wait", {"timeout_seconds": 0.01, "ports": [PORT1]}, "timeout", None, PORT1),

    "MAC that another port of the network has": ("port.put", port(mac_address="fa:16:3e:00:00:01"), "conflict", "mac_address", PORT1),
    "IP that another port of the network has": ("port.put", port(fixed_ips=fixed("10.0.0.1")), "conflict", "fixed_ips[0].ip_address",
                                                PORT1),
    "IP twice": ("port.put", port(fixed_ips=fixed("10.0.0.3") * 2), "invalid", "fixed_ips[1].ip_address", "twice"),
    "IP outside the subnet": ("port.put", port(fixed_ips=fixed("10.0.1.3")), "invalid", "fixed_ips[0].ip_address", "10.0.0.0/24"),
    "the subnet's own address": ("port.put", port(fixed_ips=fixed("10.0.0.0")), "invalid", "fixed_ips[0].ip_address", ""),
    "the subnet's broadcast address": ("port.put", port(fixed_ips=fixed("10.0.0.255")), "invalid", "fixed_ips[0].ip_address", "broadcast"),
    "subnet of another network": ("port.put", port(fixed_ips=fixed("10.0.0.3", SUBNET2)), "invalid", "fixed_ips[0].subnet_id", NET2),
    "MAC of nobody": ("port.put", port(mac_address="00:00:00:00:00:00"), "invalid", "mac_address", ""),
    "MAC of a group": ("port.put", port(mac_address="01:00:5e:00:00:01"), "invalid", "mac_address", ""),
    "wide allowed address": ("port.put", port(allowed_address_pairs=[{"ip_address": "10.0.0.0/24"}]), "invalid",
                             "allowed_address_pairs[0].ip_address", "single"),
    "allowed address in the key pool": ("port.put", port(allowed_address_pairs=[{"ip_address": "240.0.0.1"}]), "invalid",
                                        "allowed_address_pairs[0].ip_address", "key pool"),
    "subnet in the key pool": ("subnet.put", {"id": NEW, "network_id": NET1, "cidr": "241.0.0.0/24"}, "invalid", "cidr", "key pool"),
    "subnet around the key pool": ("subnet.put", {"id": NEW, "network_id": NET1, "cidr": "0.0.0.0/0"}, "invalid", "cidr", ""),
    "subnet of multicast": ("subnet.put", {"id": NEW, "network_id": NET1, "cidr": "224.0.0.0/24"}, "invalid", "cidr", ""),
    "subnet that overlaps": ("subnet.put", {"id": NEW, "network_id": NET1, "cidr": "10.0.0.128/25"}, "conflict", "cidr", SUBNET1),
    "gateway of another IP version": ("subnet.put", {"id": NEW, "network_id": NET1, "cidr": "10.1.0.0/24", "gateway_ip": "fe80::1"},
                                      "invalid", "gateway_ip", ""),
    "port of two routers": ("router.put", {"id": NEW, "tenant_id": TENANT, "port_ids": [PORT2]}, "conflict", "port_ids[0]", ROUTER),
    "port listed twice": ("router.put", {"id": NEW, "tenant_id": TENANT, "port_ids": [PORT1, PORT1]}, "invalid", "port_ids[1]", "twice"),
    "port that moves to another network": ("port.put", port(id=PORT1, network_id=NET2, fixed_ips=[]), "invalid", "network_id", NET1),
    "subnet that moves to another network": ("subnet.put", {"id": SUBNET1, "network_id": NET2, "cidr": "10.5.0.0/24"}, "invalid",
                                             "network_id", NET1),
    "subnet in use that changes": ("subnet.put", {"id": SUBNET1, "network_id": NET1, "cidr": "10.5.0.0/24"}, "in_use", "cidr", PORT1),

    "delete of a network in use": ("network.delete", {"id": NET1}, "in_use", "id", PORT1),
    "delete of a network with a subnet": ("network.delete", {"id": NET2}, "in_use", "id", SUBNET2),
    "delete of a subnet in use": ("subnet.delete", {"id": SUBNET1}, "in_use", "id", PORT1),
    "delete of a router's port": ("port.delete", {"id": PORT2}, "in_use", "id", ROUTER),
    "delete of a tenant in use": ("tenant.delete", {"id": TENANT}, "in_use", "id", "network"),

    "put of an older revision": ("network.put", {"id": NET1, "tenant_id": TENANT, "name": "old", "revision_number": 4}, "stale",
                                 "revision_number", "5"),
    "delete of an older revision": ("port.delete", {"id": PORT1, "revision_number": 6}, "stale", "revision_number", "7"),

    "operations missing": ("topology.apply", {}, "invalid_params", "operations", ""),
    "operation that is no change": ("topology.apply", {"operations": [{"method": "port.get", "params": {"id": PORT1}}]},
                                    "invalid_params", "operations[0].method", "port.get"),
    "apply inside apply": ("topology.apply", {"operations": [{"method": "topology.apply", "params": {"operations": []}}]},
                           "invalid_params", "operations[0].method", ""),
    "wrong type in an operation": ("topology.apply", {"operations": [{"method": "port.put", "params": port()},
                                                                     {"method": "port.put", "params": port(mac_address=1)}]},
                                   "invalid_params", "operations[1].params.mac_address", ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_and_nothing_changed(daemon: LoneDaemon, case: str) -> None:
    method, params, reason, field, words = REFUSED[case]
    before = daemon.everything()
    with pytest.raises(RpcError) as refusal:
        daemon.call(method, params)
    data = refusal.value.data
    assert (data["reason"], data.get("field")) == (reason, field), str(refusal.value)
    assert words in str(refusal.value)
    assert daemon.everything() == before


def test_a_port_that_is_right_is_taken(daemon: LoneDaemon) -> None:
    """The refusals above are of the field that was changed, not of something else that is always wrong. The same MAC and IP in
    another network are no conflict."""
    for params in (port(), port(network_id=NET2, mac_address="fa:16:3e:00:00:01", fixed_ips=fixed("10.0.0.1", SUBNET2))):
        assert daemon.call("port.put", params) == {"changed": True}
        assert daemon.call("port.delete", {"id": NEW}) == {"deleted": True}


def test_bulk_refused_at_its_last_operation_leaves_nothing(daemon: LoneDaemon) -> None:
    operations = [{"method": "network.put", "params": {"id": uuid(1000 + number), "tenant_id": "bulk"}}
                  for number in range(300)]
    operations += [{"method": "network.delete", "params": {"id": uuid(1000)}},
                   {"method": "port.put", "params": port(fixed_ips=fixed("10.0.0.1"))}]
    before = daemon.everything()
    with pytest.raises(RpcError) as refusal:
        daemon.call("topology.apply", {"operations": operations})
    assert refusal.value.data == {"reason": "conflict", "field": "operations[301].params.fixed_ips[0].ip_address"}
    assert daemon.everything() == before
    assert daemon.call("topology.apply", {"operations": operations[:-1]}) == {"operations": 301, "changed": 301}
    undo = [{"method": "network.delete", "params": {"id": uuid(1000 + number)}} for number in range(300)]
    daemon.call("topology.apply", {"operations": [*undo, {"method": "tenant.delete", "params": {"id": "bulk"}}]})
    assert daemon.everything() == before


def test_repeats_change_nothing(daemon: LoneDaemon) -> None:
    """As after a lost answer."""
    before = daemon.everything()
    for method, params in OBJECTS:
        assert daemon.call(method, params) == {"changed": False}
    operations = [{"method": method, "params": params} for method, params in OBJECTS]
    assert daemon.call("topology.apply", {"operations": operations}) == {"operations": len(OBJECTS), "changed": 0}
    for kind in ("network", "subnet", "port", "router"):
        assert daemon.call(f"{kind}.delete", {"id": NOTHING}) == {"deleted": False}
    assert daemon.everything() == before


def test_a_put_that_arrives_after_the_delete_does_not_bring_the_object_back(daemon: LoneDaemon) -> None:
    made = {"id": uuid(50), "tenant_id": TENANT, "revision_number": 3}
    daemon.call("network.put", made)
    assert daemon.call("network.delete", {"id": uuid(50), "revision_number": 4}) == {"deleted": True}
    with pytest.raises(RpcError) as refusal:
        daemon.call("network.put", made)
    assert refusal.value.data["reason"] == "stale"
    assert uuid(50) not in [network["id"] for network in daemon.call("network.list")]


NOT_A_CALL: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "parse"),
    "half an object": (b'{"jsonrpc": "2.0", "id": 1, "method"', "parse"),
    "two documents": (b"{} {}", "parse"),
    "a trailing comma": (b'{"jsonrpc": "2.0", "id": 1, "method": "tenant.list",}', "parse"),
    "a name twice": (b'{"jsonrpc": "2.0", "id": 1, "method": "tenant.list", "method": "port.list"}', "parse"),
    "not UTF-8": (b'{"jsonrpc": "2.0", "id": 1, "method": "\xff"}', "parse"),
    "not a number": (b'{"jsonrpc": "2.0", "id": NaN, "method": "tenant.list"}', "parse"),
    "too deep": (b'{"jsonrpc": "2.0", "id": 1, "method": "tenant.list", "params": ' + b"[" * 100_000, "parse"),
    "a number": (b"5", "invalid_request"),
    "an empty batch": (b"[]", "invalid_request"),
    "too long a batch": (b"[" + b",".join([b"1"] * 101) + b"]", "invalid_request"),
    "another version": (b'{"jsonrpc": "1.0", "id": 1, "method": "tenant.list"}', "invalid_request"),
    "an object as id": (b'{"jsonrpc": "2.0", "id": {}, "method": "tenant.list"}', "invalid_request"),
    "a number as method": (b'{"jsonrpc": "2.0", "id": 1, "method": 1}', "invalid_request"),
}


@pytest.mark.parametrize("case", NOT_A_CALL)
def test_wrong_json(daemon: LoneDaemon, case: str) -> None:
    body, reason = NOT_A_CALL[case]
    status, answer = daemon.post(body)
    assert status == 200
    assert f'"reason":"{reason}"'.encode() in answer.replace(b": ", b":"), answer


@pytest.mark.parametrize(("status", "request_"), [
    (405, {"method": "GET"}), (405, {"method": "DELETE"}), (404, {"path": "/api"}), (403, {"Origin": "http://example.org"}),
    (415, {"Content-Type": "text/plain"}), (415, {"Content-Encoding": "gzip"}), (417, {"Expect": "a miracle"}),
    (413, {"Content-Length": str(33 << 20)}), (431, {"X-Long": "x" * 10_000}),
])
def test_wrong_http(daemon: LoneDaemon, status: int, request_: dict[str, str]) -> None:
    assert daemon.post(b"", **request_)[0] == status
    assert daemon.call("tenant.list")


GARBAGE = {
    "nothing": b"",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    "zeros": bytes(10_000),
    "half a hello": b"\x04\x00\x00\x10\x00",
    "a length of nothing": b"\x04\x00\x00\x00\x00\x00\x00\x01" * 100,
    "OpenFlow 1.0 only": b"\x01\x00\x00\x08\x00\x00\x00\x01",
    "a flow mod before the hello": b"\x04\x0e\x00\x38\x00\x00\x00\x01" + bytes(48),
    "half a request": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
    "an endless line": b"GET /" + b"a" * 100_000,
}


@pytest.mark.parametrize("case", GARBAGE)
def test_garbage_on_either_port_harms_nobody(daemon: LoneDaemon, case: str) -> None:
    before = daemon.everything()
    for number in (daemon.api_port, daemon.openflow_port):
        with socket.create_connection(("127.0.0.1", number), timeout=PATIENCE) as line:
            try:
                line.sendall(GARBAGE[case])
                line.shutdown(socket.SHUT_WR)
                while line.recv(65536):  # until the daemon has had enough of it
                    pass
            except ConnectionError:
                pass
    assert daemon.everything() == before
