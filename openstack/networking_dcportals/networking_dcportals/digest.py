"""Digests of what dcportald should hold, so that two inventories can be compared without sending either.

Pure: parameters as network.put, subnet.put, port.put and router.put take them go in, hexadecimal SHA-256 comes out. dcportald computes the
same over what it keeps (doc/rpc.md, digest.get); tests/golden/digests.json holds both sides to the same bytes. Used by maintenance.py.
"""
import hashlib
import ipaddress
import socket

# In this order an object exists only after what it names: puts go forward, deletes backward.
KINDS = ('network', 'subnet', 'port', 'router')
EMPTY = '0' * 64


def _text(value):
    return '' if value is None else str(value)


def _boolean(default):
    return lambda value: 'true' if (default if value is None else value) else 'false'


def _print(address):
    # Not str(): dcportald prints as inet_ntop(3) does, which knows IPv4 addresses in IPv6 ones.
    return socket.inet_ntop(socket.AF_INET if address.version == 4 else socket.AF_INET6, address.packed)


def _address(value):
    # An allowed address pair may name its one address as /32 or /128; dcportald prints the address alone.
    return _print(ipaddress.ip_interface(value).ip) if value else ''


def _prefix(value):
    if not value:
        return ''
    prefix = ipaddress.ip_network(value, strict=False)
    return '%s/%d' % (_print(prefix.network_address), prefix.prefixlen)


def _mac(value):
    return _text(value).lower()


def _netstring(text):
    data = text.encode('utf-8')
    return b'%d:%s,' % (len(data), data)


def _sorted_list(items):
    """A list as one text: its items as netstrings, in the order of their bytes before that."""
    encoded = sorted(item.encode('utf-8') for item in items)
    return b''.join(b'%d:%s,' % (len(item), item) for item in encoded).decode('utf-8')


def _fixed_ips(value):
    return _sorted_list('%s %s' % (ip['subnet_id'], _address(ip['ip_address'])) for ip in value or ())


def _pairs(value, own_mac):
    return _sorted_list('%s %s' % (_address(pair['ip_address']), _mac(pair.get('mac_address') or own_mac)) for pair in value or ())


_FIELDS = {
    'network': (('id', _text), ('tenant_id', _text), ('name', _text), ('physical_network', _text)),
    'subnet': (('id', _text), ('network_id', _text), ('tenant_id', _text), ('name', _text), ('cidr', _prefix), ('gateway_ip', _address)),
    'port': (('id', _text), ('network_id', _text), ('tenant_id', _text), ('name', _text), ('mac_address', _mac), ('fixed_ips', _fixed_ips),
             ('allowed_address_pairs', _pairs), ('port_security_enabled', _boolean(True)), ('admin_state_up', _boolean(True)),
             ('device_owner', _text), ('device_id', _text), ('dhcp_server', _boolean(False)), ('binding_host_id', _text)),
    'router': (('id', _text), ('tenant_id', _text), ('name', _text), ('port_ids', lambda value: _sorted_list(value or ()))),
    'port_status': (('id', _text),),
}


def fields(kind, params):
    """The compared fields of an object in their order, as [(name, text)]."""
    texts = []
    for name, convert in _FIELDS[kind]:
        value = params.get(name)
        if name == 'tenant_id' and value is None:
            value = params.get('project_id')
        texts.append((name, convert(value, params.get('mac_address')) if convert is _pairs else convert(value)))
    return texts


def canonical(kind, params):
    """The bytes that the digest of an object is taken of."""
    return b''.join(_netstring(name) + _netstring(text) for name, text in fields(kind, params))


def of_object(kind, params):
    """The digest of one object, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(kind, params)).hexdigest()


def of_class(digests):
    """The digest of all objects of a kind from theirs: independent of their order, so either side can keep it while objects change."""
    total = 0
    for digest in digests:
        total ^= int(digest, 16)
    return '%064x' % total


def differing_fields(kind, wanted, found):
    """Names of the fields in which two objects differ."""
    return [name for (name, one), (_, other) in zip(fields(kind, wanted), fields(kind, found)) if one != other]
