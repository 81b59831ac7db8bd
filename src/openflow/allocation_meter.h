// Counts what the program allocates with new, for tests that bound memory. One thread, one meter at a time.
#pragma once

#include <cstddef>

namespace dcportals::openflow {

class AllocationMeter {
 public:
  AllocationMeter();
  ~AllocationMeter();
  AllocationMeter(const AllocationMeter&) = delete;
  AllocationMeter& operator=(const AllocationMeter&) = delete;

  // The most bytes that lived at one time of those allocated since construction.
  [[nodiscard]] std::size_t peak() const;
};

}  // namespace dcportals::openflow
