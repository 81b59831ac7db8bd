"""Delivery: present state, in order, once; waiting out what passes, and a visible end of what does not."""

import datetime
from unittest import mock

from neutron_lib.db import api as db_api
from oslo_db import exception as db_exception
from oslo_utils import fixture as time_fixture
from oslo_utils import timeutils

from networking_dcportals.client import RpcError
from networking_dcportals import deliver
from networking_dcportals import inventory
from networking_dcportals import journal
from networking_dcportals.tests.unit import base

INVALID = RpcError(-32001, 'invalid', 'cidr', 'that can never be right')
BUSY = RpcError(-32007, 'busy', '', 'later')


class DeliverTest(base.DriverTestCase):
    def setUp(self):
        super().setUp()
        self.clock = self.useFixture(time_fixture.TimeFixture(timeutils.utcnow()))

    def later(self, seconds):
        self.clock.advance_time_delta(datetime.timedelta(seconds=seconds))

    def step(self):
        return self.deliverer.step(self.context)

    def test_what_is_created_is_put_in_order_with_its_revision(self):
        network = self.a_network()
        self.a_subnet(network)
        port = self.a_port(network)
        self.assertEqual(['network.put', 'subnet.put', 'port.put'], self.deliver())
        self.assert_same_as_neutron()
        shown = self._show('ports', port['id'])['port']
        self.assertEqual(shown['revision_number'], self.daemon.objects['port'][port['id']]['revision_number'])
        self.assertEqual([], self.rows())

    def test_a_physical_network_that_dcportald_does_not_know_is_warned_of(self):
        network = self._api('POST', 'networks', {'network': {
            'name': 'n', 'tenant_id': 't', 'admin_state_up': True, 'provider:network_type': 'flat',
            'provider:physical_network': 'public'}})['network']
        for known, warnings in ((('public',), 0), ((), 1)):
            self.daemon.physical_networks = known
            self._update('networks', network['id'], {'network': {'name': f'{warnings} warnings'}})
            with mock.patch.object(deliver.LOG, 'warning') as warning:
                self.assertEqual(['network.put', 'network.get'], self.deliver())
            self.assertEqual(warnings, warning.call_count)

    def test_many_changes_of_an_object_are_delivered_as_one(self):
        network = self.a_network()
        for name in 'abc':
            self._update('networks', network['id'], {'network': {'name': name}})
        self.assertEqual(['network.put'], self.deliver())
        self.assertEqual('c', self.daemon.objects['network'][network['id']]['name'])

    def test_a_change_while_it_is_sent_is_sent_again(self):
        network = self.a_network()
        send, changes = self.daemon.call, ['other']

        def call(method, **params):
            if changes:
                self._update('networks', network['id'], {'network': {'name': changes.pop()}})
            return send(method, **params)

        with mock.patch.object(self.daemon, 'call', call):
            self.deliver()
        self.assertEqual(['net', 'other'], [params['name'] for _method, params in self.daemon.calls])
        self.assert_same_as_neutron()

    def test_what_came_and_went_meanwhile_is_only_deleted(self):
        network = self.a_network()
        self.a_subnet(network)
        self.delete('networks', network['id'])
        self.assertEqual(['subnet.delete', 'network.delete'], self.deliver())

    def test_what_is_gone_is_deleted_in_the_order_in_which_it_went(self):
        network = self.a_network()
        self.a_subnet(network)
        port = self.a_port(network)
        self.deliver()
        # The first row of what is deleted comes before those of what must go first.
        self._update('networks', network['id'], {'network': {'name': 'other'}})
        self.delete('ports', port['id'])
        self.delete('networks', network['id'])
        self.assertEqual(['port.delete', 'subnet.delete', 'network.delete'], self.deliver())
        self.assert_same_as_neutron()

    def test_a_lost_connection_is_waited_out_for_ever_and_counts_no_attempt(self):
        self.a_network()
        self.daemon.reachable = False
        waits = [self.step() for _ in range(40)]
        self.assertEqual([0.1, 0.2, 0.4, 0.8], waits[:4])
        self.assertEqual([60.0] * 20, waits[20:])
        self.assertEqual(0, self.journal()[0].attempts)
        self.daemon.reachable = True
        self.assertEqual(['network.put'], self.deliver())
        self.daemon.reachable = False
        self.a_network()
        self.assertEqual(0.1, self.step())

    def test_an_empty_journal_is_looked_at_again_after_the_interval(self):
        self.assertEqual(0.5, self.step())

    def test_a_stale_answer_is_success(self):
        network = self.a_network()
        self.daemon.objects['network'][network['id']] = {'id': network['id'], 'revision_number': 1000}
        self.assertEqual(['network.put'], self.deliver())
        self.assertEqual([], self.rows())

    def test_a_refused_object_fails_visibly_and_holds_up_no_other(self):
        first, second = self.a_network(), self.a_network()
        self.daemon.refuse['network.put'] = INVALID
        self.assertEqual(0, self.step())
        self.daemon.refuse.clear()
        self.deliver()
        self.assertEqual([second['id']], list(self.daemon.objects['network']))
        row, = journal.failed(self.context)
        self.assertEqual((first['id'], 1, 'invalid: that can never be right'), (row.object_id, row.attempts, row.last_error))
        self.assertEqual({'pending': 0, 'failed': 1}, journal.count(self.context))

    def test_a_failed_object_is_tried_again_when_it_changes(self):
        network = self.a_network()
        self.daemon.refuse['network.put'] = INVALID
        self.deliver()
        self.daemon.refuse.clear()
        self.later(100000)
        self.assertEqual([], self.deliver())
        self._update('networks', network['id'], {'network': {'name': 'other'}})
        self.deliver()
        self.assert_same_as_neutron()
        self.assertEqual([], self.rows())

    def test_an_object_that_fails_again_has_one_row(self):
        network = self.a_network()
        self.daemon.refuse['network.put'] = INVALID
        for name in 'ab':
            self.deliver()
            self._update('networks', network['id'], {'network': {'name': name}})
        self.deliver()
        self.assertEqual({'pending': 0, 'failed': 1}, journal.count(self.context))

    def test_a_passing_refusal_is_tried_again_after_growing_pauses_and_holds_up_no_other(self):
        first = self.a_network()
        self.daemon.refuse['network.put'] = BUSY
        self.assertEqual(0, self.step())
        self.daemon.refuse.clear()
        second = self.a_network()
        self.deliver()
        self.assertEqual([second['id']], list(self.daemon.objects['network']))
        self.later(0.2)
        self.deliver()
        self.assertIn(first['id'], self.daemon.objects['network'])

    def test_what_does_not_pass_fails_after_so_many_attempts(self):
        self.a_network()
        self.daemon.refuse['network.put'] = BUSY
        pauses = []
        for _ in range(9):
            before = timeutils.utcnow()
            self.step()
            pauses.append((self.journal()[0].next_attempt_at - before).total_seconds())
            self.later(100)
        self.assertEqual([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6], pauses)
        self.step()
        row, = journal.failed(self.context)
        self.assertEqual((10, 'busy: later'), (row.attempts, row.last_error))

    def test_an_object_that_cannot_be_translated_fails_alone(self):
        first, second = self.a_network(), self.a_network()
        read = inventory.read

        def broken(context, kind, object_id):
            if object_id == first['id']:
                raise ValueError('odd')
            return read(context, kind, object_id)

        with mock.patch.object(inventory, 'read', broken):
            self.deliver()
        self.assertEqual([second['id']], list(self.daemon.objects['network']))
        self.assertEqual(["ValueError('odd')"], [row.last_error for row in journal.failed(self.context)])

    def test_a_database_error_is_the_workers(self):
        self.a_network()
        with mock.patch.object(inventory, 'read', side_effect=db_exception.DBConnectionError):
            self.assertRaises(db_exception.DBConnectionError, self.step)
        self.assertEqual(1, len(self.rows()))

    def test_a_port_that_is_bound_has_its_wire_asked_for(self):
        network = self.a_network()
        bound, unbound = self.a_port(network, base.HOST), self.a_port(network)
        self.daemon.wired = {bound['id']: [base.HOST], unbound['id']: ['hv2']}
        self.deliver()
        self.assertEqual([(bound['id'], [base.HOST])], self.wired)


