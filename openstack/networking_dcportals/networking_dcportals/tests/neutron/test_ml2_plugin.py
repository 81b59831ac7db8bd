"""Neutron's own tests of its ML2 plugin, with our driver loaded beside their test drivers and every host live: nothing may change."""

from unittest import mock

from neutron.tests.unit.plugins.ml2 import test_ext_portsecurity
from neutron.tests.unit.plugins.ml2 import test_plugin
from neutron.tests.unit.plugins.ml2 import test_port_binding
from oslo_config import cfg

from networking_dcportals import hosts


class Loaded:
    _mechanism_drivers = ['logger', 'dcportals']

    def setUp(self, *args, **kwargs):
        mock.patch.object(hosts, 'is_live', return_value=True).start()
        super().setUp(*args, **kwargs)


class V2HTTPResponseTest(Loaded, test_plugin.TestMl2V2HTTPResponse):
    pass


class NetworksTest(Loaded, test_plugin.TestMl2NetworksV2):
    pass


class SubnetsTest(Loaded, test_plugin.TestMl2SubnetsV2):
    pass


class PortsTest(Loaded, test_plugin.TestMl2PortsV2):
    pass


class PortsWithRevisionsTest(Loaded, test_plugin.TestMl2PortsV2WithRevisionPlugin):
    pass


class PluginOnlyTest(Loaded, test_plugin.TestMl2PluginOnly):
    pass


class PortBindingTest(Loaded, test_plugin.TestMl2PortBinding):
    pass


class PortBindingHostTest(Loaded, test_plugin.TestMl2PortBindingHost):
    pass


class PortBindingVnicTypeTest(Loaded, test_plugin.TestMl2PortBindingVnicType):
    pass


class MultiSegmentNetworksTest(Loaded, test_plugin.TestMultiSegmentNetworks):
    pass


class SegmentsTest(Loaded, test_plugin.TestML2Segments):
    pass


class AllowedAddressPairsTest(Loaded, test_plugin.TestMl2AllowedAddressPairs):
    pass


class PortSecurityTest(Loaded, test_ext_portsecurity.PSExtDriverTestCase):
    pass


class DbOperationBoundsTest(Loaded, test_plugin.TestMl2DbOperationBounds):
    pass


class TransactionGuardTest(Loaded, test_plugin.TestTransactionGuard):
    pass


class FaultyDriverTest(Loaded, test_plugin.TestFaultyMechansimDriver):
    pass
