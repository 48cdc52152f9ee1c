// Losses that look at one place at a time, in float32 and float64: terms and their sums are computed in double.
#include <array>
#include <cmath>
#include <vector>

#include "runtime/core/attribute.h"
#include "runtime/cpu/wide_loss.h"

namespace plumbline::runtime {
namespace {

using Values = std::array<double, 4>;  // of the inputs at one place; weights that are missing are 1

// An input whose elements are not those of the places, one after another: where each place finds its own.
std::vector<Index> places_of(const Shape& from, const Shape& to) {
  return from == to ? std::vector<Index>{} : spec::broadcast_offsets(from, to);
}

// The terms of places [begin, end) to `each(place, term)`.
template <class T, class Term>
struct Places {
  Term term;
  std::size_t inputs;
  std::array<std::vector<Index>, 4> at;

  template <class Each>
  void run(const KernelArgs& args, Index begin, Index end, Each&& each) const {
    Values x{1, 1, 1, 1};
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
BoundKernel bind_terms(Reduction reduction, const Shapes& in, Term term) {
  Places<T, Term> places{term, in.size(), {}};
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
    args.out.as<T>()[0] = static_cast<T>(reduction.sum ? total : total / static_cast<double>(count));
  };
  return bound;
}

// `make(op)` is the term of an op with its attributes.
template <class Make>
void add(KernelTable& table, const std::string& op, Make make) {
  const auto bind = [make]<class T>(T) -> Bind {
    return [make](const spec::Op& bound, const Shapes& in, const Shape&) {
      return bind_terms<T>(Reduction::of(bound), in, make(bound));
    };
  };
  table.add({op, op + ".wide", Device::cpu, DType::f32, wide_claims(spec::binary32), false, {}, bind(float{})});
  table.add({op, op + ".wide", Device::cpu, DType::f64, wide_claims(spec::binary64), false, {}, bind(double{})});
}
double number(const spec::Op& op, std::string_view name) { return attribute<double>(op, name); }

double ramp(double x) { return x > 0 || std::isnan(x) ? x : 0; }
// a·x where 0·∞ is 0: a limit that x stays finite on its way to.
double weighted(double a, double x) { return a == 0 && std::isinf(x) ? 0 : a * x; }
// ln(1 + e^−|x|)
double softplus_tail(double x) { return std::log1p(std::exp(-std::abs(x))); }

// max(ln x, −100)
double bounded_log(double x) {
  const double l = std::log(x);
  return l < -100 ? -100 : l;
}

double log_cosh(double d) {
  const double size = std::abs(d);
  if (size < 1) {
    const double e = std::expm1(-(2 * size));
    return 0.5 * std::log1p(e * e / (4 * (1 + e)));
  }
  return size + (std::log1p(std::exp(-(2 * size))) - std::log(2.0));
}

// t ln t − t + ½ ln 2πt where t > 1
double stirling(double t) {
  if (!(t > 1)) return std::isnan(t) ? t : 0;
  if (std::isinf(t)) return t;
  return t * std::log(t) - t + std::log(2 * 3.14159265358979323846 * t) / 2;
}

double squared_difference(const Values& x) { return (x[0] - x[1]) * (x[0] - x[1]); }

void add_distances(KernelTable& table) {
  table.add({"mse", "mse.wide", Device::cpu, DType::f64, wide_claims(spec::binary64), false, {},
             [](const spec::Op& op, const Shapes& in, const Shape&) {
               return bind_terms<double>(Reduction::of(op), in, squared_difference);
             }});
  add(table, "l1", [](const spec::Op&) { return [](const Values& x) { return std::abs(x[0] - x[1]); }; });
  add(table, "huber", [](const spec::Op& op) {
    return [delta = number(op, "delta")](const Values& x) {
      const double d = x[0] - x[1], size = std::abs(d);
      return size < delta ? 0.5 * (d * d) : delta * (size - 0.5 * delta);
    };
  });
  add(table, "smooth_l1", [](const spec::Op& op) {
    return [beta = number(op, "beta")](const Values& x) {
      const double d = x[0] - x[1], size = std::abs(d);
      return size < beta ? 0.5 * (d * (d / beta)) : size - 0.5 * beta;
    };
  });
  add(table, "log_cosh", [](const spec::Op&) { return [](const Values& x) { return log_cosh(x[0] - x[1]); }; });
  add(table, "hinge", [](const spec::Op&) { return [](const Values& x) { return ramp(1 - x[1] * x[0]); }; });
}

void add_likelihoods(KernelTable& table) {
  add(table, "bce", [](const spec::Op&) {
    return [](const Values& x) {
      return x[2] * -(x[1] * bounded_log(x[0]) + (1 - x[1]) * bounded_log(1 - x[0]));
    };
  });
  add(table, "bce_with_logits", [](const spec::Op&) {
    return [](const Values& x) {
      const double tail = softplus_tail(x[0]);
      return x[2] * (weighted(x[3] * x[1], ramp(-x[0]) + tail) + weighted(1 - x[1], ramp(x[0]) + tail));
    };
  });
  add(table, "kl_div", [](const spec::Op& op) {
    return [logs = attribute<bool>(op, "log_target")](const Values& x) {
      if (logs) return weighted(std::exp(x[1]), x[1] - x[0]);
      return x[1] == 0 ? 0.0 : x[1] * (std::log(x[1]) - x[0]);
    };
  });
  add(table, "poisson_nll", [](const spec::Op& op) {
    const bool logs = attribute<bool>(op, "log_input"), full = attribute<bool>(op, "full");
    return [=, eps = number(op, "eps")](const Values& x) {
      const double l = logs ? std::exp(x[0]) - weighted(x[1], x[0]) : x[0] - weighted(x[1], std::log(x[0] + eps));
      return full ? l + stirling(x[1]) : l;
    };
  });
  add(table, "gaussian_nll", [](const spec::Op& op) {
    return [full = attribute<bool>(op, "full"), eps = number(op, "eps")](const Values& x) {
      const double d = x[0] - x[1], v = x[2] < eps ? eps : x[2];
      const double l = (std::log(v) + d * (d / v)) / 2;
      return full ? l + std::log(2 * 3.14159265358979323846) / 2 : l;
    };
  });
}

}  // namespace

void register_loss_pointwise(KernelTable& table) {
  add_distances(table);
  add_likelihoods(table);
}

}  // namespace plumbline::runtime
