#include "ctl/command.h"

namespace dcportals::ctl {

const std::string& Arguments::text(std::string_view name) const {
  static const std::string nothing;
  const auto found = values_.find(name);
  return found != values_.end() ? found->second.front() : nothing;
}

std::optional<std::string> Arguments::optional(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  return text(name);
}

std::span<const std::string> Arguments::list(std::string_view name) const {
  const auto found = values_.find(name);
  return found != values_.end() ? std::span<const std::string>(found->second) : std::span<const std::string>();
}

}  // namespace dcportals::ctl
