"""Makes dcportald hold what Neutron's database says, object by object that differences.find() named.

maintenance.py calls it under the lease, with the lock that keeps the deliverer from sending meanwhile; the sync command without either.
Each object is read again right before it is sent, so that neither an old state is sent nor what has come into being is deleted. Batches go
as one topology.apply; an object that dcportald refuses is taken out of its batch and does not hold up the others.
"""
import re

from oslo_log import log as logging

from networking_dcportals import digest
from networking_dcportals import differences as diff
from networking_dcportals import inventory
from networking_dcportals import journal
from networking_dcportals import status
from networking_dcportals.client import RpcError

LOG = logging.getLogger(__name__)

_BATCH = 100
# An object may be refused only because of another that is repaired after it: an extra subnet overlaps a new one, or a port holds its
# address.
_PASSES = 3
_PASSING = ('conflict', 'not_found', 'in_use')
_PLACE = re.compile(r'operations\[(\d+)\]')

# What nothing may refer to any more goes first, then what is wanted, then what extra objects kept alive.
_PHASES = ((True, 'router'), (True, 'port'), (False, 'network'), (False, 'subnet'), (False, 'port'), (False, 'router'),
           (True, 'subnet'), (True, 'network'))


class Repair:
    def __init__(self, client, lock, go_on=lambda: True):
        """lock: a context manager held while a batch is read and sent; go_on: whether to start another batch."""
        self._client = client
        self._lock = lock
        self._go_on = go_on
        self._done = []
        self._refused = {}

    def run(self, context, found):
        """Repairs a Comparison's differences. Returns (those repaired, [(difference, RpcError) of those refused])."""
        remaining = [difference for difference in found if difference.kind != diff.STATUS]
        for _ in range(_PASSES):
            self._refused = {}
            before = len(self._done)
            for phase in _PHASES:
                self._run_phase(context, [d for d in remaining if (d.problem == diff.EXTRA, d.kind) == phase])
            remaining = [difference for difference, error in self._refused.values() if error.reason in _PASSING]
            if not remaining or len(self._done) == before:
                break
        for difference, error in self._refused.values():
            LOG.error('event=repair_refused %s reason=%s text="%s"', difference, error.reason, error.message)
        # Of a port that dcportald did not know as it is, the follower will hear.
        objects = {difference.object_id for difference in found if difference.kind == 'port'}
        self._repair_status(context, [difference for difference in found
                                      if difference.kind == diff.STATUS and difference.object_id not in objects])
        return self._done, list(self._refused.values())

    def _run_phase(self, context, phase):
        for at in range(0, len(phase), _BATCH):
            if not self._go_on():
                return
            with self._lock:
                self._run_batch(context, phase[at:at + _BATCH])

    def _run_batch(self, context, batch):
        waiting = journal.waiting_ids(context, batch[0].kind)
        steps = []
        for difference in batch:
            # What the journal has of it by now is the deliverer's.
            operations = [] if difference.object_id in waiting else self._operations(context, difference)
            if operations:
                steps.append((difference, operations))
        for difference, _ in self._apply(context, steps):
            LOG.warning('event=repaired %s', difference)
            self._done.append(difference)
            journal.forget_failed(context, difference.kind, difference.object_id)

    @staticmethod
    def _operations(context, difference):
        """What repairs it now, [] if nothing is to be done any more."""
        kind, object_id = difference.kind, difference.object_id
        params = inventory.read(context, kind, object_id)
        if difference.problem == diff.EXTRA:
            return [] if params is not None else [_operation(kind, 'delete', {'id': object_id})]
        if params is None:
            return []
        put = _operation(kind, 'put', params)
        if 'network_id' in difference.fields:
            return [_operation(kind, 'delete', {'id': object_id}), put]
        if 'fixed_ips' in difference.fields:
            # Addresses may have gone round among ports: each first gives away what it has no longer. See _apply.
            held = {ip['ip_address'] for ip in difference.found['fixed_ips']}
            kept = [ip for ip in params['fixed_ips'] if ip['ip_address'] in held]
            return [_operation(kind, 'put', dict(params, fixed_ips=kept)), put]
        return [put]

    def _apply(self, context, steps):
        """Sends steps as one transaction, without those that are refused. Returns those that are done."""
        while steps:
            # First of each step its preparation, so that no port waits for another of the same batch.
            ordered = sorted(((len(operations) - at, number, operation) for number, (_, operations) in enumerate(steps)
                              for at, operation in enumerate(operations)), key=lambda entry: (-entry[0], entry[1]))
            try:
                self._client.call('topology.apply', operations=[operation for _, _, operation in ordered])
                break
            except RpcError as error:
                place = _PLACE.match(error.field or '')
                if place is None:
                    raise
                number = ordered[int(place.group(1))][1]
                difference, operations = steps[number]
                if error.reason == 'stale' and any('revision_number' in operation['params'] for operation in operations):
                    # dcportald has seen a later revision than Neutron has, and yet not this state.
                    for operation in operations:
                        operation['params'].pop('revision_number', None)
                else:
                    self._refused[difference.kind, difference.object_id] = (difference, error)
                    del steps[number]
        return steps

    def _repair_status(self, context, differing):
        if not differing or not self._go_on():
            return
        with self._lock:
            states = self._client.call('events.get', timeout_seconds=0)['events']
            port_ids = {difference.object_id for difference in differing}
            hosts = {event['port_id']: event['hosts'] for event in states if event['kind'] == 'port' and event['port_id'] in port_ids}
            before = status.bound_ports(context, hosts)
            failed = status.apply_all(context, hosts)
        for difference in differing:
            port = before.get(difference.object_id)
            if port and port.port_id not in failed and port.action(hosts[port.port_id]):
                LOG.warning('event=repaired %s wired_at=%s', difference, ','.join(hosts[port.port_id]))
                self._done.append(difference)


def _operation(kind, verb, params):
    return {'method': '%s.%s' % (kind, verb), 'params': dict(params)}
