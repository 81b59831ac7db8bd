"""Do Neutron and dcportald say the same? Compared here field by field from what both APIs list, independently of the driver's digests.

Used by the tests after every disturbance. `purge` deletes whatever there is through Neutron's API, and `await_nothing_left` looks for what
that left behind: in dcportald, in its store, on the switches.
"""

import json
import sqlite3

from dcplab import commands
from dcplab.errors import LabError

from .cloud import Cloud
from .rest import ApiError, Rest
from .waiting import SECONDS, await_true

KINDS = ("network", "subnet", "port", "router")
# Tables of dcportald's store with a row per object or per part of one.
STORE_TABLES = ("tenants", "networks", "subnets", "ports", "port_fixed_ips", "port_allowed_address_pairs", "routers", "router_ports",
                "sites", "mapping_keys WHERE resting = 0")
Inventory = dict[str, dict[str, dict]]  # kind -> id -> the fields that must be equal


def in_neutron(neutron: Rest) -> Inventory:
    """Each object as dcportald should have it. A floating IP's own port is no port of a machine's."""
    networks = {network["id"]: network for network in neutron.list("network")}
    ports = [port for port in neutron.list("port") if port["device_owner"] != "network:floatingip"]
    floating = {(ip["router_id"], ip["floating_network_id"]): [] for ip in neutron.list("floatingip")}
    for ip in neutron.list("floatingip"):
        floating[ip["router_id"], ip["floating_network_id"]].append(ip["floating_ip_address"])
    router_ports = {port["id"]: port for port in ports if port["device_owner"] in ("network:router_interface", "network:router_gateway")}
    return {
        "network": {id: {"name": one["name"], "tenant": one["project_id"], "physical": one["provider:physical_network"]}
                    for id, one in networks.items()},
        "subnet": {one["id"]: {name: one[name] for name in ("network_id", "cidr", "gateway_ip", "name")} for one in neutron.list("subnet")},
        "port": {one["id"]: {
            **{name: one[name] for name in ("network_id", "name", "mac_address", "admin_state_up")},
            "tenant": one["project_id"] or networks[one["network_id"]]["project_id"], "addresses": _addresses(one),
            "port_security_enabled": one["port_security_enabled"], "device_owner": one["device_owner"], "device_id": one["device_id"],
            "host": one["binding:host_id"], "dhcp_server": one["device_owner"] == "network:dhcp",
            "pairs": sorted([*_pairs(one), *((ip, one["mac_address"]) for ip in _floating(one, floating))])} for one in ports},
        "router": {one["id"]: {"name": one["name"], "tenant": one["project_id"],
                               "ports": sorted(id for id, port in router_ports.items() if port["device_id"] == one["id"])}
                   for one in neutron.list("router")}}


def in_dcportald(cloud: Cloud) -> Inventory:
    listed = {kind: {one["id"]: one for one in cloud.lab.rpc(f"{kind}.list", timeout=SECONDS)} for kind in KINDS}
    return {
        "network": {id: {"name": one["name"], "tenant": one["tenant_id"], "physical": one.get("physical_network") or None}
                    for id, one in listed["network"].items()},
        "subnet": {id: {name: one.get(name) for name in ("network_id", "cidr", "gateway_ip", "name")}
                   for id, one in listed["subnet"].items()},
        "port": {id: {
            **{name: one[name] for name in ("network_id", "name", "mac_address", "admin_state_up")},
            "tenant": one["tenant_id"], "addresses": _addresses(one), "port_security_enabled": one["port_security_enabled"],
            "device_owner": one["device_owner"], "device_id": one["device_id"], "host": one.get("binding_host_id") or "",
            "dhcp_server": one["dhcp_server"], "pairs": sorted(_pairs(one))} for id, one in listed["port"].items()},
        "router": {id: {"name": one["name"], "tenant": one["tenant_id"], "ports": sorted(one["port_ids"])}
                   for id, one in listed["router"].items()}}


def differences(cloud: Cloud) -> list[str]:
    """One line for each object that the two do not have alike."""
    wanted, found = in_neutron(cloud.neutron), in_dcportald(cloud)
    return [f"{kind} {id}: Neutron has {wanted[kind].get(id)}, dcportald has {found[kind].get(id)}"
            for kind in KINDS for id in sorted(wanted[kind].keys() | found[kind].keys()) if wanted[kind].get(id) != found[kind].get(id)]


