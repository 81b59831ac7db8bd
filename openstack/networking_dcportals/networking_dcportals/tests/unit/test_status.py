"""Port status against Neutron's own ML2 plugin and database: ACTIVE exactly when wired where it is bound, and nothing done twice."""
from unittest import mock

from neutron.db import provisioning_blocks
from neutron.tests.unit.plugins.ml2.drivers import mechanism_logger
from neutron.tests.unit.plugins.ml2 import test_plugin
from neutron_lib.api.definitions import portbindings
from neutron_lib.callbacks import resources
from neutron_lib import context as n_context
from neutron_lib.plugins.ml2 import api
from oslo_utils import uuidutils

from networking_dcportals import client
from networking_dcportals import status


class BoundPortsTestCase(test_plugin.Ml2PluginV2TestCase):
    """Ports bound as ours by Neutron's logging driver at every host whose name begins with hv."""

    _mechanism_drivers = ['logger']

    def setUp(self):
        def bind(driver, context):
            if context.host.startswith('hv'):
                context.set_binding(context.segments_to_bind[0][api.ID], portbindings.VIF_TYPE_OVS, {})
        mock.patch.object(mechanism_logger.LoggerMechanismDriver, 'bind_port', bind).start()
        mock.patch.object(mechanism_logger.LoggerMechanismDriver, 'connectivity', portbindings.CONNECTIVITY_L2).start()
        mock.patch.object(status, 'DRIVER', 'logger').start()
        super().setUp()
        self.network_id = self._make_network(self.fmt, 'net', True)['network']['id']

    def bound_port(self, host='hv1', **attributes):
        """The id of a port as the driver leaves it: blocked before it was bound."""
        port = self.driver.create_port(self.context, {'port': {
            'network_id': self.network_id, 'tenant_id': 't', 'name': 'p', 'admin_state_up': True, 'device_id': '', 'device_owner': '',
            'mac_address': self._mac(), 'fixed_ips': [], portbindings.VNIC_TYPE: 'normal', portbindings.PROFILE: {}, **attributes}})
        if host:
            self.block(port['id'])
            self.driver.update_port(self.context, port['id'], {'port': {portbindings.HOST_ID: host}})
        return port['id']

    def _mac(self):
        self.macs = getattr(self, 'macs', 0) + 1
        return 'fa:16:3e:00:%02x:%02x' % divmod(self.macs, 256)

    def block(self, port_id, entity=provisioning_blocks.L2_AGENT_ENTITY):
        provisioning_blocks.add_provisioning_component(self.context, port_id, resources.PORT, entity)

    def status_of(self, port_id):
        return self.driver.get_port(n_context.get_admin_context(), port_id)['status']

    def blocked(self, port_id):
        return provisioning_blocks.is_object_blocked(n_context.get_admin_context(), port_id, resources.PORT)


