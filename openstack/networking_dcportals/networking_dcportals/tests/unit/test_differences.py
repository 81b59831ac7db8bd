"""Comparison: what differs is found and named, what is on its way or changes meanwhile is not."""
from unittest import mock

from networking_dcportals import differences
from networking_dcportals import inventory
from networking_dcportals import journal
from networking_dcportals import status
from networking_dcportals.tests.unit import comparing


class DifferencesTest(comparing.ComparingTestCase):

    def found(self):
        return [(d.kind, d.object_id, d.problem, d.fields) for d in differences.find(self.fresh(), self.daemon).differences]

    def test_equal_classes_cost_one_call(self):
        self.populate()
        calls = len(self.daemon.calls)
        comparison = differences.find(self.fresh(), self.daemon)
        self.assertEqual([], comparison.differences)
        self.assertEqual(['digest.get'], self.daemon.methods()[calls:])
        self.assertEqual({'network': 1, 'subnet': 1, 'port': 2, 'router': 1, 'port_status': 0}, comparison.ours)
        self.assertEqual(comparison.ours, comparison.theirs)

    def test_missing_extra_and_different(self):
        network, _, (one, two), router = self.populate()
        del self.daemon.objects['port'][one['id']]
        self.daemon.objects['port'][two['id']].update(name='by hand', admin_state_up=False)
        self.daemon.objects['router']['extra'] = dict(self.daemon.objects['router'][router['id']], id='extra')
        self.daemon.objects['network'][network['id']]['tenant_id'] = 'another'
        found = self.found()
        self.assertEqual(('network', network['id'], 'different', ('tenant_id',)), found[0])
        ports = {('port', one['id'], 'missing', ()), ('port', two['id'], 'different', ('name', 'admin_state_up'))}
        self.assertEqual(ports, set(found[1:3]))
        self.assertEqual([('router', 'extra', 'extra', ())], found[3:])

    def test_what_the_journal_has_is_no_difference(self):
        network, _, _, _ = self.populate()
        port = self.a_port(network)
        self.assertEqual([], self.found())
        for row in self.journal():
            journal.fail(self.fresh(), row, 'refused')
        self.assertEqual([('port', port['id'], 'missing', ())], self.found())

    def test_what_is_delivered_while_we_look_is_no_difference(self):
        network, _, (port, other), _ = self.populate()
        self.daemon.objects['port'][other['id']]['name'] = 'by hand'
        read_all = inventory.read_all

        def then_change(context, kind):
            found = list(read_all(context, kind))
            if kind == 'port' and not getattr(self, 'changed', False):
                self.changed = True
                self.update_port(port['id'], name='new')
                self.a_port(network)
                self.deliver()
            return iter(found)
        with mock.patch.object(inventory, 'read_all', then_change):
            self.assertEqual([('port', other['id'], 'different', ('name',))], self.found())
        self.assertTrue(self.changed)

    def test_port_status(self):
        _, _, (one, two), _ = self.populate()
        self.daemon.wired[one['id']] = ['hv1']
        self.daemon.wired[two['id']] = ['hv2']
        self.assertEqual([('port_status', one['id'], 'wired_but_not_active', ())], self.found())
        status.apply(self.fresh(), two['id'], ['hv1'])
        status.apply(self.fresh(), one['id'], ['hv1'])
        self.deliver()
        self.assertEqual([('port_status', two['id'], 'active_but_not_wired', ())], self.found())
        self.daemon.settled = False
        comparison = differences.find(self.fresh(), self.daemon)
        self.assertEqual([], comparison.differences)
        self.assertFalse(comparison.status_compared)

    def test_a_status_that_is_on_its_way_is_no_difference(self):
        _, _, (port, _), _ = self.populate()
        self.daemon.wired[port['id']] = ['hv1']
        looks = iter(range(100))

        def follower_comes(_seconds):
            if next(looks) == differences._STATUS_LOOKS - 2:
                status.apply(self.fresh(), port['id'], ['hv1'])
        with mock.patch.object(differences, 'time', mock.Mock(sleep=follower_comes)):
            self.assertEqual([], self.found())
        self.assertEqual(differences._STATUS_LOOKS - 1, next(looks))

    def test_neutron_is_empty(self):
        self.assertFalse(differences.find(self.fresh(), self.daemon).neutron_is_empty)
        self.daemon.objects['network']['extra'] = {'id': 'extra', 'tenant_id': 't', 'name': ''}
        self.assertTrue(differences.find(self.fresh(), self.daemon).neutron_is_empty)
        self.a_network()
        self.assertFalse(differences.find(self.fresh(), self.daemon).neutron_is_empty)
