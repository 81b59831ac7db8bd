"""Does nothing ever reach another network while ports come, go, move and change under traffic, and is every switch exactly right after
each step?

A random walk (seeded, DCPORTALS_STEPS long; the full test is 1,000) over everything that can change: ports created, deleted, moved,
re-addressed, switches and the daemon restarted, and addresses given at once to another network. All the time every VM sends to every
address of its network and to all; each frame says which network it is of, and every VM's captures are looked through for others.
"""

import errno
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import craft
import forwarding
import pytest
import random_topology
import testbed
from dcplab import Lab, Vm
from dcplab.capture import Capture, Frame
from plugging_test import Walk, delete, put

STEPS = int(os.environ.get("DCPORTALS_STEPS", "120"))
SEED = int(os.environ.get("DCPORTALS_SEED", "31"))
ROUND_SECONDS = 0.02
PAIRS = 4  # that must hear each other after every step
MARK = b"network "
TO_ALL = (craft.BROADCAST, "255.255.255.255")
CABLE_IS_MOVING = (errno.ENETDOWN, errno.ENOBUFS)


class Traffic:
    """Every VM sends to all of its network, again and again, as it was when `refresh` was last called: what changes meanwhile is still
    sent to. What a VM says is of the network that its cable is plugged into, so a VM that is to have another cable is quiet."""

    def __init__(self, lab: Lab, absent: set[str]) -> None:
        self.rounds = 0
        self._lab = lab
        self._absent = absent
        self._lock = threading.Lock()
        self._vms: dict[str, Vm] = {}
        self._quiet: set[str] = set()
        self._over = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self.refresh()

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        if self._error:
            raise self._error

    def refresh(self) -> None:
        with self._lock:
            self._vms = {name: vm for name, vm in self._lab.topology.vms.items() if name not in self._absent}

    @contextmanager
    def quiet(self, name: str) -> Iterator[None]:
        """In the block the VM sends nothing; the others go on. Afterwards it is what the topology says."""
        with self._lock:
            self._quiet.add(name)
        yield
        self.refresh()
        self._quiet.remove(name)

    def _run(self) -> None:
        try:
            while not self._over.wait(ROUND_SECONDS):
                for sender in list(self._vms):
                    with self._lock:
                        self._send(sender)
                self.rounds += 1
        except BaseException as error:  # of the test, in whose thread it is raised
            self._error = error

    def _send(self, sender: str) -> None:
        if sender in self._quiet or sender not in self._vms:
            return
        own = self._vms[sender]
        words = f"{MARK.decode()}{own.network}; {sender} {self.rounds};"
        targets = [(vm.mac, str(vm.ip)) for vm in self._vms.values() if vm.network == own.network and vm.name != sender]
        try:
            self._lab.inject(sender, *(craft.udp(own.mac, mac, str(own.ip), ip, words) for mac, ip in [*targets, TO_ALL]))
        except OSError as error:
            if error.errno not in CABLE_IS_MOVING:
                raise


