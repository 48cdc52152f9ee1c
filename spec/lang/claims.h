// Claims: the freedom that a kernel takes. Its error bound is derived for the worst behaviour that they allow.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "spec/lang/format.h"
#include "spec/lang/result.h"
#include "spec/lang/shape.h"

namespace plumbline::spec {

// The elementary functions whose accuracy is claimed, in ulps of the intermediate format.
enum class Function : std::uint8_t {
  sqrt, exp, expm1, log, log1p, sin, cos, tanh, erf, erfc, pow, atan, cbrt, exp2, log2, count
};
inline constexpr std::array<std::string_view, static_cast<std::size_t>(Function::count)> function_names{
    "sqrt", "exp",  "expm1", "log",  "log1p", "sin", "cos", "tanh", "erf", "erfc", "pow", "atan",
    "cbrt", "exp2", "log2"};

// The order of a sum of n terms. `left` is one left fold; `lanes` is k interleaved left folds, then a tree over the
// lanes; `tree` is balanced; `any` promises nothing.
enum class Order : std::uint8_t { any, left, lanes, tree };

// Which of several exactly equal winners an index names: the one that the op documents, or any of them.
enum class Ties : std::uint8_t { documented, any };

struct Claims {
  Format operands = binary32;      // inputs are first rounded to this format
  Format intermediate = binary32;  // of every result inside the op that is not a sum
  Format accumulator = binary32;   // of every addition inside a sum
  Format output = binary32;        // of the elements that are handed out
  Order order = Order::any;
  Index lanes = 1;                 // for Order::lanes
  Index block = 0;                 // a sum of more terms may be cut into blocks of that many, whose sums are added in
                                   // the same order; 0: it is never cut
  bool fma = true;                 // a product may be fused into a sum
  bool flushes_subnormals = false;
  Ties ties = Ties::documented;
  bool lane_energies = false;      // the order of the terms of a sum may be related to their values [tier B3]
  std::array<double, static_cast<std::size_t>(Function::count)> ulps = uniform_ulps(4);
  std::string method;              // the named method that the kernel follows; empty: the op's default

  static constexpr std::array<double, static_cast<std::size_t>(Function::count)> uniform_ulps(double ulps) {
    std::array<double, static_cast<std::size_t>(Function::count)> all{};
    for (double& u : all) u = ulps;
    all[static_cast<std::size_t>(Function::sqrt)] = 0.5;
    return all;
  }
  double ulp(Function f) const { return ulps[static_cast<std::size_t>(f)]; }

  // The number of additions on the longest path of a sum of n terms, cut or not: [sum B1], [sum B2].
  Index depth(Index n) const;
  // Whether a sum of n terms may be cut into blocks.
  bool cuts(Index n) const { return block > 0 && n > block; }

  // All formats at once: the claims of a kernel that computes in one format throughout.
  static Claims in(Format f) {
    Claims c;
    c.operands = c.intermediate = c.accumulator = c.output = f;
    return c;
  }
  bool operator==(const Claims&) const = default;
};

inline Index ceil_log2(Index n) {
  Index d = 0;
  while ((Index{1} << d) < n) ++d;
  return d;
}

// The depth of n terms that are added in one go.
inline Index depth_uncut(Order order, Index lanes, Index n) {
  if (n <= 1) return 0;
  const Index k = std::min(lanes, n);
  switch (order) {
    case Order::tree: return ceil_log2(n);
    case Order::lanes: return std::min(n - 1, (n - 1) / k + ceil_log2(k));
    default: return n - 1;
  }
}

inline Index Claims::depth(Index n) const {
  const Index whole = depth_uncut(order, lanes, n);
  if (!cuts(n)) return whole;
  return std::max(whole, depth_uncut(order, lanes, block) + depth_uncut(order, lanes, (n - 1) / block + 1));
}

// Sets one claim from text: format, operands, intermediate, accumulator, output = a format's name; order = any,
// left, tree, lanes:K; block = N, or 0 for never; fma = may, never; subnormals = kept, flushed; ties = documented,
// any; ulp = a number for all elementary functions; exp, tanh, … = a number for one; method = a name.
Result<void> set_claim(Claims& claims, std::string_view name, std::string_view value);
// What set_claim reads, one `name=value` for each claim that differs from the default.
std::string print_claims(const Claims& claims);

}  // namespace plumbline::spec
