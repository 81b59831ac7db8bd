"""neutron-dcportals-sync: what it finds, repairs, prints, and its exit codes."""
import contextlib
import io
import json
import time
from unittest import mock

from neutron.tests import base as neutron_base

from networking_dcportals import client
from networking_dcportals.cmd import report
from networking_dcportals.cmd import sync
from networking_dcportals import config
from networking_dcportals import journal
from networking_dcportals import lease
from networking_dcportals.tests.unit import comparing
from networking_dcportals import worker


class RunTest(comparing.ComparingTestCase):

    def run_sync(self, mode='log', wait=0, **options):
        return sync.run(config.register(), self.daemon, mode, wait, **options)

    def test_in_sync(self):
        self.populate()
        found = self.run_sync()
        self.assertTrue(found['in_sync'])
        self.assertEqual('in sync: 1 network, 1 subnet, 2 ports, 1 router', report.as_text(found))

    def test_log_changes_nothing(self):
        _, _, (port, _), _ = self.populate()
        self.daemon.objects['port'][port['id']]['name'] = 'x'
        calls = len(self.daemon.calls)
        found = self.run_sync()
        self.assertEqual([{'kind': 'port', 'id': port['id'], 'problem': 'different', 'fields': ['name']}], found['differences'])
        self.assertEqual({'digest.get', 'digest.list', 'port.get'}, set(self.daemon.methods()[calls:]))
        self.assertIsNone(lease.holder_of(self.fresh(), worker.LEASE))
        self.assertEqual(['Differences (1)', 'KIND  ID                                    PROBLEM    FIELDS',
                          'port  %s  different  name' % port['id'], '',
                          'NOT in sync: 1 network, 1 subnet, 2 ports, 1 router'], report.as_text(found).split('\n'))

    def test_repair(self):
        _, _, (port, _), _ = self.populate()
        del self.daemon.objects['port'][port['id']]
        found = self.run_sync('repair')
        self.assertTrue(found['in_sync'])
        self.assertEqual([('port', port['id'])], [(item['kind'], item['id']) for item in found['repaired']])
        self.assert_same_as_neutron()
        self.assertIsNone(lease.holder_of(self.fresh(), worker.LEASE))

    def test_repair_says_what_is_left_and_why(self):
        _, _, (port, _), _ = self.populate()
        del self.daemon.objects['port'][port['id']]
        real = self.daemon._put

        def put(kind, **params):
            if kind == 'port':
                raise client.RpcError(-32001, 'invalid', 'name', 'not so')
            return real(kind, **params)
        self.daemon._put = put
        found = self.run_sync('repair')
        self.assertFalse(found['in_sync'])
        self.assertEqual(['invalid: not so'], [item['error'] for item in found['differences']])
        self.assertIn('Differences left (1)', report.as_text(found))

    def test_a_journal_that_nobody_delivers(self):
        self.populate()
        self.a_network()
        found = self.run_sync()
        self.assertEqual((False, 1, [], None), (found['in_sync'], found['waiting'], found['differences'], found['worker']))
        self.assertIn('1 changes have been waiting in the journal since before this run; worker: none is running', report.as_text(found))
        found = self.run_sync('repair', wait=600)
        self.assertTrue(found['in_sync'])
        self.assert_same_as_neutron()

    def test_waits_for_a_worker_that_delivers(self):
        self.a_network()
        lease.Lease(worker.LEASE, 3600).acquire()
        with mock.patch.object(sync, 'time', mock.Mock(monotonic=time.monotonic, sleep=lambda seconds: self.deliver())):
            self.assertTrue(self.run_sync(wait=600)['in_sync'])

    def test_beside_a_running_worker_it_neither_delivers_nor_takes_the_lease(self):
        network, *_ = self.populate()
        other = lease.Lease(worker.LEASE, 3600)
        other.acquire()
        self.daemon.objects['network'][network['id']]['name'] = 'x'
        self.a_network()
        found = self.run_sync('repair')
        self.assertEqual((1, other.holder), (found['waiting'], found['worker']))
        self.assertEqual([network['id']], [item['id'] for item in found['repaired']])
        self.assertTrue(other.acquire())

    def test_failed_rows(self):
        network = self.a_network()
        journal.fail(self.fresh(), self.journal()[0], 'invalid: no')
        found = self.run_sync()
        self.assertEqual([('network', network['id'], 1, 'invalid: no')],
                         [(row['kind'], row['id'], row['attempts'], row['error']) for row in found['failed']])
        self.assertIn('Failed in the journal (1)', report.as_text(found))
        self.assertTrue(self.run_sync('repair')['in_sync'])
        self.assertEqual([], self.rows())

    def test_an_empty_neutron_is_not_repaired_unasked(self):
        self.daemon.objects['network']['extra'] = {'id': 'extra', 'tenant_id': 't', 'name': ''}
        self.assertRaises(RuntimeError, self.run_sync, 'repair')
        self.assertIn('extra', self.daemon.objects['network'])
        self.assertIsNone(lease.holder_of(self.fresh(), worker.LEASE))
        self.assertTrue(self.run_sync('repair', allow_empty=True)['in_sync'])


class MainTest(neutron_base.BaseTestCase):

    def main(self, result, *argv):
        out, err = io.StringIO(), io.StringIO()
        with mock.patch.object(sync, '_set_up'), mock.patch.object(sync.dcportald, 'Client'), \
                mock.patch.object(sync, 'run', side_effect=[result]) as self.run_sync, \
                contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            return sync.main(argv), out.getvalue(), err.getvalue()

    def result(self, **changes):
        return {'mode': 'log', 'in_sync': True, 'repaired': [], 'differences': [], 'failed': [], 'waiting': 0, 'worker': None,
                'objects': {'network': 1, 'subnet': 2, 'port': 3, 'router': 4}, 'port_status_compared': True, **changes}

    def test_exit_codes(self):
        self.assertEqual((0, 'in sync: 1 network, 2 subnets, 3 ports, 4 routers\n', ''), self.main(self.result()))
        self.assertEqual(1, self.main(self.result(in_sync=False, waiting=1))[0])
        code, out, err = self.main(client.ConnectionLost('dcportald is away'))
        self.assertEqual((2, ''), (code, out))
        self.assertIn('ConnectionLost: dcportald is away', err)

    def test_json(self):
        result = self.result(port_status_compared=False)
        self.assertEqual(result, json.loads(self.main(result, '--json')[1]))
        self.assertIn('not compared', self.main(result)[1])

    def test_options(self):
        self.main(self.result(), '--mode', 'repair', '--wait', '3', '--allow-empty')
        self.assertEqual(('repair', 3.0, True), self.run_sync.call_args.args[2:])
        self.assertEqual(['--debug'], sync.parse(['--config-file', 'a', '--debug', '--config-file', 'b'])[1])

    def test_help_has_examples(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            self.assertRaises(SystemExit, sync.parse, ['--help'])
        self.assertIn('neutron-dcportals-sync --mode repair', out.getvalue())
        self.assertIn('exit code: 0 in sync', out.getvalue())
