// Random values for this module's tests: everything that can be said on the wire, from a seed.
#pragma once

#include <cstdint>
#include <random>
#include <span>

#include "openflow/message.h"

namespace dcportals::openflow {

class RandomMessage {
 public:
  explicit RandomMessage(std::uint64_t seed) : engine_(seed) {}

  // Of the alternative with this index; not Unknown, whose types must not be known ones.
  [[nodiscard]] Message message(std::size_t index);
  [[nodiscard]] FlowMod flow_mod();
  // All prerequisites are met.
  [[nodiscard]] Match match();
  [[nodiscard]] Actions actions();
  [[nodiscard]] Instructions instructions();

  // Evenly from 0 to limit-1.
  [[nodiscard]] std::uint64_t below(std::uint64_t limit);

 private:
  template <class T>
  [[nodiscard]] T number();
  [[nodiscard]] bool chance(unsigned percent) { return below(100) < percent; }
  [[nodiscard]] FieldValue value(Field field);
  [[nodiscard]] Field writable_field();
  [[nodiscard]] OfPort port();
  [[nodiscard]] Action action();
  [[nodiscard]] Bytes bytes(std::size_t max);
  [[nodiscard]] std::string text(std::size_t max);
  [[nodiscard]] Bucket bucket();
  [[nodiscard]] MeterBand band();
  [[nodiscard]] PortDescription port_description();
  [[nodiscard]] FlowStats flow_stats();
  template <class M>
  void fill(M& message);

  std::mt19937_64 engine_;
};

}  // namespace dcportals::openflow
