"""Does the API's `trace`, which runs the desired flows in memory, say what real packets and Open vSwitch itself say?

Over a random topology, from every VM to every address that there is, in four protocols: the verdict, the place and the reason
are compared with what really happens to that frame; every table step with `ovs-appctl ofproto/trace` on the installed flows,
to the letter: table, priority, cookie, match and actions. So the emulator that the unit tests trust is an Open vSwitch in this.
"""

import itertools
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import craft
import forwarding
import pytest
import testbed
from dcplab import Lab, RpcError, Topology
from exchange import observe
from prediction import Prediction
from random_topology import MACS, random_topology

SEED = 41
CASES = 120
GROUPS = {"255.255.255.255": craft.BROADCAST, "224.0.0.1": craft.multicast_mac("224.0.0.1")}
ADDRESSES = ("eth_src", "eth_dst", "ip_src", "ip_dst")  # in a step's `frame`
PORT_OWNED = 0x02  # the cookie's third byte: whose flow it is; see src/pipeline/cookie.h


@dataclass(frozen=True)
class Case:
    sender: str
    to_ip: str
    to_mac: str | None
    protocol: str

    def params(self, topology: Topology) -> dict:
        asked = {"port_id": topology.port_id(self.sender), "to_ip": self.to_ip, "to_mac": self.to_mac,
                 "protocol": self.protocol}
        return {key: value for key, value in asked.items() if value is not None}

    def frame(self, prediction: Prediction) -> bytes:
        """What `trace` sends: to a group's MAC or a neighbour's where none is given; where ARP would not be answered, an ARP request is all
        that a VM can send."""
        mac, ip = prediction.addresses(self.sender)[0]
        network = prediction.topology.vms[self.sender].network
        holder = prediction.holder(network, self.to_ip)
        to_mac = self.to_mac or GROUPS.get(self.to_ip) or (holder[1] if holder else None)
        if self.protocol == "arp" or to_mac is None:
            return craft.arp_request(mac, mac, ip, self.to_ip)
        return {"icmp": craft.icmp, "tcp": craft.tcp, "udp": craft.udp}[self.protocol](mac, to_mac, ip, self.to_ip)


@pytest.fixture(scope="module")
def lab(start_lab: Callable[..., Lab], mode: str) -> Lab:
    lab = start_lab(random_topology(testbed.fresh_name(), SEED), forwarding.settings(mode))
    testbed.mute(lab)
    testbed.hurry_counters(lab)
    return lab


@pytest.fixture(scope="module")
def cases(lab: Lab, mode: str) -> list[Case]:
    rng = random.Random(SEED)
    print(f"seed {SEED}")
    prediction = Prediction.of(lab.topology)
    ips = sorted({ip for name in lab.topology.vms for _, ip in prediction.addresses(name)}) + ["10.0.0.99", "192.168.1.1"]
    ips += sorted(testbed.keys(lab))[:2] + list(GROUPS)
    macs = [None, None, *MACS, lab.topology.host_mac("hv2"), craft.BROADCAST]
    every = [Case(name, ip, mac, protocol) for name in lab.topology.vms for ip in ips for mac in dict.fromkeys(macs)
             for protocol in ("icmp", "tcp", "udp", "arp")]
    reachable = [Case(name, ip, None, rng.choice(["icmp", "tcp", "udp", "arp"])) for name in lab.topology.vms for ip in ips[:8]]
    chosen = [*reachable, *rng.sample(every, CASES - len(reachable))]
    if mode == "proactive":
        return chosen
    # What one sends to oneself is refused by the daemon, unless a neighbour has asked for the way before: then the switch is silent.
    return [case for case in chosen if case.to_ip not in {ip for _, ip in prediction.addresses(case.sender)} or case.protocol == "arp"]


