#include "daemon/decision_worker.h"

#include <chrono>
#include <utility>

#include "channel/xid.h"

namespace dcportals::daemon {
namespace {

decision::DeskOptions desk_options() {
  decision::DeskOptions options;
  options.first_xid = openflow::Xid{channel::kFirstOutletXid};
  options.last_xid = openflow::Xid{channel::kLastOutletXid};
  return options;
}

}  // namespace

DecisionWorker::DecisionWorker(channel::Outlet& outlet, const flowgen::Policy& policy, std::shared_ptr<const decision::Snapshot> snapshot)
    : outlet_(outlet), desk_(*this, desk_options(), policy, std::move(snapshot)) {}

bool DecisionWorker::on_packet_in(Dpid dpid, ByteSpan message) {
  return desk_.on_packet_in(dpid, message, std::chrono::steady_clock::now().time_since_epoch());
}

// What is left over comes in a batch of its own, after what has been read meanwhile.
void DecisionWorker::on_batch_end() {
  if (desk_.on_batch_end()) outlet_.post(outlet_.worker(), [](channel::PacketHandler&) {});
}

}  // namespace dcportals::daemon
