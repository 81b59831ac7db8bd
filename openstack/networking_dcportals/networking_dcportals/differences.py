"""What dcportald holds otherwise than Neutron's database says, found by digests so that equal classes cost one number each.

maintenance.py and the sync command call find(); repair.py takes what it returns. Nothing here changes anything. Objects that the journal is
about to deliver are no differences, and neither is what changed while we looked: what differs is looked at again.
"""
import dataclasses
import time

from oslo_log import log as logging

from networking_dcportals import digest
from networking_dcportals import inventory
from networking_dcportals import journal
from networking_dcportals import status
from networking_dcportals.client import RpcError

LOG = logging.getLogger(__name__)

MISSING = 'missing'      # Neutron has it, dcportald does not
EXTRA = 'extra'          # dcportald has it, Neutron does not
DIFFERENT = 'different'  # both have it
# Of a port's status:
NOT_WIRED = 'active_but_not_wired'
NOT_ACTIVE = 'wired_but_not_active'

STATUS = 'port_status'  # the class of ports that are wired, beside those of objects

# An event of a port may be on its way to Neutron, on a busy server for seconds: a status differs if it does at each of so many looks.
_STATUS_LOOKS = 5
_STATUS_SECONDS = 1


@dataclasses.dataclass
class Difference:
    kind: str       # network, subnet, port, router or port_status
    object_id: str
    problem: str
    found: dict = None       # of a DIFFERENT one, as dcportald has it
    fields: tuple = ()       # of a DIFFERENT one, the names of what differs

    def __str__(self):
        text = 'kind=%s id=%s problem=%s' % (self.kind, self.object_id, self.problem)
        return text + ' fields=' + ','.join(self.fields) if self.fields else text


@dataclasses.dataclass
class Comparison:
    differences: list        # Difference, networks first, port_status last
    ours: dict               # {kind: number of objects in Neutron}
    theirs: dict             # {kind: number of objects in dcportald}
    status_compared: bool    # False: dcportald does not know the status of some port yet

    @property
    def neutron_is_empty(self):
        """Neutron has nothing at all while dcportald has: right after everything was deleted, or a wrong or lost database."""
        return not any(self.ours[kind] for kind in digest.KINDS) and any(self.theirs[kind] for kind in digest.KINDS)


def find(context, client):
    """Compares all classes. Raises what the client and the database raise."""
    summary = client.call('digest.get')
    settled = summary[STATUS]['settled']
    differences, ours = [], {}
    for kind in digest.KINDS + ((STATUS,) if settled else ()):
        wanted = _wanted(context, kind)
        ours[kind] = len(wanted)
        if summary[kind]['count'] != len(wanted) or summary[kind]['digest'] != digest.of_class(wanted.values()):
            differences += _of_class(context, client, kind, wanted)
    return Comparison(differences, ours, {kind: summary[kind]['count'] for kind in summary}, settled)


def _wanted(context, kind):
    """{object id: digest} as Neutron has them; of STATUS, the ports that it knows to be wired."""
    if kind == STATUS:
        return {port_id: digest.of_object(STATUS, {'id': port_id})
                for port_id, port in status.bound_ports(context).items() if port.complete}
    return {params['id']: digest.of_object(kind, params) for params in inventory.read_all(context, kind)}


def _found(client, kind):
    return {item['id']: item['digest'] for item in client.call('digest.list', kind=kind)}


def _of_class(context, client, kind, wanted):
    first = _pairs(wanted, _found(client, kind))
    if not first:
        return []
    waiting = journal.waiting_ids(context, 'port' if kind == STATUS else kind)
    lasting = {object_id: pair for object_id, pair in first.items() if object_id not in waiting}
    for _ in range(_STATUS_LOOKS if kind == STATUS else 1):
        if not lasting:
            break
        if kind == STATUS:
            time.sleep(_STATUS_SECONDS)
        # What was changed, or delivered, between two readings differs otherwise now, or not at all.
        now = _pairs(_wanted(context, kind), _found(client, kind))
        lasting = {object_id: pair for object_id, pair in lasting.items() if pair == now.get(object_id)}
    described = (_describe(context, client, kind, object_id, *pair) for object_id, pair in sorted(lasting.items()))
    return [difference for difference in described if difference is not None]


def _pairs(wanted, found):
    return {object_id: (wanted.get(object_id), found.get(object_id))
            for object_id in wanted.keys() | found.keys() if wanted.get(object_id) != found.get(object_id)}


def _describe(context, client, kind, object_id, wanted, found):
    if kind == STATUS:
        return Difference(kind, object_id, NOT_ACTIVE if wanted is None else NOT_WIRED)
    if wanted is None:
        return Difference(kind, object_id, EXTRA)
    if found is None:
        return Difference(kind, object_id, MISSING)
    params = inventory.read(context, kind, object_id)
    try:
        held = client.call(kind + '.get', id=object_id)
    except RpcError as error:
        if error.reason != 'not_found':
            raise
        held = None
    if params is None or held is None:
        return None  # it is going away just now
    return Difference(kind, object_id, DIFFERENT, held, tuple(digest.differing_fields(kind, params, held)))
