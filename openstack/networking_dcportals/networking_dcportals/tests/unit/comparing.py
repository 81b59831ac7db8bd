"""A fake dcportald that can be compared and followed as well (digest.get, digest.list, events.get, host.list), and a test case with it."""
from unittest import mock

from neutron_lib import context as n_context

from networking_dcportals import differences
from networking_dcportals import digest
from networking_dcportals.client import RpcError
from networking_dcportals.tests.unit import base
from networking_dcportals.tests.unit import fake_dcportald


class ComparableDcportald(fake_dcportald.FakeDcportald):
    def __init__(self):
        super().__init__()
        self.settled = True
        self.hosts = {'hv1': True}
        self.revisions = {}     # (kind, id): the latest revision seen; stays when the object goes
        self.cursor = '0'
        self.reset = True

    def call(self, method, **params):
        answer = {'digest.get': self._digests, 'digest.list': self._digest_list, 'events.get': self._events,
                  'host.list': lambda: [{'name': name} for name in self.hosts]}.get(method)
        if answer is None or not self.reachable or method in self.refuse:
            return super().call(method, **params)
        self.calls.append((method, params))
        return answer(**params)

    def lose_store(self):
        self.objects = {kind: {} for kind in fake_dcportald.KINDS}
        self.revisions.clear()

    def _put(self, kind, **params):
        if kind == 'port' and params['mac_address'] == 'bad':
            raise RpcError(-32001, 'invalid', 'mac_address', 'not a MAC address')
        kept = self.revisions.get((kind, params['id']), 0)
        revision = params.get('revision_number', kept)
        if revision < kept:
            raise RpcError(-32005, 'stale', 'revision_number', 'older than the kept %d' % kept)
        answer = super()._put(kind, **{**params, 'revision_number': max(revision, self._present(kind, params['id']))})
        self.revisions[kind, params['id']] = revision
        return answer

    def _present(self, kind, object_id):
        return self.objects[kind].get(object_id, {}).get('revision_number', 0)

    def _wired(self):
        return [port_id for port_id, port in self.objects['port'].items() if port['binding_host_id'] in self.wired.get(port_id, [])]

    def _class(self, kind):
        if kind == 'port_status':
            return {port_id: digest.of_object(kind, {'id': port_id}) for port_id in self._wired()}
        return {object_id: digest.of_object(kind, found) for object_id, found in self.objects[kind].items()}

    def _digests(self):
        classes = {kind: self._class(kind) for kind in digest.KINDS + ('port_status',)}
        summary = {kind: {'count': len(members), 'digest': digest.of_class(members.values())} for kind, members in classes.items()}
        summary['port_status']['settled'] = self.settled
        return summary

    def _digest_list(self, kind):
        return [{'id': object_id, 'digest': value} for object_id, value in sorted(self._class(kind).items())]

    def _events(self, timeout_seconds, after=None):
        events = [{'kind': 'host', 'name': name, 'live': live} for name, live in self.hosts.items()]
        events += [{'kind': 'port', 'port_id': port_id, 'hosts': self.wired.get(port_id, [])} for port_id in self.objects['port']]
        return {'cursor': self.cursor, 'reset': self.reset or after is None, 'events': events}


class ComparingTestCase(base.DriverTestCase):
    """Neutron with some objects, all delivered."""

    def setUp(self):
        super().setUp()
        mock.patch.object(differences, '_STATUS_SECONDS', 0).start()
        self.daemon = self.deliverer._client = ComparableDcportald()

    def populate(self, ports=2):
        """Returns (network, subnet, ports, router) that dcportald knows."""
        network = self.a_network()
        subnet = self.a_subnet(network)
        made = [self.a_port(network, host=base.HOST) for _ in range(ports)]
        router = self.a_router()
        self.deliver()
        return network, subnet, made, router

    @staticmethod
    def fresh():
        return n_context.get_admin_context()
