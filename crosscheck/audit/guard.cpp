// Faults as descriptions.
#include "crosscheck/audit/guard.h"

#include <array>
#include <csetjmp>
#include <csignal>
#include <exception>
#include <mutex>

namespace plumbline::crosscheck {

namespace {

constexpr std::array signals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

#if defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
constexpr bool catches_faults = !sanitized;

// Where the running guard of this thread continues after a fault.
thread_local sigjmp_buf* landing = nullptr;

// Installed handlers are a property of the process.
struct Installed {
  std::mutex mutex;
  int count = 0;
  std::array<struct sigaction, signals.size()> before{};
};
Installed& installed() {
  static Installed state;
  return state;
}

void on_fault(int signal) {
  if (landing != nullptr) siglongjmp(*landing, signal);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::string name_of(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "segmentation fault";
    case SIGBUS:
      return "bus error";
    case SIGFPE:
      return "arithmetic fault";
    case SIGILL:
      return "illegal instruction";
    default:
      return "a failed check";
  }
}

}  // namespace

FaultHandlers::FaultHandlers() {
  const std::lock_guard lock(installed().mutex);
  if (!catches_faults || installed().count++ > 0) return;
  struct sigaction action {};
  action.sa_handler = on_fault;
  action.sa_flags = SA_NODEFER;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &action, &installed().before[i]);
}

FaultHandlers::~FaultHandlers() {
  const std::lock_guard lock(installed().mutex);
  if (!catches_faults || --installed().count > 0) return;
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &installed().before[i], nullptr);
}

std::optional<std::string> run_guarded(const std::function<void()>& f) {
  const FaultHandlers handlers;
  sigjmp_buf* const outer = landing;
  sigjmp_buf here;
  if (const int signal = sigsetjmp(here, 1); signal != 0) {
    landing = outer;
    return name_of(signal);
  }
  landing = &here;
  std::optional<std::string> problem;
  try {
    f();
  } catch (const std::exception& e) {
    problem = e.what();
  } catch (...) {
    problem = "an exception of unknown type";
  }
  landing = outer;
  return problem;
}

}  // namespace plumbline::crosscheck
