// The OpenFlow channel on several threads: listens for switches, gives each to one of its workers, and is for the main thread what a
// Server is, with the same names and promises.
//
// Every member function is called on the thread of the io_context given, and calls back there. Each worker is a thread with an
// io_context and a Server of its own; a switch's IP address says which worker it gets, so that it comes back to the same one, and
// neighbouring addresses go to different ones. A dpid is up only once among all workers. Packet-ins do not come here: they are dealt
// with on the workers by PacketHandlers (packet_handler.h), if there are any; all else that a switch sends does, and a switch that
// sends faster than the main thread handles it is read more slowly. Used by `daemon`.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "channel/handler.h"
#include "channel/options.h"
#include "channel/outstanding.h"
#include "channel/packet_handler.h"
#include "channel/peer_log.h"
#include "channel/result.h"
#include "channel/stats.h"
#include "channel/worker.h"

namespace dcportals::channel {

struct PoolStats {
  ServerStats server;  // of all workers together
  std::map<openflow::Dpid, SwitchStats> switches;
};

class Pool : private WorkerEvents {
 public:
  // Starts the workers' threads. Without a factory packet-ins come to Handler::on_message as everything else. Throws
  // std::system_error when there are no threads to be had, std::invalid_argument for no workers.
  Pool(boost::asio::io_context& io, Options options, Handler& handler, PacketHandlerFactory factory = nullptr);
  ~Pool() override;  // stop()
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Opens the listening socket. Throws std::system_error when that is impossible, std::invalid_argument for a malformed endpoint.
  void listen();
  // The port listened on, 0 before listen().
  [[nodiscard]] std::uint16_t port() const;
  // Closes everything at once and waits for the threads to end. Callbacks outstanding are called, on_down is not: the caller knows.
  // For good.
  void stop();

  // As Server's. A switch is up here from on_up to on_down, or to close(); it may be down already for its worker, then send() is in
  // vain and a request fails with kNoSwitch. The id is from kFirstPoolXid on.
  std::optional<openflow::Xid> send(openflow::Dpid dpid, const openflow::Message& message);
  void request(openflow::Dpid dpid, const openflow::Message& message, RequestCallback callback);
  void apply_bundle(openflow::Dpid dpid, std::vector<openflow::Message> messages, BundleCallback callback);
  // Nothing of it is heard after this but the answers outstanding and on_down.
  void close(openflow::Dpid dpid, std::string_view reason);
  // What was read already still comes.
  void pause_reading(openflow::Dpid dpid);
  void resume_reading(openflow::Dpid dpid);

  // The switches that are up, ascending.
  [[nodiscard]] std::vector<openflow::Dpid> switches() const;
  [[nodiscard]] bool is_up(openflow::Dpid dpid) const;

  // Counters are the workers': they are asked, and the callback comes when they have answered. Never from within this call; nullopt:
  // no such switch. When the pool stops meanwhile, with what is known.
  void stats(openflow::Dpid dpid, std::function<void(std::optional<SwitchStats>)> callback);
  void stats(std::function<void(PoolStats)> callback);

  // Runs `task` once on every worker, at the same time perhaps, and then `done` here; never from within this call. What is sent from
  // here after `done` reaches every switch after all that any worker's handler sent to it before its `task` ran or from within it.
  // `task` is destroyed here. Without a factory it is not called.
  void post_to_all(std::function<void(PacketHandler&)> task, std::function<void()> done);

  [[nodiscard]] std::size_t workers() const { return shop_.workers.size(); }

 private:
  struct Switch {
    Worker* worker;
    Session session;
    std::size_t handled = 0;  // messages
    bool closing = false;
  };
  struct Fence {
    std::function<void(PacketHandler&)> task;
    std::function<void()> done;
    std::size_t missing;  // workers
  };
  struct Count {
    PoolStats stats;
    std::function<void(PoolStats)> callback;
    std::size_t missing;  // workers
  };

  void switch_up(Worker& worker, Session session, openflow::Dpid dpid, const openflow::FeaturesReply& features,
                 const std::string& peer) override;
  void switch_message(Session session, openflow::Dpid dpid, const openflow::Envelope& envelope) override;
  void switch_down(Session session, openflow::Dpid dpid, const std::string& reason) override;
  void run_task(std::move_only_function<void()>& task) override;

  void accept(Accepted accepted);
  // nullptr: not up, or about to be closed.
  [[nodiscard]] const Switch* find(openflow::Dpid dpid) const;
  // Runs `task(Server&)` on the switch's worker, if the switch is up there still.
  template <class Task>
  void on_worker(openflow::Dpid dpid, const Switch& at, Task task);
  void on_fence(std::uint64_t id);
  void on_count(std::uint64_t id, const PoolStats& part);

  boost::asio::io_context& io_;
  Options options_;
  Handler& handler_;
  PeerLog event_log_;
  PeerLog trouble_log_;
  TaskQueue main_;
  Workshop shop_;
  std::unique_ptr<Listener> listener_;
  bool stopped_ = false;

  std::unordered_map<openflow::Dpid, Switch> switches_;
  std::uint32_t next_xid_;
  std::uint64_t refused_full_ = 0;

  // Called back, wherever their answers are made, here.
  Outstanding<RequestResult> requests_;
  Outstanding<BundleResult> bundles_;
  Outstanding<std::optional<SwitchStats>> switch_counts_;
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, Fence> fences_;
  std::map<std::uint64_t, Count> counts_;
};

}  // namespace dcportals::channel
