// Every part runs once, whatever the number of threads and however short the tasks are.
#include "runtime/core/workers.h"

#include <gtest/gtest.h>

namespace plumbline::runtime {
namespace {

TEST(Workers, EveryPartRunsOnce) {
  for (int threads : {1, 2, 3, 8}) {
    Workers workers(threads);
    for (int round = 0; round < 300; ++round) {
      const spec::Index parts = round % 37;
      std::vector<std::atomic<int>> runs(static_cast<std::size_t>(parts));
      workers.run(parts, [&](spec::Index part, int worker) {
        EXPECT_LT(worker, threads);
        ++runs[static_cast<std::size_t>(part)];
      });
      for (const auto& n : runs) EXPECT_EQ(n, 1);
    }
  }
}

TEST(Workers, PiecesCoverTheRange) {
  Workers workers(3);
  for (spec::Index n : {0, 1, 9, 10, 11, 1000}) {
    std::atomic<spec::Index> total = 0;
    parallel_for(workers, n, 10, [&](spec::Index begin, spec::Index end, int) { total += end - begin; });
    EXPECT_EQ(total, n);
  }
}

}  // namespace
}  // namespace plumbline::runtime
