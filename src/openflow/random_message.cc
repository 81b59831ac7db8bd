// Values are drawn so that each has one form on the wire: what decodes equal was equal.
#include "openflow/random_message.h"

#include <algorithm>
#include <array>

#include "openflow/codec.h"

namespace dcportals::openflow {
namespace {

constexpr std::array kPorts{kPortInPort, kPortTable, kPortNormal, kPortFlood, kPortAll, kPortController, kPortLocal};

template <class T, class Make>
std::vector<T> many(std::size_t count, Make make) {
  std::vector<T> out(count);
  std::ranges::generate(out, make);
  return out;
}

}  // namespace

std::uint64_t RandomMessage::below(std::uint64_t limit) {
  return engine_() % limit;
}

// Small numbers and all ones are likelier than by chance.
template <class T>
T RandomMessage::number() {
  switch (below(4)) {
    case 0:
      return static_cast<T>(below(4));
    case 1:
      return static_cast<T>(~T{0});
    default:
      return static_cast<T>(engine_());
  }
}

FieldValue RandomMessage::value(Field field) {
  if (field == Field::kInPort) return port().value();
  return FieldValue{number<std::uint64_t>(), number<std::uint64_t>()} & full_mask(field);
}

OfPort RandomMessage::port() {
  return chance(20) ? kPorts[below(kPorts.size())] : OfPort(static_cast<std::uint32_t>(below(0xff00)));
}

Bytes RandomMessage::bytes(std::size_t max) {
  return many<std::uint8_t>(below(max + 1), [this] { return number<std::uint8_t>(); });
}

std::string RandomMessage::text(std::size_t max) {
  std::string out(below(max + 1), ' ');
  std::ranges::generate(out, [this] { return static_cast<char>(1 + below(255)); });
  return out;
}

Match RandomMessage::match() {
  Match out;
  constexpr std::array<std::uint16_t, 5> kTypes{kEthTypeIpv4, kEthTypeIpv6, kEthTypeArp, 0x8847, 0x1234};
  constexpr std::array<std::uint8_t, 6> kProtos{kIpProtoIcmp, kIpProtoTcp, kIpProtoUdp, kIpProtoIcmpv6, kIpProtoSctp, 0};
  if (chance(80)) out.set(Field::kEthType, kTypes[below(kTypes.size())]);
  if (prerequisite_met(out, Field::kIpProto) && chance(80)) out.set(Field::kIpProto, kProtos[below(kProtos.size())]);
  if (prerequisite_met(out, Field::kIpFrag) && chance(20)) out.set_masked(Field::kIpFrag, below(4), 1 + below(3));
  if (prerequisite_met(out, Field::kIcmpv6Type) && chance(80)) out.set(Field::kIcmpv6Type, 134 + below(3));
  for (const FieldSpec& s : all_fields()) {
    const bool fixed = s.field == Field::kEthType || s.field == Field::kIpProto || s.field == Field::kIcmpv6Type ||
                       s.field == Field::kIpFrag || (s.field == Field::kIcmpv6Code && prerequisite_met(out, Field::kNdReserved));
    if (fixed || !chance(25) || !prerequisite_met(out, s.field)) continue;
    const FieldValue mask = s.maskable && chance(40) ? value(s.field) : full_mask(s.field);
    out.set_masked(s.field, value(s.field), s.field == Field::kInPort ? full_mask(s.field) : mask);
  }
  return out;
}

Field RandomMessage::writable_field() {
  while (true) {
    const FieldSpec& s = all_fields()[below(kFieldCount)];
    if (s.writable && s.field != Field::kInPort) return s.field;
  }
}

Action RandomMessage::action() {
  switch (below(9)) {
    case 0:
      return Output{port(), number<std::uint16_t>()};
    case 1:
      return GroupAction{GroupId(number<std::uint32_t>())};
    case 2: {
      const Field field = writable_field();
      return SetField{field, value(field)};
    }
    case 3:
      return PushVlan{};
    case 4:
      return PopVlan{};
    case 5: {
      RegMove move;
      move.source = all_fields()[below(kFieldCount)].field;
      move.destination = writable_field();
      const unsigned source = subfield_bits(move.source), destination = subfield_bits(move.destination);
      move.bits = static_cast<std::uint16_t>(1 + below(std::min(source, destination)));
      move.source_offset = static_cast<std::uint16_t>(below(source - move.bits + 1));
      move.destination_offset = static_cast<std::uint16_t>(below(destination - move.bits + 1));
      return move;
    }
    case 6: {
      RegLoad load;
      load.destination = writable_field();
      const unsigned width = subfield_bits(load.destination);
      load.bits = static_cast<std::uint16_t>(1 + below(std::min(width, 64u)));
      load.offset = static_cast<std::uint16_t>(below(width - load.bits + 1));
      load.value = number<std::uint64_t>() >> (64 - load.bits);
      return load;
    }
    case 7:
      return Resubmit{port(), TableId(number<std::uint8_t>())};
    default: {
      ControllerAction to;
      to.max_len = number<std::uint16_t>();
      to.controller_id = number<std::uint16_t>();
      to.reason = static_cast<std::uint8_t>(below(3));
      to.userdata = bytes(20);
      if (chance(50)) to.meter = MeterId(1 + static_cast<std::uint32_t>(below(1000)));
      return to;
    }
  }
}

Actions RandomMessage::actions() {
  Actions out;
  for (std::size_t n = below(6); n > 0; --n) out.push_back(action());
  return out;
}

Instructions RandomMessage::instructions() {
  Instructions out;
  if (chance(20)) out.meter = MeterId(1 + static_cast<std::uint32_t>(below(1000)));
  if (chance(80)) out.apply = actions();
  out.clear_actions = chance(20);
  if (chance(20)) out.write = actions();
  if (chance(30)) out.metadata = WriteMetadata{number<std::uint64_t>(), number<std::uint64_t>()};
  if (chance(50)) out.go_to = TableId(static_cast<std::uint8_t>(1 + below(253)));
  return out;
}

FlowMod RandomMessage::flow_mod() {
  FlowMod out;
  fill(out);
  return out;
}

Bucket RandomMessage::bucket() {
  return {number<std::uint16_t>(), port(), GroupId(number<std::uint32_t>()), actions()};
}

MeterBand RandomMessage::band() {
  MeterBand out{MeterBand::Type::kDrop, number<std::uint32_t>(), number<std::uint32_t>(), 0};
  if (chance(50)) {
    out.type = MeterBand::Type::kDscpRemark;
    out.prec_level = number<std::uint8_t>();
  }
  return out;
}

PortDescription RandomMessage::port_description() {
  return {port(),
          MacAddress(number<std::uint64_t>()),
          text(16),
          number<std::uint32_t>(),
          number<std::uint32_t>(),
          number<std::uint32_t>(),
          number<std::uint32_t>(),
          number<std::uint32_t>(),
          number<std::uint32_t>(),
          number<std::uint32_t>(),
          number<std::uint32_t>()};
}

FlowStats RandomMessage::flow_stats() {
  FlowStats out;
  out.table_id = TableId(number<std::uint8_t>());
  out.duration_seconds = number<std::uint32_t>();
  out.duration_nanoseconds = static_cast<std::uint32_t>(below(1'000'000'000));
  out.priority = number<std::uint16_t>();
  out.idle_timeout = number<std::uint16_t>();
  out.hard_timeout = number<std::uint16_t>();
  out.flags = static_cast<std::uint16_t>(below(32));
  out.cookie = Cookie(number<std::uint64_t>());
  out.packet_count = number<std::uint64_t>();
  out.byte_count = number<std::uint64_t>();
  out.match = match();
  out.instructions = instructions();
  return out;
}

// One overload a kind of message; those without content need none.
template <class M>
void RandomMessage::fill(M& m) {
  if constexpr (requires { m.more; }) m.more = chance(30);
  if constexpr (std::is_same_v<M, Hello>) {
    for (unsigned v = 0; v < 256; ++v) {
      if (chance(3)) m.versions.push_back(static_cast<std::uint8_t>(v));
    }
  } else if constexpr (std::is_same_v<M, ErrorMessage>) {
    m.type = number<std::uint16_t>();
    m.code = number<std::uint16_t>();
    if (m.type == 0xffff) m.experimenter = number<std::uint32_t>();
    m.data = bytes(80);
  } else if constexpr (std::is_same_v<M, EchoRequest> || std::is_same_v<M, EchoReply>) {
    m.data = bytes(80);
  } else if constexpr (std::is_same_v<M, FeaturesReply>) {
    m = {Dpid(number<std::uint64_t>()), number<std::uint32_t>(), number<std::uint8_t>(), number<std::uint8_t>(),
         number<std::uint32_t>()};
  } else if constexpr (std::is_same_v<M, GetConfigReply> || std::is_same_v<M, SetConfig>) {
    m.config = {number<std::uint16_t>(), number<std::uint16_t>()};
  } else if constexpr (std::is_same_v<M, PacketIn>) {
    m.buffer_id = BufferId(number<std::uint32_t>());
    m.total_len = number<std::uint16_t>();
    m.reason = static_cast<PacketInReason>(below(6));
    m.table_id = TableId(number<std::uint8_t>());
    m.cookie = Cookie(number<std::uint64_t>());
    m.match = match();
    m.data = bytes(100);
    if (chance(50)) m.userdata = bytes(20);
  } else if constexpr (std::is_same_v<M, PacketOut>) {
    m = {BufferId(number<std::uint32_t>()), port(), actions(), bytes(100)};
  } else if constexpr (std::is_same_v<M, FlowMod>) {
    m.command = static_cast<FlowModCommand>(below(5));
    m.table_id = TableId(static_cast<std::uint8_t>(below(255)));
    m.priority = number<std::uint16_t>();
    m.cookie = Cookie(number<std::uint64_t>());
    m.cookie_mask = number<std::uint64_t>();
    m.idle_timeout = number<std::uint16_t>();
    m.hard_timeout = number<std::uint16_t>();
    if (chance(20)) m.buffer_id = BufferId(number<std::uint32_t>());
    if (chance(20)) m.out_port = port();
    if (chance(20)) m.out_group = GroupId(number<std::uint32_t>());
    m.flags = static_cast<std::uint16_t>(below(32));
    m.match = match();
    m.instructions = instructions();
  } else if constexpr (std::is_same_v<M, FlowRemoved>) {
    const FlowStats s = flow_stats();
    m = {s.cookie,
         s.priority,
         static_cast<FlowRemovedReason>(below(6)),
         s.table_id,
         s.duration_seconds,
         s.duration_nanoseconds,
         s.idle_timeout,
         s.hard_timeout,
         s.packet_count,
         s.byte_count,
         s.match};
  } else if constexpr (std::is_same_v<M, PortStatus>) {
    m = {static_cast<PortReason>(below(3)), port_description()};
  } else if constexpr (std::is_same_v<M, GroupMod>) {
    m = {static_cast<GroupModCommand>(below(3)), static_cast<GroupType>(below(4)), GroupId(number<std::uint32_t>()),
         many<Bucket>(below(4), [this] { return bucket(); })};
  } else if constexpr (std::is_same_v<M, MeterMod>) {
    m = {static_cast<MeterModCommand>(below(3)), number<std::uint16_t>(), MeterId(number<std::uint32_t>()),
         many<MeterBand>(below(4), [this] { return band(); })};
  } else if constexpr (std::is_same_v<M, RoleRequest> || std::is_same_v<M, RoleReply>) {
    m = {static_cast<ControllerRole>(below(4)), number<std::uint64_t>()};
  } else if constexpr (std::is_same_v<M, DescriptionReply>) {
    m = {m.more, text(256), text(256), text(256), text(32), text(256)};
  } else if constexpr (std::is_same_v<M, FlowStatsRequest> || std::is_same_v<M, AggregateStatsRequest>) {
    m = {TableId(number<std::uint8_t>()), port(), GroupId(number<std::uint32_t>()), Cookie(number<std::uint64_t>()),
         number<std::uint64_t>(),         match()};
  } else if constexpr (std::is_same_v<M, FlowStatsReply>) {
    m.flows = many<FlowStats>(below(5), [this] { return flow_stats(); });
  } else if constexpr (std::is_same_v<M, AggregateStatsReply>) {
    m = {m.more, number<std::uint64_t>(), number<std::uint64_t>(), number<std::uint32_t>()};
  } else if constexpr (std::is_same_v<M, TableStatsReply>) {
    m.tables = many<TableStats>(below(5), [this] {
      return TableStats{TableId(number<std::uint8_t>()), number<std::uint32_t>(), number<std::uint64_t>(),
                        number<std::uint64_t>()};
    });
  } else if constexpr (std::is_same_v<M, PortStatsRequest>) {
    m.port_no = port();
  } else if constexpr (std::is_same_v<M, PortStatsReply>) {
    m.ports = many<PortStats>(below(4), [this] {
      PortStats s;
      s.port_no = port();
      for (std::uint64_t* v : {&s.rx_packets, &s.tx_packets, &s.rx_bytes, &s.tx_bytes, &s.rx_dropped, &s.tx_dropped, &s.rx_errors,
                               &s.tx_errors, &s.rx_frame_err, &s.rx_over_err, &s.rx_crc_err, &s.collisions}) {
        *v = number<std::uint64_t>();
      }
      s.duration_seconds = number<std::uint32_t>();
      s.duration_nanoseconds = static_cast<std::uint32_t>(below(1'000'000'000));
      return s;
    });
  } else if constexpr (std::is_same_v<M, PortDescriptionReply>) {
    m.ports = many<PortDescription>(below(5), [this] { return port_description(); });
  } else if constexpr (std::is_same_v<M, GroupDescriptionReply>) {
    m.groups = many<GroupDescription>(below(4), [this] {
      return GroupDescription{static_cast<GroupType>(below(4)), GroupId(number<std::uint32_t>()),
                              many<Bucket>(below(4), [this] { return bucket(); })};
    });
  } else if constexpr (std::is_same_v<M, MeterConfigRequest> || std::is_same_v<M, MeterStatsRequest>) {
    m.meter_id = MeterId(number<std::uint32_t>());
  } else if constexpr (std::is_same_v<M, MeterConfigReply>) {
    m.meters = many<MeterConfig>(below(4), [this] {
      return MeterConfig{number<std::uint16_t>(), MeterId(number<std::uint32_t>()),
                         many<MeterBand>(below(4), [this] { return band(); })};
    });
  } else if constexpr (std::is_same_v<M, MeterStatsReply>) {
    m.meters = many<MeterStats>(below(4), [this] {
      return MeterStats{MeterId(number<std::uint32_t>()),
                        number<std::uint32_t>(),
                        number<std::uint64_t>(),
                        number<std::uint64_t>(),
                        number<std::uint32_t>(),
                        static_cast<std::uint32_t>(below(1'000'000'000)),
                        many<MeterStats::Band>(
                            below(4), [this] { return MeterStats::Band{number<std::uint64_t>(), number<std::uint64_t>()}; })};
    });
  } else if constexpr (std::is_same_v<M, SetPacketInFormat>) {
    m.format = static_cast<PacketInFormat>(below(3));
  } else if constexpr (std::is_same_v<M, BundleControl>) {
    m = {BundleId(number<std::uint32_t>()), static_cast<BundleControlType>(below(8)), number<std::uint16_t>()};
  } else if constexpr (std::is_same_v<M, BundleAdd>) {
    m = {BundleId(number<std::uint32_t>()), number<std::uint16_t>(), encode(flow_mod(), Xid(1))};
  } else {
    static_assert(std::is_empty_v<M> || requires { m.more; });
  }
}

Message RandomMessage::message(std::size_t index) {
  Message out;
  const auto make = [&]<std::size_t... I>(std::index_sequence<I...>) { ((I == index ? fill(out.emplace<I>()) : void()), ...); };
  make(std::make_index_sequence<std::variant_size_v<Message> - 1>{});
  return out;
}

}  // namespace dcportals::openflow
