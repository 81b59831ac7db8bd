// What the commands of tenants, networks, subnets, ports and routers have in common: list, show, create, set, delete.
//
// Used by the files that declare those commands. Objects are changed by reading them, editing the JSON and putting it back, with
// the revision that was read: should Neutron have changed the object meanwhile, the daemon refuses. One thread.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <vector>

#include "ctl/command.h"
#include "ctl/object_kind.h"
#include "ctl/session.h"

namespace dcportals::ctl {

// --tenant, --network and --host, where given, say which.
[[nodiscard]] Outcome list_objects(Session& session, ObjectKind kind, const Arguments& arguments);
[[nodiscard]] Outcome show_object(Session& session, ObjectKind kind, const std::string& text);
// All, or, if one cannot be found or deleted, none.
[[nodiscard]] Outcome delete_objects(Session& session, ObjectKind kind, std::span<const std::string> texts);

// {"id": --id or a new one, "name": NAME}. Refuses an id that is taken: creating must not replace.
[[nodiscard]] Result<boost::json::object> new_object(Session& session, ObjectKind kind, const Arguments& arguments);
// Puts what new_object() began and shows what came of it.
[[nodiscard]] Outcome create_object(Session& session, ObjectKind kind, const boost::json::object& object);

// One call of a method that changes something.
struct Operation {
  std::string method;
  boost::json::object params;
};
// Makes them, if several, as one transaction. true: something changed.
[[nodiscard]] Result<bool> apply_operations(Api& api, std::vector<Operation> operations);

using Edit = std::function<Result<void>(boost::json::object& object)>;
// What is to be done with the object besides the put.
using Further = std::function<std::vector<Operation>(const std::string& id)>;
[[nodiscard]] Outcome change_object(Session& session, ObjectKind kind, const std::string& text, const Edit& edit,
                                    const Further& further = {});
// The error when `set` is given nothing to set.
[[nodiscard]] Result<void> require_any(const Arguments& arguments, std::span<const ArgSpec> options);

// The id of a tenant; a text that names none is the id of one to come, which is said in a note.
[[nodiscard]] Result<std::string> tenant_for_new_object(Session& session, const std::string& text);

}  // namespace dcportals::ctl
