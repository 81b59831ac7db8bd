"""Section 4.5: load: one VM sends ever larger bursts of new flows; what that costs controller, switch and the other VMs (figures 19 and
20).

The text says: four VMs on two servers, one network; VM4 generates; echo requests from VM1 to VM2; a TCP stream between VM2 and VM3; the
switch that is watched is that of VM4's server. It does not say which VM is where: VM1 and VM3 are on the first server, VM2 and VM4 on the
second, so that both measurements cross the wire, and each has an end on the server of the generator.

The paper's fping sends an echo request every 2 s, because flows live shorter than that. Here each goes between another pair of addresses of
VM1 and VM2, of which there are so many that a pair is silent for longer than any flow, or any entry of a switch's cache, lives. So there
are more probes in a burst, and each is a new flow. The paper's pauses of 60 s let the system return to its initial state; here the
switches' caches are emptied after each burst, whose entries would live for 10 s and be worked out again at each change of a flow, and
pauses are shorter.

Siblings: load_bursts (the generator), load_probe (latency), load_watch (CPU, memory, bandwidth), load_messages (what the controller is
told), load_knee and load_outcome (what it all means), load_report, load_words and load_figure.
"""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import ClassVar

from dcplab import Lab, LabError, Network, Topology, Vm
from dcplab.capture import Capture
from dcplab.switches import MANAGEMENT_PORT
from dcplab.topology import AddressPair

from ..configurations import IDLE_SECONDS, PROACTIVE
from ..measurement import Experiment, Measurement, Repetitions, Results
from ..neighbours import know_neighbours
from ..report.document import Block
from . import load_messages, load_report, load_watch
from .load_bursts import Sender
from .load_knee import (ASKED, COUNTS_APART, COURSE, DECISIONS, ENDED, GENERATED, LATENCY, MESSAGES, MISSES, PACKET_INS, ROUND_TRIP,
                        SENT, TRANSLATIONS)
from .load_probe import Prober

PLACES = {"vm1": "hv1", "vm2": "hv2", "vm3": "hv1", "vm4": "hv2"}
GENERATOR = "vm4"
PAIRS = 48  # of addresses of VM1 and VM2
AGREE_SECONDS = 30.0  # for two counts to say the same, on a machine that lets one of the two wait


@dataclass(frozen=True)
class Plan:
    rates: tuple[int, ...]  # packets/s; the last is more than the generator can
    burst_seconds: int
    pause_seconds: float
    probe_seconds: float  # from one echo request to the next
    sample_seconds: float  # of CPU


FULL = Plan((100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000), 6, 3.0, 0.25, 1.0)
QUICK = Plan((500, 10_000, 100_000), 2, 1.0, 0.1, 0.5)


def plan(quick: bool) -> Plan:
    return QUICK if quick else FULL


class Load(Experiment):
    section: ClassVar[str] = "4.5"
    key: ClassVar[str] = "load"
    title: ClassVar[str] = "Load"
    repetitions: ClassVar[Repetitions] = Repetitions(shaped=2, unshaped=1)
    idle_seconds: ClassVar[int | None] = IDLE_SECONDS

    def topology(self) -> Topology:
        topology = Topology("", ["hv1", "hv2"])
        topology.networks["net1"] = Network("net1", "alpha", IPv4Network("10.0.0.0/8"))
        for number, (name, hypervisor) in enumerate(PLACES.items(), 1):
            own = addresses(number) if number <= 2 else [IPv4Address(f"10.{number}.0.1")]
            topology.vms[name] = Vm(name, hypervisor, "net1", own[0], f"fa:16:3e:00:00:0{number}",
                                    allowed_address_pairs=tuple(AddressPair(str(ip)) for ip in own[1:]))
        return topology

    def seconds(self, quick: bool) -> float:
        own = plan(quick)
        return len(own.rates) * (own.burst_seconds + own.pause_seconds + 0.5) + own.pause_seconds + 2

    def measure(self, measurement: Measurement) -> None:
        lab, own = measurement.lab, plan(measurement.quick)
        have_addresses(lab)
        know_neighbours(lab)
        with ExitStack() as running:
            count = running.enter_context(PacketIns(measurement)) if measurement.configuration.isolates else None
            record = _recorder(measurement)
            running.enter_context(load_watch.processors(lab, PLACES[GENERATOR], own.sample_seconds, record))
            running.enter_context(load_watch.stream(lab, "vm2", "vm3", 10 * self.seconds(measurement.quick), record))
            with _probing(measurement, own.probe_seconds):
                self._bursts(measurement, own, count)
            if count:
                count.end()

    def describe(self, results: Results) -> list[Block]:
        return load_report.describe(results, plan(results.quick))

    def _bursts(self, measurement: Measurement, own: Plan, count: "PacketIns | None") -> None:
        time.sleep(own.pause_seconds)
        sender = Sender(measurement.lab, GENERATOR)
        for number, rate in enumerate(own.rates):
            measurement.progress(f"{rate:,} packets/s")
            case, told, sent = f"{rate} packets/s", _told(measurement), sender.sent()
            with sender.burst(rate, own.burst_seconds, number) as process:
                measurement.record(case, ASKED, "/s", rate)
                process.wait()
                measurement.record(case, ENDED, "s", measurement.elapsed())
            sent = (sender.sent() - sent) / own.burst_seconds
            measurement.record(case, SENT, "/s", round(sent, 1))
            for name in measurement.lab.topology.hypervisors:
                measurement.lab.appctl(name, "revalidator/purge")
            time.sleep(own.pause_seconds)
            for (quantity, after), before in zip(_told(measurement).items(), told.values()):
                measurement.record(case, quantity, "", after - before)
            if count and measurement.configuration != PROACTIVE:
                count.end()
            if sent < GENERATED * rate:
                return


