"""What the driver notes in Neutron's transactions, and which ports it binds."""

import subprocess
import sys
import textwrap
from unittest import mock

from neutron.db import provisioning_blocks
from neutron.tests import base as neutron_base
from neutron_lib.api.definitions import portbindings
from neutron_lib.callbacks import resources
from neutron_lib import context as n_context
from neutron_lib.plugins.ml2 import api
from oslo_config import cfg
from oslo_db import exception as db_exception

from networking_dcportals import hosts
from networking_dcportals import inventory
from networking_dcportals import journal
from networking_dcportals.tests.unit import base


class JournalingTest(base.DriverTestCase):
    def test_each_change_of_a_network_and_its_subnet_is_noted(self):
        network = self.a_network()
        subnet = self.a_subnet(network)
        self._update('networks', network['id'], {'network': {'name': 'other'}})
        self._update('subnets', subnet['id'], {'subnet': {'name': 'other'}})
        self.delete('subnets', subnet['id'])
        self.delete('networks', network['id'])
        net, sub = ('network', network['id']), ('subnet', subnet['id'])
        self.assertEqual([net, sub, net, sub, sub, net], self.rows())

    def test_each_change_of_a_port_that_dcportald_is_told_is_noted(self):
        port = self.a_port(self.a_network())
        for change in ({'name': 'other'}, {'admin_state_up': False}, {'port_security_enabled': False, 'security_groups': []},
                       {'mac_address': 'fa:16:3e:00:00:99'}, {'device_id': 'vm'}, {'device_owner': 'compute:nova'}):
            self.clear()
            self.update_port(port['id'], **change)
            self.assertEqual([('port', port['id'])], self.rows(), change)

    def test_what_dcportald_is_not_told_is_not_noted(self):
        port = self.a_port(self.a_network())
        self.clear()
        self.update_port(port['id'], description='words')
        self.plugin.update_port_status(self.context, port['id'], 'ACTIVE')
        self.assertEqual([], self.rows())

    def test_a_transaction_that_fails_leaves_no_row(self):
        network = self.a_network()
        self.clear()
        with mock.patch.object(self.plugin.type_manager, 'extend_network_dict_provider', side_effect=ValueError):
            self._update('networks', network['id'], {'network': {'name': 'other'}}, expected_code=500)
        self.assertEqual([], self.rows())

    def test_a_deadlock_is_neutrons_to_retry(self):
        real, failures = journal.record, [db_exception.DBDeadlock()]

        def record(*args):
            if failures:
                raise failures.pop()
            real(*args)

        with mock.patch.object(journal, 'record', record):
            network = self.a_network()
        self.assertEqual([('network', network['id'])], self.rows())

    def test_a_prefix_as_allowed_address_is_refused_by_name_of_the_field(self):
        network = self.a_network()
        pairs = [{'ip_address': '10.0.0.5/32'}, {'ip_address': '10.0.1.0/24'}]
        self.a_port(network, allowed_address_pairs=pairs[:1])
        body = {'port': {'network_id': network['id'], 'tenant_id': 't', 'allowed_address_pairs': pairs}}
        response = self.new_create_request('ports', body).get_response(self.api)
        self.assertEqual(400, response.status_int)
        self.assertIn(b'allowed_address_pairs[1].ip_address: 10.0.1.0/24', response.body)

    def test_nothing_is_opened_when_the_driver_is_initialized(self):
        driver = self.plugin.mechanism_manager.mech_drivers['dcportals'].obj
        with mock.patch('socket.socket', side_effect=AssertionError), mock.patch('threading.Thread.start', side_effect=AssertionError):
            driver.initialize()


class NewProcessTest(neutron_base.BaseTestCase):
    def test_the_first_request_may_be_a_list_of_ports(self):
        """What Neutron's list of ports names is there without any query before: in a process of its own, since this one has made some."""
        subprocess.run([sys.executable, '-c', textwrap.dedent("""
            from neutron.common import config
            from neutron.db import models_v2
            from networking_dcportals import driver
            config.register_common_config_options()
            assert not hasattr(models_v2.Port, 'port_forwardings'), 'then this test shows nothing'
            driver.DcportalsMechanismDriver().initialize()
            models_v2.Port.port_forwardings
        """)], check=True)


