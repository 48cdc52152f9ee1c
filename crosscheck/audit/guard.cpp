// Faults as descriptions.
#include "crosscheck/audit/guard.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csetjmp>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <exception>
#include <memory>
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

// Installed handlers are a property of the process. A handler may touch only the atomics.
struct Installed {
  std::atomic<int> watching{0}, stray_fault{0};  // those who watch; the signal that stopped a thread outside of a guard
  std::mutex mutex;
  int count = 0;
  std::array<struct sigaction, signals.size()> before{};
};
Installed& installed() {
  static Installed state;
  return state;
}

const char* name_of(int signal) {
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

void say(const char* text) {
  if (::write(STDERR_FILENO, text, std::strlen(text)) < 0) return;
}

void on_fault(int signal) {
  if (landing != nullptr) siglongjmp(*landing, signal);
  if (installed().watching.load() > 0) {
    installed().stray_fault.store(signal);
    for (;;) ::pause();
  }
  constexpr int own_error = 4;
  say("crosscheck: ");
  say(name_of(signal));
  say(" outside of any case\n");
  ::_exit(own_error);
}

// A stack for handlers, so that a thread whose own stack is used up can still land.
class HandlerStack {
 public:
  HandlerStack() : memory_(std::make_unique<std::byte[]>(bytes)) {
    stack_t mine{};
    mine.ss_sp = memory_.get(), mine.ss_size = bytes;
    sigaltstack(&mine, &before_);
  }
  ~HandlerStack() { sigaltstack(&before_, nullptr); }
  HandlerStack(const HandlerStack&) = delete;
  HandlerStack& operator=(const HandlerStack&) = delete;

 private:
  static constexpr std::size_t bytes = std::size_t{1} << 16;
  std::unique_ptr<std::byte[]> memory_;
  stack_t before_{};
};

}  // namespace

FaultHandlers::FaultHandlers() {
  const std::lock_guard lock(installed().mutex);
  if (!catches_faults || installed().count++ > 0) return;
  struct sigaction action {};
  action.sa_handler = on_fault;
  action.sa_flags = SA_NODEFER | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &action, &installed().before[i]);
}

FaultHandlers::~FaultHandlers() {
  const std::lock_guard lock(installed().mutex);
  if (!catches_faults || --installed().count > 0) return;
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &installed().before[i], nullptr);
}

FaultWatch::FaultWatch() {
  if (installed().watching.fetch_add(1) == 0) installed().stray_fault.store(0);
}
FaultWatch::~FaultWatch() { installed().watching.fetch_sub(1); }
std::optional<std::string> FaultWatch::fault() const {
  const int signal = installed().stray_fault.load();
  return signal == 0 ? std::nullopt : std::optional<std::string>(name_of(signal));
}

bool is_sanitized() { return sanitized; }

std::optional<std::string> run_guarded(const std::function<void()>& f) {
  const FaultHandlers handlers;
  if constexpr (catches_faults) {
    thread_local const HandlerStack stack;
    static_cast<void>(stack);
  }
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
