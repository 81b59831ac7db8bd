#include "rpc/json_rpc.h"

#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <stdexcept>

#include "rpc/call.h"
#include "rpc/json_text.h"

namespace dcportals::rpc {
namespace {

namespace json = boost::json;

using Outcome = std::expected<json::value, RpcError>;
using Handlers = std::map<std::string, Handler, std::less<>>;

// What one request text asks for, while it is being answered: its calls, and the answers so far. Kept alive by the reply it waits
// for.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<const Handlers> handlers, const Limits& limits, json::value request, Answer answer)
      : handlers_(std::move(handlers)), limits_(limits), request_(std::move(request)), answer_(std::move(answer)) {}

  // Starts calls until one is not answered at once. A reply given inside its handler comes back here and finds running_ set, so a
  // long batch does not nest.
  void run() {
    if (running_) return;
    running_ = true;
    while (!waiting_ && next_ < size()) start(read_call(element(next_++)));
    running_ = false;
    if (waiting_ || finished_) return;
    finished_ = true;
    if (!answers_.empty() && is_batch()) answers_ += ']';
    answer_(std::move(answers_));
  }

  // A call is dropped when what would have answered it is destroyed. Handlers of later calls may refer to the same: they are not
  // run.
  void abandon() { abandoned_ = true; }

  void on_outcome(const std::optional<json::value>& id, Outcome outcome) {
    if (id) {
      if (is_batch()) answers_ += answers_.empty() ? '[' : ',';
      answers_ += response_text(*id, std::move(outcome));
    }
    waiting_ = false;
    run();
  }

 private:
  [[nodiscard]] bool is_batch() const { return request_.is_array(); }
  [[nodiscard]] std::size_t size() const { return is_batch() ? request_.get_array().size() : 1; }
  [[nodiscard]] const json::value& element(std::size_t i) const { return is_batch() ? request_.get_array()[i] : request_; }

  void start(Call call);

  std::shared_ptr<const Handlers> handlers_;
  Limits limits_;
  json::value request_;
  Answer answer_;
  std::string answers_;
  std::size_t next_ = 0;
  bool running_ = false;
  bool waiting_ = false;
  bool finished_ = false;
  bool abandoned_ = false;
};

// The obligation to answer one call, shared by the copies of its Reply.
class Obligation {
 public:
  Obligation(std::shared_ptr<Exchange> exchange, std::optional<json::value> id)
      : exchange_(std::move(exchange)), id_(std::move(id)) {}
  Obligation(const Obligation&) = delete;
  Obligation& operator=(const Obligation&) = delete;
  ~Obligation() {
    if (exchange_) exchange_->abandon();
    meet(std::unexpected(RpcError{ErrorCode::kInternal, "the call was dropped without an answer"}));
  }

  void meet(Outcome outcome) {
    if (auto exchange = std::exchange(exchange_, nullptr)) exchange->on_outcome(id_, std::move(outcome));
  }

 private:
  std::shared_ptr<Exchange> exchange_;
  std::optional<json::value> id_;
};

void Exchange::start(Call call) {
  waiting_ = true;
  auto obligation = std::make_shared<Obligation>(shared_from_this(), std::move(call.id));
  if (call.problem) return obligation->meet(std::unexpected(std::move(*call.problem)));
  if (answers_.size() > limits_.batch_answer_bytes) {
    return obligation->meet(std::unexpected(RpcError{ErrorCode::kBusy, "the answers of this batch are too long: ask in parts"}));
  }
  if (abandoned_)
    return obligation->meet(std::unexpected(RpcError{ErrorCode::kInternal, "not run: a call before it was dropped"}));
  const auto handler = handlers_->find(call.method);
  if (handler == handlers_->end()) {
    return obligation->meet(
        std::unexpected(RpcError{ErrorCode::kMethodNotFound, fmt::format("there is no method \"{}\"", shorten(call.method))}));
  }
  try {
    handler->second(*call.params, [obligation](Outcome outcome) { obligation->meet(std::move(outcome)); });
  } catch (const std::exception& e) {
    obligation->meet(std::unexpected(RpcError{ErrorCode::kInternal, fmt::format("{} failed: {}", call.method, e.what())}));
  }
}

std::string refusal(ErrorCode code, std::string text) {
  return response_text(nullptr, std::unexpected(RpcError{code, std::move(text)}));
}

}  // namespace

Dispatcher::Dispatcher(Limits limits) : limits_(limits), handlers_(std::make_shared<Handlers>()) {}

void Dispatcher::add(std::string method, Handler handler) {
  const auto [at, added] = handlers_->emplace(std::move(method), std::move(handler));
  if (!added) throw std::logic_error(fmt::format("method {} is added twice", at->first));
}

std::vector<std::string> Dispatcher::methods() const {
  std::vector<std::string> names;
  for (const auto& [name, handler] : *handlers_) names.push_back(name);
  return names;
}

void Dispatcher::handle(std::string_view request, Answer answer) const {
  if (request.size() > limits_.request_bytes) {
    return answer(refusal(ErrorCode::kParse, fmt::format("the request is longer than {} bytes", limits_.request_bytes)));
  }
  auto value = parse_json(request, limits_.depth);
  if (!value) return answer(refusal(ErrorCode::kParse, std::move(value).error()));
  if (const json::array* batch = value->if_array()) {
    if (batch->empty()) return answer(refusal(ErrorCode::kInvalidRequest, "an empty batch"));
    if (batch->size() > limits_.batch_calls) {
      return answer(refusal(ErrorCode::kInvalidRequest,
                            fmt::format("a batch has at most {} calls: topology.apply is for more", limits_.batch_calls)));
    }
  }
  std::make_shared<Exchange>(handlers_, limits_, std::move(*value), std::move(answer))->run();
}

}  // namespace dcportals::rpc
