// A switch over real TCP for tests and benchmarks: connects, shakes hands, answers echoes, barriers, multipart requests and
// bundles as Open vSwitch 3.1 does, and misbehaves on request.
//
// By default it is a good switch. A test makes it a bad one by `intercept`, by `habits`, or by sending what it likes. Runs on the
// caller's io_context, many to one. One thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "channel/fake_tables.h"
#include "channel/message_pipe.h"
#include "openflow/codec.h"

namespace dcportals::channel {

class FakeSwitch : private MessagePipe::User {
 public:
  // What it does by itself.
  struct Habits {
    bool hello = true;  // at once when connected
    bool features = true;
    bool barrier = true;
    bool echo = true;
    bool multipart = true;
    bool bundles = true;
    bool keep_received = true;  // false for benchmarks
  };

  FakeSwitch(boost::asio::io_context& io, Dpid dpid);
  ~FakeSwitch() override;

  Habits habits;
  openflow::Hello hello{openflow::kVersion13, {openflow::kVersion13}};
  openflow::FeaturesReply features;
  FakeTables tables;
  // Sees each message first. true: the test has dealt with it.
  std::function<bool(const openflow::Envelope&)> intercept;
  // An error that adding this message to a bundle gives, or committing it. As Open vSwitch: a message refused when added is left
  // out; one refused when committed undoes the bundle.
  std::function<std::optional<openflow::ErrorMessage>(const openflow::Message&)> refuse_add;
  std::function<std::optional<openflow::ErrorMessage>(const openflow::Message&)> refuse_commit;

  // To 127.0.0.1. May be called again after the connection ended.
  void connect(std::uint16_t port);
  // The address to connect from next, say "127.0.0.7"; any, if empty.
  void set_address(std::string address) { address_ = std::move(address); }
  void disconnect();
  // Without reading, what the controller sends fills the kernel's buffers, then the controller's.
  void stop_reading() { pipe_->hold(); }
  void resume_reading() { pipe_->release(); }

  void send(const openflow::Message& message, std::uint32_t xid = 0);
  void send_raw(ByteSpan bytes);

  [[nodiscard]] bool connected() const { return pipe_ && !lost_; }
  // The controller has ended the connection.
  [[nodiscard]] bool lost() const { return lost_; }
  [[nodiscard]] const std::vector<openflow::Envelope>& received() const { return received_; }
  template <class T>
  [[nodiscard]] std::size_t count() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(received_, [](const auto& e) { return std::holds_alternative<T>(e.message); }));
  }
  // The last message of a kind, nullptr if there was none.
  template <class T>
  [[nodiscard]] const T* last() const {
    for (auto e = received_.rbegin(); e != received_.rend(); ++e) {
      if (const auto* message = std::get_if<T>(&e->message)) return message;
    }
    return nullptr;
  }
  [[nodiscard]] std::size_t open_bundles() const { return bundles_.size(); }

 private:
  void on_bytes() override {}
  void on_frame(ByteSpan frame) override;
  void on_partial(ByteSpan) override {}
  void on_bad_framing(ByteSpan) override {}
  void on_lost(const std::string&) override { lost_ = true; }

  void respond(const openflow::Envelope& envelope);
  void on_bundle_control(const openflow::BundleControl& control, openflow::Xid xid);
  void on_bundle_add(const openflow::BundleAdd& add, openflow::Xid xid, ByteSpan frame);
  void commit(const openflow::BundleControl& control, openflow::Xid xid);
  void refuse(openflow::ErrorMessage error, openflow::Xid xid);

  boost::asio::io_context& io_;
  std::shared_ptr<MessagePipe> pipe_;
  std::shared_ptr<bool> wanted_;  // whether the connection attempt under way still is
  bool lost_ = false;
  std::string address_;
  std::vector<openflow::Envelope> received_;
  std::map<openflow::BundleId, std::vector<openflow::Envelope>> bundles_;
};

}  // namespace dcportals::channel
