"""The lease: one holder, a hand-over by the database's clock, and a holder that knows when it may not go on."""
import datetime
from unittest import mock

from neutron_lib import context as n_context
from neutron.tests.unit import testlib_api
from oslo_db import exception as db_exc

from networking_dcportals import lease


class TestLease(testlib_api.SqlTestCase):

    def setUp(self):
        super().setUp()
        self.now = 1000.0
        real = lease.database_time
        self.start = None

        def database_time(session):
            # SQLite's own answer once, then as far on as the test's clock.
            self.start = self.start or real(session)
            return self.start + datetime.timedelta(seconds=self.now - 1000.0)
        mock.patch.object(lease, 'database_time', database_time).start()

    def contender(self):
        return lease.Lease('test', 10.0, clock=lambda: self.now)

    def test_one_holder(self):
        one, other = self.contender(), self.contender()
        self.assertFalse(one.held())
        self.assertTrue(one.acquire())
        self.assertFalse(other.acquire())
        self.assertEqual((True, False), (one.held(), other.held()))
        self.assertNotEqual(one.holder, other.holder)

    def test_renewed_it_stays(self):
        one, other = self.contender(), self.contender()
        for _ in range(5):
            self.assertTrue(one.acquire())
            self.now += 7
            self.assertTrue(one.held())
            self.assertFalse(other.acquire())

    def test_expires_and_the_old_holder_knows_before(self):
        one, other = self.contender(), self.contender()
        one.acquire()
        self.now += 8.5
        self.assertFalse(one.held())
        self.assertFalse(other.acquire())
        self.now += 2
        self.assertTrue(other.acquire())
        self.assertFalse(one.acquire())
        self.assertFalse(one.held())

    def test_time_spent_in_the_database_counts(self):
        one = self.contender()
        swap = one._swap

        def slow(session):
            got = swap(session)
            self.now += 9
            return got
        one.acquire()
        with mock.patch.object(one, '_swap', slow):
            self.assertTrue(one.acquire())
        self.assertFalse(one.held())

    def test_a_database_that_does_not_answer_ends_it(self):
        one = self.contender()
        one.acquire()
        with mock.patch.object(one, '_swap', side_effect=db_exc.DBConnectionError()):
            self.assertRaises(db_exc.DBConnectionError, one.acquire)
        self.assertTrue(one.held())
        self.now += 9
        self.assertFalse(one.held())

    def test_release(self):
        one, other = self.contender(), self.contender()
        one.acquire()
        other.release()
        self.assertFalse(other.acquire())
        one.release()
        self.assertFalse(one.held())
        self.assertTrue(other.acquire())

    def test_two_insert_at_once(self):
        one, other = self.contender(), self.contender()
        one.acquire()
        with mock.patch.object(other, '_swap', return_value=False), mock.patch.object(other, '_exists', return_value=False):
            self.assertFalse(other.acquire())
        self.assertTrue(one.acquire())

    def test_two_insert_at_once_and_mariadb_finds_a_deadlock(self):
        one = self.contender()
        with mock.patch.object(one, '_insert', side_effect=db_exc.DBDeadlock()):
            self.assertFalse(one.acquire())
        self.assertFalse(one.held())
        self.assertTrue(one.acquire())

    def test_a_deadlock_does_not_take_it_from_its_holder(self):
        one = self.contender()
        one.acquire()
        with mock.patch.object(one, '_swap', side_effect=db_exc.DBDeadlock()):
            self.assertRaises(db_exc.DBDeadlock, one.acquire)
        self.assertTrue(one.held())

    def test_holder_of(self):
        context = n_context.get_admin_context()
        self.assertIsNone(lease.holder_of(context, 'test'))
        one = self.contender()
        one.acquire()
        self.now += 4
        self.assertEqual((one.holder, 6.0), lease.holder_of(context, 'test'))
        self.now += 7
        self.assertIsNone(lease.holder_of(context, 'test'))
