"""neutron-dcportals-sync: compares Neutron's database with dcportald and, if asked to, repairs dcportald. For people.

The worker of a running Neutron does the same by itself (maintenance.py); this shows what it would find, and works without it too. In the
mode log it reads both sides and writes nothing. In the mode repair it takes the worker's lease if that is free, delivers the journal, and
repairs; else it repairs beside the worker, where revision numbers keep an old state from replacing a newer one.
"""
import argparse
import contextlib
import logging as python_logging
import os
import sys
import time

from neutron.common import config as neutron_config
from neutron_lib import context as n_context
from oslo_config import cfg
from oslo_log import log as logging
from oslo_utils import timeutils

from networking_dcportals import client as dcportald
from networking_dcportals.cmd import report as reporting
from networking_dcportals import config
from networking_dcportals import deliver
from networking_dcportals import differences
from networking_dcportals import journal
from networking_dcportals import lease
from networking_dcportals import maintenance
from networking_dcportals import repair
from networking_dcportals import status
from networking_dcportals import worker

LOG = logging.getLogger(__name__)

_LOOK_SECONDS = 0.2
_LEASE_SECONDS = 60

IN_SYNC, NOT_IN_SYNC, NOT_COMPARED = 0, 1, 2
CONFIG_FILES = ('/etc/neutron/neutron.conf', '/etc/neutron/plugins/ml2/ml2_conf.ini')

EXAMPLES = """examples:
  neutron-dcportals-sync                       show what dcportald has otherwise than Neutron
  neutron-dcportals-sync --mode repair         make dcportald have what Neutron has
  neutron-dcportals-sync --json | jq -r '.differences[] | "\\(.kind) \\(.id)"'
  neutron-dcportals-sync --config-file /etc/neutron/neutron.conf --config-file /etc/neutron/plugins/ml2/ml2_conf.ini

exit code: 0 in sync; 1 there are differences (repair: left), failed journal entries, or changes that nobody delivers; 2 it could not
compare.
Further options are Neutron's own, such as --debug or --log-file.
"""


def parse(argv):
    parser = argparse.ArgumentParser(prog='neutron-dcportals-sync', epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     description='Compares Neutron with dcportald, and repairs dcportald.')
    parser.add_argument('--mode', choices=('log', 'repair'), default='log', help='log: change nothing (default); repair: Neutron is right')
    parser.add_argument('--json', action='store_true', help='print JSON instead of tables')
    parser.add_argument('--wait', type=float, default=10.0, metavar='SECONDS',
                        help='how long changes that are in the journal already may take to be delivered before the comparison (default 10)')
    parser.add_argument('--allow-empty', action='store_true', help='repair also if Neutron has nothing at all: delete everything')
    parser.add_argument('--config-file', action='append', metavar='FILE',
                        help='Neutron\'s configuration, may be repeated (default: %s)' % ', '.join(CONFIG_FILES))
    return parser.parse_known_args(argv)


def main(argv=None):
    options, rest = parse(sys.argv[1:] if argv is None else argv)
    try:
        conf = _set_up(options, rest)
        result = run(conf, dcportald.Client(conf), options.mode, options.wait, options.allow_empty)
    except Exception as error:
        LOG.debug('event=not_compared', exc_info=True)
        print('neutron-dcportals-sync: %s: %s' % (type(error).__name__, error), file=sys.stderr)
        return NOT_COMPARED
    print(reporting.as_json(result) if options.json else reporting.as_text(result))
    return IN_SYNC if result['in_sync'] else NOT_IN_SYNC


def _set_up(options, rest):
    files = options.config_file or [name for name in CONFIG_FILES if os.path.exists(name)]
    neutron_config.register_common_config_options()
    neutron_config.init(rest, default_config_files=files)
    logging.setup(cfg.CONF, 'neutron')
    if not (cfg.CONF.debug or cfg.CONF.log_file or cfg.CONF.log_dir):
        for handler in python_logging.getLogger().handlers:
            handler.setLevel(python_logging.CRITICAL)  # what was repaired, and what not, is in the report
    neutron_config.set_config_defaults()
    if options.mode == 'repair':
        _load_plugins()  # they carry the consequences of a port's status
    return config.register()


def _load_plugins():
    from neutron import manager
    manager.init()


def run(conf, client, mode, wait, allow_empty=False):
    """Compares, in the mode repair after repairing. Returns the report as a dictionary; raises what client and database raise."""
    context = n_context.get_admin_context()
    holder = lease.holder_of(context, worker.LEASE)
    last_seq = journal.last_seq(context)
    repaired, refused = [], []
    if mode == 'repair':
        repaired, refused = _repair(context, conf, client, last_seq, wait, allow_empty)
    elif holder:
        _await_delivery(context, last_seq, wait)
    comparison = differences.find(context, client)
    if mode == 'repair' and _only_status(comparison):
        # A port that was repaired had no status to compare before.
        repaired += repair.Repair(client, contextlib.nullcontext()).run(context, comparison.differences)[0]
        comparison = differences.find(context, client)
    waiting = journal.count_waiting(context, last_seq)
    failed = journal.failed(context)
    errors = {(difference.kind, difference.object_id): error for difference, error in refused}
    return {
        'mode': mode,
        'in_sync': not (comparison.differences or failed or waiting),
        'repaired': [_difference(difference) for difference in repaired],
        'differences': [_difference(difference, errors.get((difference.kind, difference.object_id)))
                        for difference in comparison.differences],
        'failed': [{'kind': row.kind, 'id': row.object_id, 'attempts': row.attempts, 'error': row.last_error,
                    'since': row.created_at.isoformat(timespec='seconds')} for row in failed],
        'waiting': waiting,
        'worker': holder[0] if holder else None,
        'objects': comparison.ours,
        'port_status_compared': comparison.status_compared,
    }


def _only_status(comparison):
    return comparison.differences and all(difference.kind == differences.STATUS for difference in comparison.differences)


def _await_delivery(context, last_seq, wait):
    """Until the worker has delivered what was in the journal when this run began."""
    until = time.monotonic() + wait
    while journal.count_waiting(context, last_seq) and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)


def _repair(context, conf, client, last_seq, wait, allow_empty):
    own = lease.Lease(worker.LEASE, _LEASE_SECONDS)
    alone = own.acquire()
    try:
        if alone:
            _deliver(context, conf, client, own, wait)
        else:
            _await_delivery(context, last_seq, wait)
        comparison = differences.find(context, client)
        if comparison.neutron_is_empty and not allow_empty:
            raise RuntimeError('Neutron has no network, port or router, and dcportald has: is this the right database? With --allow-empty '
                               'all of it is deleted')
        maintenance.forget_settled_failures(context, comparison)
        return repair.Repair(client, contextlib.nullcontext(), own.acquire if alone else lambda: True).run(context, comparison.differences)
    finally:
        if alone:
            own.release()


def _deliver(context, conf, client, own, wait):
    deliverer = deliver.Deliverer(conf, client, status.apply_known)
    until = time.monotonic() + wait
    while time.monotonic() < until and own.acquire():
        seconds = deliverer.step(context)
        if seconds:
            if not journal.count(context)['pending']:
                return
            time.sleep(min(seconds, _LOOK_SECONDS))


def _difference(difference, error=None):
    described = {'kind': difference.kind, 'id': difference.object_id, 'problem': difference.problem, 'fields': list(difference.fields)}
    return {**described, 'error': '%s: %s' % (error.reason, error.message)} if error else described
