// A steady training step allocates nothing, whatever the model is made of.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/benchmarks/workloads.h"

namespace {

std::atomic<long> allocations{0};

void* counted(std::size_t bytes, std::size_t align) {
  ++allocations;
  void* p = std::aligned_alloc(align, (bytes + align - 1) / align * align);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t bytes) { return counted(bytes, alignof(std::max_align_t)); }
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t align) {
  return counted(bytes, static_cast<std::size_t>(align));
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

namespace plumbline::bench {
namespace {

TEST(SteadyStep, AllocatesNothing) {
  const auto kernels = runtime::KernelTable::builtin();
  for (const Named& named : training_workloads())
    for (const int threads : {1, 2}) {
      const Workload workload = named.make(kernels, threads);
      for (int i = 0; i < 2; ++i) workload.run();
      const long before = allocations;
      for (int i = 0; i < 2; ++i) workload.run();
      EXPECT_EQ(allocations, before) << named.name;
    }
}

std::vector<float> counted_up(Index n) {
  std::vector<float> x;
  for (Index i = 0; i < n; ++i) x.push_back(static_cast<float>(i * 7 % 23) / 8 - 1);
  return x;
}

// The same bits for one thread and for two: each workload's params after a step.
TEST(SteadyStep, ThreadsDoNotMatter) {
  const auto kernels = runtime::KernelTable::builtin();
  for (const Named& named : training_workloads()) {
    std::vector<std::vector<float>> params;
    for (const int threads : {1, 2}) {
      const Workload workload = named.make(kernels, threads);
      runtime::Program& program = workload.planned();
      for (const spec::NodeId id : program.graph().leaves())
        if (const spec::Node& leaf = program.graph().node(id); leaf.leaf == spec::Leaf::input && leaf.name == "x")
          must(program.set(id, counted_up(leaf.shape.size())));
      workload.run();
      params.emplace_back();
      for (std::size_t p = 0; p < workload.step->parameters().size(); ++p)
        params.back().insert(params.back().end(), workload.step->parameter(p).begin(),
                             workload.step->parameter(p).end());
    }
    EXPECT_EQ(params[0], params[1]) << named.name;
  }
}

}  // namespace
}  // namespace plumbline::bench
