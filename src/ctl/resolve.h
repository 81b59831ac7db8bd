// From what an operator calls an object to the object: by id, by name, or by the start of an id.
//
// In this order, so that a name never hides an id: the whole id; the whole name; the start of an id, of four characters or more,
// so that a slip of the finger names nothing. What fits several objects is refused with the list of them, what fits none with
// those that may have been meant. Hosts have names only. One thread.
#pragma once

#include <boost/json/fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "ctl/api.h"
#include "ctl/json_view.h"
#include "ctl/object_kind.h"

namespace dcportals::ctl {

// The object as its get method shows it.
[[nodiscard]] Result<boost::json::object> find_object(Api& api, ObjectKind kind, const std::string& text);
// Its id (of a host, its name).
[[nodiscard]] Result<std::string> find_id(Api& api, ObjectKind kind, const std::string& text);
// All or the first failure.
[[nodiscard]] Result<std::vector<std::string>> find_ids(Api& api, ObjectKind kind, std::span<const std::string> texts);

// The choice among the objects of a list. Pure.
[[nodiscard]] Result<boost::json::object> pick(ObjectKind kind, const boost::json::array& objects, const std::string& text);

// What all objects of a kind are called, for showing ids as names. Empty when the daemon does not say: names are an ornament.
[[nodiscard]] Names load_names(Api& api, ObjectKind kind);

}  // namespace dcportals::ctl
