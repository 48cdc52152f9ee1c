// Initialisers as text, their fans and their constraints.
#include "spec/lang/initialiser.h"

#include <cmath>

#include "spec/lang/format.h"

namespace plumbline::spec {

namespace {

// Finite after rounding to binary32, the format of parameters.
bool finite_parameter(double a) { return std::isfinite(a) && std::abs(a) <= binary32.largest(); }

template <class S>
tl::unexpected<Error> refuse_init(const S&, int label, const std::string& what) {
  return fail("[", S::name, "] ", what, " [init C", label, "]");
}

template <class S>
Result<void> with_fans(const S& s, const Shape& shape) {
  if (auto f = fans(shape); !f) return refuse_init(s, 1, f.error().what());
  if (!finite_parameter(s.gain) || s.gain < 0)
    return refuse_init(s, 2, concat("gain must be finite and not negative: ", s.gain));
  return {};
}

constexpr double farthest = 30;  // deviations from the mean, where a window still has a mass in binary64

struct Check {
  const Shape& shape;

  template <class S>
  Result<void> with_mode(const S& s) const {
    if (s.mode != "fan_in" && s.mode != "fan_out")
      return refuse_init(s, 2, concat("mode must be fan_in or fan_out: ", s.mode));
    return with_fans(s, shape);
  }
  Result<void> operator()(const ZerosInit&) const { return {}; }
  Result<void> operator()(const OnesInit&) const { return {}; }
  Result<void> operator()(const ConstantInit& s) const {
    if (!finite_parameter(s.value)) return refuse_init(s, 2, concat("value must be finite: ", s.value));
    return {};
  }
  Result<void> operator()(const UniformInit& s) const {
    if (!finite_parameter(s.lo) || !finite_parameter(s.hi) || !finite_parameter(s.hi - s.lo))
      return refuse_init(s, 2, concat("bounds and their difference must be finite: ", s.lo, " to ", s.hi));
    if (s.lo > s.hi) return refuse_init(s, 3, concat("lo exceeds hi: ", s.lo, " vs ", s.hi));
    return {};
  }
  Result<void> operator()(const NormalInit& s) const {
    if (!finite_parameter(s.mean) || !finite_parameter(s.std))
      return refuse_init(s, 2, concat("mean and std must be finite: ", s.mean, ", ", s.std));
    if (s.std < 0) return refuse_init(s, 4, concat("std must not be negative: ", s.std));
    return {};
  }
  Result<void> operator()(const XavierUniformInit& s) const { return with_fans(s, shape); }
  Result<void> operator()(const TruncatedNormalInit& s) const {
    if (!finite_parameter(s.mean) || !finite_parameter(s.std) || !finite_parameter(s.a) || !finite_parameter(s.b))
      return refuse_init(s, 2, concat("attributes must be finite: ", s.mean, ", ", s.std, ", ", s.a, ", ", s.b));
    if (!(s.a < s.b)) return refuse_init(s, 3, concat("a must be below b: ", s.a, " vs ", s.b));
    if (!(s.std > 0)) return refuse_init(s, 4, concat("std must be positive: ", s.std));
    if (s.a > s.mean + farthest * s.std || s.b < s.mean - farthest * s.std)
      return refuse_init(s, 9, concat("the window lies beyond ", farthest, " deviations: ", s.a, " to ", s.b));
    return {};
  }
  Result<void> operator()(const XavierNormalInit& s) const { return with_fans(s, shape); }
  Result<void> operator()(const KaimingUniformInit& s) const { return with_mode(s); }
  Result<void> operator()(const KaimingNormalInit& s) const { return with_mode(s); }
  Result<void> operator()(const OrthogonalInit& s) const { return with_fans(s, shape); }
  Result<void> operator()(const IdentityInit& s) const {
    if (shape.rank() != 2) return refuse_init(s, 10, concat("an identity is a matrix, of rank 2: ", shape));
    return {};
  }
  Result<void> operator()(const FlatInit& s) const {
    const auto given = static_cast<Index>(s.values.size());
    if (given != shape.size()) return refuse_init(s, 5, concat("length differs: ", given, " values for shape ", shape));
    return {};
  }
};

template <class S>
Result<Initialiser> parse_as(const Attributes& attributes) {
  S scheme;
  for (const Attribute& a : attributes)
    if (auto set = set_attribute(scheme, a.name, a.value); !set) return tl::unexpected(set.error());
  return Initialiser(std::move(scheme));
}

}  // namespace

Result<Fans> fans(const Shape& shape) {
  if (shape.rank() < 2) return fail("fans need a weight of rank at least 2, [out, in, k…]: ", shape);
  Index window = 1;
  for (Index axis = 2; axis < shape.rank(); ++axis) window *= shape[axis];
  return Fans{shape[1] * window, shape[0] * window};
}

std::string_view name_of(const Initialiser& scheme) {
  return std::visit([](const auto& s) { return s.name; }, scheme);
}

std::string print(const Initialiser& scheme) {
  return std::visit(
      [](const auto& s) {
        std::string text(s.name);
        for (const Attribute& a : attributes_of(s)) text += concat(' ', a.name, '=', a.value);
        return text;
      },
      scheme);
}

std::vector<Initialiser> all_initialisers() {
  std::vector<Initialiser> all;
  boost::mp11::mp_for_each<Initialiser>([&](const auto& scheme) { all.emplace_back(scheme); });
  return all;
}

Result<Initialiser> parse_initialiser(std::string_view name, const Attributes& attributes) {
  std::vector<std::string> known;
  for (const Initialiser& scheme : all_initialisers()) {
    if (name_of(scheme) == name)
      return std::visit([&](const auto& s) { return parse_as<std::decay_t<decltype(s)>>(attributes); }, scheme);
    known.emplace_back(name_of(scheme));
  }
  return fail("unknown initialiser ", name, did_you_mean(name, known));
}

namespace {

struct DrawsOfElement {
  Index operator()(const UniformInit&) const { return 1; }
  Index operator()(const TruncatedNormalInit&) const { return 1; }
  Index operator()(const XavierUniformInit&) const { return 1; }
  Index operator()(const KaimingUniformInit&) const { return 1; }
  Index operator()(const NormalInit&) const { return 2; }
  Index operator()(const XavierNormalInit&) const { return 2; }
  Index operator()(const KaimingNormalInit&) const { return 2; }
  Index operator()(const OrthogonalInit&) const { return 2; }
  template <class S>
  Index operator()(const S&) const {
    return 0;
  }
};

}  // namespace

Index draws_of(const Initialiser& scheme, const Shape& shape) {
  return std::visit(DrawsOfElement{}, scheme) * shape.size();
}

Result<double> gain_of(std::string_view nonlinearity, double a) {
  const std::vector<std::pair<std::string, double>> gains{
      {"linear", 1},  {"identity", 1},   {"conv1d", 1},           {"conv2d", 1},
      {"conv3d", 1},  {"sigmoid", 1},    {"tanh", 5.0 / 3},       {"relu", std::sqrt(2.0)},
      {"selu", 0.75}, {"leaky_relu", std::sqrt(2 / (1 + a * a))}};
  std::vector<std::string> known;
  for (const auto& [name, gain] : gains) {
    if (name == nonlinearity) return gain;
    known.push_back(name);
  }
  return fail("unknown nonlinearity ", nonlinearity, did_you_mean(nonlinearity, known));
}

Result<void> validate(const Initialiser& scheme, const Shape& shape) {
  if (!shape.valid()) return fail("[", name_of(scheme), "] shape ", shape, " is not valid [init C1]");
  return std::visit(Check{shape}, scheme);
}

}  // namespace plumbline::spec