def addresses(number: int) -> list[IPv4Address]:
    """Of VM1 or VM2."""
    return [IPv4Address(f"10.{number}.0.{each}") for each in range(1, PAIRS + 1)]


def have_addresses(lab: Lab) -> None:
    """VMs have all their addresses."""
    for name, vm in lab.topology.vms.items():
        network = lab.topology.networks[vm.network]
        lines = [f"address add {pair.ip}/{network.cidr.prefixlen} dev eth0" for pair in vm.allowed_address_pairs]
        if lines:
            lab.run(name, ["ip", "-batch", "-"], stdin="\n".join(lines) + "\n")


def _told(measurement: Measurement) -> dict[str, int]:
    """What the switches, and the controller where there is one, were told so far."""
    lab = measurement.lab
    told = {MISSES: load_messages.misses(lab, PLACES[GENERATOR]), TRANSLATIONS: load_messages.translations(lab)}
    if measurement.configuration.lab != "ovs":
        told[MESSAGES] = load_messages.messages(lab)
    if measurement.configuration.isolates:
        told[DECISIONS] = load_messages.decisions(lab)
    return told


def _recorder(measurement: Measurement) -> load_watch.Record:
    return lambda quantity, unit, value: measurement.record(COURSE, quantity, unit, value)


class _probing:
    """Probes while the block runs, and records them at its end."""

    def __init__(self, measurement: Measurement, interval: float) -> None:
        self._measurement = measurement
        self._prober = Prober(measurement.lab, "vm1", "vm2", list(zip(addresses(1), addresses(2))), interval)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        began = time.time() - self._measurement.elapsed()
        for probe in self._prober.stop():
            for quantity, came in ((LATENCY, probe.arrived), (ROUND_TRIP, probe.answered)):
                milliseconds = None if came is None else round((came - probe.left) * 1000, 4)
                self._measurement.record(COURSE, quantity, "ms", milliseconds, probe.left - began)


class PacketIns:
    """Counted on the wire from the block's beginning to the first `end`, which records them, beside dcportald's own count of its decisions.
    In proactive mode that is the whole test. Where there are some, it is the first burst, to show that they are seen: later they
    would be so many that counting is a load of its own."""

    def __init__(self, measurement: Measurement) -> None:
        self._measurement = measurement

    def __enter__(self) -> "PacketIns":
        self._decided = load_messages.decisions(self._measurement.lab)
        self._wire: Capture | None = self._measurement.lab.capture("controller", MANAGEMENT_PORT)
        return self

    def __exit__(self, *_: object) -> None:
        if self._wire:
            self._wire.stop()

    def end(self) -> None:
        if self._wire:
            seen, decided = self._count()
            wire, self._wire = self._wire, None
            frames = wire.stop()
            seen = seen or load_messages.count_packet_ins(frames)  # that there are none is said of all that came
            for quantity, value in ((PACKET_INS, seen), (DECISIONS, decided)):
                self._measurement.record(COURSE, quantity, "", value)

    def _count(self) -> tuple[int, int]:
        """Packets seen and decisions, of the same moment: probes go on meanwhile, and a packet that is seen is soon decided about."""
        deadline = time.monotonic() + AGREE_SECONDS
        while True:
            decided, late = load_messages.decisions(self._measurement.lab) - self._decided, time.monotonic() > deadline
            try:
                seen = load_messages.count_packet_ins(self._wire.frames)
                if late or abs(seen - decided) <= COUNTS_APART * decided:
                    return seen, decided
            except LabError:  # a segment that another overtook may be on its way
                if late:
                    raise
            time.sleep(0.1)
