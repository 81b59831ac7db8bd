"""Routers, their ports, and floating IPs: what is noted, and what dcportald is told in the end."""

from unittest import mock

from neutron.objects import router as l3_objects
from neutron.services.portforwarding import constants as port_forwarding
from neutron_lib.callbacks import events
from neutron_lib.callbacks import registry
from oslo_utils import fixture as time_fixture

from networking_dcportals import inventory
from networking_dcportals import l3
from networking_dcportals.tests.unit import base


class RoutersTest(base.DriverTestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(time_fixture.TimeFixture())  # so that nothing is sent twice: what is postponed stays so
        self.inside = self.a_network()
        self.subnet = self.a_subnet(self.inside)
        self.outside = self.a_network(**{'router:external': True, 'arg_list': ('router:external',), 'as_admin': True})
        self.public = self.a_subnet(self.outside, '203.0.113.0/24')
        self.router = self.a_router()

    def add_interface(self):
        return self.l3.add_router_interface(self.context, self.router['id'], {'subnet_id': self.subnet['id']})['port_id']

    def set_gateway(self):
        body = {'router': {'external_gateway_info': {'network_id': self.outside['id']}}}
        self.l3.update_router(self.context, self.router['id'], body)
        return self.l3.get_router(self.context, self.router['id'])['gw_port_id']

    def a_floating_ip(self, port_id=None):
        return self.l3.create_floatingip(self.context, {'floatingip': {
            'floating_network_id': self.outside['id'], 'tenant_id': 't', 'port_id': port_id}})

    def read(self, kind, object_id):
        return inventory.read(self.context, kind, object_id)

    def test_a_router_is_noted_when_it_is_created_renamed_and_deleted(self):
        self.clear()
        router = self.a_router()
        self.l3.update_router(self.context, router['id'], {'router': {'name': 'other'}})
        self.l3.delete_router(self.context, router['id'])
        self.assertEqual([('router', router['id'])] * 3, self.rows())

    def test_an_interface_is_noted_after_its_port_and_before_it_when_it_goes(self):
        self.clear()
        port_id = self.add_interface()
        port, router = ('port', port_id), ('router', self.router['id'])
        self.assertEqual([port, router], list(dict.fromkeys(self.rows())))
        self.assertEqual([port_id], self.read('router', self.router['id'])['port_ids'])
        self.clear()
        self.l3.remove_router_interface(self.context, self.router['id'], {'subnet_id': self.subnet['id']})
        self.assertEqual([router, port], self.rows())
        self.assertEqual([], self.read('router', self.router['id'])['port_ids'])

    def test_a_gateway_is_noted_when_it_comes_and_when_it_goes(self):
        self.clear()
        port_id = self.set_gateway()
        port, router = ('port', port_id), ('router', self.router['id'])
        self.assertIn(router, self.rows()[self.rows().index(port):])
        self.clear()
        self.l3.update_router(self.context, self.router['id'], {'router': {'external_gateway_info': {}}})
        self.assertIn(port, self.rows())
        self.assertIn(router, self.rows()[:self.rows().index(port)])

    def test_a_router_that_is_created_with_a_gateway_is_noted_after_its_port(self):
        self.clear()
        router = self.l3.create_router(self.context, {'router': {
            'name': 'r', 'tenant_id': self._tenant_id, 'admin_state_up': True,
            'external_gateway_info': {'network_id': self.outside['id']}}})
        port = ('port', self.l3.get_router(self.context, router['id'])['gw_port_id'])
        self.assertIn(('router', router['id']), self.rows()[self.rows().index(port):])

    def test_a_gateway_belongs_to_the_networks_project(self):
        self.assertEqual(self.outside['project_id'], self.read('port', self.set_gateway())['tenant_id'])

    def test_a_gateway_port_answers_for_the_floating_ips_of_its_router(self):
        self.add_interface()
        gateway = self.set_gateway()
        vm = self.a_port(self.inside)
        mac = self.read('port', gateway)['mac_address']
        self.clear()
        floating = self.a_floating_ip(vm['id'])
        self.assertIn(('port', gateway), self.rows())
        self.assertEqual([{'ip_address': floating['floating_ip_address'], 'mac_address': mac}],
                         self.read('port', gateway)['allowed_address_pairs'])
        for change in (lambda: self.l3.update_floatingip(self.context, floating['id'], {'floatingip': {'port_id': None}}),
                       lambda: self.l3.update_floatingip(self.context, floating['id'], {'floatingip': {'port_id': vm['id']}}),
                       lambda: self.l3.delete_floatingip(self.context, floating['id'])):
            before = self.read('port', gateway)['allowed_address_pairs']
            self.clear()
            change()
            self.assertIn(('port', gateway), self.rows())
            self.assertNotEqual(before, self.read('port', gateway)['allowed_address_pairs'])

    def test_a_floating_ip_goes_with_the_port_that_it_leads_to(self):
        self.add_interface()
        gateway = self.set_gateway()
        vm = self.a_port(self.inside)
        self.a_floating_ip(vm['id'])
        self.clear()
        self.delete('ports', vm['id'])
        self.assertIn(('port', gateway), self.rows())
        self.assertEqual([], self.read('port', gateway)['allowed_address_pairs'])

    def test_a_floating_ips_own_port_is_never_told(self):
        floating = self.a_floating_ip()
        port_id = l3_objects.FloatingIP.get_object(self.context, id=floating['id']).floating_port_id
        self.assertIsNone(self.read('port', port_id))
        self.plugin.update_port(self.context, port_id, {'port': {'device_owner': 'compute:nova'}})
        self.assertIsNone(self.read('port', port_id))
        self.assertNotIn(port_id, [port['id'] for port in inventory.read_all(self.context, 'port')])

    def test_a_port_forwarding_notes_the_gateway(self):
        gateway = self.set_gateway()
        self.clear()
        registry.publish(port_forwarding.PORT_FORWARDING, events.AFTER_CREATE, self, payload=events.DBEventPayload(
            self.context, states=(mock.Mock(router_id=self.router['id']),)))
        self.assertEqual([('port', gateway)], self.rows())

    def test_routers_without_gateway_have_none_to_note(self):
        self.clear()
        l3.record_gateways(self.context, {self.router['id'], None})
        self.assertEqual([], self.rows())

    def test_dcportald_gets_all_and_loses_all_in_an_order_that_it_accepts(self):
        self.add_interface()
        self.set_gateway()
        floating = self.a_floating_ip(self.a_port(self.inside)['id'])
        self.deliver()
        self.assert_same_as_neutron()
        self.assertEqual([2, 2, 3, 1], [len(self.daemon.objects[kind]) for kind in inventory.KINDS])

        self.l3.delete_floatingip(self.context, floating['id'])
        self.l3.remove_router_interface(self.context, self.router['id'], {'subnet_id': self.subnet['id']})
        self.l3.delete_router(self.context, self.router['id'])
        for port in list(inventory.read_all(self.context, 'port')):
            self.delete('ports', port['id'])
        for network in (self.inside, self.outside):
            self.delete('networks', network['id'])
        self.assertEqual({'delete'}, {method.split('.')[1] for method in self.deliver()})
        self.assertEqual([{}] * 4, list(self.daemon.objects.values()))
        self.assertEqual([], self.rows())
