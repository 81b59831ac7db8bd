// The command that tells whether two inventories are the same: digest.
#include <boost/json/value.hpp>

#include "ctl/commands.h"
#include "ctl/digest_view.h"
#include "ctl/json_view.h"
#include "ctl/session.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;
using enum ValueType;
using enum Count;

constexpr ArgSpec kDigest[] = {{"KIND", kText, kOptional, "The digest of each object of this kind", "KIND",
                                "network|subnet|port|router|port_status"}};

Outcome digest(Session& session, const Arguments& arguments) {
  const auto kind = arguments.optional("KIND");
  auto answer = kind ? session.api.call("digest.list", {{"kind", *kind}}) : session.api.call("digest.get", {});
  if (!answer) return pass(answer);
  session.output.emit(*answer, [&](const Look& look) {
    return kind ? render_digest_list(as_array(*answer), look) : render_digests(as_object(*answer), look);
  });
  return ExitCode::kOk;
}

constexpr CommandSpec kCommands[] = {
    {"digest", "Shows digests of what is configured, to compare with another inventory.", kDigest,
     "dcportalctl digest\ndcportalctl digest port --json", digest,
     "Equal digests mean equal objects; revision numbers and what operators choose do not count. port_status is of the ports that are wired "
     "at the host that Neutron bound them to. How a digest is made is in doc/rpc.md, digest.get; neutron-dcportals-sync compares them with "
     "Neutron's database."},
};

}  // namespace

std::span<const CommandSpec> digest_commands() {
  return kCommands;
}

}  // namespace dcportals::ctl
