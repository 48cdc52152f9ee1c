// The operations of the compound number types, and tensors of numbers, are compiled once: in compiled.cpp.
#pragma once

#include <optional>

#include "spec/lang/tensor.h"
#include "spec/num/approx.h"
#include "spec/num/ball.h"
#include "spec/num/binary.h"
#include "spec/num/dual.h"
#include "spec/num/rational.h"
#include "spec/num/rounded.h"
#include "spec/num/traced.h"

namespace plumbline::spec {

// `declared` is `extern template` here and `template` in compiled.cpp; N a number type. No type's arithmetic is inlined
// that costs more than a call.
#define PLUMBLINE_OPERATIONS(declared, N)                                                           \
  declared N operator+(const N&, const N&);                                                         \
  declared N operator-(const N&, const N&);                                                         \
  declared N operator*(const N&, const N&);                                                         \
  declared N operator/(const N&, const N&);                                                         \
  declared N operator-(const N&);                                                                   \
  declared N abs(const N&);                                                                         \
  declared N ramp(const N&);                                                                        \
  declared N maximum(const N&, const N&);                                                           \
  declared N minimum(const N&, const N&);                                                           \
  declared N sqrt(const N&);                                                                        \
  declared N cbrt(const N&);                                                                        \
  declared N exp(const N&);                                                                         \
  declared N exp2(const N&);                                                                        \
  declared N expm1(const N&);                                                                       \
  declared N log(const N&);                                                                         \
  declared N log2(const N&);                                                                        \
  declared N log1p(const N&);                                                                       \
  declared N sin(const N&);                                                                         \
  declared N cos(const N&);                                                                         \
  declared N atan(const N&);                                                                        \
  declared N tanh(const N&);                                                                        \
  declared N erf(const N&);                                                                         \
  declared N erfc(const N&);                                                                        \
  declared N pow(const N&, const N&);                                                               \
  declared N floor(const N&);                                                                       \
  declared N round_even(const N&);                                                                  \
  declared N computed_as(const N&, const N&);                                                       \
  declared N ratio(const N&, Index, Index);                                                         \
  declared N real(const N&, double);                                                                \
  declared N pi(const N&);                                                                          \
  declared N select(Truth, const N&, const N&);                                                     \
  declared N detached(const N&);                                                                    \
  declared N square(const N&);                                                                      \
  declared N floored_remainder(const N&, const N&);                                                 \
  declared Truth less(const N&, const N&);                                                          \
  declared Truth equal(const N&, const N&);                                                         \
  declared Truth is_nan(const N&);                                                                  \
  declared Truth is_infinite(const N&);                                                             \
  declared std::optional<Index> to_index(const N&);

#define PLUMBLINE_COMPILED(declared)                                                                \
  declared struct Dual<Rational>;                                                                   \
  declared struct Dual<Ball>;                                                                       \
  declared struct Rounded<Approx>;                                                                  \
  declared struct Rounded<Ball>;                                                                    \
  PLUMBLINE_OPERATIONS(declared, Dual<Rational>)                                                    \
  PLUMBLINE_OPERATIONS(declared, Dual<Ball>)                                                        \
  PLUMBLINE_OPERATIONS(declared, Rounded<Approx>)                                                   \
  PLUMBLINE_OPERATIONS(declared, Rounded<Ball>)                                                     \
  declared Rounded<Approx> rounding::product(const Rounded<Approx>&, const Rounded<Approx>&);       \
  declared Rounded<Ball> rounding::product(const Rounded<Ball>&, const Rounded<Ball>&);             \
  declared struct Greatest<Dual<Rational>>;                                                         \
  declared struct Greatest<Dual<Ball>>;                                                             \
  declared struct Summation<Rounded<Approx>>;                                                       \
  declared struct Summation<Rounded<Ball>>;                                                         \
  declared class Tensor<float>;                                                                     \
  declared class Tensor<double>;                                                                    \
  declared class Tensor<Rational>;                                                                  \
  declared class Tensor<Ball>;                                                                      \
  declared class Tensor<Dual<Rational>>;                                                            \
  declared class Tensor<Dual<Ball>>;                                                                \
  declared class Tensor<Rounded<Approx>>;                                                           \
  declared class Tensor<Rounded<Ball>>;                                                             \
  declared class Tensor<Binary<binary32>>;                                                          \
  declared class Tensor<Traced>;

PLUMBLINE_COMPILED(extern template)

}  // namespace plumbline::spec
