"""Journals what Neutron's L3 service changes: routers, their ports, and the floating IPs that their gateway ports answer for.

These have no mechanism driver's hooks, but events of the callbacks registry within Neutron's transaction; of a router's new port there is
none, so the table is watched. The driver creates one Recorder when it is initialized.
"""

from neutron.db.models import l3 as l3_models
from neutron.services.portforwarding import constants as port_forwarding
from neutron_lib.callbacks import events
from neutron_lib.callbacks import registry
from neutron_lib.callbacks import resources
from neutron_lib.db import api as db_api
import sqlalchemy as sa

from networking_dcportals import journal


@registry.has_registry_receivers
class Recorder:
    @registry.receives(resources.ROUTER, [events.PRECOMMIT_CREATE, events.PRECOMMIT_UPDATE, events.PRECOMMIT_DELETE])
    def _router_changes(self, _resource, _event, _trigger, payload):
        journal.record(payload.context, 'router', payload.resource_id)

    @registry.receives(resources.FLOATING_IP, [events.PRECOMMIT_CREATE])
    def _floating_ip_is_created(self, _resource, _event, _trigger, payload):
        record_gateways(payload.context, {payload.desired_state.router_id})

    @registry.receives(resources.FLOATING_IP, [events.PRECOMMIT_UPDATE])
    def _floating_ip_changes(self, _resource, _event, _trigger, payload):
        record_gateways(payload.context, {payload.states[0]['router_id'], payload.desired_state.router_id})

    @registry.receives(resources.FLOATING_IP, [events.PRECOMMIT_DELETE])
    def _floating_ip_goes(self, _resource, _event, _trigger, payload):
        """Published when the floating IP's own port is deleted, with that port's id."""
        router_ids = payload.context.session.query(l3_models.FloatingIP.router_id).filter_by(floating_port_id=payload.resource_id)
        record_gateways(payload.context, {router_id for router_id, in router_ids})

    # A floating IP belongs to a router also by what it forwards; Neutron tells of that only after its transaction.
    @registry.receives(port_forwarding.PORT_FORWARDING, [events.AFTER_CREATE, events.AFTER_DELETE])
    def _port_forwarding_changes(self, _resource, _event, _trigger, payload):
        with db_api.CONTEXT_WRITER.using(payload.context):
            record_gateways(payload.context, {payload.states[0].router_id})


# Neutron adds a router's port in a transaction that it tells nobody of: so the row itself is watched. (Of its removal the driver hears in
# delete_port_precommit.)
@sa.event.listens_for(l3_models.RouterPort, 'after_insert')
def _router_has_a_new_port(_mapper, connection, link):
    journal.record_beside(connection, 'router', link.router_id)


def record_gateways(context, router_ids):
    """Notes the gateway ports of the routers (None among them is none), in the caller's transaction."""
    router = l3_models.Router
    ids = [router_id for router_id in router_ids if router_id]
    for port_id, in context.session.query(router.gw_port_id).filter(router.id.in_(ids), router.gw_port_id.isnot(None)):
        journal.record(context, 'port', port_id)
