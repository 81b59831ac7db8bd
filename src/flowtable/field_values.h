// The values of a packet's fields, as a match sees them.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "openflow/match.h"

namespace dcportals::flowtable {

class FieldValues {
 public:
  void set(openflow::Field field, openflow::FieldValue value) { values_[index(field)] = value; }
  void clear(openflow::Field field) { values_[index(field)].reset(); }
  // nullopt: the packet has no such field.
  [[nodiscard]] std::optional<openflow::FieldValue> get(openflow::Field field) const { return values_[index(field)]; }

  // Every matched field is there and agrees under its mask.
  [[nodiscard]] bool satisfy(const openflow::Match& match) const {
    for (const openflow::FieldMatch& m : match.fields()) {
      const auto& value = values_[index(m.field)];
      if (!value || (*value & m.mask) != m.value) return false;
    }
    return true;
  }

 private:
  static constexpr std::size_t index(openflow::Field field) { return static_cast<std::size_t>(field); }

  std::array<std::optional<openflow::FieldValue>, openflow::kFieldCount> values_;
};

}  // namespace dcportals::flowtable
