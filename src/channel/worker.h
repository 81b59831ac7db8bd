// One thread of a Pool: an io_context, a Server for the switches whose addresses fall to it, and its PacketHandler.
//
// The main thread and the other workers give it tasks (push); it gives the main thread events and the other workers mail. Everything
// else here happens on its own thread. Order, on which Pool's promises rest: what one thread pushes to another arrives in that order,
// and what a thread does because of something that it was told comes after all that the teller had pushed before.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "channel/claims.h"
#include "channel/loop_thread.h"
#include "channel/mail.h"
#include "channel/options.h"
#include "channel/packet_handler.h"
#include "channel/server.h"
#include "channel/task_queue.h"

namespace dcportals::channel {

class Worker;

// One time that a switch was up. Unique in a Pool.
using Session = std::uint64_t;

// What workers tell the main thread, called there.
class WorkerEvents {
 public:
  virtual ~WorkerEvents() = default;
  virtual void switch_up(Worker& worker, Session session, openflow::Dpid dpid, const openflow::FeaturesReply& features,
                         const std::string& peer) = 0;
  virtual void switch_message(Session session, openflow::Dpid dpid, const openflow::Envelope& envelope) = 0;
  virtual void switch_down(Session session, openflow::Dpid dpid, const std::string& reason) = 0;
  virtual void run_task(std::move_only_function<void()>& task) = 0;
};

// What the workers of a Pool have in common. Outlives them.
struct Workshop {
  TaskQueue& main;
  WorkerEvents& events;
  Claims claims;
  std::atomic<std::size_t> connections = 0;      // of all workers, also those in their handshake
  std::vector<std::unique_ptr<Worker>> workers;  // complete before the first thread starts
};

class Worker : private WorkerHandler, private Outlet {
 public:
  // The main thread handles a switch's messages in steps of this many, and tells (handled()).
  static constexpr std::size_t kHandledStep = 64;

  Worker(std::uint32_t index, const Options& options, Workshop& shop);
  ~Worker() override;

  // Main thread. `factory` may be empty.
  void start(const PacketHandlerFactory& factory);
  // The thread closes its connections when it has done what was pushed before; join() waits for that.
  void stop();
  void join() { thread_.join(); }

  // Any thread.
  void push(TaskQueue::Task task) { tasks_.push(std::move(task)); }

  // The rest: on the worker's thread.
  [[nodiscard]] Server& server() { return server_; }
  void adopt(Accepted accepted) { server_.adopt(std::move(accepted)); }
  // The switch is still up since the same time.
  [[nodiscard]] bool is_session(openflow::Dpid dpid, Session session) const;
  // The main thread has handled kHandledStep messages.
  void handled(openflow::Dpid dpid, Session session);
  // What the handler sends meanwhile has been handed over when this returns.
  void with_handler(const std::function<void(PacketHandler&)>& task);

 private:
  struct Switch {
    Session session;
    std::size_t unhandled = 0;  // messages that the main thread has not handled yet
  };

  // WorkerHandler
  bool claim(openflow::Dpid dpid) override;
  void release(openflow::Dpid dpid) override { shop_.claims.release(dpid); }
  void on_gone() override { --shop_.connections; }
  void on_up(openflow::Dpid dpid, const openflow::FeaturesReply& features, const std::string& peer) override;
  void on_message(openflow::Dpid dpid, const openflow::Envelope& envelope) override;
  void on_down(openflow::Dpid dpid, const std::string& reason) override;
  bool on_packet_in(openflow::Dpid dpid, ByteSpan message) override;
  void on_barrier(openflow::Dpid dpid, std::span<const BarrierToken> tokens, bool ok) override;
  void on_turn_end(openflow::Dpid dpid) override;

  // Outlet
  void send(Dpid dpid, ByteSpan encoded) override;
  void barrier(Dpid dpid, std::uint64_t token) override;
  void post(std::size_t worker, std::move_only_function<void(PacketHandler&)> task) override;
  void post_to_main(std::move_only_function<void()> task) override;
  [[nodiscard]] std::size_t worker() const override { return index_; }
  [[nodiscard]] std::size_t workers() const override { return shop_.workers.size(); }

  // The end of a batch.
  void settle();
  void settle_soon();
  void deliver(std::uint32_t to);
  void take(const Mail& mail, std::uint32_t from);
  template <class Task>
  void for_others(Task task);

  std::uint32_t index_;
  Workshop& shop_;
  LoopThread thread_;
  TaskQueue tasks_;
  Server server_;
  std::unique_ptr<PacketHandler> handler_;  // may be null

  Session next_session_;
  std::unordered_map<openflow::Dpid, Switch> switches_;
  std::unordered_map<openflow::Dpid, std::uint32_t> elsewhere_;  // switches of other workers
  std::vector<Mail> mail_;                                       // by worker; to the own one too
  bool touched_ = false;                                         // the handler has been called since the last batch ended
  bool settle_pushed_ = false;
  std::atomic<std::size_t> backlog_ = 0;  // bytes of mail to this worker that it has not taken yet
};

}  // namespace dcportals::channel