def await_agreement(cloud: Cloud) -> None:
    """And nothing is left to deliver."""
    await_true(lambda: not differences(cloud) and not journal(cloud), lambda: [*differences(cloud), *journal(cloud)], every=0.5)


def journal(cloud: Cloud) -> list[list[str]]:
    """What the driver has still to deliver, oldest first: (kind, object id, state, last error)."""
    return cloud.database.sql("SELECT kind, object_id, state, last_error FROM dcportals_journal ORDER BY seq")


def purge(neutron: Rest) -> None:
    """Delete everything of everybody."""
    for ip in neutron.list("floatingip"):
        neutron.delete("floatingip", ip["id"])
    for router in neutron.list("router"):
        for port in neutron.list("port", device_id=router["id"], device_owner="network:router_interface"):
            neutron.remove_router_interface(router["id"], port["fixed_ips"][0]["subnet_id"])
        neutron.delete("router", router["id"])
    for port in neutron.list("port"):
        if not port["device_owner"].startswith("network:"):
            neutron.delete("port", port["id"])
    for network in neutron.list("network"):
        _delete_network(neutron, network["id"])


def _delete_network(neutron: Rest, id: str) -> None:
    """The DHCP agent may make its port while the network is being deleted; then Neutron wants to be asked once more."""
    def gone() -> bool:
        try:
            neutron.delete("network", id)
        except ApiError as error:
            if error.status == 409:
                return False
            if error.status != 404:
                raise
        return True

    await_true(gone, f"network {id} is deleted")


def await_nothing_left(cloud: Cloud, before: dict[str, list[str]]) -> None:
    """`before` is what `switch_entries` said when nothing had been created yet."""
    await_agreement(cloud)
    await_true(lambda: not any(in_dcportald(cloud).values()), lambda: in_dcportald(cloud))
    await_true(lambda: switch_entries(cloud) == before, lambda: _changes(before, switch_entries(cloud)))
    await_true(lambda: not stored(cloud), lambda: f"rows are left in dcportald's store: {stored(cloud)}")
    await_true(lambda: not cloud.dhcp_agent.namespaces() and not cloud.l3_agent.namespaces(),
               lambda: f"the agents' namespaces are gone: {cloud.dhcp_agent.namespaces()} {cloud.l3_agent.namespaces()}")
    cloud.await_hosts()


def stored(cloud: Cloud) -> list[str]:
    """The tables of dcportald's store that are not empty."""
    return [table for table in STORE_TABLES if store_count(cloud, table)]


def store_count(cloud: Cloud, table: str) -> int:
    with sqlite3.connect(f"file:{cloud.store}?mode=ro", uri=True) as store:
        return store.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def switch_entries(cloud: Cloud) -> dict[str, list[str]]:
    """Flows, groups and meters of every hypervisor, and what is plugged in."""
    lab, found = cloud.lab, {}
    for name in lab.topology.hypervisors:
        groups, meters = (lab.ofctl(name, command).splitlines()[1:] for command in ("dump-groups", "dump-meters"))
        found[name] = [*lab.flows(name), *sorted(groups), *sorted(meters), *sorted(lab.vsctl(name, "list-ports", "br-int").split())]
    return found


def sync(cloud: Cloud, mode: str = "log") -> dict:
    """The report of neutron-dcportals-sync --mode log|repair, and its exit code as `exit`."""
    tool = cloud.server.configuration.command("neutron-dcportals-sync", f"--mode={mode}", "--json")
    done = commands.run(cloud.lab.command("controller", tool), check=False, timeout=SECONDS)
    if done.returncode > 1:
        raise LabError(f"neutron-dcportals-sync: {done.stderr}")
    return {**json.loads(done.stdout), "exit": done.returncode}


def _changes(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    return [f"{name}: {sign} {entry}" for name in before for sign, one, other in (("+", after, before), ("-", before, after))
            for entry in one[name] if entry not in other[name]]


def _addresses(port: dict) -> list[tuple[str, str]]:
    return sorted((ip["subnet_id"], ip["ip_address"]) for ip in port["fixed_ips"])


def _pairs(port: dict) -> list[tuple[str, str]]:
    return [(pair["ip_address"], pair.get("mac_address") or port["mac_address"]) for pair in port["allowed_address_pairs"]]


def _floating(port: dict, floating: dict[tuple[str, str], list[str]]) -> list[str]:
    """The floating IPs that a router's gateway port answers for."""
    return floating.get((port["device_id"], port["network_id"]), []) if port["device_owner"] == "network:router_gateway" else []
