// See fake_switch.h.
#include "channel/fake_switch.h"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "channel/transport.h"

namespace dcportals::channel {

namespace of = openflow;

namespace {

constexpr std::uint16_t kExperimenterError = 0xffff;
constexpr std::uint16_t kBundleBadId = 2302;        // ONFBFC_BAD_ID
constexpr std::uint16_t kBundleUnsupported = 2310;  // ONFBFC_MSG_UNSUP
constexpr std::uint16_t kBundleFailed = 2313;       // ONFBFC_MSG_FAILED

of::ErrorMessage bundle_error(std::uint16_t code) {
  return {kExperimenterError, code, of::kExperimenterOnf, {}};
}

}  // namespace

FakeSwitch::FakeSwitch(boost::asio::io_context& io, Dpid dpid) : io_(io) {
  features.dpid = dpid;
  features.n_tables = 254;
}

FakeSwitch::~FakeSwitch() {
  disconnect();
}

void FakeSwitch::connect(std::uint16_t port) {
  disconnect();
  lost_ = false;
  wanted_ = std::make_shared<bool>(true);
  channel::connect(io_, {"127.0.0.1", port}, address_, [this, wanted = wanted_](std::error_code error, std::unique_ptr<Stream> stream) {
    if (!*wanted) return;
    if (error) {
      lost_ = true;
      return;
    }
    const MessagePipe::Limits limits{std::size_t{1} << 30, std::chrono::hours(1), 0, 1000};
    bundles_.clear();
    pipe_ = std::make_shared<MessagePipe>(io_, std::move(stream), limits, static_cast<MessagePipe::User&>(*this));
    pipe_->start();
    if (habits.hello) send(hello);
  });
}

void FakeSwitch::disconnect() {
  if (wanted_) *wanted_ = false;
  if (pipe_) pipe_->close();
  pipe_.reset();
}

void FakeSwitch::send(const of::Message& message, std::uint32_t xid) {
  if (pipe_) (void)pipe_->send(message, of::Xid(xid));
}

void FakeSwitch::send_raw(ByteSpan bytes) {
  if (pipe_) (void)pipe_->send_raw(bytes);
}

void FakeSwitch::on_frame(ByteSpan frame) {
  auto envelope = of::decode(frame);
  if (!envelope) throw std::logic_error("the controller sent what we cannot decode: " + envelope.error().text);
  if (habits.keep_received) received_.push_back(*envelope);
  if (intercept && intercept(*envelope)) return;
  if (const auto* add = std::get_if<of::BundleAdd>(&envelope->message)) {
    if (habits.bundles) on_bundle_add(*add, envelope->xid, frame);
  } else {
    respond(*envelope);
  }
}

void FakeSwitch::respond(const of::Envelope& envelope) {
  const of::Message& message = envelope.message;
  const std::uint32_t xid = envelope.xid.value();
  if (std::holds_alternative<of::FeaturesRequest>(message)) {
    if (habits.features) send(features, xid);
  } else if (std::holds_alternative<of::BarrierRequest>(message)) {
    if (habits.barrier) send(of::BarrierReply{}, xid);
  } else if (const auto* echo = std::get_if<of::EchoRequest>(&message)) {
    if (habits.echo) send(of::EchoReply{echo->data}, xid);
  } else if (std::holds_alternative<of::GetConfigRequest>(message)) {
    send(of::GetConfigReply{}, xid);
  } else if (const auto* role = std::get_if<of::RoleRequest>(&message)) {
    send(of::RoleReply{role->role, role->generation_id}, xid);
  } else if (const auto* control = std::get_if<of::BundleControl>(&message)) {
    if (habits.bundles) on_bundle_control(*control, envelope.xid);
  } else if (std::holds_alternative<of::FlowMod>(message) || std::holds_alternative<of::GroupMod>(message) ||
             std::holds_alternative<of::MeterMod>(message)) {
    if (auto error = tables.apply(message)) refuse(std::move(*error), envelope.xid);
  } else if (habits.multipart) {
    for (const of::Message& part : tables.answer(message)) send(part, xid);
  }
}

void FakeSwitch::refuse(of::ErrorMessage error, of::Xid xid) {
  send(error, xid.value());
}

void FakeSwitch::on_bundle_add(const of::BundleAdd& add, of::Xid xid, ByteSpan frame) {
  auto inner = of::decode(add.message);
  if (!inner || inner->xid != xid) throw std::logic_error("a bad message in a bundle");
  if (!std::holds_alternative<of::FlowMod>(inner->message) && !std::holds_alternative<of::GroupMod>(inner->message)) {
    return refuse(bundle_error(kBundleUnsupported), xid);
  }
  if (refuse_add) {
    if (auto error = refuse_add(inner->message)) {
      error->data.assign(frame.begin(), frame.end());
      return refuse(std::move(*error), xid);
    }
  }
  bundles_[add.bundle_id].push_back(std::move(*inner));
}

void FakeSwitch::on_bundle_control(const of::BundleControl& control, of::Xid xid) {
  using Type = of::BundleControlType;
  const auto reply = [&](Type type) { send(of::BundleControl{control.bundle_id, type, 0}, xid.value()); };
  const bool known = bundles_.contains(control.bundle_id);
  if (known == (control.type == Type::kOpenRequest)) return refuse(bundle_error(kBundleBadId), xid);
  switch (control.type) {
    case Type::kOpenRequest:
      bundles_[control.bundle_id];
      return reply(Type::kOpenReply);
    case Type::kCloseRequest:
      return reply(Type::kCloseReply);
    case Type::kDiscardRequest:
      bundles_.erase(control.bundle_id);
      return reply(Type::kDiscardReply);
    case Type::kCommitRequest:
      return commit(control, xid);
    default:
      return;
  }
}

void FakeSwitch::commit(const of::BundleControl& control, of::Xid xid) {
  const auto messages = std::move(bundles_[control.bundle_id]);
  bundles_.erase(control.bundle_id);
  FakeTables tried = tables;
  for (const of::Envelope& envelope : messages) {
    auto error = refuse_commit ? refuse_commit(envelope.message) : std::nullopt;
    if (!error) error = tried.apply(envelope.message);
    if (!error) continue;
    refuse(std::move(*error), envelope.xid);
    return refuse(bundle_error(kBundleFailed), xid);
  }
  tables = std::move(tried);
  send(of::BundleControl{control.bundle_id, of::BundleControlType::kCommitReply, 0}, xid.value());
}

}  // namespace dcportals::channel
