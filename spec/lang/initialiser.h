// Initialisers: schemes with their attributes, fans, and what each demands of a shape.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "spec/lang/attributes.h"
#include "spec/lang/shape.h"

namespace plumbline::spec {

struct ZerosInit {
  static constexpr std::string_view name = "zeros", summary = "x = 0";
  bool operator==(const ZerosInit&) const = default;
};
struct OnesInit {
  static constexpr std::string_view name = "ones", summary = "x = 1";
  bool operator==(const OnesInit&) const = default;
};
struct ConstantInit {
  double value = 0;
  static constexpr std::string_view name = "constant", summary = "x = value";
  bool operator==(const ConstantInit&) const = default;
};
struct UniformInit {
  double lo = 0, hi = 1;
  static constexpr std::string_view name = "uniform", summary = "x = lo + (hi - lo) u";
  bool operator==(const UniformInit&) const = default;
};
struct NormalInit {
  double mean = 0, std = 1;
  static constexpr std::string_view name = "normal", summary = "x = mean + std sqrt(-2 ln(1 - u)) cos(2 pi u')";
  bool operator==(const NormalInit&) const = default;
};
struct XavierUniformInit {
  double gain = 1;
  static constexpr std::string_view name = "xavier_uniform",
                                    summary = "uniform in [-a, a), a = gain sqrt(6 / (fan_in + fan_out))";
  bool operator==(const XavierUniformInit&) const = default;
};
// gain 1 is He's scale for ReLU; PyTorch's gain g is gain = g/√2.
struct KaimingUniformInit {
  double gain = 1;
  std::string mode = "fan_in";  // or fan_out
  static constexpr std::string_view name = "kaiming_uniform", summary = "uniform in [-a, a), a = gain sqrt(6 / fan)";
  bool operator==(const KaimingUniformInit&) const = default;
};
// The normal law (mean, std) on condition that x lies in [a, b]; element j is the quantile of draw j [init B7].
struct TruncatedNormalInit {
  double mean = 0, std = 1, a = -2, b = 2;
  static constexpr std::string_view name = "truncated_normal",
                                    summary = "x in [a, b] with F(x) = u, F of the normal law cut to [a, b]";
  bool operator==(const TruncatedNormalInit&) const = default;
};
struct XavierNormalInit {
  double gain = 1;
  static constexpr std::string_view name = "xavier_normal",
                                    summary = "normal, std = gain sqrt(2 / (fan_in + fan_out))";
  bool operator==(const XavierNormalInit&) const = default;
};
// gain 1 is He's scale for ReLU; PyTorch's gain g is gain = g/√2.
struct KaimingNormalInit {
  double gain = 1;
  std::string mode = "fan_in";  // or fan_out
  static constexpr std::string_view name = "kaiming_normal", summary = "normal, std = gain sqrt(2 / fan)";
  bool operator==(const KaimingNormalInit&) const = default;
};
// Of a matrix [out, in·∏k] G of normal draws (its transpose where it is wider than high): Q of G = Q R with R_ii > 0,
// times gain; columns of a high matrix, rows of a wide one are orthonormal [init B8].
struct OrthogonalInit {
  double gain = 1;
  static constexpr std::string_view name = "orthogonal", summary = "gain Q of a normal matrix G = Q R, R_ii > 0";
  bool operator==(const OrthogonalInit&) const = default;
};
struct IdentityInit {
  static constexpr std::string_view name = "identity", summary = "x_ij = 1 where i = j, else 0; a matrix";
  bool operator==(const IdentityInit&) const = default;
};
// An exact payload, in row-major order.
struct FlatInit {
  std::vector<float> values;
  static constexpr std::string_view name = "flat", summary = "x = the given values";
  bool operator==(const FlatInit&) const = default;
};
BOOST_DESCRIBE_STRUCT(ZerosInit, (), ())
BOOST_DESCRIBE_STRUCT(OnesInit, (), ())
BOOST_DESCRIBE_STRUCT(ConstantInit, (), (value))
BOOST_DESCRIBE_STRUCT(UniformInit, (), (lo, hi))
BOOST_DESCRIBE_STRUCT(NormalInit, (), (mean, std))
BOOST_DESCRIBE_STRUCT(XavierUniformInit, (), (gain))
BOOST_DESCRIBE_STRUCT(KaimingUniformInit, (), (gain, mode))
BOOST_DESCRIBE_STRUCT(TruncatedNormalInit, (), (mean, std, a, b))
BOOST_DESCRIBE_STRUCT(XavierNormalInit, (), (gain))
BOOST_DESCRIBE_STRUCT(KaimingNormalInit, (), (gain, mode))
BOOST_DESCRIBE_STRUCT(OrthogonalInit, (), (gain))
BOOST_DESCRIBE_STRUCT(IdentityInit, (), ())
BOOST_DESCRIBE_STRUCT(FlatInit, (), ())

using Initialiser = std::variant<ZerosInit, OnesInit, ConstantInit, UniformInit, NormalInit, TruncatedNormalInit,
                                 XavierUniformInit, XavierNormalInit, KaimingUniformInit, KaimingNormalInit,
                                 OrthogonalInit, IdentityInit, FlatInit>;

// The number of inputs and outputs that one unit of a weight [out, in, k…] is connected to: in·∏k and out·∏k.
struct Fans {
  Index in, out;
  bool operator==(const Fans&) const = default;
};
Result<Fans> fans(const Shape& shape);  // [init C1]: rank at least 2

// `xavier_uniform gain=1`
std::string print(const Initialiser& scheme);
std::string_view name_of(const Initialiser& scheme);
// Unset attributes take their defaults; `unknown initialiser xavier_unifrm; did you mean xavier_uniform?`
Result<Initialiser> parse_initialiser(std::string_view name, const Attributes& attributes);
std::vector<Initialiser> all_initialisers();

// What a layer before a nonlinearity multiplies its scale by, as torch.nn.init.calculate_gain: linear, identity,
// conv1d, conv2d, conv3d, sigmoid 1, tanh 5/3, relu √2, leaky_relu √(2/(1 + a²)), selu 3/4.
Result<double> gain_of(std::string_view nonlinearity, double a = 0.01);

// The number of draws that the scheme takes for a shape: 0, 1 or 2 for each element.
Index draws_of(const Initialiser& scheme, const Shape& shape);

// Whether the scheme can fill the shape: fans exist, bounds are finite and ordered, std ≥ 0, a payload has the length,
// a window of a truncated law is not beyond 30 deviations, an identity is a matrix.
Result<void> validate(const Initialiser& scheme, const Shape& shape);  // [init C1..C5], [init C9], [init C10]

}  // namespace plumbline::spec
