// A line on the terminal that says what is being waited for, once it has lasted two seconds; gone when the wait is over.
//
// Made around every call of the API. Has a thread of its own, which alone writes to the stream meanwhile and alone calls
// `describe`; construct and destroy on one thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <iosfwd>
#include <mutex>
#include <string>
#include <thread>

#include "ctl/look.h"

namespace dcportals::ctl {

// Where progress may be shown. `shown` false: nowhere, as when stderr is no terminal.
struct ProgressPlace {
  std::ostream& stream;
  bool shown = false;
  std::size_t width = 0;  // 0: 80
  std::chrono::milliseconds patience{2'000};
  std::chrono::milliseconds interval{500};
};

class Progress {
 public:
  // `describe` is asked anew for every drawing.
  Progress(const ProgressPlace& place, std::function<std::string()> describe);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  void draw_until_stopped(const std::stop_token& stop);

  ProgressPlace place_;
  std::function<std::string()> describe_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace dcportals::ctl
