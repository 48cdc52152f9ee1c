// Answers that differ from the documented one only in which of several equal numbers they take.
#pragma once

#include "spec/ops/shape/ranking.h"

namespace plumbline::spec {

inline bool same_number(double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); }

// Whether entry k of each fibre of `got` names a number of x that may stand at place k, or, if not `in_order`, at any
// of got's places; and names it for the first time.
inline std::vector<Tri> places_among_equals(const Tensor<double>& x, const Tensor<double>& got, Index axis,
                                            bool descending, bool in_order) {
  const Index a = *normal_axis(axis, x.shape().rank());
  const Fibres from = fibres(x.shape(), {a}), to = fibres(got.shape(), {a});
  std::vector<Tri> out(static_cast<std::size_t>(got.size()), Tri::no);
  for (Index o = 0; got.size() > 0 && o < to.count(); ++o) {
    const auto at = [&](Index i) {
      return x[from.start[static_cast<std::size_t>(o)] + from.step[static_cast<std::size_t>(i)]];
    };
    const Ranking ranking = Ranking::of<double>(from.length(), at, descending);
    std::vector<char> used(from.step.size(), 0), filled(to.step.size(), 0);
    for (Index k = 0; k < to.length(); ++k) {
      const Index place = to.start[static_cast<std::size_t>(o)] + to.step[static_cast<std::size_t>(k)];
      const auto i = to_index(got[place]);
      if (!i || *i < 0 || *i >= from.length() || used[static_cast<std::size_t>(*i)]) continue;
      used[static_cast<std::size_t>(*i)] = 1;
      for (Index p = in_order ? k : 0; p < (in_order ? k + 1 : to.length()); ++p)
        if (!filled[static_cast<std::size_t>(p)] && same_number(at(*i), at(ranking.at(p)))) {
          filled[static_cast<std::size_t>(p)] = 1, out[static_cast<std::size_t>(place)] = Tri::yes;
          break;
        }
    }
  }
  return out;
}

}  // namespace plumbline::spec
