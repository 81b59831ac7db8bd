// Rules that several objects share: texts, revisions, addresses. See rules.h.
#include "topology/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace dcportals::topology {
namespace {

// UTF-8 characters: every byte but the continuation bytes.
std::size_t count_characters(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// How many bytes the character at the beginning has; 0: it is none (RFC 3629: no surrogates, nothing longer than need be).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  const bool is_wrong = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) || (first == 0xf0 && second < 0x90) ||
                        (first == 0xf4 && second > 0x8f);
  return is_wrong ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

template <class Prefix>
struct Special {
  Prefix prefix;
  const char* what;
};

constexpr Special<Ipv4Prefix> kSpecialV4[] = {
    {Ipv4Prefix(Ipv4Address(0x00000000), 8), "\"this network\" 0.0.0.0/8"},
    {Ipv4Prefix(Ipv4Address(0x7f000000), 8), "loopback 127.0.0.0/8"},
    {Ipv4Prefix(Ipv4Address(0xe0000000), 4), "multicast 224.0.0.0/4"},
    {Ipv4Prefix(Ipv4Address(0xffffffff), 32), "the limited broadcast address 255.255.255.255"},
};

const std::vector<Special<Ipv6Prefix>>& special_v6() {
  static const std::vector<Special<Ipv6Prefix>> kSpecial = {
      {*Ipv6Prefix::parse("::/128"), "the unspecified address ::"},
      {*Ipv6Prefix::parse("::1/128"), "loopback ::1"},
      {*Ipv6Prefix::parse("ff00::/8"), "multicast ff00::/8"},
  };
  return kSpecial;
}

Rejection overlaps(const std::string& field, const std::string& text, const std::string& what) {
  return {RejectCode::kInvalid, field, fmt::format("{} overlaps {}", text, what)};
}

}  // namespace

const char* to_string(RejectCode code) {
  switch (code) {
    case RejectCode::kInvalid:
      return "invalid";
    case RejectCode::kNotFound:
      return "not found";
    case RejectCode::kConflict:
      return "conflict";
    case RejectCode::kInUse:
      return "in use";
    case RejectCode::kStale:
      return "stale";
    case RejectCode::kExhausted:
      return "exhausted";
  }
  return "unknown";
}

Verdict check_put_revision(const Topology& topology, const Uuid& id, std::optional<RevisionNumber> revision,
                           std::optional<RevisionNumber> kept) {
  if (!revision) return std::nullopt;
  if (*revision > kMaxRevision) {
    return Rejection{RejectCode::kInvalid, "revision_number", fmt::format("revision {} is over {}", *revision, kMaxRevision)};
  }
  if (kept && *revision < *kept) {
    return Rejection{RejectCode::kStale, "revision_number",
                     fmt::format("revision {} is older than the kept {}", *revision, *kept)};
  }
  if (const Tombstone* tombstone = topology.tombstone(id); tombstone != nullptr && *revision <= tombstone->revision_number) {
    return Rejection{
        RejectCode::kStale, "revision_number",
        fmt::format("revision {} is not newer than {}, at which {} was deleted", *revision, tombstone->revision_number, id)};
  }
  return std::nullopt;
}

Verdict check_erase_revision(std::optional<RevisionNumber> revision, std::optional<RevisionNumber> kept) {
  if (!revision) return std::nullopt;
  if (*revision > kMaxRevision) {
    return Rejection{RejectCode::kInvalid, "revision_number", fmt::format("revision {} is over {}", *revision, kMaxRevision)};
  }
  if (kept && *revision < *kept) {
    return Rejection{RejectCode::kStale, "revision_number",
                     fmt::format("revision {} is older than the kept {}", *revision, *kept)};
  }
  return std::nullopt;
}

Verdict check_text(const std::string& field, const std::string& text) {
  if (const std::size_t length = count_characters(text); length > kMaxCharacters) {
    return Rejection{RejectCode::kInvalid, field,
                     fmt::format("{} characters, of which at most {} are allowed", length, kMaxCharacters)};
  }
  if (text.find('\0') != std::string::npos) return Rejection{RejectCode::kInvalid, field, "contains a NUL character"};
  return std::nullopt;
}

Verdict check_identifier(const std::string& field, const std::string& text) {
  if (text.empty()) return Rejection{RejectCode::kInvalid, field, "must not be empty"};
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(text, is_control)) return Rejection{RejectCode::kInvalid, field, "contains a control character"};
  // A switch's name is whatever it sends; the API's answers have to be JSON.
  if (!is_utf8(text)) return Rejection{RejectCode::kInvalid, field, "is not UTF-8"};
  return check_text(field, text);
}

Verdict check_mac(const std::string& field, MacAddress mac) {
  if (mac.is_zero()) return Rejection{RejectCode::kInvalid, field, "the MAC address is zero"};
  if (mac.is_group()) {
    return Rejection{RejectCode::kInvalid, field, fmt::format("{} is a group (multicast or broadcast) MAC address", mac)};
  }
  return std::nullopt;
}

Verdict check_usable(const std::string& field, const IpPrefix& prefix, const KeyPool& pool) {
  const std::string text = to_string(prefix);
  if (const auto* v4 = std::get_if<Ipv4Prefix>(&prefix)) {
    if (v4->overlaps(pool.prefix())) return overlaps(field, text, fmt::format("the mapping-key pool {}", pool.prefix()));
    for (const auto& special : kSpecialV4) {
      if (v4->overlaps(special.prefix)) return overlaps(field, text, special.what);
    }
    return std::nullopt;
  }
  for (const auto& special : special_v6()) {
    if (std::get<Ipv6Prefix>(prefix).overlaps(special.prefix)) return overlaps(field, text, special.what);
  }
  return std::nullopt;
}

Verdict check_usable(const std::string& field, const IpAddress& address, const KeyPool& pool) {
  if (const auto* v4 = std::get_if<Ipv4Address>(&address)) return check_usable(field, IpPrefix(Ipv4Prefix(*v4, 32)), pool);
  return check_usable(field, IpPrefix(Ipv6Prefix(std::get<Ipv6Address>(address), 128)), pool);
}

bool contains(const IpPrefix& prefix, const IpAddress& address) {
  if (prefix.index() != address.index()) return false;
  if (const auto* v4 = std::get_if<Ipv4Prefix>(&prefix)) return v4->contains(std::get<Ipv4Address>(address));
  return std::get<Ipv6Prefix>(prefix).contains(std::get<Ipv6Address>(address));
}

bool is_edge_of(const IpPrefix& prefix, const IpAddress& address) {
  const auto* v4_prefix = std::get_if<Ipv4Prefix>(&prefix);
  const auto* v4 = std::get_if<Ipv4Address>(&address);
  if (v4_prefix == nullptr || v4 == nullptr || v4_prefix->length() > 30) return false;
  return *v4 == v4_prefix->first() || *v4 == v4_prefix->last();
}

}  // namespace dcportals::topology
