"""Sends what the journal names to dcportald, oldest first. worker.py calls step() for ever, in the one process that holds the lease.

Sent is the object's present state: put if it exists, else delete. An object that dcportald refuses waits on its own, with growing pauses,
and holds up no other; a connection that is lost holds up all, because order is all that there is to keep then.
"""

from neutron_lib.db import api as db_api
from oslo_log import log as logging

from networking_dcportals.client import ConnectionLost
from networking_dcportals.client import RpcError
from networking_dcportals.db.models import PENDING
from networking_dcportals import inventory
from networking_dcportals import journal
from networking_dcportals import remedy

LOG = logging.getLogger(__name__)

# Errors that go away: the daemon's own troubles, and objects that other rows of the journal are about to put, change or delete.
PASSING = frozenset(('busy', 'timeout', 'exhausted', 'internal', 'in_use', 'not_found', 'conflict', 'stale'))

# What a row of the wrong shape raises when it is translated.
MALFORMED = (ValueError, TypeError, KeyError, AttributeError)


class Deliverer:
    def __init__(self, conf, client, port_wired):
        """port_wired(context, port_id, hosts) is told, after each port, at which hosts it is wired (status.apply)."""
        self._conf = conf
        self._client = client
        self._port_wired = port_wired
        self._lost = 0  # attempts since the connection was lost

    def step(self, context):
        """Delivers one object. Returns the seconds until the next call makes sense: 0 if more may be due.

        Database errors are the caller's to log and to wait after.
        """
        row = journal.next_due(context)
        if row is None:
            return self._conf.journal_interval
        try:
            self._deliver(context, row)
        except ConnectionLost as error:
            return self._pause(error)
        if self._lost:
            LOG.info('event=connection_back attempts=%d', self._lost)
            self._lost = 0
        return 0

    def _pause(self, error):
        seconds = self._back_off(self._lost)
        log = LOG.debug if self._lost else LOG.warning
        log('event=connection_lost again_in=%.1f text="%s"', seconds, error)
        self._lost += 1
        return seconds

    def _back_off(self, attempts):
        return min(self._conf.retry_max, self._conf.retry_min * 2 ** min(attempts, 30))

    def _deliver(self, context, row):
        try:
            rows, params = self._present_state(context, row)
            if not rows:
                return
            if params is None and self._is_deleted_later(row, rows):
                journal.complete(context, [row.seq])
                return
            self._send(context, row, params)
        except RpcError as error:
            self._refused(context, row, error.reason in PASSING, f'{error.reason}: {error.message}')
            return
        except MALFORMED as error:
            LOG.exception('kind=%s id=%s event=not_translated', row.kind, row.object_id)
            self._refused(context, row, False, repr(error))
            return
        journal.complete(context, [seq for seq, _state in rows])
        LOG.debug('kind=%s id=%s event=delivered rows=%s', row.kind, row.object_id, rows)

    @staticmethod
    def _present_state(context, row):
        """The object's rows and parameters, of one moment: a change that is not in the parameters has a row that is not among these."""
        with db_api.CONTEXT_READER.using(context):
            return journal.rows_of(context, row.kind, row.object_id), inventory.read(context, row.kind, row.object_id)

    @staticmethod
    def _is_deleted_later(row, rows):
        """An object that is gone is deleted when its last row comes, behind the rows of what had to go before it.

        Not so routers: nothing must go before them, and they must go before their ports.
        """
        return row.kind != 'router' and any(seq > row.seq and state == PENDING for seq, state in rows)

    def _send(self, context, row, params):
        if params is None:
            self._client.call(f'{row.kind}.delete', id=row.object_id)
            return
        try:
            self._client.call(f'{row.kind}.put', **params)
        except RpcError as error:
            if error.reason != 'stale':  # which says that dcportald has a newer state already
                self._send_with_others(context, row, params, error)
        if row.kind == 'port' and params['binding_host_id']:
            self._report_wired(context, row.object_id)
        if row.kind == 'network' and params['physical_network']:
            self._warn_of_fault(row.object_id)

    def _send_with_others(self, context, row, params, error):
        operations = remedy.operations(context, self._client, row.kind, params, error)
        if not operations:
            raise error
        self._client.call('topology.apply', operations=operations)

    def _report_wired(self, context, port_id):
        """A port may be wired before it is bound or put, and then no event follows."""
        hosts = self._client.call('port.get', id=port_id)['computed']['wired_hosts']
        self._port_wired(context, port_id, hosts)

    def _warn_of_fault(self, network_id):
        """A physical network that only Neutron's configuration knows: dcportald takes it, and the network ends at its ports."""
        if fault := self._client.call('network.get', id=network_id)['computed'].get('fault'):
            LOG.warning('network=%s event=goes_nowhere text="%s"', network_id, fault)

    def _refused(self, context, row, passing, error):
        if passing and row.attempts + 1 < self._conf.max_attempts:
            seconds = self._back_off(row.attempts)
            LOG.info('kind=%s id=%s event=postponed again_in=%.1f text="%s"', row.kind, row.object_id, seconds, error)
            journal.postpone(context, row, error, seconds)
        else:
            LOG.error('kind=%s id=%s event=failed text="%s"; dcportald does not have it as Neutron does', row.kind, row.object_id, error)
            journal.fail(context, row, error)
