"""Does what is done through Neutron's API become isolation on the wire, and go again without a trace?

Two projects with the same CIDR, the same addresses and the same MAC addresses; the DHCP agent on hv2, the L3 agent on hv3. VMs are on hv1
and hv3, so that everything they need is on another hypervisor for one of them.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from dcplab import Capture, Lab
from dcplab.frames import Headers, headers
from harness.agreement import await_agreement, await_nothing_left, purge
from harness.cloud import DHCP_HOST, L3_HOST, OUTSIDE_CIDR, OUTSIDE_IP, OUTSIDE_MACHINE, PHYSICAL_NETWORK, Cloud
from harness.machine import boot, booted, destroy, pings
from harness.project import Project
from harness.rest import Rest
from harness.waiting import await_true

PLACES = {1: "hv1", 2: "hv3"}  # VM number -> hypervisor; its address ends with 10 + number
ACTIVE, DOWN = "ACTIVE", "DOWN"


@dataclass
class Tenant:
    project: Project
    network: dict
    subnet: dict
    router: dict
    ports: dict[str, dict] = field(default_factory=dict)  # VM -> port
    floating_ip: str = ""

    def vm(self, number: int) -> str:
        return f"{self.project.name}{number}"


@pytest.fixture(scope="module")
def outside(cloud: Cloud) -> dict:
    admin = Project(cloud.neutron, "admin")
    network = cloud.neutron.create("network", name="outside", project_id=admin.id, router__external=True, provider__network_type="flat",
                                   provider__physical_network=PHYSICAL_NETWORK)
    cloud.neutron.create("subnet", name="outside", network_id=network["id"], project_id=admin.id, ip_version=4, cidr=str(OUTSIDE_CIDR),
                         enable_dhcp=False, allocation_pools=[{"start": "203.0.113.10", "end": "203.0.113.99"}])
    return network


@pytest.fixture(scope="module")
def tenants(cloud: Cloud, outside: dict) -> dict[str, Tenant]:
    """Everything wired and every VM with the address that DHCP gave it."""
    tenants = {name: create_tenant(cloud.neutron, name, outside) for name in ("alpha", "beta")}
    for tenant in tenants.values():
        for name, port in tenant.ports.items():
            boot(cloud.lab, name, tenant.network, tenant.subnet, port)
    await_status(cloud, ACTIVE, *(id for tenant in tenants.values() for id in all_ports(cloud.neutron, tenant)))
    for tenant in tenants.values():
        for name in tenant.ports:
            cloud.lab.lease(name)
        tenant.floating_ip = give_floating_ip(cloud, tenant, outside)
    return tenants


def create_tenant(neutron: Rest, name: str, outside: dict) -> Tenant:
    project = Project(neutron, name)
    network, subnet = project.network(f"net-{name}", dhcp=True)
    router = neutron.create("router", name=name, project_id=project.id, external_gateway_info={"network_id": outside["id"]})
    neutron.add_router_interface(router["id"], subnet["id"])
    tenant = Tenant(project, network, subnet, router)
    for number, host in PLACES.items():
        tenant.ports[tenant.vm(number)] = project.port(network, tenant.vm(number), host, 10 + number)
    return tenant


def all_ports(neutron: Rest, tenant: Tenant) -> list[str]:
    """VMs', DHCP agent's and router's, the leg to the outside too."""
    await_true(lambda: dhcp_port(neutron, tenant), "the DHCP agent has a port")
    return [port["id"] for port in [*neutron.list("port", network_id=tenant.network["id"]),
                                    *neutron.list("port", device_id=tenant.router["id"], device_owner="network:router_gateway")]]


def dhcp_port(neutron: Rest, tenant: Tenant) -> dict | None:
    return next(iter(neutron.list("port", network_id=tenant.network["id"], device_owner="network:dhcp")), None)


def dhcp_address(tenant: Tenant) -> str:
    (address,) = dhcp_port(tenant.project.neutron, tenant)["fixed_ips"]
    return address["ip_address"]


def give_floating_ip(cloud: Cloud, tenant: Tenant, outside: dict) -> str:
    """To the first VM."""
    given = cloud.neutron.create("floatingip", floating_network_id=outside["id"], project_id=tenant.project.id,
                                 port_id=tenant.ports[tenant.vm(1)]["id"])
    await_true(lambda: cloud.neutron.get("floatingip", given["id"])["status"] == ACTIVE, "the floating IP is active")
    return given["floating_ip_address"]


def await_status(cloud: Cloud, status: str, *ports: str) -> None:
    def others() -> list[dict]:
        found = [cloud.neutron.get("port", id) for id in ports]
        return [{name: port[name] for name in ("id", "device_owner", "status", "binding:host_id", "binding:vif_type")}
                for port in found if port["status"] != status]

    await_true(lambda: not others(), lambda: f"all are {status}, but not {others()}", every=0.3)


def vms(tenants: dict[str, Tenant]) -> list[str]:
    return [name for tenant in tenants.values() for name in tenant.ports]


def echo_requests(capture: Capture, size: int | None = None) -> list[Headers]:
    """Of this size, or all. The size tells who sent a ping when addresses do not."""
    found = [headers(frame.data) for frame in capture.frames]
    return [one for one in found if one.echo_payload is not None and size in (None, one.echo_payload)]


def test_both_sides_know_the_same(cloud: Cloud, tenants: dict[str, Tenant]) -> None:
    await_agreement(cloud)


def test_agents_ports_are_where_the_agents_are(cloud: Cloud, tenants: dict[str, Tenant]) -> None:
    for tenant in tenants.values():
        assert dhcp_port(cloud.neutron, tenant)["binding:host_id"] == DHCP_HOST
        for port in cloud.neutron.list("port", device_id=tenant.router["id"]):
            assert port["binding:host_id"] == L3_HOST, port


