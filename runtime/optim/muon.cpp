// Muon: X = a X + (b A + c A²) X with A = X Xᵀ in double, for the smaller side of the matrix.
#include <algorithm>
#include <cmath>

#include "runtime/optim/steps.h"

namespace plumbline::runtime {
namespace {

// z = x yᵀ for x [m, k] and y [n, k]
void times_transposed(const double* x, const double* y, double* z, Index m, Index n, Index k) {
  for (Index i = 0; i < m; ++i)
    for (Index j = 0; j < n; ++j) {
      double sum = 0;
      for (Index c = 0; c < k; ++c) sum += x[i * k + c] * y[j * k + c];
      z[i * n + j] = sum;
    }
}

// out = a x + w x for w [m, m], x [m, k]
void push(double a, const double* w, const double* x, double* out, Index m, Index k) {
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < k; ++j) out[i * k + j] = 0;
    for (Index c = 0; c < m; ++c)
      for (Index j = 0; j < k; ++j) out[i * k + j] += w[i * m + c] * x[c * k + j];
    for (Index j = 0; j < k; ++j) out[i * k + j] += a * x[i * k + j];
  }
}

template <class T>
void step(const spec::Muon& o, const OptimViewOf<T>& view, Index n) {
  const Index rows = view.rows, columns = rows == 0 ? 0 : n / rows, m = std::min(rows, columns),
              k = std::max(rows, columns);
  double *x = view.scratch, *next = x + n, *gram = next + n, *twice = gram + m * m;
  const double rest = 1 - o.momentum;
  const auto at = [&](Index i) { return rows > columns ? i % columns * rows + i / columns : i; };
  double squares = 0;
  for (Index i = 0; i < n; ++i) {
    const double g = view.g[i], old = view.buf[i];
    view.buf[i] = static_cast<T>(old + rest * (g - old));
    const double buf = view.buf[i], update = o.nesterov ? g + o.momentum * (buf - g) : buf;
    x[at(i)] = update, squares += update * update;
  }
  const double size = std::max(std::sqrt(squares), o.eps);
  for (Index i = 0; i < n; ++i) x[i] /= size;
  for (Index s = 0; s < o.ns_steps; ++s) {
    times_transposed(x, x, gram, m, m, k);
    times_transposed(gram, gram, twice, m, m, m);
    for (Index i = 0; i < m * m; ++i) gram[i] = o.b * gram[i] + o.c * twice[i];
    push(o.a, gram, x, next, m, k);
    std::swap(x, next);
  }
  const auto tall = static_cast<double>(std::max(k, Index{1})), wide = static_cast<double>(std::max(columns, Index{1}));
  const double rate = o.lr * std::sqrt(std::max(tall, 1.0) / wide), kept = 1 - o.lr * o.weight_decay;
  for (Index i = 0; i < n; ++i) view.p[i] = static_cast<T>(kept * view.p[i] - rate * x[at(i)]);
}

template <class T>
void clip(const spec::GradientClip& how, std::span<const std::span<T>> gradients) {
  if (const auto* c = std::get_if<spec::ClipGradValue>(&how)) {
    const auto bound = static_cast<T>(c->clip_value);
    for (const std::span<T> g : gradients)
      for (T& x : g) x = x > bound ? bound : x < -bound ? -bound : x;
    return;
  }
  const auto& c = std::get<spec::ClipGradNorm>(how);
  double total = 0;
  for (const std::span<T> g : gradients)
    for (const T x : g) {
      const double size = std::abs(static_cast<double>(x));
      if (std::isinf(c.norm_type)) total = size > total || std::isnan(size) ? size : total;
      else total += c.norm_type == 1 ? size : size * size;
    }
  const double norm = c.norm_type == 2 ? std::sqrt(total) : total, factor = c.max_norm / (norm + 1e-6);
  if (factor >= 1) return;
  for (const std::span<T> g : gradients)
    for (T& x : g) x = static_cast<T>(x * factor);
}

}  // namespace

Index matrix_scratch(Index rows, Index columns) {
  const Index m = std::min(rows, columns);
  return 2 * rows * columns + 2 * m * m;
}

void muon_step(const spec::Muon& o, const OptimViewOf<float>& x, Index n) { step(o, x, n); }
void muon_step(const spec::Muon& o, const OptimViewOf<double>& x, Index n) { step(o, x, n); }

void clip_gradients(const spec::GradientClip& how, std::span<const std::span<float>> gradients) {
  clip(how, gradients);
}
void clip_gradients(const spec::GradientClip& how, std::span<const std::span<double>> gradients) {
  clip(how, gradients);
}

spec::Claims clip_claims(const spec::Format& format) {
  spec::Claims c = spec::Claims::in(format);
  c.intermediate = c.accumulator = spec::binary64, c.fma = false;
  return c;
}

}  // namespace plumbline::runtime
