// Buffers that live at the same time never overlap; those that do not share memory.
#include "runtime/core/arena.h"

#include <gtest/gtest.h>

#include <random>

#include "runtime/core/buffer.h"

namespace plumbline::runtime {
namespace {

TEST(Arena, LivingBuffersAreApart) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<Lifetime> buffers;
    int step = 0;
    for (int i = 0; i < 60; ++i) {
      step += static_cast<int>(random() % 2);
      buffers.push_back({random() % 5000, step, step + static_cast<int>(random() % 12)});
    }
    const Layout layout = lay_out(buffers);
    std::size_t all = 0;
    for (std::size_t a = 0; a < buffers.size(); ++a) {
      all += aligned(buffers[a].bytes);
      EXPECT_EQ(layout.offsets[a] % alignment, 0u);
      EXPECT_LE(layout.offsets[a] + buffers[a].bytes, layout.bytes);
      for (std::size_t b = 0; b < a; ++b) {
        const bool together = buffers[a].first <= buffers[b].last && buffers[b].first <= buffers[a].last;
        const bool apart = layout.offsets[a] + buffers[a].bytes <= layout.offsets[b] ||
                           layout.offsets[b] + buffers[b].bytes <= layout.offsets[a];
        EXPECT_TRUE(!together || apart || buffers[a].bytes == 0 || buffers[b].bytes == 0);
      }
    }
    EXPECT_LE(layout.bytes, all);
  }
}

TEST(Arena, AChainNeedsTwoBuffers) {
  std::vector<Lifetime> buffers;
  for (int i = 0; i < 1000; ++i) buffers.push_back({256, i, i + 1});
  EXPECT_EQ(lay_out(buffers).bytes, 512u);
}

}  // namespace
}  // namespace plumbline::runtime
