"""Does nothing ever reach another network while ports come, go, move and change under traffic, and is every switch exactly right after
each step?

A random walk (seeded, DCPORTALS_STEPS long; the full test is 1,000) over everything that can change: ports created, deleted, moved,
re-addressed, switches and the daemon restarted, and addresses given at once to another network. All the time every VM sends to every
address of its network and to all; each frame says which network it is of, and every VM's captures are looked through for others.
"""

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
from dcplab import Lab
from dcplab.capture import Capture, Frame
from dcplab.links import exists
from plugging_test import Walk, delete, plug, put
from prediction import Prediction

STEPS = int(os.environ.get("DCPORTALS_STEPS", "12"))
SEED = int(os.environ.get("DCPORTALS_SEED", "31"))
ROUND_SECONDS = 0.02
PAIRS = 4  # that must hear each other after every step
MARK = b"network "


class Traffic:
    """Every VM sends to all of its network, again and again. What it says is of the network that its cable is plugged into: cables
    change under the lock only."""

    def __init__(self, lab: Lab, absent: set[str]) -> None:
        self.lock = threading.Lock()
        self.rounds = 0
        self._lab = lab
        self._absent = absent
        self._over = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        if self._error:
            raise self._error

    def _run(self) -> None:
        try:
            while not self._over.wait(ROUND_SECONDS):
                with self.lock:
                    self.rounds += 1
                    self._round()
        except BaseException as error:  # of the test, in whose thread it is raised
            self._error = error

    def _round(self) -> None:
        prediction = Prediction.of(self._lab.topology, self._absent)
        for sender in prediction.present:
            if exists(self._lab.namespace(sender), "eth0"):
                self._lab.inject(sender, *self._frames(prediction, sender))

    def _frames(self, prediction: Prediction, sender: str) -> list[bytes]:
        vms = self._lab.topology.vms
        network, (mac, ip) = vms[sender].network, prediction.addresses(sender)[0]
        words = f"{MARK.decode()}{network}; {sender} {self.rounds};"
        targets = [(vm.mac, str(vm.ip)) for vm in vms.values() if vm.network == network and vm.name != sender]
        return [craft.udp(mac, to_mac, ip, to_ip, words) for to_mac, to_ip in [*targets, (craft.BROADCAST, "255.255.255.255")]]


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
        self._captures[receiver].wait_for(heard, 10)

    def _check(self, name: str, capture: Capture) -> None:
        own = MARK + self._lab.topology.vms[name].network.encode() + b";"
        foreign = [frame.data for frame in capture.stop() if not frame.outgoing and MARK in frame.data and own not in frame.data]
        assert foreign == [], f"{name} of {own.decode()} received {len(foreign)}, the first: {craft.text(foreign[0])}"


class ChangeWalk(Walk):
    """Walk's steps and more, each told to the traffic and the watch."""

    def __init__(self, lab: Lab, rng: random.Random, watch: Watch) -> None:
        super().__init__(lab, rng)
        self.traffic: Traffic | None = None
        self._watch = watch

    def step(self, number: int) -> str:
        steps: list[Callable[[], str]] = [self._move, self._unplug_or_plug, self._readdress, self._create_again, self._hand_over]
        rare = [self._restart_switch, self._restart_daemon]
        return self.rng.choice(steps * 4 + rare)()

    @contextmanager
    def _recabled(self, *names: str) -> Iterator[None]:
        """Cables of these VMs are replaced, or their addresses are, while nobody sends."""
        with self.traffic.lock:
            for name in names:
                self._watch.remove(name)
            yield
            for name in names:
                if name not in self.absent:
                    self._watch.add(name)

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
                plug(self.lab, name, place)
                return f"{name} is plugged in at {place}"
            self.lab.unplug(name)
            self.absent.add(name)
            return f"{name} is unplugged"

    def _readdress(self) -> str:
        name = self.rng.choice(sorted(self.lab.topology.vms))
        with self._recabled(name):
            self._new_addresses(name, self.lab.topology.vms[name].network)
            put(self.lab, name)
        return f"{name} gets {self.lab.topology.vms[name].ip} {self.lab.topology.vms[name].mac}"

    def _create_again(self) -> str:
        name = self.rng.choice(sorted(self.lab.topology.vms))
        with self._recabled(name):
            return self._recreate()

    def _hand_over(self) -> str:
        """A port is deleted, and one of another network gets its addresses at once, on the same host, while its peers still send to
        it: only the cables of the two are quiet."""
        vms = self.lab.topology.vms
        name = self.rng.choice(sorted(vms))
        others = [network for network in sorted(self.lab.topology.networks) if network != vms[name].network and not any(
            vm.network == network and (vm.ip == vms[name].ip or vm.mac == vms[name].mac) for vm in vms.values())]
        if name in self.absent or not others or vms[name].ip not in self.lab.topology.networks[others[0]].cidr:
            return f"nobody takes the addresses of {name}"
        with self._recabled(name):
            delete(self.lab, name)
            self.lab.unplug(name)
            self._created += 1
            vms[name] = replace(vms[name], network=others[0], port_id=self.lab.topology.derived_id("port", f"heir{self._created}"))
            put(self.lab, name)
            plug(self.lab, name)
        return f"{others[0]} gets the addresses of {name} at once"

    def _recreate(self) -> str:
        name, network = self.rng.choice(sorted(self.lab.topology.vms)), self.rng.choice(sorted(self.lab.topology.networks))
        self._watch.remove(name)
        delete(self.lab, name)
        if name not in self.absent:
            self.lab.unplug(name)
        self._created += 1
        self._new_addresses(name, network, port_id=self.lab.topology.derived_id("port", f"again{self._created}"))
        put(self.lab, name)
        plug(self.lab, name)
        self.absent.discard(name)
        self._watch.add(name)
        return f"{name} is created again in {network} as {self.lab.topology.vms[name].ip} {self.lab.topology.vms[name].mac}"

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
