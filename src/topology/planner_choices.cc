// What operators choose about forwarding, for one network or the fabric. See planner.h.
#include <fmt/format.h>

#include <utility>

#include "topology/planner.h"

namespace dcportals::topology {
namespace {

std::unexpected<Rejection> no_network(const NetworkId& id) {
  return std::unexpected(Rejection{RejectCode::kNotFound, "id", fmt::format("there is no network {}", id)});
}

}  // namespace

Planner::Result<bool> Planner::set_mode(const NetworkId& id, std::optional<ForwardingMode> mode) {
  const Network* kept = topology_.network(id);
  if (kept == nullptr) return no_network(id);
  if (kept->mode == mode) return false;
  Network network = *kept;
  network.mode = mode;
  step(PutNetwork{std::move(network)});
  return true;
}

Planner::Result<bool> Planner::set_broadcast_rate(const NetworkId& id, std::optional<std::uint64_t> rate) {
  const Network* kept = topology_.network(id);
  if (kept == nullptr) return no_network(id);
  if (rate && (*rate < kMinBroadcastRate || *rate > kMaxBroadcastRate)) {
    return std::unexpected(Rejection{RejectCode::kInvalid, "broadcast_rate",
                                     fmt::format("{} is not between {} and {} frames a second", *rate, kMinBroadcastRate, kMaxBroadcastRate)});
  }
  const auto chosen = rate ? std::optional(static_cast<std::uint32_t>(*rate)) : std::nullopt;
  if (kept->broadcast_rate == chosen) return false;
  Network network = *kept;
  network.broadcast_rate = chosen;
  step(PutNetwork{std::move(network)});
  return true;
}

Planner::Result<bool> Planner::put(Settings settings) {
  if (topology_.settings() == settings) return false;
  step(PutSettings{std::move(settings)});
  return true;
}

}  // namespace dcportals::topology
