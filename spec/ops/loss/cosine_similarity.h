// y = x·z / (max(‖x‖, eps) max(‖z‖, eps)) along an axis
#pragma once

#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/maximum.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/sqrt.h"
#include "spec/ops/arithmetic/square.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/reduce/sum.h"

namespace plumbline::spec {

struct CosineSimilarity {
  Index axis = 1;
  double eps = 1e-8;  // the least norm

  static constexpr std::string_view name = "cosine_similarity",
                                    summary = "x . z / (max(|x|, eps) max(|z|, eps)) along an axis; inputs "
                                              "x, z of one shape";
  static constexpr int arity = 2;
  static constexpr std::array<std::string_view, 1> methods{"scaled"};
  bool operator==(const CosineSimilarity&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto a = normal_axis(axis, in[0].rank());
    if (!a) return refuse(*this, 1, a.error().what());
    if (in[0] != in[1]) return refuse(*this, 2, "shapes differ: ", in[0], " vs ", in[1]);
    if (!(eps > 0 && std::isfinite(eps))) return refuse(*this, 3, "eps must be finite and positive: ", eps);
    return reduced(in[0], {*a}, /*keepdim=*/false);
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return cosines(in, /*scaled=*/false);
  }
  // scaled: each vector over its largest magnitude (eps where that is smaller), so that no square overflows.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return cosines(in, /*scaled=*/true);
  }
  // With u, v the vectors over their norms (at least eps): dx = ct (v − [‖x‖ > eps] y u)/‖x‖, and so for z.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    const Sum along{{axis}, true};
    const T size_x = norm(in[0]), size_z = norm(in[1]), least = literal(ct, eps);
    const T of_x = call(Maximum{}, size_x, least), of_z = call(Maximum{}, size_z, least);
    const Shape kept = size_x.shape();
    const T c = reshape(ct, kept), cosine = reshape(y, kept), u = div(in[0], of_x), v = div(in[1], of_z);
    const auto back = [&](const T& size, const T& own, const T& unit, const T& other) {
      const T pull = Maximum{}.vjp(std::vector<T>{size, least}, own, mul(c, cosine))[0];
      return div(sub(mul(c, other), mul(pull, unit)), own);
    };
    return {back(size_x, of_x, u, v), back(size_z, of_z, v, u)};
  }
  static Sample<CosineSimilarity> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 1, 4);
    const Index axis = choices.pick(-shape.rank(), shape.rank() - 1);
    return {{axis, choices.one_of<double>({1e-8, 1e-3, 0.5})}, {shape, shape}, {}};
  }

 private:
  // ‖x‖ with the axis kept
  template <TensorLike T>
  T norm(const T& x) const {
    return call(Sqrt{}, call(Sum{{axis}, true}, call(Square{}, x)));
  }
  // x_k for k < n over s = max(|x_k|, eps) where scaled, with the norm, at least eps/s.
  template <Number N>
  struct Vector {
    std::vector<N> x;
    N size;

    template <class X>
    Vector(Index n, X&& of, double eps, bool scaled) : size(Index{0}) {
      for (Index k = 0; k < n; ++k) x.push_back(of(k));
      N least = real(n > 0 ? x[0] : size, eps);
      if (scaled && n > 0) {
        const N s = maximum(max_of<N>(n, [&](Index k) { return N(abs(of(k))); }), least);
        for (N& value : x) value = value / s;
        least = least / s;
      }
      size = maximum(N(sqrt(sum<N>(n, [&](Index k) { return square(x[static_cast<std::size_t>(k)]); }))), least);
    }
  };
  template <Number N>
  Tensor<N> cosines(const Tensors<N>& in, bool scaled) const {
    const Fibres fibre = fibres(in[0].shape(), {*normal_axis(axis, in[0].shape().rank())});
    const Index n = fibre.length();
    return Tensor<N>::generate(*shape({in[0].shape(), in[1].shape()}), [&](Index o) {
      const auto at = [&](const Tensor<N>& x) {
        return [&, o](Index k) -> const N& {
          return x[fibre.start[static_cast<std::size_t>(o)] + fibre.step[static_cast<std::size_t>(k)]];
        };
      };
      const Vector<N> u(n, at(in[0]), eps, scaled), v(n, at(in[1]), eps, scaled);
      const auto term = [&](Index k) {
        return N(u.x[static_cast<std::size_t>(k)] * v.x[static_cast<std::size_t>(k)]);
      };
      return N(sum<N>(n, term) / (u.size * v.size));
    });
  }
};
BOOST_DESCRIBE_STRUCT(CosineSimilarity, (), (axis, eps))

}  // namespace plumbline::spec
