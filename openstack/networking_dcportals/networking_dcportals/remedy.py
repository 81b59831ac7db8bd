"""What to apply in one transaction when dcportald refuses a put that is right, because rows of the journal that come later would go first.

That happens because the present state is sent, not the history: a port's first row may already tell of a subnet whose row comes after it.
deliver.py calls it.
"""

from networking_dcportals import inventory
from networking_dcportals import journal


def operations(context, client, kind, params, error):
    """A list for topology.apply that puts the object and what it needs; [] if the error is none of these."""
    if error.reason == 'not_found':
        return _with_prerequisites(context, kind, params)
    if error.reason == 'conflict' and kind == 'port' and error.field.startswith('fixed_ips'):
        return _with_exchange(context, client, params)
    return []


def _put(kind, params):
    return {'method': f'{kind}.put', 'params': params}


def _with_prerequisites(context, kind, params):
    puts = {}
    _collect(context, kind, params, puts)
    return [_put(*put) for put in puts.values()] if len(puts) > 1 else []


def _collect(context, kind, params, puts):
    """Adds what the object refers to, then the object, each once."""
    if (kind, params['id']) in puts:
        return
    for needed_kind, needed_id in _references(kind, params):
        needed = inventory.read(context, needed_kind, needed_id)
        if needed is not None:
            _collect(context, needed_kind, needed, puts)
    puts[kind, params['id']] = (kind, params)


def _references(kind, params):
    if kind == 'subnet':
        return [('network', params['network_id'])]
    if kind == 'port':
        return [('network', params['network_id'])] + [('subnet', ip['subnet_id']) for ip in params['fixed_ips']]
    if kind == 'router':
        return [('port', port_id) for port_id in params['port_ids']]
    return []


def _with_exchange(context, client, wanting):
    """Addresses may have gone round among ports of a network: first each gives away what it has no longer, then each takes what it has now.

    Only ports that the journal names can have changed. What they keep is not touched, so that keys and flows of that stay.
    """
    held = {port['id']: port for port in client.call('port.list', network_id=wanting['network_id'])}
    give, take = [], [_put('port', wanting)]
    for port_id in sorted(journal.pending_ids(context, 'port') & held.keys()):
        now = inventory.read(context, 'port', port_id)
        if now is None:
            give.append({'method': 'port.delete', 'params': {'id': port_id}})
            continue
        addresses = {ip['ip_address'] for ip in held[port_id]['fixed_ips']}
        give.append(_put('port', dict(now, fixed_ips=[ip for ip in now['fixed_ips'] if ip['ip_address'] in addresses])))
        if port_id != wanting['id']:
            take.append(_put('port', now))
    return give + take