@pytest.mark.parametrize("tenant", ["alpha", "beta"])
@pytest.mark.parametrize("number", PLACES)
def test_addresses_come_by_dhcp_from_the_agent_on_another_host(lab: Lab, tenants: dict[str, Tenant], tenant: str, number: int) -> None:
    own = tenants[tenant]
    assert f"lease of 10.0.0.{10 + number} obtained from {dhcp_address(own)}" in lab.lease(own.vm(number))


@pytest.mark.parametrize("tenant", ["alpha", "beta"])
def test_machines_of_a_project_reach_each_other_and_nobody_else(lab: Lab, tenants: dict[str, Tenant], tenant: str) -> None:
    own, other = tenants[tenant], tenants["beta" if tenant == "alpha" else "alpha"]
    size = {"alpha": 101, "beta": 202}[tenant]
    with ExitStack() as stack:
        mine, others = ([stack.enter_context(lab.capture(one.vm(number))) for number in PLACES] for one in (own, other))
        for number in PLACES:  # all addresses there are, those of the other project too, since they are the same
            assert pings(lab, own.vm(number), f"10.0.0.{13 - number}", size=size)
            for address in ("10.0.0.1", dhcp_address(own), dhcp_address(other), "10.0.0.255", other.floating_ip):
                lab.run(own.vm(number), ["ping", "-b", "-c1", "-W1", f"-s{size}", address], check=False)
    for capture in mine:
        assert echo_requests(capture, size)
    for capture in others:
        assert [one for one in echo_requests(capture, size) if one.ip_src.startswith("10.")] == []


@pytest.mark.parametrize("number", PLACES)
@pytest.mark.parametrize("tenant", ["alpha", "beta"])
def test_outside_is_reached_through_the_router_that_hides_who_asks(lab: Lab, tenants: dict[str, Tenant], tenant: str, number: int) -> None:
    own = tenants[tenant]
    gateway = own.router["external_gateway_info"]["external_fixed_ips"][0]["ip_address"]
    with lab.capture(OUTSIDE_MACHINE) as arriving:
        assert pings(lab, own.vm(number), str(OUTSIDE_IP))
    assert {one.ip_src for one in echo_requests(arriving)} == {own.floating_ip if number == 1 else gateway}


@pytest.mark.parametrize("tenant", ["alpha", "beta"])
def test_floating_ip_leads_to_its_own_machine(lab: Lab, tenants: dict[str, Tenant], tenant: str) -> None:
    own, other = tenants[tenant], tenants["beta" if tenant == "alpha" else "alpha"]
    with lab.capture(own.vm(1)) as mine, lab.capture(other.vm(1)) as others:
        assert pings(lab, OUTSIDE_MACHINE, own.floating_ip, size=303)
    assert {(one.ip_src, one.ip_dst) for one in echo_requests(mine, 303)} == {(str(OUTSIDE_IP), "10.0.0.11")}
    assert echo_requests(others, 303) == []


def test_status_follows_the_tap(cloud: Cloud, lab: Lab, tenants: dict[str, Tenant]) -> None:
    """DOWN while the DHCP agent is ready and nobody has plugged the machine in; ACTIVE; DOWN when its cable is pulled; ACTIVE again."""
    own = tenants["alpha"]
    port = own.project.port(own.network, "alpha3", "hv1", 13)
    await_true(lambda: not blocked_by_dhcp(cloud, port["id"]), "the DHCP agent knows the port")
    assert cloud.neutron.get("port", port["id"])["status"] == DOWN
    with booted(lab, "alpha3", own.network, own.subnet, port):
        await_status(cloud, ACTIVE, port["id"])
        assert lab.rpc("port.get", {"id": port["id"]})["computed"]["wired_hosts"] == ["hv1"]
        lab.unplug("alpha3")
        await_status(cloud, DOWN, port["id"])
        lab.plug("alpha3")
        await_status(cloud, ACTIVE, port["id"])
        cloud.neutron.update("port", port["id"], admin_state_up=False)
        await_status(cloud, DOWN, port["id"])
        cloud.neutron.update("port", port["id"], admin_state_up=True)
        await_status(cloud, ACTIVE, port["id"])
    await_status(cloud, DOWN, port["id"])


def blocked_by_dhcp(cloud: Cloud, port: str) -> bool:
    """Whether Neutron waits for the DHCP agent before the port may be ACTIVE."""
    return bool(cloud.database.sql("SELECT 1 FROM provisioningblocks JOIN ports USING (standard_attr_id) "
                                   f"WHERE ports.id = '{port}' AND entity = 'DHCP'"))


def test_ports_of_a_lost_host_are_down_until_it_is_back(cloud: Cloud, lab: Lab, tenants: dict[str, Tenant]) -> None:
    on_hv1 = [tenant.ports[tenant.vm(1)]["id"] for tenant in tenants.values()]
    elsewhere = [tenant.ports[tenant.vm(2)]["id"] for tenant in tenants.values()]
    lab.ovs["hv1"].stop()
    await_status(cloud, DOWN, *on_hv1)
    assert {cloud.neutron.get("port", id)["status"] for id in elsewhere} == {ACTIVE}
    lab.ovs["hv1"].start()
    await_status(cloud, ACTIVE, *on_hv1)


def test_everything_deleted_leaves_nothing(cloud: Cloud, tenants: dict[str, Tenant], empty_switches: dict[str, list[str]]) -> None:
    for name in vms(tenants):
        destroy(cloud.lab, name)
    purge(cloud.neutron)
    await_nothing_left(cloud, empty_switches)