def test_verdicts_are_what_real_packets_meet(lab: Lab, cases: list[Case]) -> None:
    """All cases' frames are really sent. Where `trace` says one goes it arrives, what it calls dropped arrives nowhere and is
    counted under its reason."""
    prediction = Prediction.of(lab.topology)
    observe(lab, [])  # the data switch learns the hosts' MACs: what it floods would be counted elsewhere too
    before = {name: testbed.drops(lab, name) for name in lab.topology.hypervisors}
    results = [lab.rpc("trace", case.params(lab.topology)) for case in cases]
    frames = [(case.sender, case.frame(prediction)) for case in cases]
    seen = observe(lab, frames)
    assert seen.complaints() == []
    risen = {name: testbed.drops(lab, name) - before[name] for name in lab.topology.hypervisors}

    vm_of = {lab.topology.port_id(name): name for name in lab.topology.vms}
    reasons: dict[str, Counter] = {name: Counter() for name in lab.topology.hypervisors}
    for case, result, (_, frame) in zip(cases, results, frames, strict=True):
        arrivals = prediction.of_frame(case.sender, frame)
        if result["verdict"] == "dropped":
            assert arrivals == [], (case, result["reason"])
            last = result["steps"][-1]
            if result["reason"] == "none":
                continue  # to itself or to nobody else: a switch never sends back where a frame came from, and has no counter for that
            reasons[last["host"]][dropped_of(lab, case, last), result["reason"]] += 1
        else:
            answered = result["verdict"] == "answered"
            receivers = [case.sender] if answered else sorted(vm_of[delivery["port_id"]] for delivery in result["deliveries"])
            assert sorted(arrival.vm for arrival in arrivals) == receivers and answered == (case.protocol == "arp"), case
    assert risen == reasons
    verdicts = Counter(result["verdict"] for result in results)
    print(f"seed {SEED}:", dict(verdicts), dict(Counter(result["reason"] for result in results if "reason" in result)))
    assert verdicts["delivered"] > 20 and verdicts["answered"] > 5 and verdicts["dropped"] > 20, "too little was tried"


def test_steps_are_those_of_open_vswitch(lab: Lab, cases: list[Case], mode: str) -> None:
    """In a reactive network as far as the first question to the daemon."""
    forwarding.forget(lab, mode)
    prediction = Prediction.of(lab.topology)
    ports = {name: datapath_ports(lab, name) for name in lab.topology.hypervisors}
    wrong, steps, crossed, asked = [], 0, 0, 0
    for case in comparable(lab, cases, mode):
        result = lab.rpc("trace", case.params(lab.topology))
        host, in_port, frame = lab.topology.vms[case.sender].hypervisor, lab.topology.tap(case.sender), case.frame(prediction)
        while True:
            until_asked = list(itertools.takewhile(lambda step: step["kind"] != "controller", result["steps"]))
            claimed = [line_of_trace(step) for step in until_asked if step["kind"] == "table" and step["host"] == host]
            said = lab.appctl(host, "ofproto/trace", "br-int", f"in_port={lab.ovs[host].ofport(in_port)}", frame.hex())
            steps += len(claimed)
            if claimed != lines_of_ovs(said):
                wrong.append(f"{case} at {host}:\n  trace {claimed}\n  OVS   {lines_of_ovs(said)}")
            if len(until_asked) < len(result["steps"]):
                asked += 1
                break
            output = outputs(said, ports[host])
            wire = [step for step in result["steps"] if step["kind"] == "wire" and step["from"] == host]
            if not wire:
                break
            assert output == ["uplink0"], (case, said)
            crossed += 1
            frame = rewritten(case.protocol, wire[0]["frame"])
            host, in_port = wire[0]["to"], "uplink0"
        if len(until_asked) < len(result["steps"]):
            continue
        arrivals = [step for step in result["steps"] if step["kind"] in ("delivered", "answered")]
        expected = ["tap" + step["port_id"][:11] for step in arrivals]
        assert output == expected, (case, said)
        if arrivals and "ip_src" in arrivals[0]["frame"]:
            final = arrivals[0]["frame"]
            assert final_addresses(said) in (None, tuple(final[key] for key in ADDRESSES)), said
    print(f"seed {SEED}: {len(cases)} packets, {steps} table steps compared, {crossed} crossed the wire")
    assert not wrong, "\n".join([f"{len(wrong)} of {len(cases)}", *wrong[:3]])
    assert (steps > 300 and crossed > 10) if mode == "proactive" else (steps > 100 and asked > 20), "too little was tried"


def test_a_flow_that_differs_is_noticed(lab: Lab) -> None:
    """`trace` tells of the desired flows; the comparison above would see a switch that has another."""
    prediction = Prediction.of(lab.topology)
    case = next(case for sender in sorted(lab.topology.vms) for receiver in sorted(lab.topology.vms)
                if sender != receiver and lab.topology.vms[sender].network == lab.topology.vms[receiver].network
                for case in [Case(sender, str(lab.topology.vms[receiver].ip), None, "udp")])
    host = lab.topology.vms[case.sender].hypervisor
    in_port = lab.ovs[host].ofport(lab.topology.tap(case.sender))
    with testbed.foreign_flow(lab, host, f"table=10,priority=1000,in_port={in_port},actions=drop"):
        said = lab.appctl(host, "ofproto/trace", "br-int", f"in_port={in_port}", case.frame(prediction).hex())
    result = lab.rpc("trace", case.params(lab.topology))
    claimed = [line_of_trace(step) for step in result["steps"] if step["kind"] == "table" and step["host"] == host]
    assert claimed != lines_of_ovs(said)


