// A worker of the channel that decides about packets: the desk (decision/desk.h) on the thread that has read them.
#pragma once

#include <memory>

#include "channel/packet_handler.h"
#include "decision/desk.h"

namespace dcportals::daemon {

class DecisionWorker : public channel::PacketHandler, private decision::Outlet {
 public:
  DecisionWorker(channel::Outlet& outlet, const flowgen::Policy& policy, std::shared_ptr<const decision::Snapshot> snapshot);

  void on_up(Dpid) override {}
  void on_down(Dpid dpid) override { desk_.on_down(dpid); }
  bool on_packet_in(Dpid dpid, ByteSpan message) override;
  void on_barrier(Dpid dpid, std::uint64_t token, bool ok) override { desk_.on_barrier(dpid, token, ok); }
  void on_batch_end() override;

  [[nodiscard]] decision::Desk& desk() { return desk_; }
  [[nodiscard]] std::size_t number() const { return outlet_.worker(); }

 private:
  void send(Dpid dpid, ByteSpan messages) override { outlet_.send(dpid, messages); }
  void barrier(Dpid dpid, std::uint64_t token) override { outlet_.barrier(dpid, token); }

  channel::Outlet& outlet_;
  decision::Desk desk_;
};

}  // namespace dcportals::daemon
