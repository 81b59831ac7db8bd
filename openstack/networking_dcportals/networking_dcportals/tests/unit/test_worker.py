"""The worker: all jobs run under the lease, go on after failures, end promptly, and start where Neutron starts nothing for us."""
import os
import threading
import time
from unittest import mock

from neutron import service
from neutron.tests import base
from neutron_lib.callbacks import events
from neutron_lib.callbacks import registry
from neutron_lib.callbacks import resources
from oslo_config import cfg

from networking_dcportals import client
from networking_dcportals import config
from networking_dcportals import lease
from networking_dcportals import worker


class FakeLease:
    """A lease in memory."""
    holder_now = None

    def __init__(self, name, seconds):
        self.seconds = seconds
        self.renewals = threading.Semaphore(0)

    def acquire(self):
        FakeLease.holder_now = FakeLease.holder_now or self
        self.renewals.release()

    def held(self):
        return FakeLease.holder_now is self

    def release(self):
        if self.held():
            FakeLease.holder_now = None


class JobsTest(base.BaseTestCase):

    def setUp(self):
        super().setUp()
        FakeLease.holder_now = None
        self.conf = config.register()
        cfg.CONF.set_override('retry_min', 0.01, config.GROUP)
        self.delivered = threading.Semaphore(0)
        self.followed = threading.Semaphore(0)
        self.compared = threading.Semaphore(0)
        self.forgotten = threading.Semaphore(0)
        mock.patch.object(lease, 'Lease', FakeLease).start()
        mock.patch.object(worker, '_STANDBY_SECONDS', 0.01).start()

    def jobs(self, follow=None, maintain=None, deliver=None):
        jobs = worker.Jobs(self.conf)
        jobs._deliverer.step = deliver or self.job(self.delivered)
        jobs._follower.step = follow or self.job(self.followed)
        jobs._maintenance.step = maintain or self.job(self.compared)
        forget = jobs._follower.forget
        self.addCleanup(jobs.stop)
        with mock.patch.object(jobs._follower, 'forget', lambda: (forget(), self.forgotten.release())):
            jobs.start()
        return jobs

    @staticmethod
    def job(semaphore):
        def step(context):
            semaphore.release()
            return 0.01
        return step

    def assert_happens(self, *semaphores):
        for semaphore in semaphores:
            self.assertTrue(semaphore.acquire(timeout=60))

    def test_all_jobs_run_and_comparing_begins_when_it_is_asked_for(self):
        jobs = self.jobs()
        self.assert_happens(self.delivered, self.followed, self.delivered, self.followed, jobs._lease.renewals)
        self.assertFalse(self.compared.acquire(timeout=0.1))
        jobs._compare.set()
        self.assert_happens(self.compared)
        self.assertFalse(self.compared.acquire(timeout=0.1))
        jobs._compared_at -= self.conf.maintenance_interval
        self.assert_happens(self.compared)

    def test_failures_do_not_end_a_job(self):
        fails = iter([client.ConnectionLost('gone'), RuntimeError('broken'), client.RpcError(-32603, 'internal', '', 'x')])

        def follow(context):
            self.followed.release()
            error = next(fails, None)
            if error:
                raise error
        self.jobs(follow=follow)
        for _ in range(5):
            self.assert_happens(self.followed)

    def test_a_lost_connection_is_told_of_once_for_each_reason(self):
        reasons = ['refused', 'refused', 'HTTP 401', 'HTTP 401', None, 'HTTP 401']
        done = threading.Event()

        def follow(context):
            if not reasons:
                done.set()
                return
            reason = reasons.pop(0)
            if reason:
                raise client.ConnectionLost(reason)
        with mock.patch.object(worker.LOG, 'warning') as warning:
            self.jobs(follow=follow)
            self.assertTrue(done.wait(10))
        self.assertEqual(['refused', 'HTTP 401', 'HTTP 401'], [str(call.args[2]) for call in warning.call_args_list])

    def test_the_follower_is_back_first_and_wakes_the_others(self):
        cfg.CONF.set_override('retry_min', 60.0, config.GROUP)
        away = threading.Event()
        away.set()

        def answer(semaphore):
            def step(context):
                semaphore.release()
                if away.is_set():
                    raise client.ConnectionLost('gone')
                return 60
            return step
        with mock.patch.object(worker, '_RETRY_SECONDS', 0.05):
            self.jobs(follow=answer(self.followed), deliver=answer(self.delivered))
            self.assert_happens(self.delivered, self.followed, self.followed)
            self.assertFalse(self.delivered.acquire(blocking=False))
            away.clear()
            self.assert_happens(self.delivered)

    def test_a_comparison_that_failed_is_made_again(self):
        fails = iter([client.ConnectionLost('gone')])

        def maintain(context):
            self.compared.release()
            for error in fails:
                raise error
        self.jobs(maintain=maintain)._compare.set()
        self.assert_happens(self.compared, self.compared)
        self.assertFalse(self.compared.acquire(timeout=0.1))

    def test_one_of_two_works_and_the_other_takes_over(self):
        one = self.jobs()
        self.assert_happens(self.delivered)
        other = self.jobs(deliver=self.job(taken := threading.Semaphore(0)))
        self.assertFalse(taken.acquire(timeout=0.1))
        self.assert_happens(self.forgotten)
        one.stop()
        other._lease.acquire()
        self.assert_happens(taken)

    def test_nothing_is_delivered_after_the_lease_was_lost(self):
        self.jobs()
        self.assert_happens(self.delivered)
        FakeLease.holder_now = object()
        time.sleep(0.05)
        while self.delivered.acquire(blocking=False):
            pass
        self.assertFalse(self.delivered.acquire(timeout=0.1))

    def test_stops_promptly_and_gives_the_lease_away_after_the_delivery(self):
        mock.patch.object(worker, '_STOP_SECONDS', 60).start()
        delivering, following, go_on = threading.Event(), threading.Event(), threading.Event()
        self.addCleanup(go_on.set)

        def follow(context):
            following.set()
            followed.append(go_on.wait(60))

        def deliver(context):
            delivering.set()
            time.sleep(0.2)
            done.append(FakeLease.holder_now is not None)
            return 0
        done, followed = [], []
        jobs = self.jobs(follow=follow, deliver=deliver)
        self.assertTrue(following.wait(60))
        self.assertTrue(delivering.wait(60))
        jobs.stop()
        self.assertEqual([], followed)
        self.assertIsNone(FakeLease.holder_now)
        self.assertNotEqual([], done)
        count = len(done)
        self.assertTrue(all(done))
        time.sleep(0.3)
        self.assertEqual(count, len(done))


