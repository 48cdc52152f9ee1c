// Objectives, composed of ops.
#include "runtime/ssl/objectives.h"

#include "runtime/loss/loss.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/detach.h"
#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/maximum.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/neg.h"
#include "spec/ops/arithmetic/square.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/linalg/matmul.h"
#include "spec/ops/norm/l2_normalize.h"
#include "spec/ops/reduce/logsumexp.h"
#include "spec/ops/reduce/mean.h"
#include "spec/ops/reduce/sum.h"
#include "spec/ops/shape/concat.h"
#include "spec/ops/shape/full.h"
#include "spec/ops/shape/reshape.h"
#include "spec/ops/shape/slice.h"
#include "spec/ops/shape/squeeze.h"
#include "spec/ops/shape/transpose.h"

namespace plumbline::runtime::ssl {

using spec::Index;

namespace {

void check_pair(std::string_view name, const Var& x, const Var& y) {
  if (x.shape() != y.shape() || x.shape().rank() != 2 || x.shape()[0] == 0)
    throw spec::Error(spec::concat('[', name, "] found ", x.shape(), " and ", y.shape(), ", expected two of [n, d]"));
}

void check_temperature(std::string_view name, double temperature) {
  if (!(temperature > 0) || !std::isfinite(temperature))
    throw spec::Error(spec::concat('[', name, "] found temperature ", temperature, ", expected a finite one above 0"));
}

Var unit(const Var& z) { return call(spec::L2Normalize{.axis = -1}, z); }
Var over(const Var& x, double temperature) { return call(spec::Div{}, x, literal(x, temperature)); }

// x_i·y_j / τ
Var similarities(const Var& x, const Var& y, double temperature) {
  return over(call(spec::Matmul{}, x, call(spec::Transpose{}, y)), temperature);
}
// x_i·y_i / τ
Var partners(const Var& x, const Var& y, double temperature) {
  return over(call(spec::Sum{.axes = {-1}}, call(spec::Mul{}, x, y)), temperature);
}

// [n, n − 1]: the rows without their diagonal. Behind the first element lie n − 1 times n elements and one of it.
Var off_diagonal(const Var& square) {
  const Index n = square.shape()[0];
  const Var flat = call(spec::Slice{.axis = 0, .start = 1}, call(spec::Reshape{{n * n}}, square));
  const Var rows = call(spec::Slice{.axis = 1, .stop = n}, call(spec::Reshape{{n - 1, n + 1}}, flat));
  return call(spec::Reshape{{n, n - 1}}, rows);
}

}  // namespace

Var nt_xent(const Var& z1, const Var& z2, double temperature) {
  check_pair("nt_xent", z1, z2), check_temperature("nt_xent", temperature);
  const Var a = unit(z1), b = unit(z2), both = call(spec::Concat{0}, a, b);
  const Var others = off_diagonal(similarities(both, both, temperature));
  const Var normaliser = call(spec::Mean{}, call(spec::Logsumexp{.axes = {1}}, others));
  return call(spec::Sub{}, normaliser, call(spec::Mean{}, partners(a, b, temperature)));
}

Var info_nce(const Var& queries, const Var& keys, double temperature) {
  check_pair("info_nce", queries, keys), check_temperature("info_nce", temperature);
  const Var q = unit(queries), k = unit(keys);
  const Var normaliser = call(spec::Mean{}, call(spec::Logsumexp{.axes = {1}}, similarities(q, k, temperature)));
  return call(spec::Sub{}, normaliser, call(spec::Mean{}, partners(q, k, temperature)));
}

Var negative_cosine(const Var& p, const Var& z) {
  if (p.shape() != z.shape() || p.shape().rank() == 0)
    throw spec::Error(spec::concat("[negative_cosine] found ", p.shape(), " and ", z.shape(), ", expected two alike"));
  const Var cosines = call(spec::Sum{.axes = {-1}}, call(spec::Mul{}, unit(p), unit(call(spec::Detach{}, z))));
  return call(spec::Neg{}, call(spec::Mean{}, cosines));
}

Var simsiam(const Var& p1, const Var& z1, const Var& p2, const Var& z2) {
  const Var sum = call(spec::Add{}, negative_cosine(p1, z2), negative_cosine(p2, z1));
  return call(spec::Mul{}, literal(sum, 0.5), sum);
}

Var masked_mse(const Var& yhat, const Var& y, const Var& mask) {
  if (yhat.shape() != y.shape() || y.shape() != mask.shape())
    throw spec::Error(spec::concat("[masked_mse] found ", yhat.shape(), ", ", y.shape(), " and a mask ", mask.shape(),
                                   ", expected three alike"));
  const Var errors = call(spec::Mul{}, mask, call(spec::Square{}, call(spec::Sub{}, yhat, y)));
  const Var hidden = call(spec::Maximum{}, call(spec::Sum{}, mask), literal(mask, 1));
  return call(spec::Div{}, call(spec::Sum{}, errors), hidden);
}

Var masked_reconstruction(const Var& yhat, const Var& target) {
  if (target.shape().rank() < 2 || target.shape()[1] != 2)
    throw spec::Error(spec::concat("[masked_reconstruction] found a target ", target.shape(), ", expected [n, 2, …]"));
  const auto half = [&](Index i) {
    return call(spec::Squeeze{{1}}, call(spec::Slice{.axis = 1, .start = i, .stop = i + 1}, target));
  };
  return masked_mse(yhat, half(0), half(1));
}

Var masked_lm(const Var& logits, const Var& labels, Index ignore) {
  return loss::cross_entropy(logits, labels, {.axis = -1, .ignore_index = ignore});
}

}  // namespace plumbline::runtime::ssl
