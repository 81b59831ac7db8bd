"""What is known of a lab, as data and as tables for people. Used by `lab list` and `lab status`."""

from . import terminal
from .errors import LabError
from .lab import Lab
from .processes import Process
from .state import State, all_labs


def list_labs() -> list[dict]:
    """Every lab of which anything is left. `state` is `up`, or `broken` if it was not built or removed to its end."""
    return [_one(name) for name in all_labs()]


def _one(name: str) -> dict:
    try:
        topology, settings = State(name).load()
    except LabError:
        return {"name": name, "state": "broken", "config": None, "hypervisors": 0, "vms": 0}
    processes = State(name).record.all()
    whole = len(processes) >= 2 * len(topology.hypervisors) and all(process.alive() for process in _services(processes))
    return {"name": name, "state": "up" if whole else "broken", "config": settings.config,
            "hypervisors": len(topology.hypervisors), "vms": len(topology.vms)}


def _services(processes: list[Process]) -> list[Process]:
    """Without the commands that tests started in places."""
    return [process for process in processes if process.name.endswith(("ovsdb-server", "ovs-vswitchd", "dcportald")) or process.name.startswith("dhcp-")]


def describe(lab: Lab) -> dict:
    topology = lab.topology
    states = _states(lab)
    return {
        "name": lab.name, "config": lab.config,
        "hypervisors": [{"name": name, "mac": topology.host_mac(name), "datapath_id": topology.datapath_id(name),
                         "state": states.get(name, "never seen") if lab.ovs[name].alive() else "switch is down"}
                        for name in topology.hypervisors],
        "vms": [{"name": vm.name, "hypervisor": vm.hypervisor, "network": vm.network,
                 "tenant": topology.tenant_of(vm.name), "ip": str(vm.ip), "mac": vm.mac,
                 "port_id": topology.port_id(vm.name), "tap": topology.tap(vm.name)} for vm in topology.vms.values()],
        "services": [{"name": port.place, "kind": "router" if port.router else "DHCP server", "hypervisor": port.hypervisor,
                      "network": port.network, "ip": str(port.ip), "mac": port.mac, "port_id": port.port_id, "device": port.device}
                     for port in topology.service_ports()],
        "processes": [{"name": process.name, "pid": process.pid, "alive": process.alive()}
                      for process in _services(lab.processes())],
        "learned": [{"mac": mac, "port": port} for mac, port in lab.learned()],
    }


def _states(lab: Lab) -> dict[str, str]:
    """What dcportald says of each hypervisor. The switch's own word on it would be up to five seconds old."""
    if lab.config != "dcportals":
        return dict.fromkeys(lab.topology.hypervisors, "none")
    try:
        return {host["name"]: host["state"] for host in lab.rpc("host.list")}
    except LabError:
        return dict.fromkeys(lab.topology.hypervisors, "dcportald does not answer")


def healthy(description: dict) -> bool:
    return all(process["alive"] for process in description["processes"])


def show_list(labs: list[dict]) -> None:
    if not labs:
        print("No lab is up. Start one with `lab up TOPOLOGY.yaml`.")
        return
    terminal.table(["LAB", "STATE", "CONFIG", "HYPERVISORS", "VMS"],
                   [[lab["name"], lab["state"], lab["config"] or "?", str(lab["hypervisors"]), str(lab["vms"])]
                    for lab in labs])


def show(description: dict) -> None:
    print(f"Lab {description['name']}, configuration {description['config']}")
    terminal.heading("Hypervisors")
    terminal.table(["NAME", "UPLINK MAC", "DATAPATH ID", "CONTROLLER"], [
        [host["name"], host["mac"], host["datapath_id"], host["state"]] for host in description["hypervisors"]])
    terminal.heading("Virtual machines")
    terminal.table(["NAME", "ON", "NETWORK", "TENANT", "IP", "MAC", "TAP"], [
        [vm["name"], vm["hypervisor"], vm["network"], vm["tenant"], vm["ip"], vm["mac"], vm["tap"]]
        for vm in description["vms"]])
    if description["services"]:
        terminal.heading("Routers and DHCP servers")
        terminal.table(["NAME", "KIND", "ON", "NETWORK", "IP", "MAC", "DEVICE"], [
            [port[key] for key in ("name", "kind", "hypervisor", "network", "ip", "mac", "device")] for port in description["services"]])
    terminal.heading("Processes")
    terminal.table(["NAME", "PID", "STATE"], [
        [process["name"], str(process["pid"]), "alive" if process["alive"] else "dead"]
        for process in description["processes"]])
    terminal.heading("What the data switch learned")
    terminal.table(["MAC", "PORT"], [[entry["mac"], entry["port"]] for entry in description["learned"]])
