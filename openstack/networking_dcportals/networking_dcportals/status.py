"""Port status: a port is ACTIVE exactly when dcportald says that it is wired at the host to which Neutron has bound it.

Called by follow.py (events), deliver.py (apply_known: a port may have been wired before it was bound) and maintenance.py (comparison).
Level-triggered: what it is told is the present state, and telling it twice does nothing. Ports are compared with one query, and only those
that must change cost a transaction. Ports that are unbound, or bound by another mechanism driver, are left alone. Not to be called in a
transaction: Neutron refuses that.
"""
from neutron.db.models import provisioning_block as block_models
from neutron.db import models_v2
from neutron.db import provisioning_blocks
from neutron.plugins.ml2 import models as ml2_models
from neutron_lib.api.definitions import portbindings
from neutron_lib.callbacks import resources
from neutron_lib import constants
from neutron_lib import context as n_context
from neutron_lib.db import api as db_api
from neutron_lib.plugins import directory
from oslo_log import log as logging
from sqlalchemy import orm

from networking_dcportals.client import RpcError

LOG = logging.getLogger(__name__)

DRIVER = 'dcportals'
L2 = provisioning_blocks.L2_AGENT_ENTITY
_CHUNK = 500
# A port may be bound elsewhere between our look and our deed; looking again then finds it. More often is somebody else's next event.
_LOOKS = 3


class PortStatus:
    """What decides about a port's status, as of one query."""

    def __init__(self, port_id, host, admin_state_up, status):
        self.port_id, self.host, self.admin_state_up, self.status = port_id, host, admin_state_up, status
        self.blocks = set()

    @property
    def complete(self):
        """Whether Neutron knows already that the port is wired: ACTIVE, or kept DOWN by others alone (the DHCP agent)."""
        return self.status == constants.PORT_STATUS_ACTIVE or (self.admin_state_up and bool(self.blocks) and L2 not in self.blocks)

    def action(self, hosts):
        """What must happen to a port that is wired at these hosts: 'up', 'down' or None."""
        if self.admin_state_up and self.host in hosts:
            return None if self.complete else 'up'
        # Without a block of ours, the end of another's (the DHCP agent's) would make the port ACTIVE.
        return 'down' if self.status == constants.PORT_STATUS_ACTIVE or L2 not in self.blocks else None


@db_api.retry_if_session_inactive()
@db_api.CONTEXT_READER
def bound_ports(context, port_ids=None):
    """The ports that this driver has bound, all or those of some ids, as {port id: PortStatus}."""
    found = {}
    if port_ids is None:
        chunks = [None]
    else:
        port_ids = list(port_ids)
        chunks = [port_ids[at:at + _CHUNK] for at in range(0, len(port_ids), _CHUNK)]
    binding, level = orm.aliased(ml2_models.PortBinding), orm.aliased(ml2_models.PortBindingLevel)
    for chunk in chunks:
        query = context.session.query(
            models_v2.Port.id, binding.host, models_v2.Port.admin_state_up, models_v2.Port.status,
            block_models.ProvisioningBlock.entity
        ).join(
            binding, binding.port_id == models_v2.Port.id
        ).join(
            level, (level.port_id == binding.port_id) & (level.host == binding.host)
        ).outerjoin(
            block_models.ProvisioningBlock, block_models.ProvisioningBlock.standard_attr_id == models_v2.Port.standard_attr_id
        ).filter(
            binding.status == constants.ACTIVE, binding.vif_type == portbindings.VIF_TYPE_OVS, binding.host != '',
            level.level == 0, level.driver == DRIVER)
        if chunk is not None:
            query = query.filter(models_v2.Port.id.in_(chunk))
        for port_id, host, admin_state_up, status, entity in query:
            port = found.setdefault(port_id, PortStatus(port_id, host, admin_state_up, status))
            if entity is not None:
                port.blocks.add(entity)
    return found


def wired_hosts(client, port_id):
    """The names of the hosts at which dcportald says that a port is wired now; none if it does not know the port."""
    try:
        return client.call('port.get', id=port_id)['computed']['wired_hosts']
    except RpcError as error:
        if error.reason != 'not_found':
            raise
        return []


def apply(context, port_id, hosts):
    """Makes one port's status agree with the hosts where it is wired."""
    apply_all(context, {port_id: hosts})


def apply_known(context, port_id, hosts):
    """Makes a port ACTIVE if it is wired where it is bound. `hosts` may lack some that are not known yet, so it makes no port DOWN."""
    port = bound_ports(context, [port_id]).get(port_id)
    if port and port.host in hosts:
        apply(context, port_id, hosts)


def apply_all(context, hosts_by_port, ask=None):
    """Makes the status of ports agree with the hosts where each is wired, {port id: [host names]}. Returns the ids of those that
    could not be changed; why is in the log.

    ask(port_id) returns the hosts as of now. It is for callers whose hosts may be older than what others have applied: no port goes DOWN
    for that.
    """
    failed = set()
    remaining = hosts_by_port
    for _ in range(_LOOKS):
        changed = {}
        for port_id, port in bound_ports(context, remaining).items():
            hosts = remaining[port_id]
            if ask and port.action(hosts) == 'down':
                hosts = ask(port_id)
            action = port.action(hosts)
            if action is None:
                continue
            try:
                _complete(port) if action == 'up' else _block(port)
                changed[port_id] = hosts
            except Exception:
                LOG.exception('port=%s event=status_not_changed action=%s', port_id, action)
                failed.add(port_id)
        if not changed:
            break
        remaining = changed
    return failed


def _complete(port):
    LOG.info('port=%s host=%s event=wired', port.port_id, port.host)
    # A context of its own: Neutron's callbacks must not see rows that this session has read before.
    provisioning_blocks.provisioning_complete(n_context.get_admin_context(), port.port_id, resources.PORT, L2)


def _block(port):
    LOG.info('port=%s host=%s event=not_wired', port.port_id, port.host)
    context = n_context.get_admin_context()
    provisioning_blocks.add_provisioning_component(context, port.port_id, resources.PORT, L2)
    directory.get_plugin().update_port_status(context, port.port_id, constants.PORT_STATUS_DOWN)
