// What an op's sampler draws: the op with its attributes, the shapes of its inputs and where their values lie.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "spec/lang/choices.h"
#include "spec/lang/shape.h"

namespace plumbline::spec {

// The values of one input that the op is defined on, and where it is hard to compute. Data patterns that no op needs
// to name (cancellation, wide exponents, grids, near-ties, special values) are drawn by whoever fills the shapes.
struct Domain {
  double lo = -std::numeric_limits<double>::infinity();
  double hi = std::numeric_limits<double>::infinity();
  std::vector<double> hard;  // points in whose neighbourhood many values should lie: zeros, kinks, poles, overflow
  Index extent = -1;         // ≥ 0: an index input, integers in [0, extent)
  bool truth = false;        // a mask: 0 or 1
  bool whole = false;        // integers among the real numbers of [lo, hi]
  std::optional<Index> ignored{};  // an index that names nothing, inside the extent or not

  static Domain any() { return {}; }
  static Domain within(double lo, double hi, std::vector<double> hard = {}) { return {lo, hi, std::move(hard)}; }
  static Domain near(std::vector<double> hard) {
    Domain d;
    d.hard = std::move(hard);
    return d;
  }
  static Domain index(Index extent) { return {0, 0, {}, extent}; }
  static Domain whole_within(double lo, double hi, std::vector<double> hard = {}) {
    Domain d = within(lo, hi, std::move(hard));
    d.whole = true;
    return d;
  }
  static Domain mask() { return {0, 1, {}, -1, true}; }
};

template <class O>
struct Sample {
  O op;
  Shapes shapes;
  std::vector<Domain> domains;  // one for each input; missing ones are Domain::any()
};

// An extent where kernels break: 1 and small ones first, then primes, vector and tile widths ± 1, and 0 now and then.
Index pick_extent(Choices& choices, Index most = 65);

// A shape of rank in [least, most] and at most `elements` elements.
Shape pick_shape(Choices& choices, Index least, Index most, Index elements = 2048);

// A shape that broadcasts to `to`: some extents are 1, some leading axes are missing.
Shape pick_broadcastable(Choices& choices, const Shape& to);

// The shapes of `n` inputs that broadcast together.
Shapes pick_broadcast(Choices& choices, int n = 2);

}  // namespace plumbline::spec
