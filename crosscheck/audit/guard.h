// Runs code that may crash: a fault or an exception inside becomes a description, not the end of the process.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace plumbline::crosscheck {

// nullopt if `f` returned; else what stopped it, `segmentation fault` or the exception's text. Only faults of the
// calling thread are caught; what `f` had allocated is lost. Under a sanitizer faults are left to it.
std::optional<std::string> run_guarded(const std::function<void()>& f);

// While one of these lives the process catches faults; nested ones cost nothing.
class FaultHandlers {
 public:
  FaultHandlers();
  ~FaultHandlers();
  FaultHandlers(const FaultHandlers&) = delete;
  FaultHandlers& operator=(const FaultHandlers&) = delete;
};

}  // namespace plumbline::crosscheck
