// Runs code that may crash: a fault or an exception inside becomes a description, not the end of the process.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace plumbline::crosscheck {

// nullopt if `f` returned; else what stopped it, `segmentation fault` or the exception's text. Faults of the calling
// thread are caught, the overflow of its stack included; what `f` had allocated is lost. Under a sanitizer faults are
// left to it.
std::optional<std::string> run_guarded(const std::function<void()>& f);

// While one of these lives the process catches faults; nested ones cost nothing.
class FaultHandlers {
 public:
  FaultHandlers();
  ~FaultHandlers();
  FaultHandlers(const FaultHandlers&) = delete;
  FaultHandlers& operator=(const FaultHandlers&) = delete;
};

// While one of these lives, a thread that faults outside of any guard, such as a worker of a subject, stops for good
// instead of ending the process: somebody watches and accuses the case. Without one the process says what happened and
// exits with code 4.
class FaultWatch {
 public:
  FaultWatch();
  ~FaultWatch();
  FaultWatch(const FaultWatch&) = delete;
  FaultWatch& operator=(const FaultWatch&) = delete;
  // What the last such thread met since this watch began, `segmentation fault`; nullopt if none did.
  std::optional<std::string> fault() const;
};

// Faults are left to a sanitizer, which also makes everything slower.
bool is_sanitized();

}  // namespace plumbline::crosscheck
