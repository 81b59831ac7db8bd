// The topology's objects as JSON, with Neutron's field names: decode_* reads what a caller sends, encode() writes what is kept.
//
// Decoding checks form only: members, types, formats. Whether the values make sense together is the planner's business. Strict:
// an unknown member is an error that names it. `path` is where the object stands in the request ("operations[17].params"), for
// errors. encode() writes exactly the members that decode_* reads, none for what is absent; the daemon adds what it computes.
// Pure, any thread.
#pragma once

#include <boost/json/fwd.hpp>
#include <expected>
#include <string>

#include "rpc/error.h"
#include "topology/model.h"

namespace dcportals::rpc {

template <class Object>
using Decoded = std::expected<Object, RpcError>;

[[nodiscard]] Decoded<topology::Tenant> decode_tenant(const boost::json::object& from, std::string path = {});
[[nodiscard]] Decoded<topology::Network> decode_network(const boost::json::object& from, std::string path = {});
[[nodiscard]] Decoded<topology::Subnet> decode_subnet(const boost::json::object& from, std::string path = {});
[[nodiscard]] Decoded<topology::Port> decode_port(const boost::json::object& from, std::string path = {});
[[nodiscard]] Decoded<topology::Router> decode_router(const boost::json::object& from, std::string path = {});

[[nodiscard]] boost::json::object encode(const topology::Tenant& tenant);
[[nodiscard]] boost::json::object encode(const topology::Network& network);
[[nodiscard]] boost::json::object encode(const topology::Subnet& subnet);
[[nodiscard]] boost::json::object encode(const topology::Port& port);
[[nodiscard]] boost::json::object encode(const topology::Router& router);

}  // namespace dcportals::rpc
