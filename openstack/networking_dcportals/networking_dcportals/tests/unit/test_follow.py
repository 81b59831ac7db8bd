"""Following: every event is applied, none is lost when something fails in between, and nothing happens without the lease."""
import threading
from unittest import mock

from neutron.tests.unit import testlib_api
from neutron_lib import context as n_context
from oslo_db import exception as db_exc

from networking_dcportals import client
from networking_dcportals import config
from networking_dcportals import follow
from networking_dcportals import hosts
from networking_dcportals import status


def host(name, live):
    return {'kind': 'host', 'name': name, 'live': live}


def port(port_id, *names):
    return {'kind': 'port', 'port_id': port_id, 'hosts': list(names)}


class FollowTest(testlib_api.SqlTestCase):

    def setUp(self):
        super().setUp()
        self.context = n_context.get_admin_context()
        self.daemon = mock.Mock()
        self.lock = threading.Lock()
        self.leased = True
        self.resets = 0
        self.applied = []
        self.failing = set()
        self.ask = None
        mock.patch.object(status, 'apply_all', self.apply_all).start()
        self.follower = follow.Follower(config.register(), self.daemon, self.lock, lambda: self.leased, self.on_reset)

    def apply_all(self, context, hosts_by_port, ask):
        self.assertTrue(self.lock.locked())
        self.ask = ask
        self.applied.append(hosts_by_port)
        return self.failing & hosts_by_port.keys()

    def on_reset(self):
        self.resets += 1

    def step(self, *events, cursor='1', reset=False):
        """One step that is answered so. Returns what was asked."""
        self.daemon.call.return_value = {'cursor': cursor, 'reset': reset, 'events': list(events)}
        self.applied = []
        self.follower.step(self.context)
        return self.daemon.call.call_args.kwargs

    def test_begins_with_everything_and_goes_on_after_the_cursor(self):
        self.assertEqual({'timeout_seconds': 25.0}, self.step(host('hv1', True), port('a', 'hv1'), port('b'), cursor='c1', reset=True))
        self.assertEqual([{'a': ['hv1'], 'b': []}], self.applied)
        self.assertEqual(({'hv1'}, 1), (hosts.live_hosts(self.context), self.resets))
        self.assertEqual('c1', self.step(host('hv1', False), cursor='c2')['after'])
        self.assertEqual((set(), [], 1), (hosts.live_hosts(self.context), self.applied, self.resets))
        self.assertEqual('c2', self.step(cursor='c2')['after'])

    def test_hosts_are_noted_when_nobody_else_acts(self):
        def update(context, live_by_name):
            self.assertTrue(self.lock.locked())
            noted.append(live_by_name)
        noted = []
        with mock.patch.object(hosts, 'update', update):
            self.step(host('hv1', True))
        self.assertEqual([{'hv1': True}], noted)

    def test_a_new_life_of_dcportald(self):
        self.step(cursor='c1', reset=True)
        self.step(port('a', 'hv1'), cursor='d1', reset=True)
        self.assertEqual(([{'a': ['hv1']}], 2), (self.applied, self.resets))
        self.assertEqual('d1', self.step()['after'])

    def test_forget(self):
        self.step(cursor='c1', reset=True)
        self.follower.forget()
        self.assertNotIn('after', self.step())

    def test_a_lost_connection_keeps_the_cursor(self):
        self.step(cursor='c1', reset=True)
        self.daemon.call.side_effect = client.ConnectionLost('gone')
        self.assertRaises(client.ConnectionLost, self.follower.step, self.context)
        self.daemon.call.side_effect = None
        self.assertEqual('c1', self.step()['after'])

    def test_what_the_database_did_not_take_comes_again(self):
        self.step(cursor='c1', reset=True)
        with mock.patch.object(hosts, 'set_live', side_effect=db_exc.DBError()):
            self.assertRaises(db_exc.DBError, self.step, host('hv1', True), cursor='c2')
        self.assertEqual('c1', self.step(host('hv1', True), cursor='c2')['after'])
        self.assertEqual({'hv1'}, hosts.live_hosts(self.context))

    def test_a_port_that_could_not_be_changed_is_tried_again_soon(self):
        self.failing = {'a'}
        self.step(port('a', 'hv1'), port('b', 'hv1'), cursor='c1', reset=True)
        self.assertEqual(2, self.step(cursor='c1')['timeout_seconds'])
        self.assertEqual([{'a': ['hv1']}], self.applied)
        self.step(port('a'), cursor='c2')
        self.assertEqual([{'a': []}], self.applied)
        self.failing = set()
        self.step(cursor='c2')
        self.assertEqual(25.0, self.step(cursor='c2')['timeout_seconds'])
        self.assertEqual([], self.applied)

    def test_nothing_happens_without_the_lease(self):
        self.leased = False
        self.step(host('hv1', True), port('a', 'hv1'), cursor='c1', reset=True)
        self.assertEqual((set(), [], 0), (hosts.live_hosts(self.context), self.applied, self.resets))
        self.leased = True
        self.assertNotIn('after', self.step())

    def test_the_lease_is_lost_half_way(self):
        def lose(context, hosts_by_port, ask):
            self.leased = False
            self.applied.append(hosts_by_port)
            return set()
        with mock.patch.object(status, 'apply_all', lose), mock.patch.object(follow, '_SLICE', 1):
            self.step(port('a', 'hv1'), port('b', 'hv1'), cursor='c1', reset=True)
        self.assertEqual(([{'a': ['hv1']}], 0), (self.applied, self.resets))
        self.leased = True
        self.assertNotIn('after', self.step())

    def test_ports_that_would_go_down_are_asked_for_again(self):
        self.step(port('a'))
        self.daemon.call.return_value = {'computed': {'wired_hosts': ['hv1']}}
        self.assertEqual(['hv1'], self.ask('a'))
        self.daemon.call.assert_called_with('port.get', id='a')

    def test_slices(self):
        with mock.patch.object(follow, '_SLICE', 2):
            self.step(*[port(name, 'hv1') for name in 'abc'], reset=True)
        self.assertEqual([2, 1], [len(ports) for ports in self.applied])