def test_a_port_that_is_not_plugged_cannot_be_traced(lab: Lab) -> None:
    name = sorted(lab.topology.vms)[0]
    lab.unplug(name)
    testbed.await_port(lab, name, lambda computed: computed["host"] is None)
    with pytest.raises(RpcError, match="not plugged"):
        lab.rpc("trace", Case(name, "10.0.0.1", None, "icmp").params(lab.topology))
    lab.plug(name)
    testbed.mute(lab, name)
    lab.wait_synced()


def comparable(lab: Lab, cases: list[Case], mode: str) -> list[Case]:
    """Those that go one way only: a broadcast's copies are compared with what arrives. In a reactive network Open vSwitch
    really asks when it traces, and the flow that it gets is in the way of the next trace from there to the same address."""
    single = [case for case in cases if case.to_ip not in GROUPS]
    if mode == "proactive":
        return single
    vms = lab.topology.vms
    return list({(vms[case.sender].hypervisor, vms[case.sender].network, case.to_ip): case for case in single}.values())


# What the two say, in one form: "table priority cookie match actions"

def line_of_trace(step: dict) -> str:
    found = re.fullmatch(r"cookie=(0x[0-9a-f]+), table=(\d+), priority=(\d+),?(\S*) actions=(.*)", step["flow"])
    assert found, step["flow"]
    cookie, table, priority, match, actions = found.groups()
    assert int(table) == step["table_id"]
    return f"{table} {priority} {cookie} {match} {actions}"


def lines_of_ovs(said: str) -> list[str]:
    """Annotations, as that a moved field is now so and so, stand deeper than actions."""
    lines: list[str] = []
    for line in said.splitlines():
        if found := re.fullmatch(r" ?(\d+)\. (?:(\S+), )?priority (\d+), cookie (0x[0-9a-f]+)", line):
            table, match, priority, cookie = found.groups()
            lines.append(f"{table} {priority} {cookie} {match or ''} ")
        elif lines and re.match(r" {4}\S", line):
            lines[-1] += ("" if lines[-1].endswith(" ") else ",") + line.strip()
        elif line.startswith("Final flow"):
            break
    return lines


def outputs(said: str, ports: dict[str, str]) -> list[str]:
    """The names of the ports to which the datapath would send it."""
    actions = re.search(r"^Datapath actions: (.*)$", said, re.M)[1]
    plain = re.sub(r"\((?:[^()]|\([^()]*\))*\)", "", actions)
    return [ports[word] for word in plain.split(",") if word.isdigit()]


def datapath_ports(lab: Lab, hypervisor: str) -> dict[str, str]:
    shown = lab.appctl(hypervisor, "dpif/show")
    return {number: name for name, number in re.findall(r"^ +(\S+) \d+/(\d+):", shown, re.M)}


def final_addresses(said: str) -> tuple[str, ...] | None:
    """None: the frame is unchanged."""
    line = re.search(r"^Final flow: (.*)$", said, re.M)[1]
    if line == "unchanged":
        return None
    return tuple(re.search(rf"{key}=([^,]+)", line)[1] for key in ("dl_src", "dl_dst", "nw_src", "nw_dst"))


def rewritten(protocol: str, wire: dict) -> bytes:
    return {"icmp": craft.icmp, "tcp": craft.tcp, "udp": craft.udp}[protocol](*(wire[key] for key in ADDRESSES))


def dropped_of(lab: Lab, case: Case, last: dict) -> str | None:
    """Whose counter a drop is in: that of the flow's owner, or of the port that asked the daemon."""
    if last["kind"] == "controller":
        return None if last["asked"] == "wire" else case.sender
    return owner(lab, last["flow"])


def owner(lab: Lab, flow: str) -> str | None:
    """The VM whose port owns the flow, as its cookie has it; None for the host's own flows."""
    cookie = int(re.match(r"cookie=(0x[0-9a-f]+)", flow)[1], 16)
    if cookie >> 40 & 0xff != PORT_OWNED:
        return None
    (found,) = [name for name in lab.topology.vms if testbed.port(lab, name)["computed"]["number"] == cookie & 0xffffffff]
    return found
