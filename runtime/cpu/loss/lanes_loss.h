// What the float32 losses that sum in lanes share: terms, their total, claims.
#pragma once

#include "runtime/core/attribute.h"
#include "runtime/core/buffer.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/lanes.h"
#include "runtime/cpu/wide.h"

namespace plumbline::runtime {

enum class LossReduction { none, mean, sum };

inline LossReduction loss_reduction(const spec::Op& op) {
  const auto word = attribute<std::string>(op, "reduction");
  return word == "none" ? LossReduction::none : word == "mean" ? LossReduction::mean : LossReduction::sum;
}

// Σ of n terms, which are left by parts: 64 lanes in each chunk, then over the chunks.
inline float total_of(Workers& workers, const float* terms, float* parts, Index n) {
  const Index chunks = (n + chunk - 1) / chunk;
  workers.run(chunks, [&](Index p, int) { parts[p] = sum_lanes(terms + p * chunk, std::min(chunk, n - p * chunk)); });
  return sum_lanes(parts, chunks);
}
// Their total over a divisor, which may be in the range of float where the total is not.
inline float total_over(Workers& workers, const float* terms, float* parts, Index n, float divisor) {
  const float total = total_of(workers, terms, parts, n);
  if (in_range(total)) return total / divisor;
  return static_cast<float>(wide_sum_of<float>(n, [=](Index i) { return terms[i]; }) / divisor);
}
inline std::size_t total_scratch(Index n) {
  return aligned(static_cast<std::size_t>(n) * 4) + aligned(static_cast<std::size_t>(n / chunk + 1) * 4);
}

// Where the terms of a reduced loss and their partial sums go.
struct Terms {
  float *terms, *parts;
};
inline Terms terms_in(const KernelArgs& args, Index n) {
  return {reinterpret_cast<float*>(args.scratch),
          reinterpret_cast<float*>(args.scratch + aligned(static_cast<std::size_t>(n) * 4))};
}

inline spec::Claims lanes_loss_claims() {
  spec::Claims c = claims(spec::Order::lanes, lanes);
  c.block = chunk;
  return c;
}

}  // namespace plumbline::runtime
