// How the topology's values stand in a database column: as text that a person can read and search for, or as a number.
//
// Column<T>::store gives what is kept, Column<T>::load what it means, or nothing if it means nothing. Used by statement.h.
#pragma once

#include <charconv>
#include <concepts>
#include <limits>
#include <optional>
#include <string>

#include "topology/model.h"

namespace dcportals::store {

template <class T>
struct Column;

template <>
struct Column<std::string> {
  using Stored = std::string;
  static Stored store(const std::string& value) { return value; }
  static std::optional<std::string> load(const Stored& stored) { return stored; }
};

template <>
struct Column<bool> {
  using Stored = long long;
  static Stored store(bool value) { return value ? 1 : 0; }
  static std::optional<bool> load(Stored stored) { return stored != 0; }
};

// Numbers over 2^63 - 1 cannot be kept; the planner lets none through.
template <std::unsigned_integral T>
struct Column<T> {
  using Stored = long long;
  static Stored store(T value) { return static_cast<Stored>(value); }
  static std::optional<T> load(Stored stored) {
    if (stored < 0 || static_cast<unsigned long long>(stored) > std::numeric_limits<T>::max()) return std::nullopt;
    return static_cast<T>(stored);
  }
};

template <class Tag, class Rep>
struct Column<StrongId<Tag, Rep>> {
  using Stored = long long;
  static Stored store(StrongId<Tag, Rep> value) { return Column<Rep>::store(value.value()); }
  static std::optional<StrongId<Tag, Rep>> load(Stored stored) {
    const auto value = Column<Rep>::load(stored);
    return value ? std::optional(StrongId<Tag, Rep>(*value)) : std::nullopt;
  }
};

// Sixteen hexadecimal digits, as OVS prints it; it uses all 64 bits.
template <>
struct Column<Dpid> {
  using Stored = std::string;
  static Stored store(Dpid value) { return fmt::format("{:016x}", value.value()); }
  static std::optional<Dpid> load(const Stored& stored) {
    std::uint64_t value = 0;
    const char* end = stored.data() + stored.size();
    const auto [stop, error] = std::from_chars(stored.data(), end, value, 16);
    if (stored.size() != 16 || error != std::errc{} || stop != end) return std::nullopt;
    return Dpid(value);
  }
};

// Types with to_string() and a static parse().
template <class T>
  requires requires(const T& value, std::string_view text) {
    { value.to_string() } -> std::same_as<std::string>;
    { T::parse(text) } -> std::same_as<std::optional<T>>;
  }
struct Column<T> {
  using Stored = std::string;
  static Stored store(const T& value) { return value.to_string(); }
  static std::optional<T> load(const Stored& stored) { return T::parse(stored); }
};

template <>
struct Column<IpAddress> {
  using Stored = std::string;
  static Stored store(const IpAddress& value) { return to_string(value); }
  static std::optional<IpAddress> load(const Stored& stored) { return parse_ip_address(stored); }
};

template <>
struct Column<IpPrefix> {
  using Stored = std::string;
  static Stored store(const IpPrefix& value) { return to_string(value); }
  static std::optional<IpPrefix> load(const Stored& stored) { return parse_ip_prefix(stored); }
};

template <>
struct Column<topology::ForwardingMode> {
  using Stored = std::string;
  static Stored store(topology::ForwardingMode value) { return std::string(topology::to_string(value)); }
  static std::optional<topology::ForwardingMode> load(const Stored& stored) { return topology::parse_forwarding_mode(stored); }
};

template <>
struct Column<topology::TenantId> {
  using Stored = std::string;
  static Stored store(const topology::TenantId& value) { return value.text; }
  static std::optional<topology::TenantId> load(const Stored& stored) { return topology::TenantId{stored}; }
};

template <>
struct Column<topology::HostName> {
  using Stored = std::string;
  static Stored store(const topology::HostName& value) { return value.text; }
  static std::optional<topology::HostName> load(const Stored& stored) { return topology::HostName{stored}; }
};

template <>
struct Column<topology::MappingKey> {
  using Stored = std::string;
  static Stored store(topology::MappingKey value) { return value.address.to_string(); }
  static std::optional<topology::MappingKey> load(const Stored& stored) {
    const auto address = Ipv4Address::parse(stored);
    return address ? std::optional(topology::MappingKey{*address}) : std::nullopt;
  }
};

}  // namespace dcportals::store
