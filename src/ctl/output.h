// Where a command's results, notes and failure go: results to stdout, the rest to stderr, as text or as JSON.
//
// Part of every Session. One thread, apart from a Progress on stderr.
#pragma once

#include <boost/json/fwd.hpp>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "ctl/failure.h"
#include "ctl/look.h"

namespace dcportals::ctl {

class Output {
 public:
  Output(std::ostream& out, std::ostream& err, Look look, bool json) : out_(out), err_(err), look_(look), json_(json) {}

  // The result: as JSON if that was asked for, else as `render` writes it.
  void emit(const boost::json::value& value, const std::function<std::string(const Look&)>& render);
  // A result that has no JSON form.
  void print(std::string_view text);
  // A remark beside the result, for people only.
  void note(std::string_view text);
  void fail(const Failure& failure);

  [[nodiscard]] const Look& look() const { return look_; }
  [[nodiscard]] bool json() const { return json_; }

 private:
  std::ostream& out_;
  std::ostream& err_;
  Look look_;
  bool json_;
};

}  // namespace dcportals::ctl
