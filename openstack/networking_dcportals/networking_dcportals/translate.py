"""Neutron's objects as parameters of dcportald's put methods (doc/rpc.md). Pure; inventory.py calls it with what the database holds.

Every function gives all parameters, an absent one as None or empty, so that both sides' digests are over the same fields (digest.py).
"""

import ipaddress

from neutron_lib import constants

# Neutron keeps a few objects of its own that belong to no project, where dcportald needs a name.
NO_PROJECT = 'none'

TENANT_NETWORK = constants.TYPE_LOCAL    # its frames cross the wire under mapping keys, so it has the wire's full MTU
PROVIDER_NETWORK = constants.TYPE_FLAT   # joined to a physical network at the hosts that have it
NETWORK_TYPES = (TENANT_NETWORK, PROVIDER_NETWORK)


def network(net, segments):
    """segments: its [{network_type, physical_network}]."""
    physical = sorted(s['physical_network'] for s in segments if s['network_type'] == PROVIDER_NETWORK)
    return {
        'id': net['id'],
        'tenant_id': net['project_id'] or NO_PROJECT,
        'name': net['name'] or '',
        'physical_network': physical[0] if physical else None,
        'revision_number': net['revision_number'],
    }


def subnet(sub, network_project_id):
    return {
        'id': sub['id'],
        'network_id': sub['network_id'],
        'tenant_id': sub['project_id'] or network_project_id or NO_PROJECT,
        'name': sub['name'] or '',
        'cidr': str(ipaddress.ip_network(sub['cidr'])),
        'gateway_ip': str(ipaddress.ip_address(sub['gateway_ip'])) if sub['gateway_ip'] else None,
        'revision_number': sub['revision_number'],
    }


def port(port_, network_project_id, dhcp_server=False, floating_ips=()):
    """dhcp_server: whether it is known, from more than its device_owner, to be a DHCP agent's.

    floating_ips: addresses of the floating IPs that a gateway port answers for; routers send them from its own MAC address.
    """
    mac = port_['mac_address'].lower()
    pairs = {(single_address(pair['ip_address']), pair['mac_address'].lower()) for pair in port_['allowed_address_pairs']}
    pairs |= {(str(ipaddress.ip_address(address)), mac) for address in floating_ips}
    return {
        'id': port_['id'],
        'network_id': port_['network_id'],
        'tenant_id': port_['project_id'] or network_project_id or NO_PROJECT,
        'name': port_['name'] or '',
        'mac_address': mac,
        'fixed_ips': sorted(({'subnet_id': ip['subnet_id'], 'ip_address': str(ipaddress.ip_address(ip['ip_address']))}
                             for ip in port_['fixed_ips']), key=lambda ip: (ip['subnet_id'], ip['ip_address'])),
        'allowed_address_pairs': [{'ip_address': address, 'mac_address': pair_mac} for address, pair_mac in sorted(pairs)],
        'port_security_enabled': port_['port_security_enabled'],
        'admin_state_up': port_['admin_state_up'],
        'device_owner': port_['device_owner'] or '',
        'device_id': port_['device_id'] or '',
        'dhcp_server': dhcp_server,
        'binding_host_id': port_['binding:host_id'] or '',
        'revision_number': port_['revision_number'],
    }


def router(router_, port_ids):
    return {
        'id': router_['id'],
        'tenant_id': router_['project_id'] or NO_PROJECT,
        'name': router_['name'] or '',
        'port_ids': sorted(port_ids),
        'revision_number': router_['revision_number'],
    }


def single_address(text):
    """An allowed address as dcportald prints it: without the length of a prefix that is a single address."""
    prefix = ipaddress.ip_network(text, strict=False)
    return str(prefix.network_address if prefix.num_addresses == 1 else prefix)


def is_single_address(text):
    """Whether mapping keys can carry it: a prefix wider than one address has no key."""
    return ipaddress.ip_network(text, strict=False).num_addresses == 1