class TestStatus(BoundPortsTestCase):

    def apply(self, port_id, hosts):
        status.apply(n_context.get_admin_context(), port_id, hosts)
        return self.status_of(port_id)

    def test_active_when_wired_where_bound(self):
        port_id = self.bound_port()
        self.assertEqual('DOWN', self.apply(port_id, []))
        self.assertEqual('DOWN', self.apply(port_id, ['hv2']))
        self.assertEqual('ACTIVE', self.apply(port_id, ['hv2', 'hv1']))
        self.assertEqual('ACTIVE', self.apply(port_id, ['hv1']))

    def test_down_when_unplugged_and_blocked_again(self):
        port_id = self.bound_port()
        self.apply(port_id, ['hv1'])
        self.assertFalse(self.blocked(port_id))
        self.assertEqual('DOWN', self.apply(port_id, []))
        self.assertTrue(self.blocked(port_id))
        self.assertEqual('ACTIVE', self.apply(port_id, ['hv1']))

    def test_waits_for_the_dhcp_agent(self):
        port_id = self.bound_port()
        self.block(port_id, provisioning_blocks.DHCP_ENTITY)
        self.assertEqual('DOWN', self.apply(port_id, ['hv1']))
        with mock.patch.object(provisioning_blocks, 'provisioning_complete') as complete:
            self.apply(port_id, ['hv1'])
        complete.assert_not_called()
        provisioning_blocks.provisioning_complete(n_context.get_admin_context(), port_id, resources.PORT, provisioning_blocks.DHCP_ENTITY)
        self.assertEqual('ACTIVE', self.status_of(port_id))

    def test_unplugged_while_the_dhcp_agent_is_awaited(self):
        port_id = self.bound_port()
        self.block(port_id, provisioning_blocks.DHCP_ENTITY)
        self.apply(port_id, ['hv1'])
        self.apply(port_id, [])
        provisioning_blocks.provisioning_complete(n_context.get_admin_context(), port_id, resources.PORT, provisioning_blocks.DHCP_ENTITY)
        self.assertEqual('DOWN', self.status_of(port_id))

    def test_admin_down(self):
        port_id = self.bound_port()
        self.apply(port_id, ['hv1'])
        self.driver.update_port(self.context, port_id, {'port': {'admin_state_up': False}})
        self.assertEqual('DOWN', self.apply(port_id, ['hv1']))
        self.driver.update_port(self.context, port_id, {'port': {'admin_state_up': True}})
        self.assertEqual('ACTIVE', self.apply(port_id, ['hv1']))

    def test_bound_elsewhere(self):
        port_id = self.bound_port()
        self.apply(port_id, ['hv1'])
        self.block(port_id)
        self.driver.update_port(self.context, port_id, {'port': {portbindings.HOST_ID: 'hv2'}})
        self.assertEqual('DOWN', self.apply(port_id, ['hv1']))
        self.assertEqual('ACTIVE', self.apply(port_id, ['hv2']))

    def test_bound_elsewhere_between_look_and_deed(self):
        port_id = self.bound_port()
        complete = provisioning_blocks.provisioning_complete

        def move_then_complete(*args):
            with mock.patch.object(provisioning_blocks, 'provisioning_complete'):
                self.driver.update_port(self.context, port_id, {'port': {portbindings.HOST_ID: 'hv2'}})
            complete(*args)
        with mock.patch.object(provisioning_blocks, 'provisioning_complete', move_then_complete):
            self.apply(port_id, ['hv1'])
        self.assertEqual('DOWN', self.status_of(port_id))
        self.assertTrue(self.blocked(port_id))

    def test_what_is_known_makes_no_port_down(self):
        port_id = self.bound_port()
        context = n_context.get_admin_context()
        status.apply_known(context, port_id, ['hv2'])
        self.assertEqual('DOWN', self.status_of(port_id))
        status.apply_known(context, port_id, ['hv1'])
        self.assertEqual('ACTIVE', self.status_of(port_id))
        status.apply_known(context, port_id, ['hv2'])
        status.apply_known(context, port_id, [])
        status.apply_known(context, uuidutils.generate_uuid(), ['hv1'])
        self.assertEqual('ACTIVE', self.status_of(port_id))

    def test_who_may_be_late_asks_before_a_port_goes_down(self):
        wired, unwired, up = self.bound_port(), self.bound_port(), self.bound_port()
        for port_id in (wired, unwired):
            self.apply(port_id, ['hv1'])
        now = {wired: ['hv1'], unwired: []}
        late = {wired: ['hv2'], unwired: ['hv2'], up: ['hv1']}
        self.assertEqual(set(), status.apply_all(n_context.get_admin_context(), late, now.__getitem__))
        self.assertEqual(['ACTIVE', 'DOWN', 'ACTIVE'], [self.status_of(port_id) for port_id in (wired, unwired, up)])

    def test_wired_hosts(self):
        daemon = mock.Mock()
        daemon.call.return_value = {'computed': {'wired_hosts': ['hv1']}}
        self.assertEqual(['hv1'], status.wired_hosts(daemon, 'a'))
        daemon.call.assert_called_once_with('port.get', id='a')
        daemon.call.side_effect = client.RpcError(-32002, 'not_found', '', 'no such port')
        self.assertEqual([], status.wired_hosts(daemon, 'a'))
        daemon.call.side_effect = client.RpcError(-32000, 'busy', '', 'later')
        self.assertRaises(client.RpcError, status.wired_hosts, daemon, 'a')

    def test_leaves_alone_what_is_not_ours(self):
        unbound = self.bound_port(host=None)
        failed = self.bound_port(host='elsewhere')
        theirs = self.bound_port()
        self.apply(theirs, ['hv1'])
        with mock.patch.object(status, 'DRIVER', 'dcportals'):
            self.assertEqual('ACTIVE', self.apply(theirs, []))
            self.assertEqual({}, status.bound_ports(n_context.get_admin_context()))
        for port_id in (unbound, failed):
            self.assertEqual('DOWN', self.apply(port_id, ['', 'hv1', 'elsewhere']))
        status.apply(n_context.get_admin_context(), uuidutils.generate_uuid(), ['hv1'])
        self.assertEqual({theirs}, set(status.bound_ports(n_context.get_admin_context())))

    def test_many_ports_cost_transactions_only_where_they_change(self):
        ports = [self.bound_port() for _ in range(4)]
        wired = {port_id: ['hv1'] for port_id in ports}
        with mock.patch.object(status, '_CHUNK', 3):
            self.assertEqual(set(), status.apply_all(n_context.get_admin_context(), wired))
        self.assertEqual(['ACTIVE'] * 4, [self.status_of(port_id) for port_id in ports])
        with mock.patch.object(status, '_complete') as complete, mock.patch.object(status, '_block') as block:
            status.apply_all(n_context.get_admin_context(), {**wired, ports[2]: []})
        complete.assert_not_called()
        self.assertEqual({ports[2]}, {call.args[0].port_id for call in block.call_args_list})

    def test_one_port_that_fails_does_not_stop_the_others(self):
        bad, good = self.bound_port(), self.bound_port()
        complete = status._complete

        def fail(port):
            if port.port_id == bad:
                raise RuntimeError('broken')
            complete(port)
        with mock.patch.object(status, '_complete', fail):
            self.assertEqual({bad}, status.apply_all(n_context.get_admin_context(), {bad: ['hv1'], good: ['hv1']}))
        self.assertEqual(['DOWN', 'ACTIVE'], [self.status_of(bad), self.status_of(good)])

    def test_complete(self):
        port_id = self.bound_port()

        def complete():
            return status.bound_ports(n_context.get_admin_context(), [port_id])[port_id].complete
        self.assertFalse(complete())
        self.apply(port_id, ['hv1'])
        self.assertTrue(complete())
        self.apply(port_id, [])
        self.block(port_id, provisioning_blocks.DHCP_ENTITY)
        self.assertFalse(complete())
        self.apply(port_id, ['hv1'])
        self.assertTrue(complete())
