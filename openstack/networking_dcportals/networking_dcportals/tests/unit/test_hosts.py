"""The table of live hosts: what bind_port reads is what dcportald said last."""
from unittest import mock

from neutron.tests.unit import testlib_api
from neutron_lib import context as n_context

from networking_dcportals import hosts


class HostsTest(testlib_api.SqlTestCase):

    def setUp(self):
        super().setUp()
        self.context = n_context.get_admin_context()

    def test_update(self):
        self.assertFalse(hosts.is_live(self.context, 'hv1'))
        hosts.update(self.context, {'hv1': True, 'hv2': True, 'hv3': False})
        self.assertEqual({'hv1', 'hv2'}, hosts.live_hosts(self.context))
        hosts.update(self.context, {'hv1': False})
        self.assertFalse(hosts.is_live(self.context, 'hv1'))
        self.assertTrue(hosts.is_live(self.context, 'hv2'))

    def test_what_is_known_costs_no_write(self):
        hosts.update(self.context, {'hv1': True, 'hv2': False})
        with mock.patch.object(hosts, 'set_live') as set_live:
            hosts.update(self.context, {'hv1': True, 'hv2': True})
            hosts.update(self.context, {})
        set_live.assert_called_once_with(self.context, 'hv2', True)

    def test_forget_others(self):
        hosts.update(self.context, {'hv1': True, 'hv2': True})
        hosts.forget_others(self.context, ['hv2', 'hv3'])
        self.assertEqual({'hv2'}, hosts.live_hosts(self.context))
