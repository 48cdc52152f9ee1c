// Workers: a pool of threads that run the numbered parts of a task; who runs a part never changes its result.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

#include "spec/lang/shape.h"

namespace plumbline::runtime {

// One task at a time: a run within a run, or on two threads at once, aborts. `run` does not allocate once the threads
// are up.
class Workers {
 public:
  explicit Workers(int threads = 1);  // the caller is one of them
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  int threads() const { return threads_; }

  // Calls f(part, worker) once for each part in [0, parts), worker in [0, threads), and returns when all are done.
  // Parts must not depend on one another, nor their results on the worker. If parts throw, the exception of the first
  // of them is thrown when all are done; of one thread, the parts behind it do not run.
  template <class F>
  void run(spec::Index parts, F&& f) {
    using Fn = std::remove_reference_t<F>;
    run_parts(
        parts,
        [](const void* task, spec::Index part, int worker) {
          (*static_cast<Fn*>(const_cast<void*>(task)))(part, worker);
        },
        static_cast<const void*>(&f));
  }

 private:
  using Call = void (*)(const void* task, spec::Index part, int worker);
  void run_parts(spec::Index parts, Call call, const void* task);
  void run_on_pool(std::uint32_t parts, Call call, const void* task);
  void keep_failure(std::uint32_t part);
  void start();
  void loop(int worker);
  bool work(int worker);
  bool work_at(int slot, int worker);
  bool open() const;

  // Each worker begins with a share of its own, the same in tasks of as many parts, so that what it touched is still
  // in its caches; then it helps the others. The ticket of a share holds the task's number above and the next part
  // below. A thread reads the task's fields and then claims a part by compare-and-swap: success proves that the
  // fields belong to that task.
  struct alignas(64) Share {
    std::atomic<std::uint64_t> ticket{0};
  };
  std::uint32_t share_begin(int slot, std::uint32_t parts) const {
    return static_cast<std::uint32_t>(std::uint64_t{parts} * static_cast<std::uint64_t>(slot) /
                                      static_cast<std::uint64_t>(threads_));
  }
  std::vector<Share> shares_;
  std::atomic<Call> call_{nullptr};
  std::atomic<const void*> task_{nullptr};
  std::atomic<std::uint32_t> parts_{0};
  std::atomic<std::uint32_t> done_{0};
  std::atomic<bool> busy_{false};
  std::exception_ptr failure_;  // of the task, with its part
  std::uint32_t failed_part_ = 0;
  std::atomic<int> sleepers_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  int threads_;
  std::vector<std::thread> pool_;
};

// Calls f(begin, end, worker) on pieces of [0, n) of `grain` elements each.
template <class F>
void parallel_for(Workers& workers, spec::Index n, spec::Index grain, F&& f) {
  workers.run((n + grain - 1) / grain, [&](spec::Index part, int worker) {
    f(part * grain, std::min(n, (part + 1) * grain), worker);
  });
}

}  // namespace plumbline::runtime
