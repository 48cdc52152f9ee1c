// Checking a plan, and the schemes.
#include "runtime/init/initialise.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "runtime/init/distributions.h"
#include "runtime/init/with_workers.h"
#include "spec/lang/random.h"

namespace plumbline::runtime {

using spec::fail;

namespace {

std::uint64_t key_of(const Initialisation& plan, const ParameterInit& p) {
  return plan.streams == StreamScheme::separate ? spec::key(plan.seed, p.stream)
                                                : spec::torchlean::key(plan.seed, p.stream);
}

// The unit samples of one parameter.
struct Stream {
  std::uint64_t key;
  StreamScheme scheme;

  double exact(Index i) const {
    const auto at = static_cast<std::uint64_t>(i);
    if (scheme == StreamScheme::separate) return spec::unit(spec::draw(key, at));
    return spec::torchlean::unit(spec::torchlean::draw(key, at));
  }
  float operator()(Index i) const { return static_cast<float>(exact(i)); }
};

constexpr Index elements_per_part = 32768;

// Whether each element is a function of its own draws.
bool is_elementwise(const spec::Initialiser& scheme) {
  return !std::holds_alternative<spec::OrthogonalInit>(scheme) && !std::holds_alternative<spec::IdentityInit>(scheme) &&
         !std::holds_alternative<spec::FlatInit>(scheme);
}

// Fills the elements of a parameter from `first` on by the scheme that it visits; all of them unless is_elementwise.
struct Filler {
  const Shape& shape;
  Stream unit;
  std::span<float> out;
  std::size_t first = 0;

  void all(double value) const { std::fill(out.begin(), out.end(), static_cast<float>(value)); }
  // One scheme of streams for the whole loop, so that it becomes vector code.
  void uniform(double low, double high) const {
    const auto lo = static_cast<float>(low), hi = static_cast<float>(high), width = hi - lo;
    const std::uint64_t key = unit.key, first = this->first;
    if (unit.scheme == StreamScheme::separate)
      for (std::size_t j = 0; j < out.size(); ++j) out[j] = lo + width * spec::unit(spec::draw(key, first + j));
    else
      for (std::size_t j = 0; j < out.size(); ++j)
        out[j] = lo + width * static_cast<float>(spec::torchlean::unit(spec::torchlean::draw(key, first + j)));
  }
  // gain·√(6 / n), 0 for n = 0
  void symmetric(double gain, Index n) const {
    const double a = n == 0 ? 0.0 : gain * std::sqrt(6.0 / static_cast<double>(n));
    uniform(-a, a);
  }

