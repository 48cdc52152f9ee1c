// Sums over blocks of terms, four at a time.
#include "spec/num/term_totals.h"

#include <cmath>

namespace plumbline::spec {

namespace {

constexpr int width = 4;
using Doubles = double __attribute__((vector_size(width * sizeof(double))));
using Integers = std::int32_t __attribute__((vector_size(width * sizeof(std::int32_t))));

using Bits = std::int64_t __attribute__((vector_size(width * sizeof(std::int64_t))));

double total(const Doubles& v) { return (v[0] + v[2]) + (v[1] + v[3]); }

}  // namespace

bool RunningTotals::add(TermBlock& block) {
  const Index end = (block.n + width - 1) / width * width;
  for (Index k = block.n; k < end; ++k) block.value[k] = 0, block.grid[k] = zero_grid, block.kind[k] = TermBlock::leaf;
  alignas(64) double partial[TermBlock::size];
  double sum = sum_;
  for (Index k = 0; k < end; ++k) partial[k] = sum += block.value[k];
  for (Index k = block.n; k < end; ++k) partial[k] = 0;
  sum_ = sum;
  const Bits magnitude_bits = Bits{} + INT64_MAX;
  Doubles magnitude{}, squares{}, partials{}, partial_squares{};
  Integers grid = Integers{} + grid_, kinds{}, least = Integers{} + TermBlock::leaf;
  for (Index k = 0; k < end; k += width) {
    const auto& x = reinterpret_cast<const Doubles&>(block.value[k]);
    const auto& s = reinterpret_cast<const Doubles&>(partial[k]);
    const auto& g = reinterpret_cast<const Integers&>(block.grid[k]);
    const auto& kind = reinterpret_cast<const Integers&>(block.kind[k]);
    magnitude += reinterpret_cast<Doubles>(reinterpret_cast<Bits>(x) & magnitude_bits);
    squares += x * x;
    partials += s;
    partial_squares += s * s;
    grid = g < grid ? g : grid;
    kinds |= kind;
    least = kind < least ? kind : least;
  }
  magnitude_ += total(magnitude), squares_ += total(squares);
  partials_ += total(partials), partial_squares_ += total(partial_squares);
  bool all = true;
  for (int i = 0; i < width; ++i) {
    grid_ = std::min(grid_, grid[i]);
    products_ = products_ || (kinds[i] & TermBlock::product) != 0;
    all = all && least[i] != TermBlock::other;
  }
  return all;
}

bool RunningTotals::finish(Index n, TermTotals& out) const {
  if (!(magnitude_ < 0x1p1000) || grid_ < -1000) return false;
  const double slack = 1 + static_cast<double>(n + 2) * 0x1p-52;
  out = {n, sum_, magnitude_ * slack, squares_ * slack, partials_, partial_squares_ * slack};
  out.grid = grid_, out.products = products_;
  return true;
}

}  // namespace plumbline::spec
