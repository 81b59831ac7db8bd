"""The ML2 mechanism driver `dcportals` (named in mechanism_drivers). It notes changes, binds ports, and never talks to dcportald.

What Neutron changes is noted in the journal within Neutron's own transaction (the precommit hooks); the worker delivers it. So an API call
waits for nothing of ours, and what was rolled back is not sent. There is nothing to do after the commit, so there are no postcommit hooks.

initialize() opens no socket and starts no thread: it runs before API workers are forked, and under uwsgi in each of them.
"""

from neutron.db.models import l3 as l3_models
from neutron.db.models import port_forwarding  # noqa: F401  so that it is mapped too
from neutron.db import provisioning_blocks
from neutron_lib.api.definitions import allowedaddresspairs
from neutron_lib.api.definitions import portbindings
from neutron_lib.api.definitions import vlantransparent
from neutron_lib.callbacks import resources
from neutron_lib import constants
from neutron_lib import exceptions
from neutron_lib.plugins.ml2 import api
from oslo_log import log as logging
from sqlalchemy import orm

from networking_dcportals import config
from networking_dcportals import hosts
from networking_dcportals import journal
from networking_dcportals import l3
from networking_dcportals import translate
from networking_dcportals import worker

LOG = logging.getLogger(__name__)

NAME = 'dcportals'

# Of a port, what dcportald is told and an update can change.
TOLD = ('name', 'mac_address', 'fixed_ips', allowedaddresspairs.ADDRESS_PAIRS, 'port_security_enabled', 'admin_state_up', 'device_owner',
        'device_id', portbindings.HOST_ID)


class DcportalsMechanismDriver(api.MechanismDriver):
    def initialize(self):
        # Neutron's list of ports names a column (Port.port_forwardings) that exists only once the models have been mapped, which else
        # the first query of a process does. Other type drivers than those of our networks query when they start. Without this, an API
        # worker would answer each list of ports with 500 until it has been asked for something else.
        orm.configure_mappers()
        self._conf = config.register()
        self._l3 = l3.Recorder()
        self._worker = worker.DcportalsWorker(self._conf)
        worker.start_in_rpc_workers(self._worker)

    def get_workers(self):
        return [self._worker]

    @property
    def connectivity(self):
        return portbindings.CONNECTIVITY_L2

    @property
    def supported_vnic_types(self):
        return [portbindings.VNIC_NORMAL]

    def supported_extensions(self, extensions):
        return set(extensions) - {vlantransparent.ALIAS}

    def check_vlan_transparency(self, _context):
        """A VM's VLAN tags are not carried."""
        return False

    # Networks and subnets

    def create_network_precommit(self, context):
        _record(context, 'network')

    update_network_precommit = delete_network_precommit = create_network_precommit

    def create_subnet_precommit(self, context):
        _record(context, 'subnet')

    update_subnet_precommit = delete_subnet_precommit = create_subnet_precommit

    # Ports

    def create_port_precommit(self, context):
        _refuse_wide_pairs(context.current)
        _record(context, 'port')

    def update_port_precommit(self, context):
        if _differ(context, (allowedaddresspairs.ADDRESS_PAIRS,)):
            _refuse_wide_pairs(context.current)
        if _differ(context, TOLD):
            _record(context, 'port')
        if _becomes_ours(context):
            # ACTIVE means wired: that is known later, from dcportald (status.py).
            provisioning_blocks.add_provisioning_component(context._plugin_context, context.current['id'], resources.PORT,
                                                           provisioning_blocks.L2_AGENT_ENTITY)

    def delete_port_precommit(self, context):
        # The router before its port: dcportald deletes no port that a router lists.
        plugin_context, port_id = context._plugin_context, context.current['id']
        link = l3_models.RouterPort
        for router_id, in plugin_context.session.query(link.router_id).filter_by(port_id=port_id):
            journal.record(plugin_context, 'router', router_id)
        _record(context, 'port')

    # Binding

    def bind_port(self, context):
        port = context.current
        if port[portbindings.VNIC_TYPE] not in self.supported_vnic_types:
            LOG.debug('port=%s event=not_bound vnic_type=%s', port['id'], port[portbindings.VNIC_TYPE])
            return
        if port['device_owner'] == constants.DEVICE_OWNER_DVR_INTERFACE:
            LOG.error('port=%s event=not_bound text="distributed routers are not supported"', port['id'])
            return
        segment = next((s for s in context.segments_to_bind if s[api.NETWORK_TYPE] in translate.NETWORK_TYPES), None)
        if segment is None:
            LOG.debug('port=%s event=not_bound text="no segment of a type among %s"', port['id'], translate.NETWORK_TYPES)
            return
        if not hosts.is_live(context._plugin_context, context.host):
            LOG.warning('port=%s host=%s event=not_bound text="dcportald sees no live switch of this host"', port['id'], context.host)
            return
        context.set_binding(segment[api.ID], portbindings.VIF_TYPE_OVS, self._vif_details())

    def _vif_details(self):
        return {
            portbindings.CAP_PORT_FILTER: False,  # security groups are nobody's yet; that a port uses its own addresses is dcportald's
            portbindings.OVS_HYBRID_PLUG: False,
            portbindings.VIF_DETAILS_BRIDGE_NAME: self._conf.integration_bridge,
            portbindings.VIF_DETAILS_CONNECTIVITY: self.connectivity,
        }

    def filter_hosts_with_segment_access(self, context, segments, candidate_hosts, _agent_getter):
        """The candidates that have a live switch: each of them reaches each network of ours."""
        if not any(segment[api.NETWORK_TYPE] in translate.NETWORK_TYPES for segment in segments):
            return set()
        return set(candidate_hosts) & hosts.live_hosts(context)


def _record(context, kind):
    journal.record(context._plugin_context, kind, context.current['id'])


def _differ(context, fields):
    return any(context.original.get(field) != context.current.get(field) for field in fields)


def _becomes_ours(context):
    """Whether this update binds the port to a host by this driver: a binding's result is committed, or another binding is activated."""
    return (_is_bound_by_us(context.binding_levels) and context.current['status'] != constants.PORT_STATUS_ACTIVE and
            context.current['device_owner'] != constants.DEVICE_OWNER_DVR_INTERFACE and
            not (_is_bound_by_us(context.original_binding_levels) and context.original_host == context.host))


def _is_bound_by_us(levels):
    return bool(levels) and levels[-1][api.BOUND_DRIVER] == NAME


def _refuse_wide_pairs(port):
    for i, pair in enumerate(port.get(allowedaddresspairs.ADDRESS_PAIRS) or []):
        if not translate.is_single_address(pair['ip_address']):
            raise exceptions.BadRequest(resource='port', msg=(
                f'allowed_address_pairs[{i}].ip_address: {pair["ip_address"]} is more than one address; '
                'dcportals carries single ones only'))
