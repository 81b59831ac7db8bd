"""Are differences between Neutron and dcportald found, told of, and repaired, whoever made them?

By the server's maintenance in its own time, and by neutron-dcportals-sync for people: `log` only tells, `repair` puts right.
"""

import sqlite3
import uuid
from collections.abc import Callable, Iterator

import pytest
from harness.agreement import await_agreement, await_nothing_left, differences, purge, sync
from harness.cloud import Cloud
from harness.project import Project
from harness.waiting import await_true


@pytest.fixture(scope="module")
def port(cloud: Cloud, empty_switches: dict[str, list[str]]) -> Iterator[dict]:
    project = Project(cloud.neutron, "zeta")
    network, subnet = project.network("net-zeta")
    router = cloud.neutron.create("router", name="zeta", project_id=project.id)
    leg = cloud.neutron.add_router_interface(router["id"], subnet["id"])
    port = project.port(network, "zeta1", "hv1", 11)
    # Then the L3 agent has nothing left to change when the server is killed.
    await_true(lambda: cloud.neutron.get("port", leg)["status"] == "ACTIVE", lambda: cloud.neutron.get("port", leg))
    await_agreement(cloud)
    yield port
    purge(cloud.neutron)
    await_nothing_left(cloud, empty_switches)


def delete_port(cloud: Cloud, port: dict) -> None:
    assert cloud.lab.rpc("port.delete", {"id": port["id"]}) == {"deleted": True}


def add_foreign_port(cloud: Cloud, port: dict) -> None:
    cloud.lab.rpc("port.put", {"id": str(uuid.uuid4()), "network_id": port["network_id"], "mac_address": "fa:16:3e:00:00:99"})


def move_router_port(cloud: Cloud, port: dict) -> None:
    (router,) = cloud.lab.rpc("router.list")
    cloud.lab.rpc("router.put", {"id": router["id"], "tenant_id": router["tenant_id"], "name": router["name"], "port_ids": []})


def rename_network(cloud: Cloud, port: dict) -> None:
    network = cloud.lab.rpc("network.get", {"id": port["network_id"]})
    cloud.lab.rpc("network.put", {"id": network["id"], "tenant_id": network["tenant_id"], "name": "another"})


def edit_store(cloud: Cloud, port: dict) -> None:
    """By hand, while dcportald is stopped. It believes its store, so only a comparison finds this."""
    cloud.lab.daemon.stop()
    with sqlite3.connect(cloud.store) as store:
        ((own,),) = store.execute("SELECT mac_address FROM ports WHERE id = ?", (port["id"],))  # as the store writes one
        changed = store.execute("UPDATE ports SET mac_address = ?, revision_number = revision_number + 5 WHERE id = ?",
                                (own[:-2] + "ee", port["id"])).rowcount
    store.close()
    assert changed == 1
    cloud.lab.daemon.start()


FAULTS = [delete_port, add_foreign_port, move_router_port, rename_network, edit_store]


@pytest.mark.parametrize("fault", FAULTS)
def test_maintenance_repairs_and_says_so(cloud: Cloud, port: dict, fault: Callable[[Cloud, dict], None]) -> None:
    log_before = cloud.server.log.stat().st_size

    def said() -> str:
        return cloud.server.log.read_bytes()[log_before:].decode(errors="replace")

    fault(cloud, port)
    await_agreement(cloud)
    await_true(lambda: "event=repaired" in said(), lambda: f"a repair is told of: {said()[-2000:]}")  # which is after it was made


@pytest.fixture(scope="module")
def no_server(cloud: Cloud, port: dict) -> Iterator[None]:
    """So that nobody but the tool repairs."""
    cloud.server.kill()
    yield
    cloud.server.start()
    assert differences(cloud) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_tool_tells_and_repairs(cloud: Cloud, port: dict, no_server: None, fault: Callable[[Cloud, dict], None]) -> None:
    fault(cloud, port)
    found = sync(cloud, "log")
    assert found["exit"] == 1 and found["differences"]
    done = sync(cloud, "repair")
    assert done["repaired"] == found["differences"], "`log` changed nothing"
    assert done["exit"] == 0 and done["in_sync"], done
