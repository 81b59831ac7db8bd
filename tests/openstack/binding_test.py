"""Where may a port be bound, what is told to Nova, and who has the port while a VM migrates?"""

from collections.abc import Iterator

import pytest
from harness.agreement import await_agreement, await_nothing_left, purge
from harness.cloud import Cloud
from harness.machine import booted
from harness.project import Project
from harness.rest import ApiError
from harness.waiting import await_true
from harness.words import Words


@pytest.fixture(scope="module")
def project(cloud: Cloud, empty_switches: dict[str, list[str]]) -> Iterator[Project]:
    yield Project(cloud.neutron, "eta")
    purge(cloud.neutron)
    await_nothing_left(cloud, empty_switches)


@pytest.fixture(scope="module")
def network(project: Project) -> tuple[dict, dict]:
    return project.network("net-eta")


def status(cloud: Cloud, port: dict) -> str:
    return cloud.neutron.get("port", port["id"])["status"]


def await_status(cloud: Cloud, port: dict, wanted: str) -> None:
    await_true(lambda: status(cloud, port) == wanted, lambda: cloud.neutron.get("port", port["id"]))


def wired_hosts(cloud: Cloud, port: dict) -> list[str]:
    """Nowhere, while dcportald has not been told of the port yet."""
    described = {one["id"]: one for one in cloud.lab.rpc("port.list")}
    return described[port["id"]]["computed"]["wired_hosts"] if port["id"] in described else []


def test_what_nova_is_told(project: Project, network: tuple[dict, dict]) -> None:
    port = project.port(network[0], "told", "hv1")
    assert port["binding:vif_type"] == "ovs"
    details = port["binding:vif_details"]
    assert details["bridge_name"] == "br-int" and details["ovs_hybrid_plug"] is False and details["connectivity"] == "l2"
    assert network[0]["mtu"] == 1500, "no tunnel takes its share"


@pytest.mark.parametrize("host", ["hv9", "HV1"])
def test_hosts_nobody_has_heard_of_are_refused(project: Project, network: tuple[dict, dict], host: str) -> None:
    assert project.port(network[0], f"on-{host}", host)["binding:vif_type"] == "binding_failed"


def test_hosts_without_their_switch_are_refused_until_it_is_back(cloud: Cloud, project: Project, network: tuple[dict, dict]) -> None:
    cloud.lab.ovs["hv1"].stop()
    try:
        def refused() -> bool:
            port = project.port(network[0], "refused", "hv1")
            cloud.neutron.delete("port", port["id"])
            return port["binding:vif_type"] == "binding_failed"

        await_true(refused, "hv1 is refused")
    finally:
        cloud.lab.ovs["hv1"].start()

    def bound() -> bool:
        port = project.port(network[0], "bound", "hv1")
        cloud.neutron.delete("port", port["id"])
        return port["binding:vif_type"] == "ovs"

    await_true(bound, "hv1 is taken again")


def test_wired_elsewhere_than_bound_is_not_active(cloud: Cloud, project: Project, network: tuple[dict, dict]) -> None:
    port = project.port(network[0], "astray", "hv1", 21)
    with booted(cloud.lab, "astray", *network, port, hypervisor="hv2"):
        await_true(lambda: wired_hosts(cloud, port) == ["hv2"], "it is wired at hv2")
        await_agreement(cloud)
        assert status(cloud, port) == "DOWN"
        cloud.neutron.update("port", port["id"], binding__host_id="hv2")
        await_status(cloud, port, "ACTIVE")


def test_live_migration(cloud: Cloud, project: Project, network: tuple[dict, dict]) -> None:
    """Nova binds the port to the destination too, moves the machine, and then makes that binding the active one."""
    port = project.port(network[0], "mover", "hv1", 22)
    bindings = f"ports/{port['id']}/bindings"
    with booted(cloud.lab, "mover", *network, port):
        await_status(cloud, port, "ACTIVE")
        second = cloud.neutron.call("POST", bindings, {"binding": {"host": "hv3"}})["binding"]
        assert (second["status"], second["vif_type"]) == ("INACTIVE", "ovs")
        assert status(cloud, port) == "ACTIVE"

        words = Words(cloud.server.log)
        cloud.lab.move_vm("mover", "hv3")
        await_true(lambda: "hv3" in wired_hosts(cloud, port), "it is wired at hv3")
        cloud.neutron.call("PUT", f"{bindings}/hv3/activate")
        await_status(cloud, port, "ACTIVE")
        assert cloud.neutron.get("port", port["id"])["binding:host_id"] == "hv3"
        cloud.neutron.call("DELETE", f"{bindings}/hv1")
        await_agreement(cloud)
        assert status(cloud, port) == "ACTIVE"
        assert words.lines(f"port={port['id']} host=hv3 event=not_wired") == [], "it went down and came back"
    await_status(cloud, port, "DOWN")


def test_migration_to_a_dead_host_is_refused(cloud: Cloud, project: Project, network: tuple[dict, dict]) -> None:
    port = project.port(network[0], "stayer", "hv1", 23)
    with pytest.raises(ApiError) as refused:
        cloud.neutron.call("POST", f"ports/{port['id']}/bindings", {"binding": {"host": "hv9"}})
    assert refused.value.status == 500 or refused.value.kind == "PortBindingError", refused.value
    assert cloud.neutron.get("port", port["id"])["binding:host_id"] == "hv1"


def test_prefix_as_allowed_address_is_refused_by_name(project: Project, network: tuple[dict, dict]) -> None:
    """A prefix has no mapping key, so the user is told at once."""
    with pytest.raises(ApiError) as refused:
        project.port(network[0], "router-on-a-vm", allowed_address_pairs=[{"ip_address": "10.9.0.0/24"}])
    assert refused.value.status == 400 and "allowed_address_pairs" in str(refused.value)
