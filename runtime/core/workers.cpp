// The pool: parts are claimed one by one, each thread its own first; between tasks threads spin briefly, then sleep.
#include "runtime/core/workers.h"

#include <limits>
#include <utility>

#include "spec/lang/check.h"

namespace plumbline::runtime {
namespace {

constexpr std::uint64_t task_of(std::uint64_t ticket) { return ticket >> 32; }
constexpr std::uint32_t part_of(std::uint64_t ticket) { return static_cast<std::uint32_t>(ticket); }
constexpr int spins = 20000;

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

Workers::Workers(int threads)
    : shares_(static_cast<std::size_t>(std::max(1, threads))), threads_(std::max(1, threads)) {}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (auto& t : pool_) t.join();
}

void Workers::start() {
  pool_.reserve(static_cast<std::size_t>(threads_ - 1));
  for (int w = 1; w < threads_; ++w) pool_.emplace_back([this, w] { loop(w); });
}

bool Workers::work_at(int slot, int worker) {
  auto& next = shares_[static_cast<std::size_t>(slot)].ticket;
  std::uint64_t ticket = next.load();
  const std::uint64_t task_number = task_of(ticket);
  bool any = false;
  while (task_of(ticket) == task_number) {
    if (part_of(ticket) >= share_begin(slot + 1, parts_.load())) break;  // first: parts_ is stored last
    const Call call = call_.load();
    const void* task = task_.load();
    if (!next.compare_exchange_weak(ticket, ticket + 1)) continue;
    try {
      call(task, part_of(ticket), worker);
    } catch (...) {
      keep_failure(part_of(ticket));
    }
    done_.fetch_add(1);
    any = true;
    ticket = next.load();
  }
  return any;
}

bool Workers::work(int worker) {
  bool any = false;
  for (int i = 0; i < threads_; ++i) any |= work_at((worker + i) % threads_, worker);
  return any;
}

bool Workers::open() const {
  for (int slot = 0; slot < threads_; ++slot)
    if (part_of(shares_[static_cast<std::size_t>(slot)].ticket.load()) < share_begin(slot + 1, parts_.load()))
      return true;
  return false;
}

void Workers::keep_failure(std::uint32_t part) {
  const std::lock_guard lock(mutex_);
  if (failure_ && failed_part_ < part) return;
  failure_ = std::current_exception(), failed_part_ = part;
}

void Workers::run_parts(spec::Index parts, Call call, const void* task) {
  check(!busy_.exchange(true), "workers run one task at a time");
  const struct Free {
    std::atomic<bool>& busy;
    ~Free() { busy = false; }
  } free{busy_};
  if (threads_ == 1 || parts <= 1) {
    for (spec::Index p = 0; p < parts; ++p) call(task, p, 0);
    return;
  }
  check(parts < std::numeric_limits<std::uint32_t>::max(), "a task has less than 2^32 parts");
  if (pool_.empty()) start();
  run_on_pool(static_cast<std::uint32_t>(parts), call, task);
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Workers::run_on_pool(std::uint32_t count, Call call, const void* task) {
  const std::uint64_t next = (task_of(shares_[0].ticket.load()) + 1) << 32;
  parts_ = 0;  // nobody claims while the fields change
  for (int slot = 0; slot < threads_; ++slot)
    shares_[static_cast<std::size_t>(slot)].ticket = next | share_begin(slot, count);
  call_ = call;
  task_ = task;
  done_ = 0;
  parts_ = count;
  if (sleepers_.load() > 0) {
    const std::lock_guard lock(mutex_);
    wake_.notify_all();
  }
  work(0);
  for (int i = 0; done_.load() != count; ++i) {
    relax();
    if (i > spins) std::this_thread::yield();
  }
}

void Workers::loop(int worker) {
  int idle = 0;
  while (!stop_.load()) {
    if (work(worker)) idle = 0;
    relax();
    if (++idle < spins) continue;
    std::unique_lock lock(mutex_);
    ++sleepers_;
    wake_.wait(lock, [&] { return stop_.load() || open(); });
    --sleepers_;
    idle = 0;
  }
}

}  // namespace plumbline::runtime
