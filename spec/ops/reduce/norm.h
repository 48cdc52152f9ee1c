// y = (Σ |x|^p)^(1/p) over a set of axes; max |x| for p = inf, min |x| for −inf, how many are not 0 for p = 0
#pragma once

#include "spec/ops/arithmetic/abs.h"
#include "spec/ops/arithmetic/neg.h"
#include "spec/ops/arithmetic/pow_scalar.h"
#include "spec/ops/arithmetic/sign.h"
#include "spec/ops/reduce/extremes.h"
#include "spec/ops/reduce/max_grad.h"
#include "spec/ops/reduce/roots.h"

namespace plumbline::spec {

struct Norm {
  double p = 2;    // not negative, or inf, or -inf
  Axes axes = {};  // empty: all
  bool keepdim = false;

  static constexpr std::string_view name = "norm",
                                    summary = "y = (sum of |x|^p)^(1/p) over axes; p = inf: max |x|, -inf: min |x|, "
                                              "0: how many are not 0";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 2> methods{"scaled", "direct"};
  bool operator==(const Norm&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto out = reduced_shape(*this, in[0]);  // [norm C1]
    if (!out) return out;
    if (!(p >= 0 || p == -std::numeric_limits<double>::infinity()))
      return refuse(*this, 2, "p is not 0, positive or -inf: ", p);
    if (std::isinf(p) && reduced_extent(*this, in[0]) == 0)
      return refuse(*this, 3, "nothing to reduce: the extent is 0 in ", in[0]);
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return method("direct", in);
  }
  // direct: the textbook. scaled: m (Σ (|x|/m)^p)^(1/p), m = max |x|, where no power overflows.
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return reduce(*this, in[0], [&](Index n, auto&& x) -> N {
      const auto size = [&](Index k) { return N(abs(x(k))); };
      if (p == 0) return count_of_nonzeros<N>(n, x);
      if (std::isinf(p)) return p > 0 ? max_of<N>(n, size) : min_of<N>(n, size);
      if (p == 1 || n == 0 || method == "direct") return length<N>(n, size);
      const N top = max_of<N>(n, size), one(Index{1});
      const N scale = select(equal(top, N(Index{0})) | is_infinite(top), one, top);
      return scale * length<N>(n, [&](Index k) { return N(size(k) / scale); });
    });
  }
  // dx = ct sign(x) (|x|/y)^(p−1), 0 where x is; the largest, or the smallest, share ct evenly for p = ±inf.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    const T& x = in[0];
    const Shape& shape = x.shape();
    const T sign = call(Sign{}, x), cts = broadcast_back(*this, ct, shape);
    if (p == 0) return {full_like(x, shape, 0)};
    if (p == 1) return {mul(cts, sign)};
    if (std::isinf(p)) {
      const T size = call(Abs{}, x);
      return {mul(sign, call(MaxGrad{axes, keepdim}, p > 0 ? size : call(Neg{}, size), ct))};
    }
    const T share = over_nonzero(x, broadcast_back(*this, y, shape));
    if (p == 2) return {mul(cts, share)};
    const T zero = call(Equal{}, x, literal(x, 0));
    return {mul(mul(cts, sign), call(PowScalar{p - 1}, where(zero, literal(x, 1), call(Abs{}, share))))};
  }
  static Sample<Norm> sample(Choices& choices) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    auto sample = sample_reduction<Norm>(choices);
    sample.op.p = choices.one_of<double>({2, 1, 2, infinity, 3, 0.5, 1.5, 4.25, 2, 0, -infinity});
    const bool exact = sample.op.p == std::floor(sample.op.p) && sample.op.p != 3;
    for (Index a = 0; a < sample.shapes[0].rank(); ++a) {  // powers cost much
      Index& n = sample.shapes[0][a];
      n = std::max<Index>(std::isinf(sample.op.p), exact ? n : std::min<Index>(n, 5));
    }
    sample.domains = {Domain::near({0, 1e-30, 1e30})};
    return sample;
  }

 private:
  template <Number N, class X>
  static N count_of_nonzeros(Index n, X&& x) {
    const N zero(Index{0}), one(Index{1});
    return spec::sum<N>(n, [&](Index k) { return select(equal(x(k), zero), zero, one); });
  }
  // (Σ a^p)^(1/p) of n numbers from 0; the derivative at 0 is 0.
  template <Number N, class A>
  N length(Index n, A&& a) const {
    if (p == 1) return spec::sum<N>(n, a);
    if (p == 2) return zero_root(N(spec::sum<N>(n, [&](Index k) { return square(a(k)); })));
    const auto power = [](const N& b, const N& exponent) {
      return select(equal(b, N(Index{0})), b, N(pow(b, exponent)));
    };
    const N total = spec::sum<N>(n, [&](Index k) { return power(a(k), real(a(k), p)); });
    return power(total, N(N(Index{1}) / real(total, p)));
  }
};
BOOST_DESCRIBE_STRUCT(Norm, (), (p, axes, keepdim))

}  // namespace plumbline::spec
