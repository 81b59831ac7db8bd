#include "ctl/output.h"

#include <boost/json/value.hpp>
#include <ostream>

#include "ctl/text.h"
#include "rpc/pretty_json.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;

void print_lines(std::ostream& to, std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    to << printable(text.substr(0, end)) << '\n';
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

}  // namespace

void Output::emit(const json::value& value, const std::function<std::string(const Look&)>& render) {
  if (json_) {
    out_ << rpc::pretty_json(value) << '\n';
  } else {
    out_ << render(look_);
  }
}

void Output::print(std::string_view text) {
  out_ << text;
}

void Output::note(std::string_view text) {
  if (!json_) print_lines(err_, text);
}

void Output::fail(const Failure& failure) {
  out_.flush();
  if (!json_) {
    err_ << "dcportalctl: ";
    print_lines(err_, failure.text);
    print_lines(err_, failure.hint);
    return;
  }
  json::object error{{"exit_code", static_cast<int>(failure.code)}, {"message", failure.text}};
  if (!failure.hint.empty()) error["hint"] = failure.hint;
  if (!failure.reason.empty()) error["reason"] = failure.reason;
  if (!failure.field.empty()) error["field"] = failure.field;
  err_ << rpc::pretty_json(json::object{{"error", std::move(error)}}) << '\n';
}

}  // namespace dcportals::ctl
