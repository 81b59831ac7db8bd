// One request and its answer: one message, the parts of a multipart reply, or for messages without an answer the reply to a
// barrier behind them. Made by Connection. See exchange.h.
#pragma once

#include <optional>
#include <vector>

#include "channel/exchange.h"
#include "channel/message_kind.h"
#include "channel/result.h"

namespace dcportals::channel {

class Request : public Exchange {
 public:
  // `answer` as answer_test() gives it for the request. Without one the exchange has two ids: the message's and the barrier's.
  Request(std::optional<AnswerTest> answer, std::size_t max_reply_bytes, TimePoint deadline, RequestCallback callback);

  [[nodiscard]] Progress on_message(std::uint32_t offset, openflow::Message& message, std::size_t size, TimePoint now) override;
  [[nodiscard]] Progress on_undecodable(std::uint32_t offset, const std::string& why, TimePoint now) override;
  void on_end(End end, const std::string& why) override;
  void complete() override;

 private:
  Progress on_part(openflow::Message& message, std::size_t size);
  Progress on_error(std::uint32_t offset, openflow::ErrorMessage& error);
  Progress fail(RequestError error);

  std::optional<AnswerTest> answer_;
  std::size_t max_reply_bytes_;
  std::size_t reply_bytes_ = 0;
  std::vector<openflow::Message> parts_;
  std::optional<RequestError> error_;
  RequestCallback callback_;
};

}  // namespace dcportals::channel
