"""Compares all that Neutron and dcportald know, repairs what differs, and logs it. worker.py calls step() from time to time.

That is at each start of following (the worker's, or a new life of dcportald, which may have lost its store) and every
maintenance_interval. Nothing differs normally: the journal delivers every change.
"""
from oslo_log import log as logging

from networking_dcportals import differences
from networking_dcportals import hosts
from networking_dcportals import journal
from networking_dcportals import repair

LOG = logging.getLogger(__name__)


class Maintenance:
    def __init__(self, client, lock, go_on):
        """lock: keeps the deliverer from sending while a batch of repairs is read and sent, and the follower from noting a host between
        the question for hosts and what follows from the answer; go_on: whether to go on repairing."""
        self._client = client
        self._lock = lock
        self._go_on = go_on

    def step(self, context):
        """One comparison with repairs. Returns the differences that are left, as repair.Repair.run() does."""
        with self._lock:
            hosts.forget_others(context, [host['name'] for host in self._client.call('host.list')])
        comparison = differences.find(context, self._client)
        forget_settled_failures(context, comparison)
        LOG.info('event=compared differences=%d status=%s %s', len(comparison.differences),
                 'compared' if comparison.status_compared else 'unknown_yet',
                 ' '.join('%s=%d' % item for item in comparison.ours.items()))
        if not comparison.differences:
            return []
        if comparison.neutron_is_empty:
            LOG.error('event=neutron_is_empty text="Neutron has no network, port or router and dcportald has; all of it is deleted there '
                      'now. If Neutron\'s database is the wrong one, stop neutron-server" %s',
                      ' '.join('%s=%d' % item for item in comparison.theirs.items()))
        _, left = repair.Repair(self._client, self._lock, self._go_on).run(context, comparison.differences)
        return left


def forget_settled_failures(context, comparison):
    """Failed journal rows of objects that do not differ (any more) are about nothing."""
    differing = {(difference.kind, difference.object_id) for difference in comparison.differences}
    for row in journal.failed(context):
        if (row.kind, row.object_id) not in differing:
            journal.forget_failed(context, row.kind, row.object_id)
