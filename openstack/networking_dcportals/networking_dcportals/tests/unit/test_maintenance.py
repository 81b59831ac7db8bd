"""Maintenance: compares, repairs, logs, and is loud about an empty Neutron."""
import contextlib
import logging
import threading
from unittest import mock

import fixtures

from networking_dcportals import hosts
from networking_dcportals import journal
from networking_dcportals import maintenance
from networking_dcportals.tests.unit import base
from networking_dcportals.tests.unit import comparing


class MaintenanceTest(comparing.ComparingTestCase):

    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger('networking_dcportals', level=logging.INFO))

    def step(self, go_on=lambda: True, lock=None):
        return maintenance.Maintenance(self.daemon, lock or contextlib.nullcontext(), go_on).step(self.fresh())

    def test_nothing_differs(self):
        self.populate()
        calls = len(self.daemon.calls)
        self.assertEqual([], self.step())
        self.assertEqual(['host.list', 'digest.get'], self.daemon.methods()[calls:])
        self.assertIn('event=compared differences=0 status=compared network=1 subnet=1 port=2 router=1 port_status=0', self.log.output)

    def test_repairs_and_logs_each(self):
        _, _, (port, _), _ = self.populate()
        del self.daemon.objects['port'][port['id']]
        self.assertEqual([], self.step())
        self.assertIn('event=repaired kind=port id=%s problem=missing' % port['id'], self.log.output)
        self.assert_same_as_neutron()

    def test_an_empty_neutron_is_told_loudly_and_is_the_truth(self):
        self.daemon.objects['network']['extra'] = {'id': 'extra', 'tenant_id': 't', 'name': ''}
        self.step()
        self.assertIn('event=neutron_is_empty', self.log.output)
        self.assertEqual({}, self.daemon.objects['network'])

    def test_a_failed_row_about_nothing_is_forgotten(self):
        network, *_ = self.populate()
        other = self.a_network()
        self._update('networks', network['id'], {'network': {'name': network['name']}})
        for row in self.journal():
            journal.fail(self.fresh(), row, 'refused')
        self.step(go_on=lambda: False)
        self.assertEqual([('network', other['id'])], self.rows())

    def test_a_host_that_dcportald_does_not_know_is_not_live(self):
        hosts.update(self.context, {base.HOST: True, 'hv9': True})
        self.step()
        self.assertEqual({base.HOST}, hosts.live_hosts(self.fresh()))

    def test_a_host_that_comes_while_hosts_are_asked_for_stays_live(self):
        """The follower notes it before dcportald is asked or after the answer was heeded, not in between."""
        lock, call, forget_others = threading.Lock(), self.daemon.call, hosts.forget_others
        seen = []

        def watched(what, really):
            def watch(*args, **kwargs):
                if what != 'call' or args[0] == 'host.list':
                    seen.append((what, lock.locked()))
                return really(*args, **kwargs)
            return watch
        self.daemon.call = watched('call', call)
        with mock.patch.object(hosts, 'forget_others', watched('forget', forget_others)):
            self.step(lock=lock)
        self.assertEqual([('call', True), ('forget', True)], seen)
        self.assertFalse(lock.locked())
