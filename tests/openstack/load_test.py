"""Do four clients at once over two API workers get an error, or leave the two sides different?

500 calls: each client creates, changes and deletes in a project of its own, and two of them in one network, so that transactions meet.
"""

from concurrent.futures import ThreadPoolExecutor

from harness.agreement import await_agreement, await_nothing_left, purge, sync
from harness.cloud import Cloud
from harness.project import Project

CLIENTS, CALLS = 4, 500


def test_concurrent_clients(cloud: Cloud, empty_switches: dict[str, list[str]]) -> None:
    shared, _ = Project(cloud.neutron, "shared").network("shared", "10.1.0.0/16")
    log_before = cloud.server.log.stat().st_size
    with ThreadPoolExecutor(CLIENTS) as pool:
        calls = sum(pool.map(lambda client: use(cloud, client, shared), range(CLIENTS)))
    assert calls >= CALLS
    await_agreement(cloud)
    said = cloud.server.log.read_bytes()[log_before:].decode()
    assert [line for line in said.splitlines() if " ERROR " in line or "event=repair" in line] == []
    assert sync(cloud)["in_sync"]
    purge(cloud.neutron)
    await_nothing_left(cloud, empty_switches)


def use(cloud: Cloud, client: int, shared: dict) -> int:
    """How many calls it made; every one has succeeded."""
    neutron, project = cloud.neutron, Project(cloud.neutron, f"load{client}")
    network, subnet = project.network(f"load{client}")
    router = neutron.create("router", name=f"load{client}", project_id=project.id)
    neutron.add_router_interface(router["id"], subnet["id"])
    calls = 4
    for number in range(26):
        port = project.port(shared if client % 2 and number % 2 else network, f"l{client}-{number}", f"hv{number % 3 + 1}")
        neutron.update("port", port["id"], name=f"{port['name']}-again")
        neutron.update("port", port["id"], allowed_address_pairs=[{"ip_address": "10.9.9.9"}])
        neutron.update("port", port["id"], binding__host_id=f"hv{(number + 1) % 3 + 1}")
        calls += 4
        if number % 2:
            neutron.delete("port", port["id"])
            calls += 1
    neutron.update("network", network["id"], name=f"load{client}-again")
    neutron.update("subnet", subnet["id"], name=f"load{client}-again")
    neutron.remove_router_interface(router["id"], subnet["id"])
    neutron.delete("router", router["id"])
    return calls + 4
