// The declarations of the methods that operators use: hosts, flows, traces, synchronisation, the daemon itself. Implemented in
// `daemon`.
#include "rpc/method_spec.h"

namespace dcportals::rpc {
namespace {

using enum ParamType;

constexpr ParamSpec kHostByName[] = {
    {"name", kText, true, "The host's name: its switch's description, Neutron's binding:host_id"}};
constexpr ParamSpec kPortById[] = {{"id", kUuid, true, "Of the port"}};
constexpr ParamSpec kFlows[] = {
    {"host", kText, true, "The host's name"},
    {"view", kText, true, "What the switch should have, what it has, or what must change",
     "desired|installed|diff"},
};
constexpr ParamSpec kTrace[] = {
    {"port_id", kUuid, true, "The port that sends"},
    {"to_ip", kIp, true, "The address it sends to"},
    {"to_mac", kMac, false,
     "The MAC address it sends to; absent: what its own stack would choose: a group's, what ARP would tell it, or its gateway's"},
    {"protocol", kText, false, "Default icmp", "icmp|tcp|udp|arp"},
    {"after_port_id", kUuid, false,
     "A port that has just sent to the same address, for reactive networks: the flows that it asked for are there. `port_id` "
     "itself: this is "
     "not its first packet"},
};
constexpr ParamSpec kWait[] = {
    {"timeout_seconds", kSeconds, true, "How long to wait at most, up to a day"},
    {"hosts", kTexts, false, "Hosts that must have acknowledged every change; absent: all that are connected"},
    {"ports", kUuids, false, "Ports that must be wired: their tap reported, and their flows acknowledged everywhere"},
};

constexpr ParamSpec kEvents[] = {
    {"after", kText, false, "The cursor of the last answer; absent: tell everything"},
    {"timeout_seconds", kSeconds, true, "How long to wait at most for something to tell, up to a day"},
};

constexpr ParamSpec kDigestKind[] = {
    {"kind", kText, true, "A key of digest.get's result", "network|subnet|port|router|port_status"},
};

constexpr std::string_view kHostResult =
    "As in host.list, but `ports` are those whose device its switch has reported: `ofport` is null while the host is away, `wired` says "
    "that the flows are acknowledged wherever they must be; `physical_networks` are those that its switch is attached to, each with the "
    "OpenFlow port. `repairs` counts what was found changed on the switch and was put right. "
    "`drops` counts dropped packets by port (null: not of one port), reason, and `where`: `switch` when a flow dropped them, `controller` "
    "when the daemon did because it had been asked about them (only in reactive networks); it and `flow_count` are null when the switch "
    "did not answer. `decisions` counts the packets that the switch has asked the daemon about since the daemon started, by what was "
    "decided: answered (arp_reply), sent on within the host (local), to another host (remote), to all of the network (broadcast), through "
    "a router (external), accepted from the wire (restore), or dropped (drop)";

constexpr MethodSpec kMethods[] = {
    {"host.list",
     "The hypervisors that have ever connected.",
     {},
     "The hosts, by name. `state` is disconnected, connecting, reconciling or ready; `mac` is null until an uplink was seen; "
     "`ports` is "
     "their number; the host is up to date when both revisions are equal; `fault`, if there, says why it cannot be ready, or that it has no uplink",
     R"({})",
     R"([{"name": "hv1", "state": "ready", "dpid": "0000525400aa0001", "mac": "52:54:00:aa:00:01", "ports": 1,
        "desired_revision": 17, "acknowledged_revision": 17}])"},
    {"host.refused",
     "The switches that were turned away when they connected, within the last minute.",
     {},
     "By datapath id. `name` is the switch's description, which may be empty or another's, `peer` the address that it connected from, "
     "`reason` says what to mend. A switch leaves the list when it is accepted, or has not tried again for a minute",
     R"({})",
     R"([{"dpid": "0000525400aa0002", "name": "hv1", "peer": "192.0.2.12:40112",
        "reason": "switch 0000525400aa0001 is connected as host hv1 already"}])"},
    {"host.get", "One hypervisor with its located ports and counters.", kHostByName, kHostResult, R"({"name": "hv1"})",
     R"({"name": "hv1", "state": "ready", "dpid": "0000525400aa0001", "mac": "52:54:00:aa:00:01",
        "ports": [{"port_id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "name": "web-1", "ofport": 3, "wired": true}],
        "physical_networks": {"public": 2}, "desired_revision": 17, "acknowledged_revision": 17, "flow_count": 42,
        "flow_mods_sent": 57, "connects": 1,
        "repairs": 0, "drops": [{"port_id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "reason": "spoofed_ip_source", "packets": 12,
        "where": "switch"}], "decisions": {"arp_reply": 5, "local": 0, "remote": 7, "restore": 2, "broadcast": 1, "external": 0, "drop": 0}})"},
    {"port.drops", "The packets of a port that were dropped, and why.", kPortById,
     "By host and reason, only what is not zero; `where` as in host.get. A port that migrates may have some at several hosts; "
     "hosts that "
     "do not answer are left out. Counted since the flow that drops them was installed, by the daemon since it started",
     R"({"id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03"})",
     R"([{"host": "hv1", "reason": "spoofed_ip_source", "packets": 12, "where": "switch"}])"},
    {"host.delete", "Forgets a hypervisor that is gone and has no ports; its mapping keys rest.", kHostByName,
     "`deleted`: false if there was no such host", R"({"name": "hv9"})", R"({"deleted": false})"},
    {"flows.list", "The flows of one host's switch, and its groups and meters.", kFlows,
     "`flows` (groups and meters too) in ovs-ofctl's syntax; in the view `diff`, \"+\" goes before what is missing and \"-\" "
     "before what is "
     "too much. The views `installed` and `diff` ask the switch: `busy` if it is not connected",
     R"({"host": "hv1", "view": "diff"})", R"({"host": "hv1", "view": "diff", "flows": []})"},
    {"trace", "Where a packet would go, step by step, by the flows that the switches should have.", kTrace,
     "`verdict` is delivered (then with `delivered_to`, and all receivers of a broadcast in `deliveries`), answered (as ARP requests are) or "
     "dropped (then with `reason`). A step's `kind` is sent, table, wire, controller, delivered, answered, or outside (delivered to a "
     "`physical_network` by the OpenFlow port that attaches it at `host`); `frame` is the packet after it. "
     "In a reactive network the trace is that of a first packet: no flow that packets ask for is installed yet (but see "
     "`after_port_id`). In a `controller` step the switch of `host` has `asked` the daemon about the packet (arp, forward, flood or wire), `decision` says what follows (see "
     "host.get; of a drop with `reason` and `reason_text`), and `installs` is what is installed where before the packet goes on",
     R"({"port_id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "to_ip": "10.0.0.77"})",
     R"({"verdict": "dropped", "reason": "arp_unknown_target",
        "reason_text": "nobody in the network has the address asked for", "steps": [{"kind": "sent", "host": "hv1",
        "port_id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03",
        "frame": {"text": "fa:16:3e:00:00:0a > ff:ff:ff:ff:ff:ff ARP who has 10.0.0.77? tell 10.0.0.10",
        "eth_src": "fa:16:3e:00:00:0a", "eth_dst": "ff:ff:ff:ff:ff:ff"}}, {"kind": "table", "host": "hv1",
        "table": "responder", "table_id": 20, "flow": "cookie=0xdc18010000000000, table=20, priority=0 actions=drop",
        "rule": "responder_miss", "purpose": "no such address in the network",
        "frame": {"text": "fa:16:3e:00:00:0a > ff:ff:ff:ff:ff:ff ARP who has 10.0.0.77? tell 10.0.0.10",
        "eth_src": "fa:16:3e:00:00:0a", "eth_dst": "ff:ff:ff:ff:ff:ff"}}]})"},
    {"sync.wait", "Waits until what was configured before this call is in force on the switches.", kWait,
     "`synced` is true; if the time is over first, the error `timeout` names what is missing",
     R"({"timeout_seconds": 10, "ports": ["9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03"]})", R"({"synced": true, "revision": 17})"},
    {"sync.status",
     "How far the switches are.",
     {},
     "`missing` says in words what sync.wait would wait for",
     R"({})",
     R"({"synced": true, "revision": 17, "hosts": [{"name": "hv1", "state": "ready", "desired_revision": 17,
        "acknowledged_revision": 17}], "missing": []})"},
    {"events.get", "Where ports are wired and which hosts are live: waits for the next change.", kEvents,
     "`events` are no history but the present state of each object that changed after the cursor, each once; none if the time is "
     "over "
     "first. A port's `hosts` are those where it is wired: its device is there, its flows are acknowledged wherever they must "
     "be. It stays so "
     "while other ports come and go, while its switch is away for less than `status.host_grace_seconds`, and while the daemon "
     "restarts. "
     "`reset`: the cursor was absent or of another life of the daemon, and the events are all that is known; ports of hosts that "
     "have "
     "not connected since the daemon started are left out until they do or the grace is over, and so are those that have left their "
     "hosts meanwhile. A deleted host is told as not live, a deleted port not at all. `cursor` goes into the next call",
     R"({"after": "5f0c9a2e77d1b3c4-41", "timeout_seconds": 30})",
     R"({"cursor": "5f0c9a2e77d1b3c4-43", "reset": false, "events": [
        {"kind": "host", "name": "hv1", "live": true},
        {"kind": "port", "port_id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "hosts": ["hv1"]}]})"},
    {"system.info",
     "The daemon itself.",
     {},
     "`store` is the path of the database, `workers` the number of threads that decide about packets, `decisions` as in "
     "host.get, of all "
     "switches",
     R"({})",
     R"({"version": "0.1.0", "uptime_seconds": 86400, "store": "/var/lib/dcportals/dcportals.db", "tenants": 1,
        "networks": 1, "subnets": 1, "ports": 2, "routers": 1, "hosts": 1, "workers": 1,
        "decisions": {"arp_reply": 5, "local": 0, "remote": 7, "restore": 2, "broadcast": 1, "external": 0, "drop": 0}})"},
    {"digest.get",
     "Digests of all that Neutron describes, to compare two inventories without sending them.",
     {},
     "For each kind how many there are, and the XOR of their digests (64 zeros if there are none). An object's digest is the SHA-256 of its "
     "canonical text: for each field, in this order, netstring(name) netstring(value), where netstring(x) is the decimal number of x's "
     "bytes in UTF-8, `:`, x, `,`. Of a network: id, tenant_id, name, physical_network; of a subnet: id, network_id, tenant_id, name, cidr, "
     "gateway_ip; of a port: id, network_id, tenant_id, name, mac_address, fixed_ips, allowed_address_pairs, port_security_enabled, "
     "admin_state_up, device_owner, device_id, dhcp_server, binding_host_id; of a router: id, tenant_id, name, port_ids. What is absent is "
     "an empty text, a flag is `true` or `false`, a list is its items as netstrings, sorted by their bytes: `SUBNET_ID IP` for fixed_ips, "
     "`IP MAC` for allowed_address_pairs (the port's own MAC if it has none). Addresses are written as the get methods write them "
     "(IPv6 as inet_ntop(3) does). `port_status` is of those ports that are wired at their binding_host_id, with the one field id; while "
     "`settled` is false, the status of some ports is not known yet, and a difference means nothing",
     R"({})",
     R"({"network": {"count": 1, "digest": "1d7ddef7a09b4fe6a06cba35f0fda084e3443dc56d672a979356c2c094f630ff"},
        "subnet": {"count": 0, "digest": "0000000000000000000000000000000000000000000000000000000000000000"},
        "port": {"count": 0, "digest": "0000000000000000000000000000000000000000000000000000000000000000"},
        "router": {"count": 0, "digest": "0000000000000000000000000000000000000000000000000000000000000000"},
        "port_status": {"count": 0, "digest": "0000000000000000000000000000000000000000000000000000000000000000", "settled": true}})"},
    {"digest.list", "The digest of each object of a kind, to find those that differ.", kDigestKind, "By id; see digest.get",
     R"({"kind": "network"})",
     R"([{"id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01",
        "digest": "1d7ddef7a09b4fe6a06cba35f0fda084e3443dc56d672a979356c2c094f630ff"}])"},
};

}  // namespace

std::span<const MethodSpec> operation_method_specs() {
  return kMethods;
}

}  // namespace dcportals::rpc
