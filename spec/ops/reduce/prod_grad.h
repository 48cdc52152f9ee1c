// dx_i = ct Π_{j ≠ i} x_j over each reduced fibre: the derivative of a product, zeros among the factors or not
#pragma once

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/reduce/cumprod.h"
#include "spec/ops/reduce/rows.h"

namespace plumbline::spec {

struct ProdGrad {
  Axes axes = {};  // empty: all
  bool keepdim = false;

  static constexpr std::string_view name = "prod_grad", summary = "ct times the product of the others; inputs x, ct";
  static constexpr int arity = 2;
  static constexpr std::array<std::string_view, 2> methods{"products", "quotient"};
  bool operator==(const ProdGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto out = reduced_shape(*this, in[0]);  // [prod_grad C1]
    if (!out) return out;
    if (in[1] != *out) return refuse(*this, 2, "ct differs from the output: ", in[1], " vs ", *out);
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return method("products", in);
  }
  // products: (ct · what stands before i) · what stands after i. quotient: ct y / x_i, and products where x_i is 0.
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    const Fibres fibre = fibres(in[0].shape(), *normal_axes(axes, in[0].shape().rank()));
    Tensor<N> dx = in[0];
    const auto out = dx.mutable_elements();
    const Index n = fibre.length();
    std::vector<N> after(static_cast<std::size_t>(n), N(Index{1}));
    for (Index o = 0; in[0].size() > 0 && o < fibre.count(); ++o) {
      const auto at = [&](Index k) {
        return fibre.start[static_cast<std::size_t>(o)] + fibre.step[static_cast<std::size_t>(k)];
      };
      const auto x = [&](Index k) -> const N& { return in[0][at(k)]; };
      for (Index k = n - 2; k >= 0; --k)
        after[static_cast<std::size_t>(k)] =
            k == n - 2 ? x(n - 1) : N(x(k + 1) * after[static_cast<std::size_t>(k + 1)]);
      N before = in[1][o], whole = x(Index{0});
      for (Index k = 1; k < n; ++k) whole = whole * x(k);
      for (Index k = 0; k < n; ++k) {
        N y = k + 1 < n ? N(before * after[static_cast<std::size_t>(k)]) : before;
        if (method == "quotient") y = select(equal(x(k), N(Index{0})), y, N(in[1][o] * whole / x(k)));
        before = before * x(k), out[static_cast<std::size_t>(at(k))] = y;
      }
    }
    return dx;
  }
  // With e and a the products before and after i: dx = d(Σ v ct e a), dct = Σ v e a.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const {
    const Rows<ProdGrad> rows(*this, in[0].shape());
    const std::vector<T> x{rows.of(in[0])};
    const Cumprod front{1, /*exclusive=*/true, /*reverse=*/false}, back{1, /*exclusive=*/true, /*reverse=*/true};
    const T before = call(front, x), after = call(back, x), vs = rows.of(v), cts = mul(vs, rows.of_reduced(in[1]));
    const T by_before = front.vjp(x, before, mul(cts, after))[0], by_after = back.vjp(x, after, mul(cts, before))[0];
    const T dct = call(Sum{{1}, /*keepdim=*/true}, mul(vs, mul(before, after)));
    return {rows.back(add(by_before, by_after)), reshape(dct, in[1].shape())};
  }
  static Sample<ProdGrad> sample(Choices& choices) {
    auto drawn = sample_reduction<ProdGrad>(choices);
    drawn.shapes.push_back(*reduced_shape(drawn.op, drawn.shapes[0]));
    drawn.domains = {Cumprod::factors(choices)};
    return drawn;
  }
};
BOOST_DESCRIBE_STRUCT(ProdGrad, (), (axes, keepdim))

}  // namespace plumbline::spec
