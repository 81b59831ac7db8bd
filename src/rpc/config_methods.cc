// The declarations of the methods that describe tenants, networks, subnets, ports and routers: Neutron's words and field names.
// src/daemon/config_api_test.cc runs the examples as one story, in the order puts, topology.apply, gets, deletes.
#include "rpc/method_spec.h"

namespace dcportals::rpc {
namespace {

using enum ParamType;

constexpr std::string_view kRevision =
    "Neutron's revision number of the object; older than the one kept is refused as `stale`, absent leaves the kept one";
constexpr std::string_view kProject = "The same under Neutron's newer name; equal if both are given";
constexpr std::string_view kOwner = "The Keystone project (this or `project_id` is required)";
constexpr std::string_view kNetworksOwner = "The Keystone project; absent or empty: the network's";
constexpr std::string_view kDeleteRevision =
    "Refused as `stale` if older than the object's; remembered, so that an older put that arrives later is refused too";

constexpr ParamSpec kById[] = {{"id", kUuid, true, "Of the object"}};
constexpr ParamSpec kDelete[] = {{"id", kUuid, true, "Of the object"}, {"revision_number", kWholeNumber, false, kDeleteRevision}};
constexpr ParamSpec kTenantById[] = {{"id", kText, true, "The Keystone project's id"}};
constexpr ParamSpec kByTenant[] = {{"tenant_id", kText, false, "Only this tenant's"}};
constexpr ParamSpec kByNetwork[] = {{"network_id", kUuid, false, "Only this network's"},
                                    {"tenant_id", kText, false, "Only this tenant's"}};
constexpr ParamSpec kPortFilters[] = {{"network_id", kUuid, false, "Only this network's"},
                                      {"tenant_id", kText, false, "Only this tenant's"},
                                      {"host", kText, false, "Only those whose tap this host's switch has reported"}};

constexpr ParamSpec kTenant[] = {{"id", kText, true, "The Keystone project's id"}, {"name", kText, false, "For people"}};
constexpr ParamSpec kNetwork[] = {
    {"id", kUuid, true, "Of the network"},
    {"tenant_id", kText, false, kOwner},
    {"project_id", kText, false, kProject},
    {"name", kText, false, "For people"},
    {"physical_network", kText, false,
     "Neutron's `provider:physical_network` of a flat network, which goes on outside at the hosts that have an attachment to it "
     "(configuration: `fabric.physical_networks`); one network each, and always proactive. Absent: the network ends at its ports"},
    {"revision_number", kWholeNumber, false, kRevision},
};
constexpr ParamSpec kSubnet[] = {
    {"id", kUuid, true, "Of the subnet"},
    {"network_id", kUuid, true, "Of its network"},
    {"tenant_id", kText, false, kNetworksOwner},
    {"project_id", kText, false, kProject},
    {"name", kText, false, "For people"},
    {"cidr", kPrefix, true, "Its addresses, IPv4 or IPv6; overlaps no other subnet of the network"},
    {"gateway_ip", kIp, false, "Its router's address"},
    {"revision_number", kWholeNumber, false, kRevision},
};
constexpr ParamSpec kPort[] = {
    {"id", kUuid, true,
     "Of the port; its OpenFlow port is called `tap`, `qr-`, `qg-`, `sg-` or `ha-` and the id's first 11 characters"},
    {"network_id", kUuid, true, "Of its network"},
    {"tenant_id", kText, false, kNetworksOwner},
    {"project_id", kText, false, kProject},
    {"name", kText, false, "For people"},
    {"mac_address", kMac, true, "Unique in the network"},
    {"fixed_ips", kObjects, false, "Each {subnet_id, ip_address}; an address is unique in the network"},
    {"allowed_address_pairs", kObjects, false,
     "Each {ip_address, mac_address}: addresses the port may send from besides its own; mac_address absent: the port's. Single "
     "addresses (also written /32 or /128): a wider prefix cannot be carried by mapping keys and is refused"},
    {"port_security_enabled", kFlag, false, "Default true"},
    {"admin_state_up", kFlag, false, "Default true"},
    {"device_owner", kText, false,
     "For people: a tenant can set it, so it gives no trust, neither a router's nor a DHCP server's"},
    {"device_id", kText, false, "For people"},
    {"dhcp_server", kFlag, false,
     "Whether it may answer DHCP clients (UDP from port 67 to 68), as the ports of Neutron's DHCP agents must. Default false; "
     "nothing "
     "else gives this trust, so the caller must know whose port it is"},
    {"binding_host_id", kText, false, "Neutron's binding:host_id, a hint; the switches' reports are the truth"},
    {"revision_number", kWholeNumber, false, kRevision},
};
constexpr ParamSpec kRouter[] = {
    {"id", kUuid, true, "Of the router"},
    {"tenant_id", kText, false, kOwner},
    {"project_id", kText, false, kProject},
    {"name", kText, false, "For people"},
    {"port_ids", kUuids, false, "Its ports: they are trusted as a router's because they stand here, and for no other reason"},
    {"revision_number", kWholeNumber, false, kRevision},
};
constexpr ParamSpec kApply[] = {
    {"operations", kObjects, true, "Each {method, params}: the puts, deletes and configures of this page, done in this order"},
};

constexpr std::string_view kChanged = "`changed`: false if the object was so already";
constexpr std::string_view kDeleted = "`deleted`: false if there was nothing to delete, which is no error";

constexpr MethodSpec kMethods[] = {
    {"tenant.put",
     "Names a tenant. Tenants also come into being when something first names them, and then go with the last of their objects.", kTenant,
     kChanged,
     R"({"id": "7a9c3f4e0b6d4f0f9a5c1d2e3f405162", "name": "blue"})", R"({"changed": true})"},
    {"tenant.get", "One tenant.", kTenantById, "The tenant", R"({"id": "7a9c3f4e0b6d4f0f9a5c1d2e3f405162"})",
     R"({"id": "7a9c3f4e0b6d4f0f9a5c1d2e3f405162", "name": "blue"})"},
    {"tenant.list",
     "All tenants.",
     {},
     "The tenants, by id",
     R"({})",
     R"([{"id": "7a9c3f4e0b6d4f0f9a5c1d2e3f405162", "name": "blue"}])"},
    {"tenant.delete", "Deletes a tenant that owns nothing.", kTenantById, kDeleted,
     R"({"id": "7a9c3f4e0b6d4f0f9a5c1d2e3f405162"})", R"({"deleted": true})"},

    {"network.put", "Creates or replaces a network.", kNetwork, kChanged,
     R"({"id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01", "tenant_id": "7a9c3f4e0b6d4f0f9a5c1d2e3f405162",
        "name": "web",
        "revision_number": 1})",
     R"({"changed": true})"},
    {"network.get", "One network.", kById,
     "The network, with what `network.configure` chose for it as `mode` and `broadcast_rate` (null: nothing); under `computed`: "
     "`number` "
     "stands for it inside the switches, `mode` is proactive or reactive, as it is forwarded now, `broadcast_rate` what holds "
     "for it. Of a network with a `physical_network` also `attached_hosts`, the connected hosts that are attached to it, and `fault` if the "
     "configuration does not know it",
     R"({"id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01"})",
     R"({"id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01", "tenant_id": "7a9c3f4e0b6d4f0f9a5c1d2e3f405162",
        "name": "web",
        "revision_number": 1, "mode": null, "broadcast_rate": null,
        "computed": {"number": 1, "mode": "proactive", "broadcast_rate": 500}})"},
    {"network.list", "The networks, all or a tenant's.", kByTenant, "Networks, by id",
     R"({"tenant_id": "7a9c3f4e0b6d4f0f9a5c1d2e3f405162"})",
     R"([{"id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01", "tenant_id": "7a9c3f4e0b6d4f0f9a5c1d2e3f405162",
        "name": "web",
        "revision_number": 1, "mode": null, "broadcast_rate": null,
        "computed": {"number": 1, "mode": "proactive", "broadcast_rate": 500}}])"},
    {"network.delete", "Deletes a network without subnets and ports.", kDelete, kDeleted,
     R"({"id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01", "revision_number": 2})", R"({"deleted": true})"},

    {"subnet.put", "Creates or replaces a subnet.", kSubnet, kChanged,
     R"({"id": "c6d5a3de-41a7-4c39-9d6a-0f6d0d1c5e02",
        "network_id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01",
        "cidr": "10.0.0.0/24", "gateway_ip": "10.0.0.1",
        "revision_number": 0})",
     R"({"changed": true})"},
    {"subnet.get", "One subnet.", kById, "The subnet", R"({"id": "c6d5a3de-41a7-4c39-9d6a-0f6d0d1c5e02"})",
     R"({"id": "c6d5a3de-41a7-4c39-9d6a-0f6d0d1c5e02",
        "network_id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01",
        "tenant_id": "7a9c3f4e0b6d4f0f9a5c1d2e3f405162",
        "name": "", "cidr": "10.0.0.0/24", "gateway_ip": "10.0.0.1",
        "revision_number": 0})"},
    {"subnet.list", "The subnets, all, a network's or a tenant's.", kByNetwork, "Subnets, by id",
     R"({"network_id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01"})",
     R"([{"id": "c6d5a3de-41a7-4c39-9d6a-0f6d0d1c5e02",
        "network_id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01",
        "tenant_id": "7a9c3f4e0b6d4f0f9a5c1d2e3f405162",
        "name": "", "cidr": "10.0.0.0/24", "gateway_ip": "10.0.0.1",
        "revision_number": 0}])"},
    {"subnet.delete", "Deletes a subnet that no port has an address of.", kDelete, kDeleted,
     R"({"id": "c6d5a3de-41a7-4c39-9d6a-0f6d0d1c5e02"})", R"({"deleted": true})"},

    {"port.put", "Creates or replaces a port.", kPort, kChanged,
     R"({"id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03",
        "network_id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01",
        "name": "web-1",
        "mac_address": "fa:16:3e:00:00:0a",
        "fixed_ips": [{"subnet_id": "c6d5a3de-41a7-4c39-9d6a-0f6d0d1c5e02",
        "ip_address": "10.0.0.10"}],
        "allowed_address_pairs": [{"ip_address": "10.0.0.100/32"}],
        "device_owner": "compute:nova",
        "binding_host_id": "hv1", "revision_number": 4})",
     R"({"changed": true})"},
    {"port.get", "One port.", kById,
     "The port; under `computed`: `number` stands for it inside the switches, `host` is where traffic to it goes (null: no "
     "switch has "
     "its tap), `hosts` all that have its tap, `mapping_keys` what replaces its addresses on the wire, `without_key` its "
     "addresses that "
     "should have a key and got none, `router_id` the router that lists it, `wired` whether its flows are acknowledged wherever "
     "they must be, `wired_hosts` where Neutron is told that it is wired (events.get), `flow_fault` (if there) what a switch "
     "refused",
     R"({"id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03"})",
     R"({"id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03",
        "network_id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01",
        "tenant_id": "7a9c3f4e0b6d4f0f9a5c1d2e3f405162",
        "name": "web-1",
        "mac_address": "fa:16:3e:00:00:0a",
        "fixed_ips": [{"subnet_id": "c6d5a3de-41a7-4c39-9d6a-0f6d0d1c5e02",
        "ip_address": "10.0.0.10"}],
        "allowed_address_pairs": [{"ip_address": "10.0.0.100"}],
        "port_security_enabled": true, "admin_state_up": true,
        "device_owner": "compute:nova", "device_id": "", "dhcp_server": false,
        "binding_host_id": "hv1", "revision_number": 4,
        "computed": {"number": 1, "tap": "tap9d1f2c9e-7b",
        "host": "hv1", "hosts": ["hv1"],
        "mapping_keys": [{"host": "hv1", "ip_address": "10.0.0.10",
        "mac_address": "fa:16:3e:00:00:0a",
        "key": "240.0.0.1"}, {"host": "hv1", "ip_address": "10.0.0.100",
        "mac_address": "fa:16:3e:00:00:0a",
        "key": "240.0.0.2"}], "without_key": [], "router_id": null,
        "wired": true, "wired_hosts": ["hv1"]}})"},
    {"port.list", "The ports, all, a network's, a tenant's or a host's.", kPortFilters, "Ports as port.get shows them, by id",
     R"({"network_id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01", "host": "hv2"})", R"([])"},
    {"port.delete", "Deletes a port.", kDelete, kDeleted,
     R"({"id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "revision_number": 4})", R"({"deleted": true})"},

    {"router.put", "Creates or replaces a router.", kRouter, kChanged,
     R"({"id": "5e0b7f1c-2d3e-4f50-8a61-7b2c3d4e5f05", "tenant_id": "7a9c3f4e0b6d4f0f9a5c1d2e3f405162",
        "name": "edge",
        "port_ids": [], "revision_number": 1})",
     R"({"changed": true})"},
    {"router.get", "One router.", kById, "The router", R"({"id": "5e0b7f1c-2d3e-4f50-8a61-7b2c3d4e5f05"})",
     R"({"id": "5e0b7f1c-2d3e-4f50-8a61-7b2c3d4e5f05", "tenant_id": "7a9c3f4e0b6d4f0f9a5c1d2e3f405162",
        "name": "edge",
        "port_ids": ["1c7c1a52-6b0d-4e8f-9a3c-5d6e7f809104"], "revision_number": 2})"},
    {"router.list", "The routers, all or a tenant's.", kByTenant, "Routers, by id", R"({"tenant_id": "another"})", R"([])"},
    {"router.delete", "Deletes a router; its ports lose a router's trust.", kDelete, kDeleted,
     R"({"id": "5e0b7f1c-2d3e-4f50-8a61-7b2c3d4e5f05"})", R"({"deleted": true})"},

    {"topology.apply",
     "Many puts, deletes and configures as one transaction: all are on disk and in force, or none is. The field of an error "
     "starts with the "
     "place: "
     "`operations[17].params.mac_address`.",
     kApply, "`operations`: how many there were; `changed`: how many of them changed or deleted something",
     R"({"operations": [{"method": "port.put",
        "params": {"id": "1c7c1a52-6b0d-4e8f-9a3c-5d6e7f809104",
        "network_id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01",
        "mac_address": "fa:16:3e:00:00:01",
        "fixed_ips": [{"subnet_id": "c6d5a3de-41a7-4c39-9d6a-0f6d0d1c5e02",
        "ip_address": "10.0.0.1"}]}},
        {"method": "router.put",
        "params": {"id": "5e0b7f1c-2d3e-4f50-8a61-7b2c3d4e5f05",
        "tenant_id": "7a9c3f4e0b6d4f0f9a5c1d2e3f405162",
        "name": "edge",
        "port_ids": ["1c7c1a52-6b0d-4e8f-9a3c-5d6e7f809104"], "revision_number": 2}}]})",
     R"({"operations": 2, "changed": 2})"},
};

}  // namespace

std::span<const MethodSpec> config_method_specs() {
  return kMethods;
}

}  // namespace dcportals::rpc
