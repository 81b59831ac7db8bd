"""A lease: one holder among all processes of all Neutron servers, which delivers, follows and maintains (worker.py) until it dies.

A row of dcportals_leases names the holder and when it expires by the database's clock, so the servers' clocks do not matter. It changes
hands by one conditional UPDATE. held() asks no database: it answers from the process's own monotonic clock, counted from before the last
renewal was sent, so a holder that is late knows it before another can have begun. Methods may be called from several threads.
"""
import datetime
import os
import socket
import time
import uuid

from neutron_lib import context as n_context
from neutron_lib.db import api as db_api
from oslo_db import exception as db_exc
from oslo_log import log as logging
import sqlalchemy as sa

from networking_dcportals.db import models

LOG = logging.getLogger(__name__)

# Of the time for which a lease is good, the holder counts on this share only; the rest is for a delivery that is under way.
_COUNTED_ON = 0.8


class Lease:
    """One contender for the lease of this name; seconds: for how long it is good without a renewal."""

    def __init__(self, name, seconds, clock=time.monotonic):
        self.name = name
        self.seconds = seconds
        self.holder = '%s:%d:%s' % (socket.gethostname()[:200], os.getpid(), uuid.uuid4().hex[:8])
        self._clock = clock
        self._good_until = None

    def held(self):
        """Whether the holder may go on. False also when the last renewal is too long ago for another not to have begun."""
        good_until = self._good_until
        return good_until is not None and self._clock() < good_until

    def acquire(self):
        """Takes the lease, or renews it. Returns whether it is held now; raises what the database raises."""
        asked_at = self._clock()
        context = n_context.get_admin_context()
        try:
            with db_api.CONTEXT_WRITER.using(context):
                got = self._swap(context.session) or (not self._exists(context.session) and self._insert(context.session))
        except (db_exc.DBDuplicateEntry, db_exc.DBDeadlock):  # MariaDB's answers to two that insert at once
            if self.held():
                raise
            got = False
        had = self._good_until is not None
        self._good_until = asked_at + self.seconds * _COUNTED_ON if got else None
        if had != got:
            LOG.info('lease=%s holder=%s event=%s', self.name, self.holder, 'acquired' if got else 'lost')
        return got

    def release(self):
        """Lets another take it at once. No error if it is not held."""
        self._good_until = None
        context = n_context.get_admin_context()
        with db_api.CONTEXT_WRITER.using(context):
            context.session.execute(sa.delete(models.Lease).where(models.Lease.name == self.name, models.Lease.holder == self.holder))

    def _swap(self, session):
        now = database_time(session)
        changed = session.execute(
            sa.update(models.Lease).where(
                models.Lease.name == self.name, sa.or_(models.Lease.holder == self.holder, models.Lease.expires_at < now)
            ).values(holder=self.holder, expires_at=now + datetime.timedelta(seconds=self.seconds)),
            execution_options={'synchronize_session': False})
        return changed.rowcount == 1

    def _exists(self, session):
        return session.execute(sa.select(models.Lease.holder).where(models.Lease.name == self.name)).first() is not None

    def _insert(self, session):
        expires_at = database_time(session) + datetime.timedelta(seconds=self.seconds)
        session.execute(sa.insert(models.Lease).values(name=self.name, holder=self.holder, expires_at=expires_at))
        return True


def holder_of(context, name):
    """Who holds the lease and for how many seconds yet, as (holder, seconds), or None if nobody does."""
    with db_api.CONTEXT_READER.using(context):
        row = context.session.execute(sa.select(models.Lease.holder, models.Lease.expires_at).where(models.Lease.name == name)).first()
        remaining = (row.expires_at - database_time(context.session)).total_seconds() if row else 0
    return (row.holder, remaining) if remaining > 0 else None


def database_time(session):
    """The database's clock: UTC, with microseconds where it has them."""
    dialect = session.get_bind().dialect.name
    if dialect == 'sqlite':
        text = session.execute(sa.text("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')")).scalar()
        return datetime.datetime.strptime(text, '%Y-%m-%d %H:%M:%S.%f')
    if dialect == 'postgresql':
        return session.execute(sa.text("SELECT timezone('utc', clock_timestamp())")).scalar()
    return session.execute(sa.text('SELECT UTC_TIMESTAMP(6)')).scalar()
