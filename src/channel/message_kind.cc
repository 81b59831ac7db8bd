// See message_kind.h.
#include "channel/message_kind.h"

#include <variant>

namespace dcportals::channel {

namespace of = openflow;

namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

template <class T>
bool is(const of::Message& message) {
  return std::holds_alternative<T>(message);
}

template <class T>
std::optional<AnswerTest> answered_by() {
  return &is<T>;
}

Kind kind_of_unknown(std::uint8_t type) {
  constexpr std::uint8_t kExperimenter = 4, kMultipartReply = 19, kQueueConfigReply = 23, kAsyncReply = 27, kLast = 29;
  if (type == kExperimenter) return Kind::kAsync;
  if (type == kMultipartReply || type == kQueueConfigReply || type == kAsyncReply) return Kind::kReply;
  return type > kLast ? Kind::kUnknownType : Kind::kMisplaced;
}

}  // namespace

Kind kind_of(const of::Message& message) {
  return std::visit(Overloaded{
                        [](const of::ErrorMessage&) { return Kind::kAsync; },
                        [](const of::PacketIn&) { return Kind::kAsync; },
                        [](const of::FlowRemoved&) { return Kind::kAsync; },
                        [](const of::PortStatus&) { return Kind::kAsync; },
                        [](const of::EchoReply&) { return Kind::kReply; },
                        [](const of::FeaturesReply&) { return Kind::kReply; },
                        [](const of::GetConfigReply&) { return Kind::kReply; },
                        [](const of::RoleReply&) { return Kind::kReply; },
                        [](const of::BarrierReply&) { return Kind::kReply; },
                        [](const of::DescriptionReply&) { return Kind::kReply; },
                        [](const of::FlowStatsReply&) { return Kind::kReply; },
                        [](const of::AggregateStatsReply&) { return Kind::kReply; },
                        [](const of::TableStatsReply&) { return Kind::kReply; },
                        [](const of::PortStatsReply&) { return Kind::kReply; },
                        [](const of::PortDescriptionReply&) { return Kind::kReply; },
                        [](const of::GroupDescriptionReply&) { return Kind::kReply; },
                        [](const of::MeterConfigReply&) { return Kind::kReply; },
                        [](const of::MeterStatsReply&) { return Kind::kReply; },
                        [](const of::BundleControl&) { return Kind::kReply; },
                        [](const of::Unknown& m) { return kind_of_unknown(m.type); },
                        [](const auto&) { return Kind::kMisplaced; },
                    },
                    message);
}

bool looks_like_packet_in(ByteSpan message) {
  constexpr std::uint8_t kExperimenter = 4, kPacketIn = 10;
  constexpr std::uint32_t kNxtPacketIn2 = 30;
  if (message.size() < 2 || message[0] != of::kVersion13) return false;
  if (message[1] == kPacketIn) return true;
  return message[1] == kExperimenter && message.size() >= 16 &&
         load_be<std::uint32_t>(message.data() + 8) == of::kExperimenterNicira &&
         load_be<std::uint32_t>(message.data() + 12) == kNxtPacketIn2;
}

std::optional<AnswerTest> answer_test(const of::Message& request) {
  return std::visit(Overloaded{
                        [](const of::EchoRequest&) { return answered_by<of::EchoReply>(); },
                        [](const of::FeaturesRequest&) { return answered_by<of::FeaturesReply>(); },
                        [](const of::GetConfigRequest&) { return answered_by<of::GetConfigReply>(); },
                        [](const of::RoleRequest&) { return answered_by<of::RoleReply>(); },
                        [](const of::BarrierRequest&) { return answered_by<of::BarrierReply>(); },
                        [](const of::DescriptionRequest&) { return answered_by<of::DescriptionReply>(); },
                        [](const of::FlowStatsRequest&) { return answered_by<of::FlowStatsReply>(); },
                        [](const of::AggregateStatsRequest&) { return answered_by<of::AggregateStatsReply>(); },
                        [](const of::TableStatsRequest&) { return answered_by<of::TableStatsReply>(); },
                        [](const of::PortStatsRequest&) { return answered_by<of::PortStatsReply>(); },
                        [](const of::PortDescriptionRequest&) { return answered_by<of::PortDescriptionReply>(); },
                        [](const of::GroupDescriptionRequest&) { return answered_by<of::GroupDescriptionReply>(); },
                        [](const of::MeterConfigRequest&) { return answered_by<of::MeterConfigReply>(); },
                        [](const of::MeterStatsRequest&) { return answered_by<of::MeterStatsReply>(); },
                        [](const of::BundleControl&) { return answered_by<of::BundleControl>(); },
                        [](const auto&) { return std::optional<AnswerTest>(); },
                    },
                    request);
}

bool more_follows(const of::Message& reply) {
  return std::visit(
      [](const auto& m) {
        if constexpr (requires { m.more; }) {
          return m.more;
        } else {
          return false;
        }
      },
      reply);
}

}  // namespace dcportals::channel
