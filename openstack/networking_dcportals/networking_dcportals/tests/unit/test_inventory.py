"""What dcportald is told of Neutron's database, and whom it is told to trust."""

from neutron.common import utils
from neutron.db.models import agent as agent_models
from neutron.db.network_dhcp_agent_binding import models as dhcp_models
from neutron.tests import base as neutron_base
from neutron_lib import constants
from neutron_lib.db import api as db_api
from oslo_utils import timeutils
from oslo_utils import uuidutils

from networking_dcportals import inventory
from networking_dcportals import translate
from networking_dcportals.tests.unit import base


class InventoryTest(base.DriverTestCase):
    def read(self, kind, found):
        return inventory.read(self.context, kind, found['id'])

    def test_a_network(self):
        network = self.a_network()
        self.assertEqual({'id': network['id'], 'tenant_id': network['project_id'], 'name': 'net', 'physical_network': None,
                          'revision_number': network['revision_number']}, self.read('network', network))

    def test_only_a_flat_network_has_a_physical_one(self):
        for network_type, physical, told in (('flat', 'public', 'public'), ('vlan', 'physnet1', None)):
            network = self._api('POST', 'networks', {'network': {
                'name': 'n', 'tenant_id': 't', 'admin_state_up': True, 'provider:network_type': network_type,
                'provider:physical_network': physical}})['network']
            self.assertEqual(told, self.read('network', network)['physical_network'])

    def test_a_subnet(self):
        subnet = self.a_subnet(self.a_network())
        self.assertEqual({'id': subnet['id'], 'network_id': subnet['network_id'], 'tenant_id': subnet['project_id'], 'name': '',
                          'cidr': '10.0.0.0/24', 'gateway_ip': '10.0.0.1', 'revision_number': 0}, self.read('subnet', subnet))

    def test_a_port(self):
        network = self.a_network()
        subnet = self.a_subnet(network)
        port = self.a_port(network, base.HOST, mac_address='FA:16:3E:00:00:0A', device_owner='compute:nova', device_id='vm',
                           fixed_ips=[{'subnet_id': subnet['id'], 'ip_address': '10.0.0.7'}],
                           allowed_address_pairs=[{'ip_address': '10.0.0.9/32'},
                                                  {'ip_address': '10.0.0.8', 'mac_address': 'fa:16:3e:00:00:0B'}])
        self.assertEqual({
            'id': port['id'], 'network_id': network['id'], 'tenant_id': port['project_id'], 'name': 'p',
            'mac_address': 'fa:16:3e:00:00:0a',
            'fixed_ips': [{'subnet_id': subnet['id'], 'ip_address': '10.0.0.7'}],
            'allowed_address_pairs': [{'ip_address': '10.0.0.8', 'mac_address': 'fa:16:3e:00:00:0b'},
                                      {'ip_address': '10.0.0.9', 'mac_address': 'fa:16:3e:00:00:0a'}],
            'port_security_enabled': True, 'admin_state_up': True, 'device_owner': 'compute:nova', 'device_id': 'vm', 'dhcp_server': False,
            'binding_host_id': base.HOST,
            'revision_number': self._show('ports', port['id'])['port']['revision_number']}, self.read('port', port))

    def test_a_port_without_port_security(self):
        port = self.a_port(self.a_network(), port_security_enabled=False)
        self.assertIs(False, self.read('port', port)['port_security_enabled'])

    def test_all_are_read_as_each(self):
        networks = [self.a_network() for _ in range(3)]
        for network in networks:
            self.a_subnet(network)
            self.a_port(network, base.HOST, allowed_address_pairs=[{'ip_address': '10.0.0.9'}])
        self.a_router()
        for kind, number in (('network', 3), ('subnet', 3), ('port', 3), ('router', 1)):
            found = list(inventory.read_all(self.context, kind))
            self.assertEqual(number, len(found))
            for params in found:
                self.assertEqual(params, self.read(kind, params))

    def test_what_is_not_there_is_none(self):
        for kind in inventory.KINDS:
            self.assertIsNone(inventory.read(self.context, kind, uuidutils.generate_uuid()))


class DhcpTrustTest(base.DriverTestCase):
    def setUp(self):
        super().setUp()
        self.network = self.a_network()
        self.schedule(base.HOST, 1)

    def schedule(self, host, index):
        now = timeutils.utcnow()
        with db_api.CONTEXT_WRITER.using(self.context):
            agent = agent_models.Agent(id=uuidutils.generate_uuid(), agent_type=constants.AGENT_TYPE_DHCP, binary='dhcp', topic='t',
                                       host=host, admin_state_up=True, created_at=now, started_at=now, heartbeat_timestamp=now,
                                       configurations='{}', load=0)
            self.context.session.add(agent)
            self.context.session.flush()
            self.context.session.add(dhcp_models.NetworkDhcpAgentBinding(
                network_id=self.network['id'], dhcp_agent_id=agent.id, binding_index=index))

    def is_trusted(self, host=base.HOST, device_owner=constants.DEVICE_OWNER_DHCP, agents_host=base.HOST):
        port = self.a_port(self.network, host, device_owner=device_owner,
                           device_id=utils.get_dhcp_agent_device_id(self.network['id'], agents_host))
        return inventory.read(self.context, 'port', port['id'])['dhcp_server']

    def test_the_port_of_a_scheduled_agent_is_trusted_at_its_host(self):
        self.assertIs(True, self.is_trusted())

    def test_not_so_another_owners(self):
        self.assertIs(False, self.is_trusted(device_owner='compute:nova'))

    def test_not_so_one_with_another_hosts_name(self):
        self.schedule('hv2', 2)
        self.assertIs(False, self.is_trusted(agents_host='hv2'))

    def test_not_so_one_at_a_host_without_a_scheduled_agent(self):
        self.assertIs(False, self.is_trusted(host='hv3', agents_host='hv3'))

    def test_not_so_an_unbound_one(self):
        self.assertIs(False, self.is_trusted(host=''))

    def test_not_so_when_the_agent_serves_another_network(self):
        self.network = self.a_network()
        self.assertIs(False, self.is_trusted())

    def test_device_owner_makes_no_routers_port(self):
        router = self.a_router()
        self.a_port(self.network, device_owner=constants.DEVICE_OWNER_ROUTER_INTF, device_id=router['id'])
        self.assertEqual([], inventory.read(self.context, 'router', router['id'])['port_ids'])


class TranslateTest(neutron_base.BaseTestCase):
    def test_what_belongs_to_no_project_gets_a_name(self):
        network = {'id': 'n', 'project_id': '', 'name': None, 'revision_number': 1}
        self.assertEqual(('none', ''), (translate.network(network, [])['tenant_id'], translate.network(network, [])['name']))

    def test_addresses_are_written_as_dcportald_prints_them(self):
        subnet = {'id': 's', 'network_id': 'n', 'project_id': '', 'name': '', 'cidr': '2001:DB8:0::/64', 'gateway_ip': '2001:db8:0:0::1',
                  'revision_number': 1}
        told = translate.subnet(subnet, 'owner')
        self.assertEqual(('2001:db8::/64', '2001:db8::1', 'owner'), (told['cidr'], told['gateway_ip'], told['tenant_id']))

    def test_single_addresses_are_told_from_prefixes(self):
        for text, single in (('10.0.0.1', True), ('10.0.0.1/32', True), ('10.0.0.0/31', False), ('2001:db8::1/128', True),
                             ('10.0.0.1/24', False), ('::/0', False)):
            self.assertIs(single, translate.is_single_address(text), text)