class RemedyTest(base.DriverTestCase):
    """Rows that come too early for what the present state needs."""

    def test_a_port_with_a_subnet_whose_row_comes_later_takes_it_along(self):
        network = self.a_network()
        self.a_subnet(network)
        port = self.a_port(network)
        self.deliver()
        self.update_port(port['id'], name='other')
        subnet = self.a_subnet(network, '10.0.1.0/24')
        self.update_port(port['id'], fixed_ips=[{'subnet_id': subnet['id']}])
        self.assertEqual(['port.put', 'topology.apply', 'subnet.put'], self.deliver())
        self.assert_same_as_neutron()

    def test_a_router_takes_along_its_ports_and_what_they_need(self):
        self.set_up_a_router()
        for kind, object_id in reversed(list(dict.fromkeys(self.rows()))):
            with db_api.CONTEXT_WRITER.using(self.context):
                journal.record(self.context, kind, object_id)
        journal.complete(self.context, [row.seq for row in self.journal()[:len(self.rows()) // 2]])
        self.assertEqual('router', self.rows()[0][0])
        self.assertEqual(['router.put', 'topology.apply'], self.deliver()[:2])
        self.assert_same_as_neutron()

    def set_up_a_router(self):
        subnet = self.a_subnet(self.a_network())
        router = self.a_router()
        self.l3.add_router_interface(self.context, router['id'], {'subnet_id': subnet['id']})

    def test_ports_that_exchanged_addresses_are_put_together(self):
        network = self.a_network()
        subnet = self.a_subnet(network)
        ports = [self.a_port(network, fixed_ips=[self.ip(subnet, n)]) for n in (11, 12, 13)]
        self.deliver()
        for port, n in ((0, 99), (1, 11), (2, 12), (0, 13)):
            self.update_port(ports[port]['id'], fixed_ips=[self.ip(subnet, n)])
        self.assertEqual(['port.put', 'port.list', 'topology.apply', 'port.put', 'port.put'], self.deliver())
        self.assert_same_as_neutron()

    def test_an_address_of_a_port_that_is_gone_is_free(self):
        network = self.a_network()
        subnet = self.a_subnet(network)
        old, new = self.a_port(network, fixed_ips=[self.ip(subnet, 11)]), self.a_port(network, fixed_ips=[self.ip(subnet, 12)])
        self.deliver()
        self.update_port(new['id'], name='other')
        self.delete('ports', old['id'])
        self.update_port(new['id'], fixed_ips=[self.ip(subnet, 11)])
        self.assertEqual(['port.put', 'port.list', 'topology.apply', 'port.delete'], self.deliver())
        self.assert_same_as_neutron()

    def test_addresses_that_stay_are_never_taken_away(self):
        network = self.a_network()
        subnet = self.a_subnet(network)
        ports = [self.a_port(network, fixed_ips=[self.ip(subnet, n), self.ip(subnet, n + 100)]) for n in (11, 12)]
        self.deliver()
        for port, n, kept in ((0, 99, 111), (1, 11, 112), (0, 12, 111)):
            self.update_port(ports[port]['id'], fixed_ips=[self.ip(subnet, n), self.ip(subnet, kept)])
        self.deliver()
        operations, = [params['operations'] for method, params in self.daemon.calls if method == 'topology.apply']
        given = {put['params']['id']: {ip['ip_address'] for ip in put['params']['fixed_ips']} for put in operations[:2]}
        self.assertEqual({ports[0]['id']: {'10.0.0.111'}, ports[1]['id']: {'10.0.0.112'}}, given)
        self.assert_same_as_neutron()

    @staticmethod
    def ip(subnet, n):
        return {'subnet_id': subnet['id'], 'ip_address': f'10.0.0.{n}'}
