"""Neutron's own ML2 plugin with our driver, on a database in memory; what the driver notes goes to a fake dcportald when a test says so."""

from neutron.tests.unit.extensions import test_l3
from neutron.tests.unit.plugins.ml2 import test_plugin
from neutron_lib.api.definitions import portbindings
from neutron_lib import constants
from neutron_lib import context as n_context
from neutron_lib.db import api as db_api
from neutron_lib.plugins import constants as plugin_constants
from neutron_lib.plugins import directory
from oslo_config import cfg

from networking_dcportals import config
from networking_dcportals.db import models
from networking_dcportals import deliver
from networking_dcportals import hosts
from networking_dcportals import inventory
from networking_dcportals import journal
from networking_dcportals.tests.unit import fake_dcportald

HOST = 'hv1'


class DriverTestCase(test_plugin.Ml2PluginV2TestCase, test_l3.L3NatTestCaseMixin):
    _mechanism_drivers = ['dcportals']
    l3_plugin = 'neutron.tests.unit.extensions.test_l3.TestL3NatAgentSchedulingServicePlugin'

    def get_additional_service_plugins(self):
        return {'revision_plugin_name': 'neutron.services.revisions.revision_plugin.RevisionPlugin'}  # by default part of Neutron

    def setUp(self):
        cfg.CONF.set_override('tenant_network_types', ['local'], group='ml2')
        cfg.CONF.set_override('extension_drivers', ['port_security'], group='ml2')
        super().setUp()
        self.plugin = self.driver
        self.l3 = directory.get_plugin(plugin_constants.L3)
        self.daemon = fake_dcportald.FakeDcportald()
        self.wired = []
        self.deliverer = deliver.Deliverer(config.register(), self.daemon, lambda _context, port_id, at: self.wired.append((port_id, at)))
        hosts.set_live(self.context, HOST, True)

    def deliver(self):
        """Delivers until nothing is due. Returns the methods that were called."""
        before = len(self.daemon.calls)
        for _ in range(1000):
            if self.deliverer.step(self.context) > 0:
                return self.daemon.methods()[before:]
        self.fail('the journal does not become empty')

    def rows(self):
        """The journal as [(kind, id)], oldest first."""
        return [(row.kind, row.object_id) for row in self.journal()]

    def journal(self):
        context = n_context.get_admin_context()
        with db_api.CONTEXT_READER.using(context):
            return context.session.query(models.JournalRow).order_by(models.JournalRow.seq).all()

    def clear(self):
        """Forgets what is in the journal."""
        journal.complete(self.context, [row.seq for row in self.journal()])

    def assert_same_as_neutron(self):
        for kind in inventory.KINDS:
            self.assertEqual({wanted['id']: wanted for wanted in inventory.read_all(self.context, kind)}, self.daemon.objects[kind])

    def a_network(self, **attributes):
        return self._make_network(self.fmt, 'net', True, **attributes)['network']

    def a_subnet(self, network, cidr='10.0.0.0/24'):
        return self._make_subnet(self.fmt, {'network': network}, constants.ATTR_NOT_SPECIFIED, cidr)['subnet']

    def a_port(self, network, host='', **attributes):
        body = {'network_id': network['id'], 'tenant_id': self._tenant_id, 'name': 'p', 'admin_state_up': True, **attributes}
        if host:
            body[portbindings.HOST_ID] = host
        return self._api('POST', 'ports', {'port': body})['port']

    def a_router(self):
        return self.l3.create_router(self.context, {'router': {'name': 'r', 'tenant_id': self._tenant_id, 'admin_state_up': True}})

    def update_port(self, port_id, **attributes):
        return self._api('PUT', f'ports/{port_id}', {'port': attributes})['port']

    def delete(self, collection, object_id):
        self._delete(collection, object_id)

    def _api(self, verb, path, body):
        collection, _, object_id = path.partition('/')
        request = self.new_create_request(collection, body) if verb == 'POST' else (
            self.new_update_request(collection, body, object_id))
        response = request.get_response(self.api)
        self.assertLess(response.status_int, 300, response.body)
        return self.deserialize(self.fmt, response)
