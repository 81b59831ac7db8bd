"""Do traffic and isolation hold while ports appear, vanish, move and change, at any moment, also while dcportald is away?

After every step: every switch has exactly the desired flows, every allowed pair reaches, nothing else arrives anywhere, and the
wire shows keys only. What the steps are is in each test's name. Issue: a port may appear, vanish and reappear on another host
at any moment; architecture.md, "Mapping keys".
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import IPv4Address

import craft
import matrix_test
import pytest
import random_topology
import testbed
import wire
from dcplab import Lab, RpcError, links
from dcplab.links import End
from exchange import observe

SEEDS = (21, 22)
STEPS = 10
RESTING = {"fabric": {"key_rest_seconds": 3600}}  # longer than any test: whether a key has rested is no question of the machine's speed


@pytest.fixture
def lab() -> Iterator[Lab]:
    """One for each test, because a step that fails leaves anything behind."""
    with testbed.running(testbed.twins(testbed.fresh_name()), RESTING) as lab:
        testbed.mute(lab)
        yield lab


def check(lab: Lab, absent: set[str] = frozenset(), down: set[str] = frozenset()) -> None:
    """All is as it should be, now. `absent`: VMs without a cable; `down`: VMs with a cable and without a port."""
    lab.wait_synced() if not down else lab.daemon.wait_synced(list(lab.topology.hypervisors), [])
    assert testbed.differences(lab) == {}
    to_send = [each for each in matrix_test.everything(lab.topology, random.Random(0)) if each[0] not in absent]
    result = observe(lab, to_send, absent, down)
    assert result.complaints() == []
    assert wire.complaints(lab, result.core) == []


@contextmanager
def daemon_away(lab: Lab) -> Iterator[None]:
    lab.daemon.kill()
    yield
    lab.daemon.start()


def test_vanishes_and_reappears(lab: Lab) -> None:
    lab.unplug("a2")
    check(lab, absent={"a2"})
    assert testbed.port(lab, "a2")["computed"]["host"] is None
    plug(lab, "a2")
    check(lab)


def test_reappears_on_another_host(lab: Lab) -> None:
    lab.unplug("a2")
    plug(lab, "a2", "hv1")
    check(lab)
    assert testbed.port(lab, "a2")["computed"]["hosts"] == ["hv1"]
    lab.unplug("a2")
    plug(lab, "a2", "hv2")
    check(lab)


def test_moves_with_its_connections(lab: Lab) -> None:
    """Live migration; the RARP of its arrival is swallowed at the edge."""
    move(lab, "b1", "hv2")
    check(lab)
    move(lab, "b1", "hv1")
    check(lab)


def test_is_on_two_hosts_for_a_while(lab: Lab) -> None:
    """As during a migration: the later tap has the traffic, then binding_host_id decides, and after it the one that is left.
    What is sent from either is understood all the time."""
    tap, frame = lab.topology.tap("a2"), craft.udp("fa:16:3e:00:00:02", "fa:16:3e:00:00:01", "10.0.0.2", "10.0.0.1")
    links.add_veth(End(lab.namespace("hv1"), "a2again"), End(lab.namespace("hv1"), tap))
    lab.ovs["hv1"].add_port(tap, lab.topology.port_id("a2"), lab.topology.vms["a2"].mac)
    testbed.await_port(lab, "a2", lambda computed: len(computed["hosts"]) == 2)
    lab.wait_synced()
    assert testbed.port(lab, "a2")["computed"]["host"] == "hv1"
    put(lab, "a2", binding_host_id="hv2")
    assert testbed.port(lab, "a2")["computed"]["host"] == "hv2"
    check(lab)
    with lab.capture("a1") as at_a1:
        lab.inject("hv1", frame, interface="a2again")
        at_a1.wait_for(lambda arrived: arrived.data == frame)
    lab.ovs["hv1"].remove_port(tap)
    testbed.await_port(lab, "a2", lambda computed: computed["hosts"] == ["hv2"])
    put(lab, "a2", binding_host_id=None)
    check(lab)


def test_is_plugged_before_neutron_tells_of_it(lab: Lab) -> None:
    delete(lab, "a3")
    check(lab, down={"a3"})
    put(lab, "a3")
    check(lab)


def test_vanishes_while_the_daemon_is_away(lab: Lab) -> None:
    with daemon_away(lab):
        lab.unplug("a2")
    check(lab, absent={"a2"})
    with daemon_away(lab):
        plug(lab, "a2")
    check(lab)


def test_moves_while_the_daemon_is_away(lab: Lab) -> None:
    with daemon_away(lab):
        move(lab, "a2", "hv1")
        move(lab, "b1", "hv2")
    check(lab)
    with daemon_away(lab):
        move(lab, "a2", "hv2")
        move(lab, "b1", "hv1")
    check(lab)


def test_switch_restarts_while_the_daemon_is_away(lab: Lab) -> None:
    with daemon_away(lab):
        lab.restart_ovs("hv1", kill=True)
        lab.unplug("a3")
        plug(lab, "a3")
    check(lab)


def test_gets_another_ip_address(lab: Lab) -> None:
    """A new key, while the old one rests; b2 goes on with the address that a2 gave up, in its own network."""
    old = testbed.key_of(lab, "a2")
    testbed.edit_vm(lab, "a2", ip=IPv4Address("10.0.0.22"))
    put(lab, "a2")
    check(lab)
    assert testbed.key_of(lab, "a2") != old and old not in testbed.keys(lab)
    testbed.edit_vm(lab, "a2", ip=IPv4Address("10.0.0.2"))
    put(lab, "a2")
    check(lab)
    assert testbed.key_of(lab, "a2") != old, "a key may not be given again before it has rested"


def test_gets_another_mac_address(lab: Lab) -> None:
    testbed.edit_vm(lab, "a2", mac="fa:16:3e:00:00:44")
    put(lab, "a2")
    check(lab)
    testbed.edit_vm(lab, "a2", mac="fa:16:3e:00:00:02")
    put(lab, "a2")
    check(lab)


def test_two_ports_swap_their_addresses(lab: Lab) -> None:
    """In one transaction, by way of a third address, since no two ports of a network may have the same at any time."""
    a2, a3 = lab.topology.vms["a2"], lab.topology.vms["a3"]
    for _ in range(2):
        first, second = lab.topology.vms["a2"], lab.topology.vms["a3"]
        between = replace(first, ip=IPv4Address("10.0.0.200"), mac="fa:16:3e:00:00:c8")
        lab.topology.vms |= {"a2": between}
        steps = [operation(lab, "a2")]
        lab.topology.vms |= {"a2": replace(first, ip=second.ip, mac=second.mac), "a3": replace(second, ip=first.ip, mac=first.mac)}
        steps += [operation(lab, "a3"), operation(lab, "a2")]
        lab.daemon.apply(steps)
        check(lab)
    assert (lab.topology.vms["a2"], lab.topology.vms["a3"]) == (a2, a3)


def test_is_deleted_and_created_again_with_the_same_address_in_another_network(lab: Lab) -> None:
    """The VM at 10.0.0.3 of tenant a goes; one at 10.0.0.3 of tenant b comes, with the same MAC, on the same host. Then back.
    What a1 sends must follow neither time. Once with the new port under the old id (so the old tap), once under a new id."""
    for same_id in (True, False):
        for network in ("net-b", "net-a"):
            kept = testbed.keys(lab)
            delete(lab, "a3")
            lab.unplug("a3")
            number = f"{network}{same_id}"
            testbed.edit_vm(lab, "a3", network=network,
                            port_id=lab.topology.port_id("a3") if same_id else lab.topology.derived_id("port", number))
            put(lab, "a3")
            plug(lab, "a3")
            check(lab)
            assert testbed.key_of(lab, "a3") not in kept


def test_is_deleted_while_it_is_plugged(lab: Lab) -> None:
    """No flow of it is left, though its tap is."""
    number = testbed.port(lab, "a2")["computed"]["number"]
    assert flows_of(lab, number)
    delete(lab, "a2")
    check(lab, down={"a2"})
    assert flows_of(lab, number) == []
    put(lab, "a2")
    check(lab)


def test_uplink_vanishes_and_comes_back(lab: Lab) -> None:
    """Without an uplink the host carries its own VMs' traffic only, and nobody is answered for who cannot be reached."""
    lab.ovs["hv1"].remove_port("uplink0")
    testbed.await_host(lab, "hv1", lambda host: host["state"] == "ready" and not any("set_field" in flow and "table=40" in flow
                                                                                        for flow in lab.flows("hv1")))
    lab.daemon.wait_synced(list(lab.topology.hypervisors), [])
    assert testbed.differences(lab) == {}
    result = lab.rpc("trace", {"port_id": lab.topology.port_id("a1"), "to_ip": "10.0.0.2", "protocol": "arp"})
    assert result["verdict"] == "dropped"
    lab.vsctl("hv1", "add-port", "br-int", "uplink0")
    testbed.await_host(lab, "hv1", lambda host: host["state"] == "ready" and any("table=40" in flow and "set_field" in flow
                                                                                    for flow in lab.flows("hv1")))
    check(lab)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_steps(seed: int) -> None:
    """Any order of all of these on a random topology. The daemon is away for some of them."""
    rng = random.Random(seed)
    topology = random_topology.random_topology(testbed.fresh_name(), seed)
    with testbed.running(topology) as lab:
        testbed.mute(lab)
        walk = Walk(lab, rng)
        for number in range(STEPS):
            done = walk.step(number)
            print(f"seed {seed} step {number}: {done}")
            check(lab, absent=walk.absent)


