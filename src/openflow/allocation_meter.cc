// Replaces the program's operator new and delete by ones that count while a meter exists.
#include "openflow/allocation_meter.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

struct Counts {
  bool on = false;
  std::ptrdiff_t live = 0;
  std::ptrdiff_t peak = 0;
};
thread_local Counts counts;

void* allocate(std::size_t size) {
  void* const p = std::malloc(size == 0 ? 1 : size);
  if (p == nullptr) throw std::bad_alloc();
  if (counts.on) {
    counts.live += static_cast<std::ptrdiff_t>(::malloc_usable_size(p));
    counts.peak = std::max(counts.peak, counts.live);
  }
  return p;
}

void release(void* p) noexcept {
  if (counts.on && p != nullptr) counts.live -= static_cast<std::ptrdiff_t>(::malloc_usable_size(p));
  std::free(p);
}

}  // namespace

void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
void operator delete(void* p) noexcept {
  release(p);
}
void operator delete[](void* p) noexcept {
  release(p);
}
void operator delete(void* p, std::size_t) noexcept {
  release(p);
}
void operator delete[](void* p, std::size_t) noexcept {
  release(p);
}

namespace dcportals::openflow {

AllocationMeter::AllocationMeter() {
  counts = {true, 0, 0};
}
AllocationMeter::~AllocationMeter() {
  counts.on = false;
}
std::size_t AllocationMeter::peak() const {
  return static_cast<std::size_t>(counts.peak);
}

}  // namespace dcportals::openflow
