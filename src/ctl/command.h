// A command of `dcportalctl`, declared as data: what it is called, what may stand after it, what runs it.
//
// The parser, the help texts and the completion of all shells are made from these declarations, so none can say what another does
// not. The *_commands.cc files declare, commands.h collects. Constant data, any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/failure.h"

namespace dcportals::ctl {

// What a value must look like, and what completes it.
enum class ValueType : std::uint8_t {
  kNone,  // a flag, no value
  kText,
  kUuid,
  kIp,
  kMac,
  kPrefix,
  kAddressPair,  // IP[,MAC]
  kSeconds,
  kNumber,
  kFile,
  kTenant,
  kNetwork,
  kSubnet,
  kPort,
  kRouter,
  kHost,
  kMethod,
};

enum class Count : std::uint8_t { kOne, kOptional, kSome, kAny };  // kSome: at least one

struct ArgSpec {
  std::string_view name;  // "--network", or "NETWORK" for what stands without a name
  ValueType type;
  Count count;
  std::string_view help;
  std::string_view metavar = {};  // what its value is called in the help; empty: by its type
  std::string_view choices = {};  // the values allowed, separated by '|'; empty: any of the type

  [[nodiscard]] bool is_option() const { return name.starts_with("-"); }
  [[nodiscard]] bool repeats() const { return count == Count::kSome || count == Count::kAny; }
  [[nodiscard]] bool required() const { return count == Count::kOne || count == Count::kSome; }
};

// What stood on the command line, by the names of the ArgSpecs.
class Arguments {
 public:
  void add(std::string_view name, std::string value) { values_[std::string(name)].push_back(std::move(value)); }
  [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }
  // The value of what is required; empty where there is none.
  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> optional(std::string_view name) const;
  [[nodiscard]] std::span<const std::string> list(std::string_view name) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

struct Session;

struct CommandSpec {
  std::string_view path;  // "network create"
  std::string_view summary;
  std::span<const ArgSpec> args;
  std::string_view examples;  // lines, without indentation
  Outcome (*run)(Session& session, const Arguments& arguments);
  std::string_view details = {};  // paragraphs after the summary
  bool local = false;             // asks nothing of the daemon
};

}  // namespace dcportals::ctl
