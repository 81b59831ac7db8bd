"""Does it work as Debian runs Neutron, the API in uwsgi beside neutron-rpc-server, and through TLS with a token?

The cloud of the other tests, whose server is exchanged for this file: uwsgi with two processes, neutron-rpc-server with two RPC workers,
one of which delivers, follows and compares.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from dcplab.rpc import PORT as DCPORTALD_PORT
from harness.access import URL, Access
from harness.agreement import await_agreement, await_nothing_left, differences, journal, purge, sync
from harness.cloud import Cloud
from harness.configuration import API_WORKERS
from harness.enclosure import Enclosure
from harness.layouts import DEBIAN
from harness.machine import booted
from harness.project import Project
from harness.server import Server
from harness.waiting import await_true
from harness.words import Words

CLIENTS = 4
AT_LEAST = 6  # ports from each of uwsgi's processes
SEVERAL = 8


@pytest.fixture(scope="module")
def access(cloud: Cloud) -> Iterator[Access]:
    with Access(cloud.lab).asked_for() as access:
        yield access


@pytest.fixture(scope="module")
def server(cloud: Cloud, access: Access, empty_switches: dict[str, list[str]]) -> Iterator[Server]:
    with cloud.served_by(DEBIAN, url=URL, ca_file=access.ca_file, token_file=access.token_file) as server:
        yield server
        purge(cloud.neutron)
        await_nothing_left(cloud, empty_switches)


@pytest.fixture(scope="module")
def api(server: Server) -> Enclosure:
    return server.programs["neutron-api"]


@pytest.fixture(scope="module")
def rpc_server(server: Server) -> Enclosure:
    return server.programs["neutron-rpc-server"]


@pytest.fixture(scope="module")
def project(cloud: Cloud, server: Server) -> Project:
    return Project(cloud.neutron, "theta")


@pytest.fixture(scope="module")
def network(project: Project) -> tuple[dict, dict]:
    return project.network("net-theta", "10.0.0.0/16")


def pids_at_dcportald(program: Enclosure) -> set[str]:
    """Those of its processes that are connected to dcportald."""
    return set(re.findall(r"pid=(\d+)", program.run(["ss", "-Htnp", f"dport = :{DCPORTALD_PORT}"]).stdout))


def lease_holders(cloud: Cloud) -> set[str]:
    """The process that has the lease, if any, by its id."""
    return {holder.split(":")[1] for holder, in cloud.database.sql("SELECT holder FROM dcportals_leases")}


def numbers(cloud: Cloud, ports: list[dict]) -> list[int]:
    """dcportald numbers ports as they come."""
    return [cloud.lab.rpc("port.get", {"id": port["id"]})["computed"]["number"] for port in ports]


def await_status(cloud: Cloud, port: dict, wanted: str) -> None:
    await_true(lambda: cloud.neutron.get("port", port["id"])["status"] == wanted, lambda: cloud.neutron.get("port", port["id"]))


def test_an_rpc_worker_works_for_the_driver_and_the_api_does_not(cloud: Cloud, api: Enclosure, rpc_server: Enclosure) -> None:
    def holder_is_connected() -> bool:
        holders = lease_holders(cloud)
        return bool(holders) and holders <= pids_at_dcportald(rpc_server)

    await_true(holder_is_connected, lambda: (lease_holders(cloud), pids_at_dcportald(rpc_server)))
    for pid in pids_at_dcportald(rpc_server):  # a second one, if the first was so slow that it lost the lease
        assert "rpc worker" in rpc_server.run(["cat", f"/proc/{pid}/cmdline"]).stdout
    assert pids_at_dcportald(api) == set()


def test_what_is_created_arrives_in_order(cloud: Cloud, project: Project, network: tuple[dict, dict]) -> None:
    ports = [project.port(network[0], f"p{number}") for number in range(SEVERAL)]
    await_agreement(cloud)
    assert numbers(cloud, ports) == sorted(numbers(cloud, ports))


def test_active_while_wired(cloud: Cloud, project: Project, network: tuple[dict, dict]) -> None:
    port = project.port(network[0], "vm", "hv1", 11)
    assert port["binding:vif_type"] == "ovs"
    with booted(cloud.lab, "vm", *network, port):
        await_status(cloud, port, "ACTIVE")
        cloud.lab.unplug("vm")
        await_status(cloud, port, "DOWN")
        cloud.lab.plug("vm")
        await_status(cloud, port, "ACTIVE")
    await_status(cloud, port, "DOWN")


def test_both_processes_of_uwsgi_at_once(cloud: Cloud, project: Project, network: tuple[dict, dict], server: Server, api: Enclosure) -> None:
    """Four clients make ports until each process has made its share; in one network, so that transactions meet."""
    requests, words = Words(api.log), Words(server.log)

    def made() -> Counter[str]:
        """Ports by process."""
        return server.answered(requests, r" POST /v2.0/ports => .*\(HTTP/1.1 201\)")

    def enough() -> bool:
        return len(made()) == API_WORKERS and min(made().values()) >= AT_LEAST

    def work(client: int) -> None:
        for number in range(100):
            if enough():
                return
            port = project.port(network[0], f"c{client}-{number}", f"hv{number % 3 + 1}")
            cloud.neutron.update("port", port["id"], name=f"{port['name']}-renamed")

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(work, range(CLIENTS)))
    assert enough(), made()
    await_agreement(cloud)
    assert [*requests.lines(" ERROR neutron"), *words.lines(" ERROR networking_dcportals"), *words.lines("event=repair")] == []
    assert sync(cloud)["in_sync"]


def test_rpc_server_killed_and_started_again(cloud: Cloud, project: Project, network: tuple[dict, dict], server: Server,
                                             rpc_server: Enclosure) -> None:
    """What was journaled meanwhile arrives in order, and what was plugged and unplugged meanwhile is seen."""
    goes, comes = (project.port(network[0], name, "hv2", number) for name, number in (("goes", 21), ("comes", 22)))
    with booted(cloud.lab, "goes", *network, goes):
        await_status(cloud, goes, "ACTIVE")
        await_agreement(cloud)
        rpc_server.kill()
    with booted(cloud.lab, "comes", *network, comes):
        ports = [project.port(network[0], f"meanwhile{number}") for number in range(SEVERAL)]
        assert [row[1] for row in journal(cloud)] == [port["id"] for port in ports]
        assert cloud.neutron.get("port", goes["id"])["status"] == "ACTIVE" and cloud.neutron.get("port", comes["id"])["status"] == "DOWN"
        server.start_program("neutron-rpc-server")
        await_status(cloud, goes, "DOWN")
        await_status(cloud, comes, "ACTIVE")
        await_agreement(cloud)
    assert numbers(cloud, ports) == sorted(numbers(cloud, ports))
    assert sync(cloud)["in_sync"]


def restart_with_another_token(cloud: Cloud, access: Access) -> None:
    """dcportald's is right; what Neutron has is not any more, and the restart has it connect anew."""
    cloud.lab.daemon.stop()
    access.tell_token("not the one")
    cloud.lab.daemon.start()


