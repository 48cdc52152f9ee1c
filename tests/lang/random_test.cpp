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
  EXPECT_EQ(mix(0), 0xe220a8397b1dcdafU);
  const double first[] = {0.30117025575600564, 0.6844469008501619, 0.30876562278717756, 0.23146131495013833};
  const std::uint64_t key = stream_key(0, 0, StreamScheme::torchlean);
  EXPECT_EQ(key, mix(0));
  for (std::uint64_t i = 0; i < 4; ++i) EXPECT_EQ(unit_torchlean(key, i), first[i]);
  EXPECT_EQ(unit_torchlean(stream_key(42, 0, StreamScheme::torchlean), 0), 0.39478218648582697);
}

TEST(Random, TorchleanHalfMask) {
  const bool kept[] = {false, false, true, false, false, true, true, true};
  for (std::uint64_t i = 0; i < 8; ++i) EXPECT_EQ(unit_torchlean(0x25114ed53327345aU, i) < 0.5, kept[i]);
}

TEST(Random, UnitIsTheTopBitsAndNeverOne) {
  for (std::uint64_t i = 0; i < 100000; ++i) {
    const float u = unit(stream_key(7, 3), i);
    EXPECT_GE(u, 0.0F);
    EXPECT_LT(u, 1.0F);
    EXPECT_EQ(static_cast<std::uint64_t>(static_cast<double>(u) * 0x1p24), draw(stream_key(7, 3), i) >> 40);
  }
  // A draw of 2^32 − 1 in the low bits rounds to one in binary32 under TorchLean's rule; its top bits do not.
  EXPECT_EQ(static_cast<float>(unit_torchlean(0x25114ed53327345aU, 0)), 1.0F);
  EXPECT_LT(unit(0x25114ed53327345aU, 0), 1.0F);
}

TEST(Random, SeedAndStreamDoNotAlias) {
  EXPECT_EQ(stream_key(1, 2, StreamScheme::torchlean), stream_key(2, 1, StreamScheme::torchlean));
  EXPECT_NE(stream_key(1, 2), stream_key(2, 1));
}

// [random B1]: for 256 × 256 neighbouring (seed, stream) no two sequences of 2^24 draws overlap.
TEST(Random, NeighboursLieFarApart) {
  std::vector<std::uint64_t> keys;
  for (std::uint64_t seed = 0; seed < 256; ++seed)
    for (std::uint64_t stream = 0; stream < 256; ++stream) keys.push_back(stream_key(seed, stream));
  std::sort(keys.begin(), keys.end());
  for (std::size_t i = 1; i < keys.size(); ++i) EXPECT_GT(keys[i] - keys[i - 1], std::uint64_t{1} << 24);
}

TEST(Random, NamesGiveStreams) {
  EXPECT_EQ(stream_of(""), 0xcbf29ce484222325U);
  EXPECT_EQ(stream_of("a"), 0xaf63dc4c8601ec8cU);  // the published FNV-1a vector
  EXPECT_NE(stream_of("layer.0.weight"), stream_of("layer.1.weight"));
}

}  // namespace
}  // namespace plumbline::spec