class BindingTest(base.DriverTestCase):
    def is_blocked(self, port):
        return provisioning_blocks.is_object_blocked(n_context.get_admin_context(), port['id'], resources.PORT)

    def bound(self, port_id):
        return self._show('ports', port_id)['port']

    def test_a_port_is_bound_as_open_vswitch_needs_it_and_waits_for_its_wire(self):
        port = self.bound(self.a_port(self.a_network(), base.HOST)['id'])
        self.assertEqual(portbindings.VIF_TYPE_OVS, port[portbindings.VIF_TYPE])
        details = dict(port[portbindings.VIF_DETAILS])
        self.assertEqual({'0': 'dcportals'}, details.pop('bound_drivers'))
        self.assertEqual({'port_filter': False, 'ovs_hybrid_plug': False, 'bridge_name': 'br-int', 'connectivity': 'l2'}, details)
        self.assertEqual('DOWN', port['status'])
        self.assertTrue(self.is_blocked(port))

    def test_a_tenants_network_has_the_full_mtu_of_the_wire(self):
        cfg.CONF.set_override('global_physnet_mtu', 9000)
        self.assertEqual(9000, self.a_network()['mtu'])

    def test_hosts_without_a_live_switch_are_refused(self):
        hosts.set_live(self.context, 'hv2', False)
        network = self.a_network()
        for host in ('hv2', 'unheard-of'):
            port = self.a_port(network, host)
            self.assertEqual(portbindings.VIF_TYPE_BINDING_FAILED, port[portbindings.VIF_TYPE])
            self.assertFalse(self.is_blocked(port))

    def test_a_refused_port_is_bound_when_asked_again_and_the_host_has_come(self):
        port = self.a_port(self.a_network(), 'hv2')
        hosts.set_live(self.context, 'hv2', True)
        self.update_port(port['id'], **{portbindings.HOST_ID: ''})
        port = self.update_port(port['id'], **{portbindings.HOST_ID: 'hv2'})
        self.assertEqual(portbindings.VIF_TYPE_OVS, port[portbindings.VIF_TYPE])

    def test_only_normal_ports_are_bound(self):
        port = self.a_port(self.a_network(), base.HOST, **{portbindings.VNIC_TYPE: portbindings.VNIC_DIRECT})
        self.assertEqual(portbindings.VIF_TYPE_BINDING_FAILED, port[portbindings.VIF_TYPE])

    def test_only_networks_of_our_types_are_bound(self):
        bound = {}
        for network_type, more in (('local', {}), ('flat', {'provider:physical_network': 'public'}),
                                   ('vlan', {'provider:physical_network': 'physnet1', 'provider:segmentation_id': 5})):
            network = self._api('POST', 'networks', {'network': {
                'name': 'n', 'tenant_id': 't', 'admin_state_up': True, 'provider:network_type': network_type, **more}})['network']
            bound[network_type] = self.a_port(network, base.HOST)[portbindings.VIF_TYPE]
        self.assertEqual({'local': 'ovs', 'flat': 'ovs', 'vlan': 'binding_failed'}, bound)

    def test_a_port_that_moves_waits_for_its_wire_again(self):
        hosts.set_live(self.context, 'hv2', True)
        port = self.a_port(self.a_network(), base.HOST)
        provisioning_blocks.provisioning_complete(self.context, port['id'], resources.PORT, provisioning_blocks.L2_AGENT_ENTITY)
        self.assertEqual('ACTIVE', self.bound(port['id'])['status'])
        self.clear()
        port = self.update_port(port['id'], **{portbindings.HOST_ID: 'hv2'})
        self.assertEqual(('ovs', 'DOWN', True), (port[portbindings.VIF_TYPE], port['status'], self.is_blocked(port)))
        self.assertIn(('port', port['id']), self.rows())

    def test_a_migrated_port_is_told_when_its_second_binding_is_activated(self):
        hosts.set_live(self.context, 'hv2', True)
        port = self.a_port(self.a_network(), base.HOST, device_owner='compute:nova')
        provisioning_blocks.provisioning_complete(self.context, port['id'], resources.PORT, provisioning_blocks.L2_AGENT_ENTITY)
        self.clear()
        self.plugin.create_port_binding(self.context, port['id'], {'binding': {'host': 'hv2', 'vnic_type': 'normal', 'profile': {}}})
        self.assertEqual([], self.rows())
        self.assertEqual(base.HOST, inventory.read(self.context, 'port', port['id'])['binding_host_id'])
        self.plugin.activate(self.context, 'hv2', port['id'])
        self.assertEqual('hv2', inventory.read(self.context, 'port', port['id'])['binding_host_id'])
        port = self.bound(port['id'])
        self.assertEqual(('hv2', 'DOWN', True), (port[portbindings.HOST_ID], port['status'], self.is_blocked(port)))
        self.assertIn(('port', port['id']), self.rows())

    def test_hosts_of_a_segment_are_the_live_ones(self):
        driver = self.plugin.mechanism_manager.mech_drivers['dcportals'].obj
        for network_type, answer in (('local', {base.HOST}), ('vlan', set())):
            segments = [{api.NETWORK_TYPE: network_type}]
            self.assertEqual(answer, driver.filter_hosts_with_segment_access(self.context, segments, [base.HOST, 'hv2'], None))
