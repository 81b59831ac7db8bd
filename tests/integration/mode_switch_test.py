"""Does switching a network, or the whole fabric, between proactive and reactive cost a packet?

Pings at 100/s between hosts and within one run while the mode changes to and fro. Afterwards each switch has exactly what the mode
asks for. doc/architecture.md, "Modes".
"""

import time
from collections.abc import Callable
from contextlib import ExitStack

import forwarding
import pytest
import testbed
from background import pinging
from dcplab import Lab
from pings import PINGS_PER_SECOND, await_replies, unanswered

ROUNDS = 4


@pytest.fixture(scope="module")
def lab(start_lab: Callable[..., Lab]) -> Lab:
    """Begins proactive. The flows that packets ask for leave soon, so that both kinds are seen in use."""
    topology = testbed.fabric(testbed.fresh_name())
    own = sum(vm.network == "net-a" for vm in topology.vms.values())
    return start_lab(topology, {"forwarding": {"idle_timeout_seconds": 1, "auto_ports": own + 1}})


def configure(lab: Lab, network: str, mode: str | None) -> None:
    lab.rpc("network.configure", {"id": lab.topology.network_id(network), "mode": mode})
    lab.wait_synced()


STREAMS = {"a1": "10.0.0.2", "a2": "10.0.0.4", "a3": "10.0.0.1", "b1": "10.0.0.2"}


def lossless(lab: Lab, changes: list[Callable[[], None]]) -> None:
    """Each change has half a second of pings before and after it, and none is lost, but what came faster than a starved machine could
    decide."""
    before = testbed.overloaded(lab)
    with ExitStack() as stack:
        captures = {name: stack.enter_context(lab.capture(name)) for name in STREAMS}
        with ExitStack() as pings:
            for name, address in STREAMS.items():
                pings.enter_context(pinging(lab, name, address, PINGS_PER_SECOND))
            for change in [lambda: None, *changes]:
                change()
                since = time.time()
                for capture in captures.values():
                    await_replies(capture, since, PINGS_PER_SECOND // 2)
        results = {name: unanswered(capture) for name, capture in captures.items()}
    starved = testbed.overloaded(lab) - before
    lost = {name: lost for name, (lost, _) in results.items()}
    assert sum(map(len, lost.values())) <= starved, (lost, starved)
    assert all(sent > len(changes) * PINGS_PER_SECOND // 2 for _, sent in results.values())


def test_one_network_to_and_fro(lab: Lab) -> None:
    changes = [lambda mode=mode: configure(lab, "net-a", mode) for mode in ("reactive", "proactive") * ROUNDS]
    lossless(lab, changes)
    assert testbed.differences(lab) == {}
    assert not any(forwarding.on_demand(lab, name) for name in lab.topology.hypervisors)


def test_network_after_network(lab: Lab) -> None:
    networks = list(lab.topology.networks)
    changes = [lambda network=network, mode=mode: configure(lab, network, mode) for mode in ("reactive", "auto", "reactive", None)
               for network in networks]
    lossless(lab, changes)
    assert testbed.differences(lab) == {}


def test_auto_goes_by_the_number_of_ports(lab: Lab) -> None:
    """One port more makes the network reactive, one less proactive again, and no packet is lost."""
    network = {"network_id": lab.topology.network_id("net-a")}
    port = {"id": lab.topology.derived_id("port", "one too many")}
    modes = []

    def change(method: str, **params: str) -> None:
        lab.rpc(method, {**port, **params})
        lab.wait_synced()
        modes.append(lab.rpc("network.get", {"id": network["network_id"]})["computed"]["mode"])
        assert testbed.differences(lab) == {}

    configure(lab, "net-a", "auto")
    lossless(lab, [lambda: change("port.put", mac_address="fa:16:3e:00:00:aa", **network), lambda: change("port.delete")] * 2)
    assert modes == ["reactive", "proactive"] * 2
    assert testbed.differences(lab) == {}
    configure(lab, "net-a", None)


def test_the_whole_fabric_to_and_fro(lab: Lab) -> None:
    """Networks that have a mode of their own keep it."""
    configure(lab, "net-c", "proactive")

    def change(mode: str | None) -> None:
        lab.rpc("fabric.configure", {"mode": mode})
        lab.wait_synced()

    lossless(lab, [lambda mode=mode: change(mode) for mode in ("reactive", "proactive", "reactive", None)])
    change("reactive")
    modes = {name: lab.rpc("network.get", {"id": lab.topology.network_id(name)})["computed"]["mode"] for name in lab.topology.networks}
    assert modes == {"net-a": "reactive", "net-b": "reactive", "net-c": "proactive"}
    change(None)
    configure(lab, "net-c", None)
    assert testbed.differences(lab) == {}


def test_mode_is_shown_and_survives_a_restart(lab: Lab) -> None:
    configure(lab, "net-a", "reactive")
    lab.daemon.restart(kill=True)
    lab.wait_synced()
    assert lab.rpc("network.get", {"id": lab.topology.network_id("net-a")})["mode"] == "reactive"
    assert any("controller(" in flow for flow in lab.flows("hv1"))
    assert testbed.differences(lab) == {}
    configure(lab, "net-a", None)
    assert not any("controller(" in flow for flow in lab.flows("hv1"))
