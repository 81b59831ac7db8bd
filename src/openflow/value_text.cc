// How ovs-ofctl writes single values: the MFS_* strings of its meta-flow table.
#include "openflow/value_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

#include "base/byte_io.h"
#include "base/ip_address.h"
#include "base/mac_address.h"

namespace dcportals::openflow {
namespace {

struct PortName {
  OfPort port;
  std::string_view name;
};
constexpr std::array kPortNames{
    PortName{kPortInPort, "IN_PORT"}, PortName{kPortTable, "TABLE"}, PortName{kPortNormal, "NORMAL"},
    PortName{kPortFlood, "FLOOD"},    PortName{kPortAll, "ALL"},     PortName{kPortController, "CONTROLLER"},
    PortName{kPortLocal, "LOCAL"},    PortName{kPortAny, "ANY"},
};

struct FragName {
  std::string_view name;
  std::uint8_t value, mask;
};
// Bit 0: any fragment, bit 1: later fragment. A later fragment that is none is what OVS calls an error.
constexpr std::array kFragNames{
    FragName{"no", 0, 3}, FragName{"first", 1, 3}, FragName{"<error>", 2, 3},   FragName{"later", 3, 3},
    FragName{"no", 0, 1}, FragName{"yes", 1, 1},   FragName{"not_later", 0, 2}, FragName{"later", 2, 2},
};

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  return std::ranges::equal(a, b, {}, upper, upper);
}

Ipv6Address ipv6_of(FieldValue value) {
  std::array<std::uint8_t, 16> bytes;
  store_be(bytes.data(), value.high);
  store_be(bytes.data() + 8, value.low);
  return Ipv6Address(bytes);
}

FieldValue value_of(const Ipv6Address& ip) {
  return {load_be<std::uint64_t>(ip.bytes().data()), load_be<std::uint64_t>(ip.bytes().data() + 8)};
}

// The length of the prefix that the mask is, in a field of `bits` bits; nullopt when it is none.
std::optional<unsigned> prefix_length(FieldValue mask, unsigned bits) {
  const auto ones = static_cast<unsigned>(std::popcount(mask.high) + std::popcount(mask.low));
  if (ones == 0) return 0;
  FieldValue prefix;
  if (bits <= 64) {
    prefix.low = ~std::uint64_t{0} << (64 - ones) >> (64 - bits);
  } else {
    prefix.high = ones >= 64 ? ~std::uint64_t{0} : ~std::uint64_t{0} << (64 - ones);
    prefix.low = ones <= 64 ? 0 : ~std::uint64_t{0} << (128 - ones);
  }
  return prefix == mask ? std::optional(ones) : std::nullopt;
}

FieldValue prefix_mask(unsigned length, unsigned bits) {
  if (bits <= 64) return length == 0 ? 0 : ~std::uint64_t{0} >> (64 - bits) & ~std::uint64_t{0} << (bits - length);
  if (length == 0) return {};
  if (length <= 64) return {~std::uint64_t{0} << (64 - length), 0};
  return {~std::uint64_t{0}, ~std::uint64_t{0} << (128 - length)};
}

bool fits(Field field, FieldValue value) {
  return (value & ~full_mask(field)) == FieldValue{};
}

void append_frag(std::string& out, FieldValue value, FieldValue mask) {
  for (const FragName& f : kFragNames) {
    if (value.low == f.value && mask.low == f.mask) {
      out += f.name;
      return;
    }
  }
}

std::optional<MaskedValue> parse_frag(std::string_view text) {
  for (const FragName& f : kFragNames) {
    if (f.name == text) return MaskedValue{f.value, f.mask};
  }
  return std::nullopt;
}

}  // namespace

void append_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      put(out, "\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
}

void append_port(std::string& out, OfPort port) {
  const auto name = std::ranges::find(kPortNames, port, &PortName::port);
  if (name != kPortNames.end()) {
    out += name->name;
  } else {
    put(out, "{}", port.value());
  }
}