class Watch:
    """A capture at every VM, each as long as its cable."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._captures: dict[str, Capture] = {}

    def add(self, name: str) -> None:
        self._captures[name] = self._lab.capture(name)

    def renew(self) -> None:
        """Frames seen so far are checked and forgotten. No moment is unwatched."""
        for name, old in list(self._captures.items()):
            self.add(name)
            self._check(name, old)

    def remove(self, name: str) -> None:
        """Before the cable goes."""
        if name in self._captures:
            self._check(name, self._captures.pop(name))

    def end(self) -> None:
        for name in list(self._captures):
            self.remove(name)

    def await_pair(self, sender: str, receiver: str, round_number: int) -> None:
        def heard(frame: Frame) -> bool:
            words = frame.data.rpartition(MARK)[2].split(b";")
            return not frame.outgoing and len(words) == 3 and words[1].split()[0] == sender.encode() \
                and int(words[1].split()[1]) > round_number and frame.data[0] & 1 == 0
        self._captures[receiver].wait_for(heard)

    def _check(self, name: str, capture: Capture) -> None:
        own = MARK + self._lab.topology.vms[name].network.encode() + b";"
        foreign = [frame.data for frame in capture.stop() if not frame.outgoing and MARK in frame.data and own not in frame.data]
        assert foreign == [], f"{name} of {own.decode()} received {len(foreign)}, the first: {craft.text(foreign[0])}"


class ChangeWalk(Walk):
    """Walk's steps and more, each told to the traffic and the watch. Every kind comes once, in any order, before chance alone decides."""

    def __init__(self, lab: Lab, rng: random.Random, watch: Watch) -> None:
        super().__init__(lab, rng)
        self.traffic: Traffic | None = None
        self._watch = watch
        self._usual: list[Callable[[], str]] = [self._move, self._unplug_or_plug, self._readdress, self._create_again, self._hand_over]
        self._rare: list[Callable[[], str]] = [self._restart_switch, self._restart_daemon]
        self._first = rng.sample(self._usual + self._rare, len(self._usual + self._rare))

    def step(self, number: int) -> str:
        return (self._first.pop() if self._first else self.rng.choice(self._usual * 4 + self._rare))()

    @contextmanager
    def _recabled(self, name: str) -> Iterator[None]:
        """In the block the VM's cable is replaced. The others still send to it."""
        with self.traffic.quiet(name):
            self._watch.remove(name)
            yield

    def _plug(self, name: str, hypervisor: str | None = None) -> None:
        """Watched before there is a switch at the other end of the cable."""
        self.lab.cable(name, hypervisor)
        testbed.mute(self.lab, name)
        self._watch.add(name)
        self.lab.connect(name)

    def _move(self) -> str:
        name, place = self.rng.choice(sorted(self.lab.topology.vms)), self.rng.choice(self.lab.topology.hypervisors)
        if name in self.absent or self.lab.topology.vms[name].hypervisor == place:
            return f"{name} stays"
        self.lab.move_vm(name, place)  # the traffic goes on meanwhile: eth0 stays
        return f"{name} moves to {place}"

    def _unplug_or_plug(self) -> str:
        name, place = self.rng.choice(sorted(self.lab.topology.vms)), self.rng.choice(self.lab.topology.hypervisors)
        with self._recabled(name):
            if name in self.absent:
                self.absent.remove(name)
                self._plug(name, place)
                return f"{name} is plugged in at {place}"
            self.lab.unplug(name)
            self.absent.add(name)
            return f"{name} is unplugged"

    def _readdress(self) -> str:
        name = self.rng.choice(sorted(self.lab.topology.vms))
        with self.traffic.quiet(name):
            self._new_addresses(name, self.lab.topology.vms[name].network)
            put(self.lab, name)
        return f"{name} gets {self.lab.topology.vms[name].ip} {self.lab.topology.vms[name].mac}"

    def _create_again(self) -> str:
        name, network = self.rng.choice(sorted(self.lab.topology.vms)), self.rng.choice(sorted(self.lab.topology.networks))
        with self._recabled(name):
            return self._replace(name, network)

    def _hand_over(self) -> str:
        """A port is deleted, and one of another network gets its addresses at once, on the same host, while its peers still send to
        it."""
        vms, networks = self.lab.topology.vms, self.lab.topology.networks
        possible = [(name, network) for name in sorted(vms) for network in sorted(networks) if name not in self.absent
                    and network != vms[name].network and vms[name].ip in networks[network].cidr
                    and not any(vm.network == network and (vm.ip == vms[name].ip or vm.mac == vms[name].mac) for vm in vms.values())]
        if not possible:
            return "nobody takes anybody's addresses"
        name, network = self.rng.choice(possible)
        with self._recabled(name):
            delete(self.lab, name)
            self.lab.unplug(name)
            self._created += 1
            vms[name] = replace(vms[name], network=network, port_id=self.lab.topology.derived_id("port", f"heir{self._created}"))
            put(self.lab, name)
            self._plug(name)
        return f"{network} gets the addresses of {name} at once"

    def _restart_daemon(self) -> str:
        self.lab.daemon.restart(kill=self.rng.random() < 0.5)
        return "the daemon restarts"


@pytest.mark.parametrize("mode", forwarding.MODES)
def test_random_changes_under_traffic(mode: str) -> None:
    rng = random.Random(SEED)
    topology = random_topology.random_topology(testbed.fresh_name(), SEED)
    for name, vm in topology.vms.items():  # with port security: a VM may send as itself only, so that a mark is true
        topology.vms[name] = replace(vm, port_security=True)
    with testbed.running(topology, forwarding.settings(mode)) as lab:
        testbed.mute(lab)
        watch = Watch(lab)
        walk = ChangeWalk(lab, rng, watch)
        for name in topology.vms:
            watch.add(name)
        with Traffic(lab, walk.absent) as traffic:
            walk.traffic = traffic
            for number in range(STEPS):
                begin = time.monotonic()
                done = walk.step(number)
                print(f"{mode} seed {SEED} step {number}: {done}", flush=True)
                check_step(lab, walk, watch, rng)
                print(f"    {time.monotonic() - begin:.2f} s", flush=True)
        watch.end()


def check_step(lab: Lab, walk: ChangeWalk, watch: Watch, rng: random.Random) -> None:
    lab.wait_synced()
    assert testbed.differences(lab) == {}
    watch.renew()
    vms = {name: vm for name, vm in lab.topology.vms.items() if name not in walk.absent}
    pairs = [(one, other) for one in vms for other in vms if one != other and vms[one].network == vms[other].network]
    since = walk.traffic.rounds
    for sender, receiver in rng.sample(pairs, min(PAIRS, len(pairs))):
        watch.await_pair(sender, receiver, since)


def test_a_leak_is_noticed() -> None:
    """The test above would see it: at hv1, b1 gets a copy of what a1 sends to a3."""
    with testbed.running(testbed.twins(testbed.fresh_name())) as lab:
        testbed.mute(lab)
        watch = Watch(lab)
        watch.add("b1")
        taps = {name: lab.ovs["hv1"].ofport(lab.topology.tap(name)) for name in ("a1", "b1")}
        with testbed.foreign_flow(lab, "hv1", f"table=0,priority=999,in_port={taps['a1']},actions=output:{taps['b1']}"), \
                Traffic(lab, set()) as traffic:
            testbed.await_true(lambda: traffic.rounds > 3, "three rounds")
        with pytest.raises(AssertionError, match="b1 of network net-b; received"):
            watch.end()