  void operator()(const spec::ZerosInit&) const { all(0); }
  void operator()(const spec::OnesInit&) const { all(1); }
  void operator()(const spec::ConstantInit& s) const { all(s.value); }
  void operator()(const spec::UniformInit& s) const { uniform(s.lo, s.hi); }
  void operator()(const spec::XavierUniformInit& s) const {
    const spec::Fans f = *spec::fans(shape);
    symmetric(s.gain, f.in + f.out);
  }
  void operator()(const spec::KaimingUniformInit& s) const {
    const spec::Fans f = *spec::fans(shape);
    symmetric(s.gain, s.mode == "fan_in" ? f.in : f.out);
  }
  // √2 for the limit's √6: gain·√(2 / n)
  static double deviation(double gain, Index n) {
    return n == 0 ? 0.0 : gain * std::sqrt(2.0 / static_cast<double>(n));
  }
  void operator()(const spec::XavierNormalInit& s) const {
    const spec::Fans f = *spec::fans(shape);
    (*this)(spec::NormalInit{0, deviation(s.gain, f.in + f.out)});
  }
  void operator()(const spec::KaimingNormalInit& s) const {
    const spec::Fans f = *spec::fans(shape);
    (*this)(spec::NormalInit{0, deviation(s.gain, s.mode == "fan_in" ? f.in : f.out)});
  }
  void operator()(const spec::TruncatedNormalInit& s) const {
    const TruncatedNormal law(s);
    const auto lo = static_cast<float>(s.a), hi = static_cast<float>(s.b);
    for (std::size_t j = 0; j < out.size(); ++j)
      out[j] = std::min(hi, std::max(lo, static_cast<float>(law.quantile(unit.exact(static_cast<Index>(first + j))))));
  }
  // Box and Muller in double
  void operator()(const spec::OrthogonalInit& s) const {
    const Index rows = shape[0], columns = rows == 0 ? 0 : shape.size() / rows;
    std::vector<double> g(out.size());
    for (std::size_t j = 0; j < g.size(); ++j) {
      const auto i = static_cast<Index>(2 * j);
      g[j] = std::sqrt(-2 * std::log(1 - unit.exact(i))) * std::cos(2 * std::numbers::pi * unit.exact(i + 1));
    }
    orthogonal(g, rows, columns);
    for (std::size_t j = 0; j < g.size(); ++j) out[j] = static_cast<float>(s.gain * g[j]);
  }
  void operator()(const spec::IdentityInit&) const {
    all(0);
    for (Index i = 0; i < std::min(shape[0], shape[1]); ++i) out[static_cast<std::size_t>(i * shape[1] + i)] = 1;
  }
  // Box and Muller: mean + std √(−2 ln(1 − u)) cos 2πu′, with draws 2j and 2j + 1.
  void operator()(const spec::NormalInit& s) const {
    const auto mean = static_cast<float>(s.mean), deviation = static_cast<float>(s.std);
    for (std::size_t j = 0; j < out.size(); ++j) {
      const auto i = static_cast<Index>(2 * (first + j));
      const auto one_minus_u = static_cast<float>(1 - unit.exact(i)), angle = unit(i + 1);
      const auto log = static_cast<float>(std::log(static_cast<double>(one_minus_u)));
      const auto cosine = static_cast<float>(std::cos(2 * std::numbers::pi * static_cast<double>(angle)));
      out[j] = mean + deviation * (std::sqrt(-(2.0f * log)) * cosine);
    }
  }
  void operator()(const spec::FlatInit& s) const { std::copy(s.values.begin(), s.values.end(), out.begin()); }
};

// The draws of the parameters lie on a circle of 2^64: sorted by where they begin, each ends before the next begins.
Result<void> check_draws(const Initialisation& plan) {
  struct Window {
    std::uint64_t key, draws;
    const ParameterInit* owner;
  };
  std::vector<Window> windows;
  for (const ParameterInit& p : plan.parameters)
    if (const auto draws = static_cast<std::uint64_t>(spec::draws_of(p.scheme, p.shape)); draws > 0)
      windows.push_back({key_of(plan, p), draws, &p});
  std::stable_sort(windows.begin(), windows.end(), [](const Window& a, const Window& b) { return a.key < b.key; });
  for (std::size_t i = 0; i < windows.size() && windows.size() > 1; ++i) {
    const Window &w = windows[i], &next = windows[(i + 1) % windows.size()];
    if (next.key - w.key < w.draws)
      return fail("parameters ", w.owner->name, " and ", next.owner->name, " share random draws: streams ",
                  w.owner->stream, " and ", next.owner->stream, " [init C7]");
  }
  return {};
}

}  // namespace

Result<void> validate(const Initialisation& plan) {
  std::set<std::string_view> names;
  for (const ParameterInit& p : plan.parameters) {
    if (!p.shape.valid())
      return fail("parameter ", p.name, ": found shape ", p.shape, ", expected one that a tensor can have");
    if (auto ok = spec::validate(p.scheme, p.shape); !ok) return fail("parameter ", p.name, ": ", ok.error().what());
    if (!names.insert(p.name).second)
      return fail("parameter ", p.name, " is planned twice, expected each once [init C6]");
  }
  return check_draws(plan);
}

Result<void> check_parameters(const Initialisation& plan, std::span<const ParameterShape> given) {
  const auto& own = plan.parameters;
  for (std::size_t i = 0; i < std::min(own.size(), given.size()); ++i) {
    if (own[i].name != given[i].name)
      return fail("parameter ", i, ": found ", given[i].name, ", expected ", own[i].name, " [init C8]");
    if (own[i].shape != given[i].shape)
      return fail("parameter ", own[i].name, ": found shape ", given[i].shape, ", expected ", own[i].shape,
                  " [init C8]");
  }
  if (given.size() < own.size())
    return fail("parameter ", own[given.size()].name, ": found nothing, expected shape ", own[given.size()].shape,
                " [init C8]");
  if (given.size() > own.size())
    return fail("parameter ", given[own.size()].name, ": expected no more than ", own.size(), " parameters [init C8]");
  return {};
}

Result<void> initialise(const Initialisation& plan, std::span<const std::span<float>> out) {
  Workers one(1);
  return initialise(plan, out, one);
}

Result<void> initialise(const Initialisation& plan, std::span<const std::span<float>> out, Workers& workers) {
  if (auto ok = validate(plan); !ok) return ok;
  if (out.size() != plan.parameters.size())
    return fail("expected ", plan.parameters.size(), " parameters, found ", out.size());
  for (std::size_t i = 0; i < out.size(); ++i)
    if (out[i].size() != static_cast<std::size_t>(plan.parameters[i].shape.size()))
      return fail("parameter ", plan.parameters[i].name, ": expected ", plan.parameters[i].shape.size(),
                  " elements, found ", out[i].size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const ParameterInit& p = plan.parameters[i];
    const Index n = p.shape.size();
    parallel_for(workers, n, is_elementwise(p.scheme) ? elements_per_part : std::max<Index>(1, n),
                 [&](Index begin, Index end, int) {
                   const auto first = static_cast<std::size_t>(begin), count = static_cast<std::size_t>(end - begin);
                   const Stream unit{key_of(plan, p), plan.streams};
                   std::visit(Filler{p.shape, unit, out[i].subspan(first, count), first}, p.scheme);
                 });
  }
  return {};
}

spec::Claims initialise_claims() {
  spec::Claims c = spec::Claims::in(spec::binary32);
  c.fma = false;
  c.ulps = spec::Claims::uniform_ulps(1);
  return c;
}

}  // namespace plumbline::runtime
