#include "controller/key_rest.h"

namespace dcportals::controller {

void KeyRest::on_changes(const topology::Changes& changes, Revision revision, Clock::time_point now) {
  for (const topology::Change& change : changes) {
    if (const auto* put = std::get_if<topology::PutKey>(&change)) {
      if (put->object.resting) {
        on_release(put->object.key, revision, now);
      } else {
        resting_.erase(put->object.key);
      }
    } else if (const auto* erase = std::get_if<topology::EraseKey>(&change)) {
      resting_.erase(erase->id);
    }
  }
}

std::vector<topology::MappingKey> KeyRest::rested(Revision acknowledged, Clock::time_point now) const {
  std::vector<topology::MappingKey> out;
  for (const auto& [key, release] : resting_) {
    if (release.revision <= acknowledged && now - release.at >= at_least_) out.push_back(key);
  }
  return out;
}

}  // namespace dcportals::controller
