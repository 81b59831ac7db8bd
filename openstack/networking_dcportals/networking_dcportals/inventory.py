"""What Neutron's database says now, as dcportald's parameters; read by deliver (one object) and maintenance (all).

It reads the tables, not the plugin, because the plugin's dictionaries cost milliseconds each and know neither which ports are a router's
nor which are a DHCP agent's. Trust follows from these tables alone: device_owner is the tenant's to write.
"""

import collections

from neutron.common import utils
from neutron.db.models import agent as agent_models
from neutron.db.models import allowed_address_pair as pair_models
from neutron.db.models import l3 as l3_models
from neutron.db.models import segment as segment_models
from neutron.db import models_v2
from neutron.db.network_dhcp_agent_binding import models as dhcp_models
from neutron.db.port_security import models as port_security_models
from neutron.plugins.ml2 import models as ml2_models
from neutron_lib import constants
from neutron_lib.db import api as db_api
from neutron_lib.db import standard_attr

from networking_dcportals import translate

# In this order they are put; deleted in the reverse one.
KINDS = ('network', 'subnet', 'port', 'router')

REVISION = standard_attr.StandardAttribute.revision_number  # of what is joined with its standard_attr


def read(context, kind, object_id):
    """The object's parameters, or None if there is none of that id (any more) that dcportald should know."""
    return next(iter(_read(context, kind, object_id)), None)


def read_all(context, kind):
    """The parameters of all objects of the kind, of one moment."""
    return iter(_read(context, kind, None))


def _read(context, kind, object_id):
    with db_api.CONTEXT_READER.using(context):
        return list(_READERS[kind](context.session, object_id))


def _select(session, object_id, entity, *columns):
    """Rows of (columns) as dictionaries, of one entity or of all."""
    query = session.query(*columns)
    if object_id is not None:
        query = query.filter(entity == object_id)
    return (row._asdict() for row in query)


def _by(key, rows):
    groups = collections.defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def _networks(session, network_id):
    segment = segment_models.NetworkSegment
    segments = _by('network_id', _select(session, network_id, segment.network_id,
                                         segment.network_id, segment.network_type, segment.physical_network))
    net = models_v2.Network
    query = session.query(net.id, net.project_id, net.name, REVISION).join(net.standard_attr)
    for row in _filtered(query, net.id, network_id):
        yield translate.network(row, segments[row['id']])


def _subnets(session, subnet_id):
    sub, net = models_v2.Subnet, models_v2.Network
    query = (session.query(sub.id, sub.network_id, sub.project_id, sub.name, sub.cidr, sub.gateway_ip, REVISION,
                           net.project_id.label('network_project_id'))
             .join(sub.standard_attr).join(net, net.id == sub.network_id))
    for row in _filtered(query, sub.id, subnet_id):
        yield translate.subnet(row, row['network_project_id'])


def _routers(session, router_id):
    link = l3_models.RouterPort
    ports = _by('router_id', _select(session, router_id, link.router_id, link.router_id, link.port_id))
    router = l3_models.Router
    query = session.query(router.id, router.project_id, router.name, REVISION).join(router.standard_attr)
    for row in _filtered(query, router.id, router_id):
        yield translate.router(row, [link['port_id'] for link in ports[row['id']]])


def _ports(session, port_id):
    details = _PortDetails(session, port_id)
    port, net = models_v2.Port, models_v2.Network
    query = (session.query(port.id, port.network_id, port.project_id, port.name, port.mac_address, port.admin_state_up,
                           port.device_owner, port.device_id, REVISION, net.project_id.label('network_project_id'))
             .join(port.standard_attr).join(net, net.id == port.network_id))
    for row in _filtered(query, port.id, port_id):
        # A floating IP's own port only reserves the address, which is the router's to answer for.
        if row['id'] in details.floating_ports or row['device_owner'] == constants.DEVICE_OWNER_FLOATINGIP:
            continue
        details.complete(row)
        yield translate.port(row, row['network_project_id'], details.is_dhcp_agents(row), details.floating_ips(row))


class _PortDetails:
    """The tables around a port, or around all ports, read once."""

    def __init__(self, session, port_id):
        ip, pair = models_v2.IPAllocation, pair_models.AllowedAddressPair
        security, binding = port_security_models.PortSecurityBinding, ml2_models.PortBinding
        fip, router = l3_models.FloatingIP, l3_models.Router
        self._fixed_ips = _by('port_id', _select(session, port_id, ip.port_id, ip.port_id, ip.subnet_id, ip.ip_address))
        self._pairs = _by('port_id', _select(session, port_id, pair.port_id, pair.port_id, pair.ip_address, pair.mac_address))
        self._security = {row['port_id']: row['port_security_enabled'] for row in _select(
            session, port_id, security.port_id, security.port_id, security.port_security_enabled)}
        bindings = session.query(binding.port_id, binding.host).filter(binding.status == constants.ACTIVE)
        self._hosts = {row['port_id']: row['host'] for row in _filtered(bindings, binding.port_id, port_id)}
        self.floating_ports = {row['floating_port_id'] for row in _select(
            session, port_id, fip.floating_port_id, fip.floating_port_id)}
        served = (session.query(router.gw_port_id, fip.floating_network_id, fip.floating_ip_address)
                  .join(fip, fip.router_id == router.id))
        self._served = _by('gw_port_id', _filtered(served, router.gw_port_id, port_id))
        self._dhcp_hosts = self._read_dhcp_hosts(session, port_id)

    @staticmethod
    def _read_dhcp_hosts(session, port_id):
        """{(network, host)} for which a DHCP agent is scheduled."""
        scheduled, agent, port = dhcp_models.NetworkDhcpAgentBinding, agent_models.Agent, models_v2.Port
        query = session.query(scheduled.network_id, agent.host).join(agent, agent.id == scheduled.dhcp_agent_id)
        if port_id is not None:
            query = query.join(port, port.network_id == scheduled.network_id)
        return {(row['network_id'], row['host']) for row in _filtered(query, port.id, port_id)}

    def complete(self, port):
        """Adds to the port's columns what Neutron keeps in other tables, under the names of its API."""
        port['fixed_ips'] = self._fixed_ips[port['id']]
        port['allowed_address_pairs'] = self._pairs[port['id']]
        port['port_security_enabled'] = self._security.get(port['id'], True)
        port['binding:host_id'] = self._hosts.get(port['id'], '')

    def is_dhcp_agents(self, port):
        """Neutron names an agent's port after host and network. Its policy lets the network's owner write that name too, but neither
        schedule an agent nor bind a port."""
        host = port['binding:host_id']
        return (port['device_owner'] == constants.DEVICE_OWNER_DHCP and (port['network_id'], host) in self._dhcp_hosts and
                port['device_id'] == utils.get_dhcp_agent_device_id(port['network_id'], host))

    def floating_ips(self, port):
        return [row['floating_ip_address'] for row in self._served[port['id']] if row['floating_network_id'] == port['network_id']]


def _filtered(query, entity, object_id):
    if object_id is not None:
        query = query.filter(entity == object_id)
    return (row._asdict() for row in query)


_READERS = {'network': _networks, 'subnet': _subnets, 'port': _ports, 'router': _routers}
