// The step of Muon on a matrix: X = a X + (b A + c A²) X with A = X Xᵀ, five times, from the update over its norm.
#pragma once

#include <algorithm>

#include "spec/lang/tensor.h"
#include "spec/layers/optimise.h"

namespace plumbline::spec {

// x [m, k] times y [n, k], transposed: Σ_k x_ik y_jk.
template <Number N>
Tensor<N> times_transposed(const Tensor<N>& x, const Tensor<N>& y) {
  const Index n = y.shape()[0], k = x.shape()[1];
  return Tensor<N>::generate({x.shape()[0], n}, [&](Index at) {
    const Index i = at / n, j = at % n;
    return sum<N>(k, [&](Index c) { return N(x[i * k + c] * y[j * k + c]); });
  });
}
template <Number N>
Tensor<N> transposed(const Tensor<N>& x) {
  const Index rows = x.shape()[0], columns = x.shape()[1];
  return Tensor<N>::generate({columns, rows}, [&](Index at) { return x[at % rows * columns + at / rows]; });
}

// The matrix near x with singular values near 1, by ns_steps of Newton and Schulz.
template <Number N>
Tensor<N> newton_schulz(const Muon& o, const Tensor<N>& update, const N& like) {
  const auto scalar_of = [&](double a) { return coefficient(like, scalar(like, a)); };
  const bool tall = update.shape()[0] > update.shape()[1];
  Tensor<N> x = tall ? transposed(update) : update;
  const N squares = sum<N>(x.size(), [&](Index i) { return square(x[i]); });
  const N size = maximum(N(sqrt(squares)), scalar_of(o.eps));
  const N a = scalar_of(o.a), b = scalar_of(o.b), c = scalar_of(o.c);
  x = Tensor<N>::generate(x.shape(), [&](Index i) { return N(x[i] / size); });
  for (Index step = 0; step < o.ns_steps; ++step) {
    const Tensor<N> gram = times_transposed(x, x), twice = times_transposed(gram, gram);  // A is symmetric
    const auto mix = Tensor<N>::generate(gram.shape(), [&](Index i) { return N(b * gram[i] + c * twice[i]); });
    const Tensor<N> pushed = times_transposed(mix, transposed(x));
    x = Tensor<N>::generate(x.shape(), [&](Index i) { return N(a * x[i] + pushed[i]); });
  }
  return tall ? transposed(x) : x;
}

// (1 − lr λ) p − lr √max(1, rows/columns) X, X from g + momentum (buf − g) or buf, with the new buf.
template <Number N>
Tensor<N> muon_parameter(const Muon& o, const Tensor<N>& p, const Tensor<N>& buf, const Tensor<N>& g, const N& like) {
  const N momentum = coefficient(like, scalar(like, o.momentum));
  const Tensor<N> update =
      o.nesterov ? Tensor<N>::generate(g.shape(), [&](Index i) { return N(g[i] + momentum * (buf[i] - g[i])); }) : buf;
  const Tensor<N> x = newton_schulz(o, update, like);
  const Index rows = std::max<Index>(1, p.shape()[0]), columns = std::max<Index>(1, p.shape()[1]);
  const N tall = scalar(like, static_cast<double>(std::max(rows, columns))), one = scalar(like, 1);
  const N scale = sqrt(tall / scalar(like, static_cast<double>(columns)));
  const N rate = coefficient(like, N(scalar(like, o.lr) * scale));
  const N kept = coefficient(like, N(one - scalar(like, o.lr) * scalar(like, o.weight_decay)));
  return Tensor<N>::generate(p.shape(), [&](Index i) { return N(kept * p[i] - rate * x[i]); });
}

}  // namespace plumbline::spec
