"""Neutron's own tests of its ML2 plugin with our driver loaded, every host live: nothing may change.

All that a mechanism driver can influence is here: networks, ports, bindings, segments, address pairs, port security. Left out are
* the driver `test` beside ours, which asserts that no other driver binds a port, and the test cases that load drivers of their own choice;
* TestMl2SubnetsV2 and TestML2PluggableIPAM: 380 tests of address management, of which a driver sees a row noted (unit/test_driver.py);
* distributed routers (TestMl2DvrPortsV2), which are not supported, and agents that revive (TestMl2RevivedAgentsBindPorts): there are none;
* the variants of the above with other options (availability zones, VLAN transparency, no security groups, L3, tenants).
"""

import random
from unittest import mock

from neutron.tests.unit.plugins.ml2 import test_ext_portsecurity
from neutron.tests.unit.plugins.ml2 import test_plugin

from networking_dcportals import hosts


class Loaded:
    _mechanism_drivers = ['logger', 'dcportals']

    def setUp(self, *args, **kwargs):
        random.seed(self.id())  # Neutron picks addresses and MAC addresses at random: the same ones in each run
        self.live = mock.patch.object(hosts, 'is_live', return_value=True).start()
        super().setUp(*args, **kwargs)


class V2HTTPResponseTest(Loaded, test_plugin.TestMl2V2HTTPResponse):
    pass


class NetworksTest(Loaded, test_plugin.TestMl2NetworksV2):
    pass


class PortsTest(Loaded, test_plugin.TestMl2PortsV2):
    # These two name a host that no driver binds.
    def test_update_port_mac(self):
        self.live.return_value = False
        super().test_update_port_mac()

    def test_dhcp_provisioning_blocks_not_inserted_on_no_addr_change(self):
        self.live.return_value = False
        super().test_dhcp_provisioning_blocks_not_inserted_on_no_addr_change()


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
    test_create_network_mtu_on_precommit = None  # watches the driver `test`


class AllowedAddressPairsTest(Loaded, test_plugin.TestMl2AllowedAddressPairs):
    pass


class PortSecurityTest(Loaded, test_ext_portsecurity.PSExtDriverTestCase):
    pass


class DbOperationBoundsTest(Loaded, test_plugin.TestMl2DbOperationBounds):
    pass


class TransactionGuardTest(Loaded, test_plugin.TestTransactionGuard):
    pass
