// JSON-RPC 2.0 (jsonrpc.org/specification): the text of a request in, handlers called, the text of the answer out.
//
// Knows no socket and no method; `http_server` brings the texts, `daemon` the handlers. Parameters go by name only, as an object:
// positional ones are refused. The calls of a batch run in their order, each after the answer of the one before. One thread: a
// handler may answer at once or later, but on the thread that calls handle().
#pragma once

#include <boost/json/fwd.hpp>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rpc/error.h"

namespace dcportals::rpc {

// Called once. If every copy is destroyed uncalled, the caller gets an internal error rather than silence, and the rest of its
// batch is not run.
using Reply = std::function<void(std::expected<boost::json::value, RpcError>)>;
// `params` holds until the handler returns.
using Handler = std::function<void(const boost::json::object& params, Reply reply)>;
// Called once with the answer; empty when there is none to send, as for notifications.
using Answer = std::function<void(std::string)>;

struct Limits {
  std::size_t request_bytes = std::size_t{32} << 20;
  std::size_t depth = 16;
  std::size_t batch_calls = 100;
  // Once the answers of a batch are longer than this, its remaining calls are refused as busy instead of run.
  std::size_t batch_answer_bytes = std::size_t{64} << 20;
};

class Dispatcher {
 public:
  explicit Dispatcher(Limits limits = {});

  // Throws std::logic_error when the method exists already: a fault of the program.
  void add(std::string method, Handler handler);
  [[nodiscard]] std::vector<std::string> methods() const;  // sorted
  [[nodiscard]] const Limits& limits() const { return limits_; }

  // Never throws for any text. The dispatcher may be destroyed before `answer` is called.
  void handle(std::string_view request, Answer answer) const;

 private:
  using Handlers = std::map<std::string, Handler, std::less<>>;
  Limits limits_;
  std::shared_ptr<Handlers> handlers_;
};

}  // namespace dcportals::rpc
