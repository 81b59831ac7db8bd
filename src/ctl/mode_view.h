// How the fabric and its networks are forwarded, as text. Takes {"fabric": fabric.get, "networks": network.list}. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "ctl/json_view.h"
#include "ctl/look.h"

namespace dcportals::ctl {

[[nodiscard]] std::string render_modes(const boost::json::object& both, const Names& tenants, const Look& look);

}  // namespace dcportals::ctl
