#include "ctl/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace dcportals::ctl {
namespace {

constexpr std::size_t kMostShown = 10;

// Levenshtein's distance, of bytes.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

bool is_likely(std::string_view wrong, std::string_view candidate) {
  const std::size_t allowed = wrong.size() <= 4 ? 1 : 2;
  return distance(wrong, candidate) <= allowed || (wrong.size() >= 3 && candidate.find(wrong) != std::string_view::npos);
}

}  // namespace

std::string suggest(std::string_view wrong, std::span<const std::string> candidates, std::string_view what) {
  std::vector<std::string> likely;
  std::ranges::copy_if(candidates, std::back_inserter(likely), [&](const std::string& one) { return is_likely(wrong, one); });
  std::ranges::sort(likely);
  likely.erase(std::ranges::unique(likely).begin(), likely.end());
  if (!likely.empty() && likely.size() <= kMostShown) return fmt::format("Did you mean {}?", fmt::join(likely, " or "));
  if (candidates.empty()) return {};
  const auto shown = candidates.first(std::min(candidates.size(), kMostShown));
  const std::string more =
      candidates.size() > shown.size() ? fmt::format(" and {} more", candidates.size() - shown.size()) : std::string();
  return fmt::format("{} {}{}.", what, fmt::join(shown, ", "), more);
}

}  // namespace dcportals::ctl
