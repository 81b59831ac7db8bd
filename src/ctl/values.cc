#include "ctl/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/ip_address.h"
#include "base/mac_address.h"
#include "base/uuid.h"
#include "ctl/text.h"

namespace dcportals::ctl {
namespace {

constexpr double kTenYears = 10.0 * 365 * 24 * 3600;

bool is_address_pair(std::string_view text) {
  const auto comma = text.find(',');
  if (comma != std::string_view::npos && !MacAddress::parse(text.substr(comma + 1))) return false;
  return parse_ip_address(text.substr(0, comma)).has_value();
}

std::string_view form_of(ValueType type) {
  switch (type) {
    case ValueType::kUuid:
      return "a UUID";
    case ValueType::kIp:
      return "an IP address";
    case ValueType::kMac:
      return "a MAC address";
    case ValueType::kPrefix:
      return "an IP prefix such as 10.0.0.0/24 (no bits set past its length)";
    case ValueType::kAddressPair:
      return "IP or IP,MAC";
    case ValueType::kSeconds:
      return "a number of seconds";
    case ValueType::kNumber:
      return "a whole number";
    default:
      return "a text";
  }
}

bool has_form(ValueType type, std::string_view value) {
  switch (type) {
    case ValueType::kUuid:
      return Uuid::parse(value).has_value();
    case ValueType::kIp:
      return parse_ip_address(value).has_value();
    case ValueType::kMac:
      return MacAddress::parse(value).has_value();
    case ValueType::kPrefix:
      return parse_ip_prefix(value).has_value();
    case ValueType::kAddressPair:
      return is_address_pair(value);
    case ValueType::kSeconds:
      return parse_seconds(value).has_value();
    case ValueType::kNumber:
      return parse_number(value).has_value();
    default:
      return true;
  }
}

}  // namespace

std::optional<double> parse_seconds(std::string_view text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!(seconds >= 0 && seconds <= kTenYears)) return std::nullopt;
  return seconds;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string> choices_of(const ArgSpec& arg) {
  std::vector<std::string> out;
  std::string_view rest = arg.choices;
  while (!rest.empty()) {
    const auto bar = rest.find('|');
    out.emplace_back(rest.substr(0, bar));
    rest.remove_prefix(bar == std::string_view::npos ? rest.size() : bar + 1);
  }
  return out;
}

std::optional<std::string> problem_of(const ArgSpec& arg, std::string_view value) {
  const std::vector<std::string> choices = choices_of(arg);
  if (!choices.empty()) {
    if (std::ranges::find(choices, value) != choices.end()) return std::nullopt;
    return fmt::format("\"{}\" is none of {}", printable(value), fmt::join(choices, ", "));
  }
  if (has_form(arg.type, value)) return std::nullopt;
  return fmt::format("\"{}\" is not {}", printable(value), form_of(arg.type));
}

std::string_view metavar_of(const ArgSpec& arg) {
  if (!arg.metavar.empty()) return arg.metavar;
  if (!arg.is_option()) return arg.name;
  if (!arg.choices.empty()) return arg.choices;
  switch (arg.type) {
    case ValueType::kNone:
      return "";
    case ValueType::kText:
    case ValueType::kMethod:
      return "TEXT";
    case ValueType::kUuid:
      return "UUID";
    case ValueType::kIp:
      return "IP";
    case ValueType::kMac:
      return "MAC";
    case ValueType::kPrefix:
      return "CIDR";
    case ValueType::kAddressPair:
      return "IP[,MAC]";
    case ValueType::kSeconds:
      return "SECONDS";
    case ValueType::kNumber:
      return "N";
    case ValueType::kFile:
      return "FILE";
    case ValueType::kTenant:
      return "TENANT";
    case ValueType::kNetwork:
      return "NETWORK";
    case ValueType::kSubnet:
      return "SUBNET";
    case ValueType::kPort:
      return "PORT";
    case ValueType::kRouter:
      return "ROUTER";
    case ValueType::kHost:
      return "HOST";
  }
  return "";
}

}  // namespace dcportals::ctl
