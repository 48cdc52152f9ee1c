// Losses that look at one place at a time, in float32 and float64: terms and their sums are computed in double.
#pragma once

#include <array>
#include <cmath>
#include <vector>

#include "runtime/core/attribute.h"
#include "runtime/cpu/loss/wide_loss.h"
#include "runtime/cpu/wide.h"

namespace plumbline::runtime {

using LossValues = std::array<double, 4>;  // of the inputs at one place; weights that are missing are 1

// An input whose elements are not those of the places, one after another: where each place finds its own.
inline std::vector<Index> places_of(const Shape& from, const Shape& to) {
  return from == to ? std::vector<Index>{} : spec::broadcast_offsets(from, to);
}

// The terms of places [begin, end) to `each(place, term)`.
template <class T, class Term>
struct LossPlaces {
  Term term;
  std::size_t inputs;
  std::array<std::vector<Index>, 4> at;

  template <class Each>
  void run(const KernelArgs& args, Index begin, Index end, Each&& each) const {
    LossValues x{1, 1, 1, 1};
    const T* from[4] = {};
    for (std::size_t k = 0; k < inputs; ++k) from[k] = args.in[k].as<T>();
    for (Index i = begin; i < end; ++i) {
      for (std::size_t k = 0; k < inputs; ++k)
        x[k] = from[k][at[k].empty() ? i : at[k][static_cast<std::size_t>(i)]];
      each(i, term(x));
    }
  }
};

template <class T, class Term>
BoundKernel bind_pointwise(Reduction reduction, const Shapes& in, Term term) {
  LossPlaces<T, Term> places{term, in.size(), {}};
  for (std::size_t k = 0; k < in.size(); ++k) places.at[k] = places_of(in[k], in[0]);
  const Index n = in[0].size(), count = reduction.count(in[0], n);
  BoundKernel bound;
  if (reduction.none) {
    bound.run = [=](const KernelArgs& args) {
      T* out = args.out.as<T>();
      parallel_for(args.workers, n, chunk, [&](Index begin, Index end, int) {
        places.run(args, begin, end, [&](Index i, double l) { out[i] = static_cast<T>(l); });
      });
    };
    return bound;
  }
  bound.scratch = wide_scratch(n);
  bound.run = [=](const KernelArgs& args) {
    const double total = wide_sum(args, n, [&](Index begin, Index end) {
      double sum = 0;
      bool first = true;
      places.run(args, begin, end, [&](Index, double l) { sum = first ? l : sum + l, first = false; });
      return sum;
    });
    const double divisor = reduction.sum ? 1 : static_cast<double>(count);
    if (in_range(total)) return void(args.out.as<T>()[0] = static_cast<T>(total / divisor));
    Wide<double> again = 0;
    places.run(args, 0, n, [&](Index, double l) { again += l; });
    args.out.as<T>()[0] = static_cast<T>(again / divisor);
  };
  return bound;
}

// `make(op)` is the term of an op with its attributes.
template <class Make>
void add_pointwise(KernelTable& table, const std::string& op, Make make) {
  const auto bind = [make]<class T>(T) -> Bind {
    return [make](const spec::Op& bound, const Shapes& in, const Shape&) {
      return bind_pointwise<T>(Reduction::of(bound), in, make(bound));
    };
  };
  table.add({op, op + ".wide", Device::cpu, DType::f32, wide_claims(spec::binary32), false, {}, bind(float{})});
  table.add({op, op + ".wide", Device::cpu, DType::f64, wide_claims(spec::binary64), false, {}, bind(double{})});
}
inline double number(const spec::Op& op, std::string_view name) { return attribute<double>(op, name); }

// a·x where 0·∞ is 0: a limit that x stays finite on its way to.
inline double weighted(double a, double x) { return a == 0 && std::isinf(x) ? 0 : a * x; }

}  // namespace plumbline::runtime
