// A port as text: a row of the list, a sheet with what the daemon knows of it. The larger part of object_view.h. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <vector>

#include "ctl/object_view.h"
#include "ctl/table.h"

namespace dcportals::ctl {

[[nodiscard]] std::vector<Column> port_columns();
[[nodiscard]] std::vector<Cell> port_row(const boost::json::object& port, const Related& related);
// All but name and id.
void add_port(Sheet& sheet, const boost::json::object& port, const Related& related);

}  // namespace dcportals::ctl
