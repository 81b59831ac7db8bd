// Digests as text: of all kinds (digest.get), or of the objects of one (digest.list). Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "ctl/look.h"

namespace dcportals::ctl {

[[nodiscard]] std::string render_digests(const boost::json::object& kinds, const Look& look);
[[nodiscard]] std::string render_digest_list(const boost::json::array& objects, const Look& look);

}  // namespace dcportals::ctl
