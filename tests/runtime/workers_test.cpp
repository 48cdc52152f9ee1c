// Every part runs once, whatever the number of threads and however short the tasks are.
#include "runtime/core/workers.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

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

// Every part is done before the exception of the first that failed arrives, and the pool can be used again.
TEST(Workers, ExceptionsOfPartsReachTheCaller) {
  for (int threads : {2, 3, 8}) {
    Workers workers(threads);
    for (int round = 0; round < 50; ++round) {
      std::atomic<int> runs = 0;
      try {
        workers.run(40, [&](spec::Index part, int) {
          ++runs;
          if (part % 10 == 3) throw std::runtime_error(std::to_string(part));
        });
        FAIL();
      } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "3");
      }
      EXPECT_EQ(runs, 40);
    }
    std::atomic<int> runs = 0;
    workers.run(40, [&](spec::Index, int) { ++runs; });
    EXPECT_EQ(runs, 40);
  }
  Workers alone(1);
  EXPECT_THROW(alone.run(2, [](spec::Index, int) { throw std::runtime_error("0"); }), std::runtime_error);
  int runs = 0;
  alone.run(2, [&](spec::Index, int) { ++runs; });
  EXPECT_EQ(runs, 2);
}

TEST(Workers, OneTaskAtATime) {
  for (int threads : {1, 2}) {
    const auto nested = [&] {
      Workers workers(threads);
      workers.run(2, [&](spec::Index, int) { workers.run(2, [](spec::Index, int) {}); });
    };
    EXPECT_DEATH(nested(), "workers run one task at a time");
  }
}

}  // namespace
}  // namespace plumbline::runtime
