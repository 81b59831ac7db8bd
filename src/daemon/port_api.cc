// port.drops. See operation_api.h.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <map>
#include <memory>
#include <utility>

#include "daemon/drops.h"
#include "daemon/operation_api.h"
#include "rpc/method_spec.h"
#include "rpc/object_reader.h"

namespace dcportals::daemon {
namespace {

namespace json = boost::json;
using topology::HostName;

// The answers of the hosts where a port is, until all are there.
struct Gathering {
  std::map<HostName, DropCounts> drops;
  std::size_t waiting = 0;
  rpc::Reply reply;
};

json::array answer(const Gathering& gathering) {
  json::array out;
  for (const auto& [host, counts] : gathering.drops) {
    for (const auto& [what, packets] : counts) {
      out.push_back(json::object{{"host", host.text}, {"reason", json::string(what.second)}, {"packets", packets}, {"where", "switch"}});
    }
  }
  return out;
}

void port_drops(const OperationContext& context, const json::object& params, rpc::Reply reply) {
  const auto id = rpc::ObjectReader(params).required<topology::PortId>("id");
  const topology::Port* port = context.topology.port(id);
  if (port == nullptr) {
    return reply(std::unexpected(rpc::RpcError{rpc::ErrorCode::kNotFound, fmt::format("id: there is no port {}", id), "id"}));
  }
  const auto gathering = std::make_shared<Gathering>();
  gathering->reply = std::move(reply);
  for (const topology::Site& site : context.topology.sites_of(id)) {
    const controller::SwitchState* state = context.controller.switch_of(site.host);
    if (state == nullptr) continue;
    ++gathering->waiting;  // the callback comes later: never from within request()
    context.server.request(state->dpid, flows_of({pipeline::OwnerKind::kPort, port->number.value()}),
                           [gathering, host = site.host](const channel::RequestResult& result) {
                             if (result) gathering->drops[host] = count_drops(*result);
                             if (--gathering->waiting == 0) gathering->reply(answer(*gathering));
                           });
  }
  if (gathering->waiting == 0) gathering->reply(answer(*gathering));
}

}  // namespace

void register_port_api(rpc::Dispatcher& dispatcher, const OperationContext& context) {
  rpc::bind(dispatcher, "port.drops",
            [&context](const json::object& params, rpc::Reply reply) { port_drops(context, params, std::move(reply)); });
}

}  // namespace dcportals::daemon
