// The kinds of objects that commands name: what they are called, and which methods of the API get and list them. Constant data.
#pragma once

#include <optional>
#include <string_view>

#include "ctl/command.h"

namespace dcportals::ctl {

enum class ObjectKind { kTenant, kNetwork, kSubnet, kPort, kRouter, kHost };

struct ObjectKindSpec {
  ObjectKind kind;
  ValueType type;  // of arguments that name one
  std::string_view name;
  std::string_view plural;
  std::string_view key;  // the member that identifies one, and the parameter of get and delete
};

[[nodiscard]] const ObjectKindSpec& spec(ObjectKind kind);
// nullopt: values of this type name no object.
[[nodiscard]] std::optional<ObjectKind> kind_of(ValueType type);

}  // namespace dcportals::ctl
