// Typed reading of one JSON object's members, remembering the first error.
//
// A decoder reads all members, then asks finish(), as with ByteReader: a read that fails gives a default value and keeps the
// error, which names the member's whole path, what was expected and what stood there. Members that nobody asked for are errors
// too, so a misspelt optional parameter is not silently the default. Used by topology_json and method_spec. Values only, any
// thread; the object must outlive the reader.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/mac_address.h"
#include "base/uuid.h"
#include "rpc/error.h"

namespace dcportals::rpc {

// As long as Neutron's own names and device ids may be.
inline constexpr std::size_t kMaxTextCharacters = 255;

class ObjectReader {
 public:
  // `prefix` is the path of the object itself, e.g. "operations[17].params"; empty for the params of a request.
  explicit ObjectReader(const boost::json::object& object, std::string prefix = {});

  // T: std::string (at most kMaxTextCharacters), bool, std::uint64_t, double, Uuid, UuidId, MacAddress, IpAddress, IpPrefix.
  template <class T>
  T required(std::string_view name) {
    T out{};
    if (const boost::json::value* value = find_required(name)) read(*value, path(name), out);
    return out;
  }
  // nullopt where the member is absent or null: Neutron sends null for what is not set.
  template <class T>
  std::optional<T> optional(std::string_view name) {
    const boost::json::value* value = find(name);
    if (value == nullptr) return std::nullopt;
    T out{};
    read(*value, path(name), out);
    return out;
  }
  // An array of T; empty where absent or null.
  template <class T>
  std::vector<T> list(std::string_view name) {
    std::vector<T> out;
    each(name, [&](const boost::json::value& value, const std::string& at) {
      out.emplace_back();
      read(value, at, out.back());
    });
    return out;
  }
  // Calls `read_object` with a reader for each element of an array of objects; finishes each reader.
  void objects(std::string_view name, const std::function<void(ObjectReader&)>& read_object);
  // Whether the member is there, if only as null: for the few where that differs from absence.
  [[nodiscard]] bool has(std::string_view name);
  // The member as it is, or nullptr where absent or null.
  const boost::json::value* find(std::string_view name);
  const boost::json::object* required_object(std::string_view name);
  // nullptr where absent or null, or not an array, which is an error.
  const boost::json::array* array(std::string_view name);

  // Keeps an error of the caller's own about a member, unless one is kept already.
  void fail(ErrorCode code, std::string_view name, std::string text);
  // The same for a member that is there but not `what` it should be: the text shows what stands there.
  void mistyped(std::string_view name, std::string_view what);
  // Keeps an error that a nested decoder found, unless one is kept already.
  void adopt(RpcError error);
  [[nodiscard]] bool ok() const { return !error_; }
  [[nodiscard]] std::string path(std::string_view name) const;
  // The first error, or that of a member that was never asked for.
  [[nodiscard]] std::expected<void, RpcError> finish();

 private:
  const boost::json::value* find_required(std::string_view name);
  void each(std::string_view name, const std::function<void(const boost::json::value&, const std::string& at)>& visit);
  void expected(std::string_view what, const boost::json::value& got, const std::string& at);
  const boost::json::string* text_of(const boost::json::value& value, const std::string& at, std::string_view what);

  void read(const boost::json::value& value, const std::string& at, std::string& out);
  void read(const boost::json::value& value, const std::string& at, bool& out);
  void read(const boost::json::value& value, const std::string& at, std::uint64_t& out);
  void read(const boost::json::value& value, const std::string& at, double& out);
  void read(const boost::json::value& value, const std::string& at, Uuid& out);
  void read(const boost::json::value& value, const std::string& at, MacAddress& out);
  void read(const boost::json::value& value, const std::string& at, IpAddress& out);
  void read(const boost::json::value& value, const std::string& at, IpPrefix& out);
  template <class Tag>
  void read(const boost::json::value& value, const std::string& at, UuidId<Tag>& out) {
    Uuid uuid;
    read(value, at, uuid);
    out = UuidId<Tag>(uuid);
  }

  const boost::json::object& object_;
  std::string prefix_;
  std::vector<std::string_view> asked_;
  std::optional<RpcError> error_;
};

}  // namespace dcportals::rpc
