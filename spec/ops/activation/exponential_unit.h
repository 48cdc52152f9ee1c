// What elu, selu and celu share: a line for x > 0, else a (e^t − 1), with the left branch's slope at 0
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/compare/greater.h"
#include "spec/ops/compare/where.h"
#include "spec/ops/function/exp.h"

namespace plumbline::spec {

// e^t − 1, as the formula has it or without its cancellation.
struct ByFormula {
  template <Number N>
  static N exponential(const N& t) {
    return exp(t) - N(Index{1});
  }
};
struct ByExpm1 {
  template <Number N>
  static N exponential(const N& t) {
    return expm1(t);
  }
};

// ct `right` for x > 0, else ct `left` e^t: the exponential is not asked where it may overflow.
template <TensorLike T>
T exponential_slope(const T& ct, const T& x, const T& t, const T& right, const T& left) {
  const T positive = call(Greater{}, x, literal(ct, 0));
  return mul(ct, where(positive, right, mul(left, call(Exp{}, where(positive, literal(ct, 0), t)))));
}

}  // namespace plumbline::spec