std::optional<OfPort> parse_port(std::string_view text) {
  for (const PortName& p : kPortNames) {
    if (equal_ignoring_case(p.name, text)) return p.port;
  }
  const auto number = parse_number(text, 0xffff'ffff);
  if (!number) return std::nullopt;
  return OfPort(static_cast<std::uint32_t>(*number));
}

void append_value(std::string& out, Field field, FieldValue value) {
  switch (spec(field).format) {
    case FieldFormat::kDecimal:
    case FieldFormat::kVlan:
    case FieldFormat::kFrag:
      put(out, "{}", value.low);
      break;
    case FieldFormat::kHex:
      if (field == Field::kEthType) {
        put(out, "0x{:04x}", value.low);
      } else {
        append_hex(out, value.low);
      }
      break;
    case FieldFormat::kMac:
      out += MacAddress(value.low).to_string();
      break;
    case FieldFormat::kIpv4:
      out += Ipv4Address(static_cast<std::uint32_t>(value.low)).to_string();
      break;
    case FieldFormat::kIpv6:
      out += ipv6_of(value).to_string();
      break;
    case FieldFormat::kPort:
      append_port(out, OfPort(static_cast<std::uint32_t>(value.low)));
      break;
  }
}

void append_value(std::string& out, Field field, FieldValue value, FieldValue mask) {
  const FieldSpec& s = spec(field);
  if (s.format == FieldFormat::kFrag) return append_frag(out, value, mask);
  if (mask == full_mask(field)) return append_value(out, field, value);
  if (s.format == FieldFormat::kIpv4 || s.format == FieldFormat::kIpv6) {
    append_value(out, field, value);
    out += '/';
    if (const auto length = prefix_length(mask, s.bits)) {
      put(out, "{}", *length);
    } else {
      append_value(out, field, mask);
    }
  } else if (s.format == FieldFormat::kMac) {
    append_value(out, field, value);
    out += '/';
    append_value(out, field, mask);
  } else if (s.format == FieldFormat::kHex) {
    append_hex(out, value.low);
    out += '/';
    append_hex(out, mask.low);
  } else {
    put(out, "0x{:x}/0x{:x}", value.low, mask.low);
  }
}

void append_hex(std::string& out, std::uint64_t number) {
  if (number == 0) {
    out += '0';
  } else {
    put(out, "0x{:x}", number);
  }
}

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t max) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, hex ? 16 : 10);
  if (error != std::errc{} || end != text.data() + text.size() || number > max) return std::nullopt;
  return number;
}

std::optional<FieldValue> parse_value(Field field, std::string_view text) {
  std::optional<FieldValue> value;
  switch (spec(field).format) {
    case FieldFormat::kMac:
      if (const auto mac = MacAddress::parse(text)) value = FieldValue(mac->value());
      break;
    case FieldFormat::kIpv4:
      if (const auto ip = Ipv4Address::parse(text)) value = FieldValue(ip->value());
      break;
    case FieldFormat::kIpv6:
      if (const auto ip = Ipv6Address::parse(text)) value = value_of(*ip);
      break;
    case FieldFormat::kPort:
      if (const auto port = parse_port(text)) value = FieldValue(port->value());
      break;
    default:
      if (const auto number = parse_number(text)) value = FieldValue(*number);
      break;
  }
  if (!value || !fits(field, *value)) return std::nullopt;
  return value;
}

std::optional<MaskedValue> parse_masked(Field field, std::string_view text) {
  const FieldSpec& s = spec(field);
  if (s.format == FieldFormat::kFrag) return parse_frag(text);
  const std::size_t slash = text.find('/');
  const auto value = parse_value(field, text.substr(0, slash));
  if (!value) return std::nullopt;
  if (slash == std::string_view::npos) return MaskedValue{*value, full_mask(field)};
  if (!s.maskable) return std::nullopt;
  const std::string_view mask_text = text.substr(slash + 1);
  const bool address = s.format == FieldFormat::kIpv4 || s.format == FieldFormat::kIpv6;
  std::optional<FieldValue> mask;
  if (const auto length = address ? parse_number(mask_text, s.bits) : std::nullopt) {
    mask = prefix_mask(static_cast<unsigned>(*length), s.bits);
  } else {
    mask = parse_value(field, mask_text);
  }
  if (!mask) return std::nullopt;
  return MaskedValue{*value & *mask, *mask};
}

}  // namespace dcportals::openflow
