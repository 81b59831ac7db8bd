// The declarations of the methods by which operators choose how networks are forwarded. Neutron knows nothing of these choices.
// src/daemon/config_api_test.cc runs the examples in this order.
#include "rpc/method_spec.h"

namespace dcportals::rpc {
namespace {

using enum ParamType;

constexpr std::string_view kModes = "proactive|reactive|auto";

constexpr ParamSpec kNetworkConfigure[] = {
    {"id", kUuid, true, "Of the network"},
    {"mode", kText, false, "Absent: as it is; null: the fabric's", kModes},
    {"broadcast_rate", kWholeNumber, false,
     "Broadcast and multicast frames a second that each of its ports may send, 1 to 1000000. Absent: as it is; null: the fabric's"},
};
constexpr ParamSpec kFabricConfigure[] = {
    {"mode", kText, false, "Of networks that have none of their own; required, null: the configuration's", kModes},
};

constexpr MethodSpec kMethods[] = {
    {"network.configure",
     "Chooses how a network is forwarded, in force at once and kept over restarts. `proactive`: flows towards a port are on every "
     "switch that may need them before the first packet. `reactive`: the first packet asks for them. `auto`: reactive from a number of "
     "ports on (`forwarding.auto_ports` of the configuration). `network.put` leaves these choices as they are. Here `null` and absence "
     "differ, and one of the two must be given.",
     kNetworkConfigure, "`changed`: false if that was chosen already",
     R"({"id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01", "mode": "reactive", "broadcast_rate": 100})", R"({"changed": true})"},
    {"fabric.configure", "Chooses the mode of all networks that have none of their own, in force at once and kept over restarts.",
     kFabricConfigure, "`changed`: false if that was chosen already", R"({"mode": "auto"})", R"({"changed": true})"},
    {"fabric.get",
     "What is chosen for the fabric, and what follows from it.",
     {},
     "`mode` is what `fabric.configure` chose (null: nothing); under `computed`: `configured_mode` is the configuration's, `mode` the one of "
     "the two that is in force for networks without a mode of their own, `auto_ports` from how many ports on `auto` means reactive, "
     "`broadcast_rate` what holds for networks without a rate of their own, `idle_timeout_seconds` how long a flow that a packet asked "
     "for outlives the last packet; `proactive_networks` and `reactive_networks` count what networks are now",
     R"({})",
     R"({"mode": "auto", "computed": {"configured_mode": "proactive", "mode": "auto", "auto_ports": 200, "broadcast_rate": 500,
        "idle_timeout_seconds": 60, "proactive_networks": 0, "reactive_networks": 1}})"},
};

}  // namespace

std::span<const MethodSpec> forwarding_method_specs() {
  return kMethods;
}

}  // namespace dcportals::rpc
