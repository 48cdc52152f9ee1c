// The random streams: published vectors, and which keys must never meet.
#include "spec/lang/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace plumbline::spec {
namespace {

TEST(Random, PublishedVectors) {
  EXPECT_EQ(draw(0x25114ed53327345aU, 0) & 0xffffffffU, 4294967295U);
  EXPECT_EQ(torchlean::draw(0x25114ed53327345aU, 0), 4294967295U);
  EXPECT_EQ(mix(0), 0xe220a8397b1dcdafU);
  const double first[] = {0.30117025575600564, 0.6844469008501619, 0.30876562278717756, 0.23146131495013833};
  EXPECT_EQ(torchlean::key(0, 0), mix(0));
  for (std::uint64_t i = 0; i < 4; ++i) EXPECT_EQ(torchlean::unit(torchlean::draw(torchlean::key(0, 0), i)), first[i]);
  EXPECT_EQ(torchlean::unit(torchlean::draw(torchlean::key(42, 0), 0)), 0.39478218648582697);
}

TEST(Random, TorchleanHalfMask) {
  const bool expected[] = {false, false, true, false, false, true, true, true};
  for (std::uint64_t i = 0; i < 8; ++i) EXPECT_EQ(torchlean::kept(0x25114ed53327345aU, i, 0.5), expected[i]);
}

TEST(Random, UnitIsTheTopBitsAndNeverOne) {
  for (std::uint64_t i = 0; i < 100000; ++i) {
    const float u = unit(draw(key(7, 3), i));
    EXPECT_GE(u, 0.0F);
    EXPECT_LT(u, 1.0F);
    EXPECT_EQ(static_cast<std::uint64_t>(static_cast<double>(u) * 0x1p24), draw(key(7, 3), i) >> 40);
  }
  // A draw of 2^32 − 1 in the low bits rounds to one in binary32 under TorchLean's rule; its top bits do not.
  EXPECT_EQ(static_cast<float>(torchlean::unit(4294967295U)), 1.0F);
  EXPECT_LT(unit(~std::uint64_t{0}), 1.0F);
}

TEST(Random, SeedAndStreamDoNotAlias) {
  EXPECT_EQ(torchlean::key(1, 2), torchlean::key(2, 1));
  EXPECT_NE(key(1, 2), key(2, 1));
}

// [random B1]: for 256 × 256 neighbouring (seed, stream) no two sequences of 2^24 draws overlap.
TEST(Random, NeighboursLieFarApart) {
  std::vector<std::uint64_t> keys;
  for (std::uint64_t seed = 0; seed < 256; ++seed)
    for (std::uint64_t stream = 0; stream < 256; ++stream) keys.push_back(key(seed, stream));
  std::sort(keys.begin(), keys.end());
  for (std::size_t i = 1; i < keys.size(); ++i) EXPECT_GT(keys[i] - keys[i - 1], std::uint64_t{1} << 24);
}

TEST(Random, NamesGiveStreams) {
  EXPECT_EQ(named_stream(""), 0xcbf29ce484222325U);
  EXPECT_EQ(named_stream("a"), 0xaf63dc4c8601ec8cU);  // the published FNV-1a vector
  EXPECT_NE(mask_key(1, "block.0", 0), mask_key(1, "block.1", 0));
  EXPECT_NE(mask_key(1, "block.0", 0), mask_key(1, "block.0", 1));
}

}  // namespace
}  // namespace plumbline::spec
