"""Is anything lost or done twice when a part of the whole is away for a while?

dcportald away while Neutron is used; neutron-server killed amid calls; dcportald's store gone. After each, both sides must say the same
by their own lists, and by the driver's digests.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from dcplab.errors import LabError
from harness.agreement import await_agreement, await_nothing_left, journal, purge, sync
from harness.cloud import Cloud
from harness.machine import booted, pings
from harness.project import Project
from harness.rest import ApiError, Rest
from harness.waiting import SECONDS, await_true

PORTS = 24


@pytest.fixture(autouse=True)
def nothing_stays(cloud: Cloud, empty_switches: dict[str, list[str]]) -> Iterator[None]:
    yield
    purge(cloud.neutron)
    await_nothing_left(cloud, empty_switches)


def create_many(neutron: Rest) -> list[str]:
    """A hundred calls: ports that stay, in order of their creation, ports that are changed twice, and objects that go again."""
    project = Project(neutron, "gamma")
    network, subnet = project.network("net-gamma")  # 2 calls
    router = neutron.create("router", name="gamma", project_id=project.id)  # 1
    neutron.add_router_interface(router["id"], subnet["id"])  # 1
    ports = [project.port(network, f"p{number}") for number in range(PORTS)]  # 24
    for port in ports:  # 48
        neutron.update("port", port["id"], name=f"{port['name']}-renamed")
        neutron.update("port", port["id"], allowed_address_pairs=[{"ip_address": "10.0.0.50"}])
    for number in range(8):  # 24
        passing = project.port(network, f"passing{number}")
        neutron.update("port", passing["id"], admin_state_up=False)
        neutron.delete("port", passing["id"])
    return [port["id"] for port in ports]


def test_calls_succeed_without_dcportald_and_arrive_in_order_when_it_is_back(cloud: Cloud) -> None:
    cloud.lab.daemon.stop()
    try:
        ports = create_many(cloud.neutron)
        assert len(journal(cloud)) >= len(ports)
        assert not [row for row in journal(cloud) if row[2] != "pending"], "a lost connection is no failure"
    finally:
        cloud.lab.daemon.start()
    await_agreement(cloud)
    # dcportald numbers ports as they come.
    numbers = [cloud.lab.rpc("port.get", {"id": id})["computed"]["number"] for id in ports]
    assert numbers == sorted(numbers)
    assert sync(cloud)["in_sync"]


def test_neutron_server_killed_amid_calls(cloud: Cloud) -> None:
    """Four clients at work, SIGKILL to every process of the server; the calls that it interrupted fail, and nothing else does."""
    half_done, answered = threading.Event(), []

    def work(client: int) -> None:
        project = Project(cloud.neutron, f"client{client}")
        try:
            network, _ = project.network(f"net-{client}")
            for number in range(100):
                port = project.port(network, f"p{client}-{number}")
                answered.append(port["id"])
                if number % 3 == 2:
                    cloud.neutron.delete("port", port["id"])
                if len(answered) >= 20:
                    half_done.set()
        except ApiError:
            raise
        except LabError:  # nobody answers
            return

    with ThreadPoolExecutor(4) as pool:
        clients = [pool.submit(work, client) for client in range(4)]
        assert half_done.wait(SECONDS), [client.exception(0) for client in clients if client.done()]
        cloud.server.kill()
        for client in clients:
            client.result()
    cloud.server.start()
    await_agreement(cloud)
    assert sync(cloud)["in_sync"]


def test_server_ends_in_peace_and_goes_on(cloud: Cloud) -> None:
    """SIGTERM ends the driver's worker too; what was not delivered then is delivered afterwards."""
    cloud.lab.daemon.stop()
    try:
        project = Project(cloud.neutron, "delta")
        network, _ = project.network("net-delta")
        project.port(network, "p")
        cloud.server.restart()
        assert journal(cloud)
    finally:
        cloud.lab.daemon.start()
    await_agreement(cloud)


def test_dcportald_that_lost_its_store_is_filled_again(cloud: Cloud) -> None:
    """And what was wired is wired again."""
    project = Project(cloud.neutron, "epsilon")
    network, subnet = project.network("net-epsilon")
    ports = {f"epsilon{number}": project.port(network, f"epsilon{number}", f"hv{number}", 10 + number) for number in (1, 2)}
    with ExitStack() as machines:
        for name, port in ports.items():
            machines.enter_context(booted(cloud.lab, name, network, subnet, port))
        await_agreement(cloud)
        lose_store(cloud)
        await_agreement(cloud)
        cloud.lab.wait_synced(int(SECONDS))
        await_true(lambda: all(cloud.neutron.get("port", port["id"])["status"] == "ACTIVE" for port in ports.values()),
                   lambda: [cloud.neutron.get("port", port["id"]) for port in ports.values()])
        for name, port in ports.items():
            cloud.lab.run(name, ["ip", "address", "add", f"{port['fixed_ips'][0]['ip_address']}/24", "dev", "eth0"])
        assert pings(cloud.lab, "epsilon1", "10.0.0.12")


def lose_store(cloud: Cloud) -> None:
    cloud.lab.daemon.stop()
    for file in cloud.store.parent.glob(f"{cloud.store.name}*"):  # the write-ahead log too
        file.unlink()
    cloud.lab.daemon.start()
