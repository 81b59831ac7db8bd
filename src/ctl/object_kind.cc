#include "ctl/object_kind.h"

#include <algorithm>

namespace dcportals::ctl {
namespace {

constexpr ObjectKindSpec kKinds[] = {
    {ObjectKind::kTenant, ValueType::kTenant, "tenant", "tenants", "id"},
    {ObjectKind::kNetwork, ValueType::kNetwork, "network", "networks", "id"},
    {ObjectKind::kSubnet, ValueType::kSubnet, "subnet", "subnets", "id"},
    {ObjectKind::kPort, ValueType::kPort, "port", "ports", "id"},
    {ObjectKind::kRouter, ValueType::kRouter, "router", "routers", "id"},
    {ObjectKind::kHost, ValueType::kHost, "host", "hosts", "name"},
};

}  // namespace

const ObjectKindSpec& spec(ObjectKind kind) {
  return *std::ranges::find(kKinds, kind, &ObjectKindSpec::kind);
}

std::optional<ObjectKind> kind_of(ValueType type) {
  const auto* found = std::ranges::find(kKinds, type, &ObjectKindSpec::type);
  if (found == std::end(kKinds)) return std::nullopt;
  return found->kind;
}

}  // namespace dcportals::ctl
