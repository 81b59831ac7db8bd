"""Cloud: a lab of three hypervisors under a real Neutron, from the first process to the last.

    controller   dcportald, MariaDB, RabbitMQ, Neutron's server (two API workers) with the driver
    hv1          compute only
    hv2          the DHCP agent
    hv3          the L3 agent, and the cable to the world outside (physical network `public`)

All state is below the lab's directory and all processes are in its record, so that `lab down` removes whatever is left after a crash.
Used by conftest.py, which starts one for all tests.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from types import TracebackType

from dcplab import Lab, Outside, Topology, links
from dcplab.errors import LabError
from dcplab.links import End
from dcplab.ovs import BRIDGE
from dcplab.services import OUTSIDE, OUTSIDE_BRIDGE

from .agents import Agent
from .configuration import Configuration
from .environment import Environment
from .layouts import NEUTRON_SERVER, Layout
from .mariadb import MariaDb
from .rabbitmq import RabbitMq
from .rest import Rest
from .server import Server
from .waiting import await_true

DHCP_HOST, L3_HOST = "hv2", "hv3"
OUTSIDE_CIDR = IPv4Network("203.0.113.0/24")
OUTSIDE_MACHINE = "www"
OUTSIDE_IP = IPv4Address("203.0.113.200")
PHYSICAL_NETWORK, PHYSICAL_PORT = "public", "phy-public"
# The driver's section of the configuration: all that takes a while in a real cloud is quick here.
DRIVER = {"url": "http://127.0.0.1:8696", "maintenance_interval": 10, "lease_seconds": 5, "retry_max": 2}


class Cloud:
    def __init__(self, name: str, daemon: str) -> None:
        topology = Topology(name, ["hv1", DHCP_HOST, L3_HOST], outside=Outside(OUTSIDE_CIDR, {OUTSIDE_MACHINE: OUTSIDE_IP}))
        self.lab = Lab(topology, "dcportals", daemon=daemon, settings={"fabric": {"physical_networks": {PHYSICAL_NETWORK: PHYSICAL_PORT}}})
        directory = self.lab.state.directory / "openstack"
        self._directory = directory
        self._environment = environment = Environment(directory)
        self.database = MariaDb(self.lab, directory / "mariadb")
        self._rabbitmq = RabbitMq(self.lab, directory / "rabbitmq")
        self.server = self._new_server(NEUTRON_SERVER)
        self.dhcp_agent = Agent(self.lab, "neutron-dhcp-agent", DHCP_HOST, directory / "dhcp-agent", environment)
        self.l3_agent = Agent(self.lab, "neutron-l3-agent", L3_HOST, directory / "l3-agent", environment)

    @property
    def neutron(self) -> Rest:
        return self.server.rest

    @property
    def store(self) -> Path:
        """dcportald's database."""
        return self.lab.state.controller_directory / "dcportals.db"

    @contextmanager
    def served_by(self, layout: Layout, **driver: object) -> Iterator[Server]:
        """While the block runs, Neutron's server is run in this layout, with these options of the driver added or changed. Database,
        agents and all that there is stay."""
        usual = self.server
        usual.terminate()
        self.server = self._new_server(layout)
        try:
            self._configure(driver)
            self.server.start()
            yield self.server
        finally:
            self.server.kill()
            self.server = usual
            usual.start()

    def __enter__(self) -> "Cloud":
        try:
            self._up()
        except BaseException:
            self.down()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.down()

    def down(self) -> None:
        """At once: nobody needs to be asked, since nothing of it is kept."""
        others = (part.enclosure for part in (self.dhcp_agent, self.l3_agent, self._rabbitmq, self.database))
        for enclosure in (*self.server.programs.values(), *others):
            with suppress(LabError):  # then the lab ends it, which waits longer
                enclosure.kill()
        self.lab.down()

    def _up(self) -> None:
        self.lab.up()
        self._join_outside()
        with ThreadPoolExecutor(3) as pool:
            self._rabbitmq.start()
            environment = pool.submit(self._environment.build)
            database = pool.submit(self.database.start)
            environment.result()
            database.result()
            self._configure({})
            self.server.configuration.create_schema()
            self._rabbitmq.await_ready()
        self.server.start()
        for agent in (self.dhcp_agent, self.l3_agent):
            agent.start(self._rabbitmq.url)
        # Longer than the minute after which an agent asks again whose question came before there was anybody to answer it.
        await_true(self._agents_alive, lambda: f"both agents report: {self.neutron.list('agent')}\n{self.dhcp_agent.enclosure.last_words()}"
                   f"\n{self.l3_agent.enclosure.last_words()}", seconds=300)
        self.await_hosts()

    def await_hosts(self) -> None:
        """Until Neutron may bind ports to every hypervisor: the driver's worker hears of them from dcportald."""
        def live() -> set[str]:
            return {name for (name,) in self.database.sql("SELECT name FROM dcportals_hosts WHERE live")}

        await_true(lambda: live() == set(self.lab.topology.hypervisors), lambda: f"all hypervisors are live, but not only {live()}")

    def _new_server(self, layout: Layout) -> Server:
        return Server(self.lab, layout, Configuration(self._directory / layout.api, self._environment))

    def _configure(self, driver: dict[str, object]) -> None:
        self.server.configuration.write(self.database.url, self._rabbitmq.url, {**DRIVER, **driver}, **self.server.layout.settings)

    def _join_outside(self) -> None:
        """The cable between the network node and the world outside, as a provider network's bridge is one."""
        outside = self.lab.namespace(OUTSIDE)
        links.add_veth(End(self.lab.namespace(L3_HOST), PHYSICAL_PORT), End(outside, L3_HOST))
        links.attach(outside, OUTSIDE_BRIDGE, L3_HOST)
        self.lab.vsctl(L3_HOST, "add-port", BRIDGE, PHYSICAL_PORT)

    def _agents_alive(self) -> bool:
        return {agent["binary"] for agent in self.neutron.list("agent") if agent["alive"]} == {"neutron-dhcp-agent", "neutron-l3-agent"}
