"""dcportald for tests: a client.Client whose calls are answered from memory, by the rules of doc/rpc.md that order and revisions depend on.

What it answers is what the real daemon answers: tests/integration of the daemon, and the tests against the real Neutron, hold it to that.
"""

import copy

from networking_dcportals.client import ConnectionLost
from networking_dcportals.client import RpcError

KINDS = ('network', 'subnet', 'port', 'router')


class FakeDcportald:
    def __init__(self):
        self.objects = {kind: {} for kind in KINDS}
        self.calls = []         # (method, params) of every call that arrived
        self.wired = {}         # port id: hosts
        self.physical_networks = ('public',)  # its configuration's
        self.reachable = True
        self.refuse = {}        # method: RpcError that is answered instead

    def call(self, method, **params):
        if not self.reachable:
            raise ConnectionLost('dcportald is away')
        self.calls.append((method, copy.deepcopy(params)))
        if method in self.refuse:
            raise self.refuse[method]
        if method == 'topology.apply':
            return self._apply(params['operations'])
        kind, verb = method.split('.')
        return getattr(self, f'_{verb}')(kind, **params)

    def methods(self):
        return [method for method, _params in self.calls]

    def _apply(self, operations):
        before = copy.deepcopy(self.objects)
        for i, operation in enumerate(operations):
            kind, verb = operation['method'].split('.')
            try:
                getattr(self, f'_{verb}')(kind, **operation['params'])
            except RpcError as error:
                self.objects = before
                raise RpcError(error.code, error.reason, f'operations[{i}].params.{error.field}', error.message) from error
        return {'operations': len(operations)}

    def _put(self, kind, **params):
        kept = self.objects[kind].get(params['id'])
        if kept is not None and params['revision_number'] < kept['revision_number']:
            raise RpcError(-32005, 'stale', 'revision_number', 'older than the kept one')
        self._check_references(kind, params)
        if kind == 'port':
            self._check_addresses(params)
        if kind == 'router':
            self._check_listed(params)
        self.objects[kind][params['id']] = copy.deepcopy(params)
        return {'changed': kept != params}

    def _get(self, kind, id):
        if id not in self.objects[kind]:
            raise _not_found('id', id)
        found = dict(self.objects[kind][id])
        if kind == 'port':
            found['computed'] = {'wired_hosts': self.wired.get(id, [])}
        if kind == 'network':
            unknown = found['physical_network'] not in (None, *self.physical_networks)
            found['computed'] = {'fault': 'not in the configuration'} if unknown else {}
        return found

    def _list(self, kind, network_id):
        return [dict(found) for _id, found in sorted(self.objects[kind].items()) if found['network_id'] == network_id]

    def _delete(self, kind, id):
        for user_kind, user in self._users(kind, id):
            raise RpcError(-32004, 'in_use', 'id', f'in use by {user_kind} {user}')
        return {'deleted': self.objects[kind].pop(id, None) is not None}

    def _users(self, kind, id):
        uses = {
            'network': lambda k, o: k in ('subnet', 'port') and o['network_id'] == id,
            'subnet': lambda k, o: k == 'port' and id in [ip['subnet_id'] for ip in o['fixed_ips']],
            'port': lambda k, o: k == 'router' and id in o['port_ids'],
            'router': lambda k, o: False,
        }[kind]
        return [(k, i) for k in KINDS for i, o in self.objects[k].items() if uses(k, o)]

    def _check_references(self, kind, params):
        if kind in ('subnet', 'port') and params['network_id'] not in self.objects['network']:
            raise _not_found('network_id', params['network_id'])
        for i, ip in enumerate(params.get('fixed_ips', ())):
            if ip['subnet_id'] not in self.objects['subnet']:
                raise _not_found(f'fixed_ips[{i}].subnet_id', ip['subnet_id'])

    def _check_addresses(self, port):
        others = [o for i, o in self.objects['port'].items() if i != port['id'] and o['network_id'] == port['network_id']]
        if port['mac_address'] in [o['mac_address'] for o in others]:
            raise RpcError(-32003, 'conflict', 'mac_address', 'another port has it')
        taken = {ip['ip_address'] for o in others for ip in o['fixed_ips']}
        for i, ip in enumerate(port['fixed_ips']):
            if ip['ip_address'] in taken:
                raise RpcError(-32003, 'conflict', f'fixed_ips[{i}].ip_address', 'another port has it')

    def _check_listed(self, router):
        for i, port_id in enumerate(router['port_ids']):
            if port_id not in self.objects['port']:
                raise _not_found(f'port_ids[{i}]', port_id)
            if any(port_id in o['port_ids'] for r, o in self.objects['router'].items() if r != router['id']):
                raise RpcError(-32003, 'conflict', f'port_ids[{i}]', 'belongs to another router')


def _not_found(field, id):
    return RpcError(-32002, 'not_found', field, f'there is no {id}')
