"""Repair: whatever was done behind dcportald's back is undone, in an order that works, and one bad object holds up no other."""
import contextlib
import logging
import threading

import fixtures

from networking_dcportals import client
from networking_dcportals import differences
from networking_dcportals import inventory
from networking_dcportals import journal
from networking_dcportals import repair
from networking_dcportals.tests.unit import comparing


class RepairTest(comparing.ComparingTestCase):

    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger('networking_dcportals.repair', level=logging.WARNING))

    def find(self):
        return differences.find(self.fresh(), self.daemon).differences

    def repair(self, found=None, lock=None, go_on=lambda: True):
        found = self.find() if found is None else found
        return repair.Repair(self.daemon, lock or contextlib.nullcontext(), go_on).run(self.fresh(), found)

    def assert_equal_now(self):
        self.assertEqual([], self.find())
        self.assert_same_as_neutron()

    def test_a_lost_store_is_filled_again(self):
        network, _, ports, router = self.populate()
        self.l3.add_router_interface(self.context, router['id'], {'subnet_id': self.a_subnet(network, '10.0.1.0/24')['id']})
        self.deliver()
        self.daemon.lose_store()
        done, refused = self.repair()
        self.assertEqual([], refused)
        self.assertEqual(['network', 'subnet', 'subnet', 'port', 'port', 'port', 'router'], [difference.kind for difference in done])
        self.assert_equal_now()
        self.assertEqual(7, self.log.output.count('event=repaired'))
        self.assertIn('kind=port id=%s problem=missing' % ports[0]['id'], self.log.output)

    def test_everything_extra_is_deleted(self):
        self.populate()
        for kind in ('network', 'subnet', 'port', 'router'):
            renamed = [dict(found, id='eeeeeeee' + found['id'][8:]) for found in self.daemon.objects[kind].values()]
            self.daemon.objects[kind] = {found['id']: found for found in renamed}
        extra = {kind: list(members) for kind, members in self.daemon.objects.items()}
        for kind in ('subnet', 'port'):
            for found in self.daemon.objects[kind].values():
                found['network_id'] = extra['network'][0]
        for found in self.daemon.objects['port'].values():
            found['mac_address'] = 'fa:16:3e:ff:' + found['mac_address'][-5:]
            found['fixed_ips'] = []
        _, refused = self.repair()
        self.assertEqual([], refused)
        self.assert_equal_now()

    def test_changed_by_hand(self):
        network, subnet, (port, _), router = self.populate()
        self.daemon.objects['network'][network['id']]['name'] = 'x'
        self.daemon.objects['subnet'][subnet['id']]['gateway_ip'] = '10.0.0.77'
        self.daemon.objects['port'][port['id']]['fixed_ips'] = []
        self.daemon.objects['router'][router['id']]['tenant_id'] = 'x'
        done, _ = self.repair()
        self.assertEqual(4, len(done))
        self.assertIn('kind=subnet id=%s problem=different fields=gateway_ip' % subnet['id'], self.log.output)
        self.assert_equal_now()

    def test_addresses_that_went_round_in_one_batch(self):
        _, _, (one, two), _ = self.populate()
        held = [self.daemon.objects['port'][port['id']] for port in (one, two)]
        held[0]['fixed_ips'], held[1]['fixed_ips'] = held[1]['fixed_ips'], held[0]['fixed_ips']
        _, refused = self.repair()
        self.assertEqual([], refused)
        self.assert_equal_now()

    def test_what_waits_for_a_later_repair_is_tried_again(self):
        _, _, ports, _ = self.populate()
        first, second = sorted(port['id'] for port in ports)
        held = self.daemon.objects['port']
        held[first]['fixed_ips'], held[second]['fixed_ips'] = [], held[first]['fixed_ips']
        self.useFixture(fixtures.MockPatchObject(repair, '_BATCH', 1))
        done, refused = self.repair()
        self.assertEqual(([second, first], []), ([difference.object_id for difference in done], refused))
        self.assert_equal_now()

    def test_an_extra_port_that_holds_an_address(self):
        _, _, (port, _), _ = self.populate()
        held = self.daemon.objects['port'].pop(port['id'])
        self.daemon.objects['port']['extra'] = dict(held, id='extra')
        _, refused = self.repair()
        self.assertEqual([], refused)
        self.assert_equal_now()

    def test_a_later_revision_than_neutrons(self):
        _, _, (one, two), _ = self.populate()
        self.daemon.objects['port'][one['id']].update(name='x', revision_number=100)
        self.daemon.revisions['port', one['id']] = 100
        del self.daemon.objects['port'][two['id']]
        self.daemon.revisions['port', two['id']] = 100
        done, refused = self.repair()
        self.assertEqual((2, []), (len(done), refused))
        self.assertEqual([], self.find())
        self.assertEqual(100, self.daemon.objects['port'][one['id']]['revision_number'])

    def test_one_bad_object_does_not_hold_up_the_others(self):
        network, _, (port, _), _ = self.populate()
        self.daemon.lose_store()
        real = self.daemon._put

        def put(kind, **params):
            if params['id'] == port['id']:
                raise client.RpcError(-32001, 'invalid', 'name', 'no')
            return real(kind, **params)
        self.daemon._put = put
        done, refused = self.repair()
        self.assertEqual([(port['id'], 'invalid')], [(difference.object_id, error.reason) for difference, error in refused])
        self.assertEqual(4, len(done))
        self.assertEqual([port['id']], [difference.object_id for difference in self.find()])
        self.assertIn('event=repair_refused kind=port id=%s problem=missing reason=invalid' % port['id'], self.log.output)

    def test_what_the_journal_has_by_now_is_left_to_the_deliverer(self):
        _, _, (port, _), _ = self.populate()
        self.daemon.objects['port'][port['id']]['name'] = 'x'
        found = self.find()
        self.update_port(port['id'], name='new')
        self.assertEqual(([], []), self.repair(found))
        self.assertEqual('x', self.daemon.objects['port'][port['id']]['name'])

    def test_what_has_come_into_being_is_not_deleted(self):
        network, *_ = self.populate()
        found = [differences.Difference('network', network['id'], differences.EXTRA)]
        self.assertEqual(([], []), self.repair(found))
        self.assert_equal_now()

    def test_what_is_gone_by_now_is_not_sent(self):
        network, _, (port, _), _ = self.populate()
        del self.daemon.objects['port'][port['id']]
        found = self.find()
        self.delete('ports', port['id'])
        self.clear()
        self.assertEqual(([], []), self.repair(found))
        self.assertNotIn(port['id'], self.daemon.objects['port'])

    def test_a_failed_row_ends_when_its_object_is_repaired(self):
        network, *_ = self.populate()
        port = self.a_port(network)
        journal.fail(self.fresh(), self.journal()[0], 'refused')
        self.repair()
        self.assertEqual([], self.journal())
        self.assertIn(port['id'], self.daemon.objects['port'])
        self.assert_equal_now()

    def test_sends_with_the_lock_and_only_while_it_may(self):
        self.populate()
        self.daemon.lose_store()
        lock = threading.Lock()
        call = self.daemon.call

        def locked_call(method, **params):
            self.assertEqual(method == 'topology.apply', lock.locked())
            return call(method, **params)
        self.daemon.call = locked_call
        found = self.find()
        allowed = iter([True, True] + [False] * 20)
        done, _ = self.repair(found, lock, lambda: next(allowed))
        self.assertEqual(['network', 'subnet'], [difference.kind for difference in done])

    def test_a_lost_connection_ends_it(self):
        self.populate()
        self.daemon.lose_store()
        found = self.find()
        self.daemon.reachable = False
        self.assertRaises(client.ConnectionLost, self.repair, found)

    def test_busy_ends_it(self):
        self.populate()
        self.daemon.lose_store()
        self.daemon.refuse['topology.apply'] = client.RpcError(-32007, 'busy', '', 'later')
        self.assertRaises(client.RpcError, self.repair)

    def test_batches(self):
        network, *_ = self.populate()
        for _ in range(4):
            self.a_port(network)
        self.deliver()
        self.daemon.lose_store()
        self.useFixture(fixtures.MockPatchObject(repair, '_BATCH', 4))
        calls = len(self.daemon.calls)
        self.repair()
        self.assertEqual(5, self.daemon.methods()[calls:].count('topology.apply'))
        self.assert_equal_now()

    def test_port_status(self):
        _, _, (one, two), _ = self.populate()
        self.daemon.wired[one['id']] = ['hv1']
        done, _ = self.repair()
        self.assertEqual([('port_status', one['id'], 'wired_but_not_active')], [(d.kind, d.object_id, d.problem) for d in done])
        statuses = [self.plugin.get_port(self.fresh(), port['id'])['status'] for port in (one, two)]
        self.assertEqual(['ACTIVE', 'DOWN'], statuses)
        self.assertIn('problem=wired_but_not_active wired_at=hv1', self.log.output)
        self.deliver()
        self.assertEqual([], self.find())

    def test_status_of_a_port_that_was_not_known_is_left_to_the_follower(self):
        _, _, (one, _), _ = self.populate()
        self.daemon.wired[one['id']] = ['hv1']
        self.repair()
        self.deliver()
        self.daemon.lose_store()
        self.daemon.wired.clear()
        self.repair()
        self.assertEqual('ACTIVE', self.plugin.get_port(self.fresh(), one['id'])['status'])
        self.repair()
        self.assertEqual('DOWN', self.plugin.get_port(self.fresh(), one['id'])['status'])

    def test_reads_again_right_before_it_sends(self):
        network, *_ = self.populate()
        self.daemon.objects['network'][network['id']]['name'] = 'x'
        found = self.find()
        self._update('networks', network['id'], {'network': {'name': 'newest'}})
        self.clear()
        self.repair(found)
        self.assertEqual('newest', self.daemon.objects['network'][network['id']]['name'])
        self.assertEqual('newest', inventory.read(self.fresh(), 'network', network['id'])['name'])
