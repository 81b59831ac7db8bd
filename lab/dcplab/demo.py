"""The paper's isolation test (section 4.4) on a lab that is up: the experiment, its tables, and a verdict on each.

With dcportals: who received whose echo requests must be Table 4; the physical switch must know one MAC per hypervisor;
a packet must look like Figure 7 at its five places; no frame on the wire may show a tenant's address. With plain Open
vSwitch the isolation must be absent, as Table 5 has it. Used by `lab demo` and, without printing, by tests.
"""

from collections.abc import Callable
from dataclasses import dataclass

from . import isolation, journey, terminal
from .isolation import Pairs, Reception
from .journey import Stop, WireAudit
from .lab import Lab
from .topology import Topology


@dataclass(frozen=True)
class Check:
    passed: bool
    text: str


@dataclass(frozen=True)
class Result:
    topology: Topology
    isolated: bool  # which of the two outcomes is expected
    reception: Reception
    learned: list[tuple[str, str]]
    ends: tuple[str, str]
    stops: list[Stop]
    audit: WireAudit

    def checks(self) -> list[Check]:
        return [*self.matrix_checks(), *self.learned_checks(), *self.journey_checks(), *self.audit_checks()]

    def passed(self) -> bool:
        return all(check.passed for check in self.checks())

    def matrix_checks(self) -> list[Check]:
        reception = self.reception
        if not self.isolated:
            missing = isolation.everyone(self.topology) - reception.anything
            return [Check(not missing, "every VM received frames of every other, tenant or not: no isolation, as in "
                          "Table 5" + _listed("; not so for", missing))]
        wanted = isolation.same_network(self.topology)
        return [
            Check(reception.echo_requests == wanted, "echo requests reached the VMs of the sender's network, and no "
                  "other: Table 4" + _listed("; missing", wanted - reception.echo_requests)
                  + _listed("; leaked", reception.echo_requests - wanted)),
            Check(reception.anything <= wanted, "no frame of any kind reached another network"
                  + _listed("; leaked", reception.anything - wanted)),
            Check(not reception.strange, f"frames that no VM sent: {len(reception.strange)}"),
        ]

    def learned_checks(self) -> list[Check]:
        if not self.isolated:
            return []
        wanted = sorted((self.topology.host_mac(name), name) for name in self.topology.hypervisors)
        return [Check(sorted(self.learned) == wanted, "exactly one MAC per hypervisor")]

    def journey_checks(self) -> list[Check]:
        if not self.isolated:
            return []
        found = journey.deviations(self.topology, *self.ends, self.stops)
        return [Check(not found, "; ".join(found) or "rewritten on the wire, restored byte for byte: Figure 7")]

    def audit_checks(self) -> list[Check]:
        if not self.isolated:
            return []
        seen = len(self.audit.revealing)
        return [Check(self.audit.examined > 0 and not seen,
                      f"{self.audit.examined} frames crossed the data switch, {seen} show a tenant's MAC or IP")]

    def to_json(self) -> dict:
        return {
            "passed": self.passed(),
            "checks": [{"passed": check.passed, "text": check.text} for check in self.checks()],
            "echo_requests": sorted(self.reception.echo_requests),
            "anything": sorted(self.reception.anything),
            "learned": [{"mac": mac, "port": port} for mac, port in self.learned],
            "journey": [{"place": stop.place, "headers": vars(stop.headers) if stop.headers else None}
                        for stop in self.stops],
            "wire": {"examined": self.audit.examined, "revealing": len(self.audit.revealing)},
        }


def run(lab: Lab, isolated: bool, progress: Callable[[str], None] = lambda step: None) -> Result:
    ends = journey.first_remote_pair(lab.topology)
    with lab.capture("core") as wire:
        reception = isolation.run(lab, isolated, progress)
        progress("one packet at five places")
        # Learning switches may take it to a twin, however often it is sent.
        stops = journey.run(lab, *ends, tries=journey.TRIES if isolated else 1)
    return Result(lab.topology, isolated, reception, lab.learned(), ends, stops,
                  journey.audit_wire(lab.topology, wire.frames))


def show(result: Result) -> None:
    _show_matrices(result)
    terminal.heading("What the physical switch learned")
    terminal.table(["MAC", "port"], result.learned)
    _show_checks(result.learned_checks())
    terminal.heading("One packet at the five places of Figure 7")
    terminal.table(["", "eth_src", "eth_dst", "ip_src", "ip_dst"], [_journey_row(stop) for stop in result.stops])
    if not result.isolated and any(stop.frame is None for stop in result.stops):
        print(f"Learning switches know one place per MAC, and {result.ends[1]} shares its MAC: its twin was heard last.")
    _show_checks(result.journey_checks())
    terminal.heading("On the wire")
    if result.isolated:
        _show_checks(result.audit_checks())
    else:
        print(f"{result.audit.examined} frames crossed the data switch, {len(result.audit.revealing)} show a tenant's "
              "MAC or IP.")


def _show_matrices(result: Result) -> None:
    terminal.heading("Who received the echo requests (rows send, columns receive)")
    _show_matrix(result.topology, result.reception.echo_requests)
    if not result.isolated:
        print("The paper's Table 5 has a mark in every cell. Here twins share IP and MAC: a VM never sends to its own IP, "
              "and\nan echo request goes to whichever twin the switches heard last. Broadcasts show the missing isolation "
              "whole:")
        terminal.heading("Who received any frame at all, ARP included")
        _show_matrix(result.topology, result.reception.anything)
    _show_checks(result.matrix_checks())


def _show_matrix(topology: Topology, pairs: Pairs) -> None:
    def cell(sender: str, receiver: str) -> str:
        return "-" if sender == receiver else terminal.check_mark() if (sender, receiver) in pairs else ""

    names = list(topology.vms)
    terminal.table(["", *names, "tenant"], [[sender, *(cell(sender, receiver) for receiver in names),
                                             topology.tenant_of(sender)] for sender in names])


def _show_checks(checks: list[Check]) -> None:
    for check in checks:
        terminal.verdict(check.passed, check.text)


def _journey_row(stop: Stop) -> list[str]:
    headers = stop.headers
    if headers is None:
        return [stop.place, "not seen", "", "", ""]
    return [stop.place, headers.eth_src, headers.eth_dst, headers.ip_src or "", headers.ip_dst or ""]


def _listed(label: str, pairs: Pairs) -> str:
    return f"{label}: " + ", ".join(f"{sender} to {receiver}" for sender, receiver in sorted(pairs)) if pairs else ""
