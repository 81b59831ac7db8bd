// A UUID (RFC 4122) as Neutron writes it: 36 characters, lower case, four hyphens.
#pragma once

#include <fmt/format.h>

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dcportals {

class Uuid {
 public:
  constexpr Uuid() = default;

  // Either case is read; the hyphens must stand where RFC 4122 puts them.
  [[nodiscard]] static std::optional<Uuid> parse(std::string_view text);
  // A random (version 4) UUID from the operating system's generator.
  [[nodiscard]] static Uuid random();

  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  [[nodiscard]] std::string to_string() const;

  friend constexpr bool operator==(const Uuid&, const Uuid&) = default;
  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

// A UUID that names one kind of object: a NetworkId is not a PortId.
template <class Tag>
class UuidId {
 public:
  constexpr UuidId() = default;
  constexpr explicit UuidId(const Uuid& uuid) : uuid_(uuid) {}

  [[nodiscard]] static std::optional<UuidId> parse(std::string_view text) {
    const auto uuid = Uuid::parse(text);
    if (!uuid) return std::nullopt;
    return UuidId(*uuid);
  }

  [[nodiscard]] const Uuid& uuid() const { return uuid_; }
  [[nodiscard]] std::string to_string() const { return uuid_.to_string(); }

  friend constexpr bool operator==(const UuidId&, const UuidId&) = default;
  friend constexpr auto operator<=>(const UuidId&, const UuidId&) = default;

 private:
  Uuid uuid_;
};

}  // namespace dcportals

template <>
struct std::hash<dcportals::Uuid> {
  std::size_t operator()(const dcportals::Uuid& uuid) const noexcept {
    std::uint64_t halves[2];
    std::memcpy(halves, uuid.bytes().data(), sizeof halves);
    return static_cast<std::size_t>(halves[0] ^ halves[1] * 0x9e3779b97f4a7c15ULL);
  }
};

template <class Tag>
struct std::hash<dcportals::UuidId<Tag>> {
  std::size_t operator()(const dcportals::UuidId<Tag>& id) const noexcept { return std::hash<dcportals::Uuid>{}(id.uuid()); }
};

template <>
struct fmt::formatter<dcportals::Uuid> : fmt::formatter<std::string> {
  auto format(const dcportals::Uuid& uuid, fmt::format_context& ctx) const {
    return fmt::formatter<std::string>::format(uuid.to_string(), ctx);
  }
};

template <class Tag>
struct fmt::formatter<dcportals::UuidId<Tag>> : fmt::formatter<std::string> {
  auto format(const dcportals::UuidId<Tag>& id, fmt::format_context& ctx) const {
    return fmt::formatter<std::string>::format(id.to_string(), ctx);
  }
};
