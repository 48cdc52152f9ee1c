// Conversions to and from 16 bits are those of the formats, bit for bit; every op has kernels in every dtype.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "runtime/core/kernel.h"
#include "spec/graph/catalogue.h"
#include "spec/num/round.h"

namespace plumbline::runtime {
namespace {

constexpr unsigned patterns = 1u << 16;

template <class T>
T of_bits(unsigned bits) {
  return {static_cast<std::uint16_t>(bits)};
}

// The numbers where rounding is decided: each number of the format, the middle to the next one, and the floats beside.
template <class T>
std::vector<float> decisive() {
  std::vector<float> out;
  for (unsigned b = 0; b < patterns; ++b) {
    const float x = widen(of_bits<T>(b)), next = widen(of_bits<T>(b + 1));
    out.push_back(x);
    if (!std::isfinite(x)) continue;
    const float middle = std::isfinite(next) ? x / 2 + next / 2 : x + (x - widen(of_bits<T>(b - 1))) / 2;
    for (float y : {x, middle})
      for (float to : {-std::numeric_limits<float>::infinity(), std::numeric_limits<float>::infinity()})
        out.push_back(y), out.push_back(std::nextafter(y, to));
  }
  return out;
}

template <class T>
void expect_conversions_of(const spec::Format& format) {
  for (unsigned b = 0; b < patterns; ++b) {
    const T x = of_bits<T>(b);
    const double value = spec::decode(b, format);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(widen(x)) && std::isnan(exact(x)) && std::isnan(widen(narrow<T>(widen(x)))));
      continue;
    }
    ASSERT_EQ(std::bit_cast<std::uint64_t>(exact(x)), std::bit_cast<std::uint64_t>(value)) << b;
    ASSERT_EQ(narrow<T>(widen(x)), x) << b;
    ASSERT_EQ(rounded<T>(value), x) << b;
  }
  for (float x : decisive<T>())
    if (!std::isnan(x)) {
      const auto expected = static_cast<std::uint16_t>(spec::encode(spec::round_to_format(x, format), format));
      ASSERT_EQ(narrow<T>(x).bits, expected) << x;
      for (double y : {std::nextafter(double{x}, -1e300), std::nextafter(double{x}, 1e300)}) {
        const double nearest = spec::round_to_format(y, format);
        ASSERT_EQ(rounded<T>(y).bits, static_cast<std::uint16_t>(spec::encode(nearest, format))) << y;
      }
    }
}

TEST(Dtypes, ConversionsRoundToNearestEven) {
  expect_conversions_of<Half>(spec::binary16);
  expect_conversions_of<BFloat16>(spec::bfloat16);
}

template <class T>
void expect_runs_are_single_conversions() {
  const std::vector<float> x = decisive<T>();
  std::vector<T> narrowed(x.size());
  std::vector<float> wide(patterns);
  std::vector<T> all;
  for (unsigned b = 0; b < patterns; ++b) all.push_back(of_bits<T>(b));
  for (Index skip : {0, 1, 7}) {  // heads and tails of vectors
    narrow(x.data() + skip, narrowed.data(), static_cast<Index>(x.size()) - skip);
    for (std::size_t i = 0; i + static_cast<std::size_t>(skip) < x.size(); ++i)
      ASSERT_EQ(narrowed[i], narrow<T>(x[i + static_cast<std::size_t>(skip)])) << i;
    widen(all.data() + skip, wide.data(), Index{patterns} - skip);
    for (std::size_t i = 0; i + static_cast<std::size_t>(skip) < all.size(); ++i)
      ASSERT_EQ(std::bit_cast<std::uint32_t>(wide[i]),
                std::bit_cast<std::uint32_t>(widen(all[i + static_cast<std::size_t>(skip)])))
          << i;
  }
}

TEST(Dtypes, RunsAreConvertedAsSingleElements) {
  expect_runs_are_single_conversions<Half>();
  expect_runs_are_single_conversions<BFloat16>();
}

TEST(Dtypes, EveryOpHasAKernelInEveryDtype) {
  const KernelTable table = KernelTable::builtin();
  const spec::Catalogue catalogue = spec::Catalogue::builtin();
  for (const spec::OpEntry* entry : catalogue.entries())
    for (const DType dtype : real_dtypes) {
      bool found = false;
      for (const Kernel* k : table.kernels(entry->name)) found |= k->dtype == dtype;
      EXPECT_TRUE(found) << entry->name << " in " << name_of(dtype);
    }
}

TEST(Dtypes, KernelsClaimTheirFormat) {
  const KernelTable table = KernelTable::builtin();
  for (const Kernel* k : table.kernels()) {
    EXPECT_EQ(k->claims.output, format_of(k->dtype)) << k->name;
    const spec::Format inside = k->dtype == DType::f64 ? spec::binary64 : spec::binary32;
    EXPECT_GE(k->claims.intermediate.precision, inside.precision) << k->name;
    EXPECT_GE(k->claims.accumulator.precision, inside.precision) << k->name;
  }
}

}  // namespace
}  // namespace plumbline::runtime