class Walk:
    """Random changes, one or a few at a time."""

    def __init__(self, lab: Lab, rng: random.Random) -> None:
        self.lab = lab
        self.rng = rng
        self.absent: set[str] = set()
        self._created = 0

    def step(self, number: int) -> str:
        if number % 3 != 2:
            return self._change()
        with daemon_away(self.lab):
            done = "while the daemon is away: " + ", ".join(self._replug() for _ in range(3))
        return done

    def _change(self) -> str:
        return self.rng.choice([self._replug, self._replug, self._readdress, self._recreate, self._restart_switch])()

    def _replug(self) -> str:
        name, place = self.rng.choice(sorted(self.lab.topology.vms)), self.rng.choice(self.lab.topology.hypervisors)
        if name in self.absent:
            self.absent.remove(name)
            self._plug(name, place)
            return f"{name} is plugged in at {place}"
        if self.rng.random() < 0.4:
            self.lab.unplug(name)
            self.absent.add(name)
            return f"{name} is unplugged"
        move(self.lab, name, place)
        return f"{name} moves to {place}"

    def _readdress(self) -> str:
        name = self.rng.choice(sorted(self.lab.topology.vms))
        self._new_addresses(name, self.lab.topology.vms[name].network)
        put(self.lab, name)
        return f"{name} gets {self.lab.topology.vms[name].ip} {self.lab.topology.vms[name].mac}"

    def _recreate(self) -> str:
        return self._replace(self.rng.choice(sorted(self.lab.topology.vms)), self.rng.choice(sorted(self.lab.topology.networks)))

    def _replace(self, name: str, network: str) -> str:
        delete(self.lab, name)
        if name not in self.absent:
            self.lab.unplug(name)
        self._created += 1
        self._new_addresses(name, network, port_id=self.lab.topology.derived_id("port", f"again{self._created}"))
        put(self.lab, name)
        self._plug(name)
        self.absent.discard(name)
        return f"{name} is created again in {network} as {self.lab.topology.vms[name].ip} {self.lab.topology.vms[name].mac}"

    def _plug(self, name: str, hypervisor: str | None = None) -> None:
        plug(self.lab, name, hypervisor)

    def _restart_switch(self) -> str:
        hypervisor = self.rng.choice(self.lab.topology.hypervisors)
        self.lab.restart_ovs(hypervisor, kill=self.rng.random() < 0.5)
        return f"the switch of {hypervisor} restarts"

    def _new_addresses(self, name: str, network: str, **fields: object) -> None:
        old = self.lab.topology.vms.pop(name)
        new = random_topology.add_vm(self.lab.topology, self.rng, name, network, old.hypervisor)
        self.lab.topology.vms[name] = replace(new, **{"port_id": old.port_id, **fields})


# The lab's part and Neutron's part, each by itself

def plug(lab: Lab, name: str, hypervisor: str | None = None) -> None:
    lab.plug(name, hypervisor)
    testbed.mute(lab, name)


def move(lab: Lab, name: str, hypervisor: str) -> None:
    if lab.topology.vms[name].hypervisor != hypervisor:
        lab.move_vm(name, hypervisor)


def operation(lab: Lab, name: str, **fields: object) -> dict:
    made = testbed.port_operation(lab.topology, name)
    made["params"].update(fields)
    return made


def put(lab: Lab, name: str, **fields: object) -> None:
    lab.rpc("port.put", operation(lab, name, **fields)["params"])


def delete(lab: Lab, name: str) -> None:
    lab.rpc("port.delete", {"id": lab.topology.port_id(name)})
    with pytest.raises(RpcError):
        testbed.port(lab, name)


def flows_of(lab: Lab, number: int) -> list[str]:
    """The flows whose cookie names this port: the kind of its owner, and its number."""
    return [flow for name in lab.topology.hypervisors for flow in lab.flows(name) if f"02{number:010x}," in flow.split(" ")[0]]
