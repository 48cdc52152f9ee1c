// How grave a verdict is: one order for elements, tensors, nodes and whole cases.
#pragma once

#include <algorithm>
#include <array>

#include "spec/num/verdict.h"

namespace plumbline::crosscheck {

// pass, skipped, mistrusted, undecided, suspect, nondeterministic, fail, crash: 0, 1, ….
constexpr int gravity(spec::Verdict v) {
  using spec::Verdict;
  constexpr std::array order{Verdict::pass,      Verdict::skipped, Verdict::mistrusted,
                             Verdict::undecided, Verdict::suspect, Verdict::nondeterministic,
                             Verdict::fail,      Verdict::crash};
  return static_cast<int>(std::find(order.begin(), order.end(), v) - order.begin());
}

}  // namespace plumbline::crosscheck
