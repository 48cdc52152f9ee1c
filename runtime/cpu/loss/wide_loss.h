// What the losses that compute in double share: their reductions, sums cut into blocks, claims.
#pragma once

#include <algorithm>

#include "runtime/core/attribute.h"
#include "runtime/core/buffer.h"
#include "runtime/core/kernel.h"
#include "runtime/cpu/lanes.h"

namespace plumbline::runtime {

// The attribute `reduction` of a loss.
struct Reduction {
  bool none = false, sum = false, batch = false;

  static Reduction of(const spec::Op& op) {
    const auto word = attribute<std::string>(op, "reduction");
    return {word == "none", word == "sum", word == "batchmean"};
  }
  // What a mean of n terms of a shape divides by.
  Index count(const Shape& shape, Index n) const { return batch ? shape[0] : n; }
};

inline std::size_t wide_scratch(Index n) {
  return aligned(static_cast<std::size_t>(n / chunk + 1) * sizeof(double));
}

// Σ of n terms: block(begin, end) is a left fold of `chunk` terms; the folds are folded from the left.
template <class Block>
double wide_sum(const KernelArgs& args, Index n, Block&& block) {
  double* parts = args.shared<double>();
  const Index blocks = (n + chunk - 1) / chunk;
  args.workers.run(blocks, [&](Index p, int) { parts[p] = block(p * chunk, std::min(n, (p + 1) * chunk)); });
  double total = blocks > 0 ? parts[0] : 0;
  for (Index p = 1; p < blocks; ++p) total += parts[p];
  return total;
}

// Operands and result in a format, everything between in binary64 with the functions of glibc: exp, log, expm1 and
// log1p lie within 0.92 ulp (Innocente and Zimmermann, Accuracy of Mathematical Functions, 2022).
inline spec::Claims wide_claims(const spec::Format& format) {
  spec::Claims c = claims(spec::Order::left);
  c.operands = c.output = format;
  c.intermediate = c.accumulator = spec::binary64;
  c.block = chunk;
  using F = spec::Function;
  for (const F f : {F::exp, F::expm1, F::log, F::log1p}) c.ulps[static_cast<std::size_t>(f)] = 1;
  return c;
}

}  // namespace plumbline::runtime
