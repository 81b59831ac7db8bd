// The API methods that operators use: hosts, flows, traces, synchronisation, events, the daemon itself.
//
// Declared, with examples, in rpc/operation_methods.cc. Answers that need the switch (flow counts, drops, installed flows) ask it
// then and there. Event loop's thread only.
#pragma once

#include <chrono>
#include <string>

#include "channel/pool.h"
#include "controller/controller.h"
#include "daemon/event_feed.h"
#include "daemon/refused_switches.h"
#include "daemon/sync_waiters.h"
#include "daemon/transactor.h"
#include "rpc/json_rpc.h"

namespace dcportals::daemon {

struct OperationContext {
  const topology::Topology& topology;
  const controller::Controller& controller;
  channel::Pool& server;
  const RefusedSwitches& refused;
  Transactor& transactor;
  SyncWaiters& waiters;
  EventFeed& events;
  std::string store_path;
  std::string version;
  std::chrono::steady_clock::time_point started;
};

// `context` must outlive the dispatcher's last call.
void register_operation_api(rpc::Dispatcher& dispatcher, const OperationContext& context);
void register_host_api(rpc::Dispatcher& dispatcher, const OperationContext& context);
void register_port_api(rpc::Dispatcher& dispatcher, const OperationContext& context);
void register_trace_api(rpc::Dispatcher& dispatcher, const OperationContext& context);

// "disconnected", "connecting", "reconciling" or "ready".
[[nodiscard]] std::string state_name(const controller::Controller& controller, const topology::HostName& host);

}  // namespace dcportals::daemon