class WorkerTest(base.BaseTestCase):

    def setUp(self):
        super().setUp()
        self.jobs = mock.patch.object(worker, 'Jobs').start()
        self.own = worker.DcportalsWorker(config.register())

    @staticmethod
    def rpc_worker_starts():
        rpc_worker = service.RpcWorker([])
        registry.publish(resources.PROCESS, events.AFTER_INIT, rpc_worker.start)
        return rpc_worker

    def test_neutron_server_starts_it_in_a_process_of_its_own(self):
        worker.start_in_rpc_workers(self.own)
        self.assertEqual(1, self.own.worker_process_count)
        self.rpc_worker_starts()
        self.jobs.assert_not_called()
        with mock.patch('setproctitle.setproctitle') as title:
            self.own._my_pid = os.getpid() + 1
            self.own.start()
        self.assertIn('neutron-server: dcportals worker', title.call_args.args[0])
        self.jobs.return_value.start.assert_called_once_with()
        self.own.stop()
        self.own.stop()
        self.jobs.return_value.stop.assert_called_once_with()

    def test_the_parents_copy_can_be_stopped(self):
        self.own.stop()
        self.own.wait()

    def test_neutron_rpc_server_starts_it_in_its_rpc_workers(self):
        worker.start_in_rpc_workers(self.own)
        registry.publish(resources.PROCESS, events.AFTER_INIT, service.RpcReportsWorker([]).start)
        self.jobs.assert_not_called()
        self.rpc_worker_starts()
        self.rpc_worker_starts()
        self.jobs.return_value.start.assert_called_once_with()

    def test_the_jobs_end_with_their_rpc_worker(self):
        worker.start_in_rpc_workers(self.own)
        with mock.patch.object(service.RpcWorker, 'stop') as stop:
            rpc_worker = self.rpc_worker_starts()
            self.jobs.return_value.stop.assert_not_called()
            rpc_worker.stop()
        self.jobs.return_value.stop.assert_called_once_with()
        stop.assert_called_once_with()
