// Refinement: a tensor of enclosures is read at growing precision until every element rounds to one binary64 number.
#pragma once

#include "spec/eval/exact.h"

namespace plumbline::spec {

inline constexpr int first_precision = 128, usual_most_precision = 4096;

// `read(precision)` is the Tensor<Ball> of enclosures. Elements that stay open are rounded from their middle.
template <class Read>
ExactValues refine(Read&& read, int most_precision = usual_most_precision) {
  ExactValues out;
  for (int precision = first_precision;; precision *= 2) {
    out.enclosure = read(precision);
    out.undecided = 0;
    for (const Ball& x : out.enclosure.elements()) out.undecided += !nearest_double(x);
    if (out.undecided == 0 || 2 * precision > most_precision) break;
  }
  out.rounded = Tensor<double>::generate(out.enclosure.shape(), [&](Index i) {
    const Ball& x = out.enclosure[i];
    return nearest_double(x).value_or(x.midpoint());
  });
  return out;
}

}  // namespace plumbline::spec
