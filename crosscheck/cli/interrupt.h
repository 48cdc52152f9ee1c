// Ctrl-C as a flag: work ends in order, what was found is written, the exit code is 130.
#pragma once

#include <atomic>

namespace plumbline::crosscheck {

// While one lives, SIGINT and SIGTERM set a flag; another one, some seconds later, ends the process.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  const std::atomic<bool>* flag() const;
  bool raised() const { return flag()->load(); }
};

}  // namespace plumbline::crosscheck