def restart_with_another_authority(cloud: Cloud, access: Access) -> None:
    access.renew_certificate("another-authority")


@pytest.mark.parametrize("exclude, said, admit", [
    (restart_with_another_token, "answers HTTP 401", Access.tell_token),
    (restart_with_another_authority, "CERTIFICATE_VERIFY_FAILED", Access.tell_authority)])
def test_who_is_refused_says_why_and_loses_nothing(cloud: Cloud, project: Project, network: tuple[dict, dict], server: Server, access: Access,
                                                   exclude: Callable[[Cloud, Access], None], said: str,
                                                   admit: Callable[[Access], None]) -> None:
    words = Words(server.log)
    exclude(cloud, access)
    ports = [project.port(network[0], f"{exclude.__name__}{number}") for number in range(SEVERAL // 2)]
    try:
        for job in ("again_in=", "job=follow"):
            await_true(lambda job=job: words.lines(" WARNING ", "event=connection_lost", job, said), lambda: words.lines("event="))
        waiting = [row[1] for row in journal(cloud) if row[2] == "pending"]
        assert waiting == [port["id"] for port in ports] and len(differences(cloud)) == len(ports)
    finally:
        admit(access)
    await_agreement(cloud)
    assert numbers(cloud, ports) == sorted(numbers(cloud, ports))
    assert words.lines(" INFO ", "event=connection_back")
    assert words.lines(" ERROR networking_dcportals") == []
