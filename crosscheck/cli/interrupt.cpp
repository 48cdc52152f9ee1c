// Catching Ctrl-C.
#include "crosscheck/cli/interrupt.h"

#include <csignal>
#include <ctime>

namespace plumbline::crosscheck {

namespace {

// A signal handler can reach nothing else.
std::atomic<bool> raised_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free);

std::atomic<std::time_t> first_second{0};

// Another signal ends the process at once; in the first seconds it is the same one, sent to the process and its group.
void raise_flag(int signal) {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  if (!raised_flag.exchange(true)) return first_second.store(now.tv_sec);
  if (now.tv_sec - first_second.load() < 2) return;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void set_handler(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  for (int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() {
  raised_flag.store(false);
  set_handler(raise_flag);
}
Interrupt::~Interrupt() { set_handler(SIG_DFL); }
const std::atomic<bool>* Interrupt::flag() const { return &raised_flag; }

}  // namespace plumbline::crosscheck
