// Catching Ctrl-C.
#include "crosscheck/cli/interrupt.h"

#include <csignal>

namespace plumbline::crosscheck {

namespace {

// A signal handler can reach nothing else.
std::atomic<bool> raised_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void raise_flag(int) { raised_flag.store(true); }

void set_handler(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART | SA_RESETHAND;  // RESETHAND: the second signal is not caught
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
