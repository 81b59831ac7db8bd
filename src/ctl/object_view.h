// Tenants, networks, subnets, ports and routers as text: lists as tables, one object as a sheet.
//
// Takes the JSON of the API's get and list methods; ids of other objects are shown with their names where `Related` has them.
// Pure but for load_related().
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "ctl/api.h"
#include "ctl/json_view.h"
#include "ctl/look.h"
#include "ctl/object_kind.h"
#include "ctl/table.h"

namespace dcportals::ctl {

struct Related {
  Names tenants;
  Names networks;
  Names subnets;
  Names ports;
};

// Those names that objects of this kind refer to.
[[nodiscard]] Related load_related(Api& api, ObjectKind kind);

// Sorted as people look for them: by what they belong to, then by name.
[[nodiscard]] std::string render_list(ObjectKind kind, const boost::json::array& objects, const Related& related,
                                      const Look& look);
[[nodiscard]] std::string render_object(ObjectKind kind, const boost::json::object& object, const Related& related,
                                        const Look& look);

// "web (5b0e0ad8-...)"; the id alone where it has no name.
[[nodiscard]] std::string name_and_id(const Names& names, const std::string& id);
// The members that nothing else has shown, so that what a newer daemon adds is seen.
void add_rest(Sheet& sheet, const boost::json::object& object, std::initializer_list<std::string_view> shown);

}  // namespace dcportals::ctl
