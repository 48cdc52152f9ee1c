// The steps, element by element; loops become vector code.
#include "runtime/optim/optimiser.h"

#include <algorithm>
#include <cmath>

#include "spec/lang/check.h"

namespace plumbline::runtime {
namespace {

constexpr Index elements_per_part = 16384;

// 1 − β^t without cancellation; 1 for β = 0.
double correction(double beta, Index t) { return -std::expm1(static_cast<double>(t) * std::log(beta)); }

void run(const spec::Sgd& o, Index t, const OptimView& x, Index n) {
  const auto lr = static_cast<float>(o.lr), decay = static_cast<float>(o.weight_decay),
             momentum = static_cast<float>(o.momentum);
  const auto fresh = static_cast<float>(1 - o.dampening);
  const bool decays = o.weight_decay != 0;
  if (o.momentum == 0) {
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) x.p[i] = x.p[i] - lr * (decays ? x.g[i] + decay * x.p[i] : x.g[i]);
    return;
  }
  const bool first = t == 1, nesterov = o.nesterov;
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const float d = decays ? x.g[i] + decay * x.p[i] : x.g[i];
    const float buf = first ? d : momentum * x.buf[i] + fresh * d;
    x.buf[i] = buf;
    x.p[i] = x.p[i] - lr * (nesterov ? d + momentum * buf : buf);
  }
}

// p = kept·p − lr m̂/(√v̂ + ε); g is decayed by `decay`·p before, where that is not 0.
struct AdamScalars {
  float lr, beta1, rest1, beta2, rest2, correct1, correct2, eps, decay, kept;
};

template <class O>
AdamScalars scalars_of(const O& o, Index t) {
  const auto f = [](double a) { return static_cast<float>(a); };
  return {f(o.lr),
          f(o.beta1),
          f(1 - o.beta1),
          f(o.beta2),
          f(1 - o.beta2),
          f(correction(o.beta1, t)),
          f(correction(o.beta2, t)),
          f(o.eps),
          0,
          1};
}

template <bool decays, bool shrinks>
void run(const AdamScalars& s, const OptimView& x, Index n) {
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const float p = x.p[i], g = decays ? x.g[i] + s.decay * p : x.g[i];
    const float m = s.beta1 * x.m[i] + s.rest1 * g, v = s.beta2 * x.v[i] + s.rest2 * (g * g);
    x.m[i] = m, x.v[i] = v;
    const float step = s.lr * ((m / s.correct1) / (__builtin_sqrtf(v / s.correct2) + s.eps));
    x.p[i] = (shrinks ? s.kept * p : p) - step;
  }
}

void run(const spec::Adam& o, Index t, const OptimView& x, Index n) {
  AdamScalars s = scalars_of(o, t);
  s.decay = static_cast<float>(o.weight_decay);
  o.weight_decay == 0 ? run<false, false>(s, x, n) : run<true, false>(s, x, n);
}

void run(const spec::Adamw& o, Index t, const OptimView& x, Index n) {
  AdamScalars s = scalars_of(o, t);
  s.kept = static_cast<float>(1 - o.lr * o.weight_decay);
  run<false, true>(s, x, n);
}

}  // namespace

void optimiser_step(const spec::Optimiser& optimiser, Index t, const OptimView& x, Index n) {
  std::visit([&](const auto& o) { run(o, t, x, n); }, optimiser);
}

spec::Claims optimiser_claims(const spec::Optimiser&) {
  spec::Claims c = spec::Claims::in(spec::binary32);
  c.fma = false;
  return c;
}

Result<OptimiserState> OptimiserState::create(const spec::Optimiser& optimiser, std::vector<Index> sizes) {
  if (auto ok = spec::validate(optimiser); !ok) return tl::unexpected(ok.error());
  return OptimiserState(optimiser, std::move(sizes));
}

OptimiserState::OptimiserState(const spec::Optimiser& optimiser, std::vector<Index> sizes)
    : optimiser_(optimiser), sizes_(std::move(sizes)), names_(spec::state_names(optimiser)) {
  Index total = 0;
  for (std::size_t p = 0; p < sizes_.size(); total += sizes_[p++]) {
    offsets_.push_back(total);
    for (Index begin = 0; begin < sizes_[p]; begin += elements_per_part)
      parts_.push_back({p, begin, std::min(sizes_[p], begin + elements_per_part)});
  }
  for (std::size_t s = 0; s < names_.size(); ++s) {
    states_.emplace_back(static_cast<std::size_t>(total) * sizeof(float));
    std::fill_n(states_.back().f32(), total, 0.0f);
  }
}

std::span<float> OptimiserState::state(std::string_view name, std::size_t parameter) {
  const auto at = std::find(names_.begin(), names_.end(), name);
  if (at == names_.end()) return {};
  float* all = states_[static_cast<std::size_t>(at - names_.begin())].f32();
  return {all + offsets_[parameter], static_cast<std::size_t>(sizes_[parameter])};
}

void OptimiserState::step(Workers& workers, std::span<float* const> parameters,
                          std::span<const float* const> gradients) {
  check(parameters.size() == sizes_.size() && gradients.size() == sizes_.size(),
        "a step has all parameters and gradients");
  ++t_;
  workers.run(static_cast<Index>(parts_.size()), [&](Index part, int) {
    const auto& [p, begin, end] = parts_[static_cast<std::size_t>(part)];
    OptimView x{parameters[p] + begin, gradients[p] + begin, nullptr, nullptr, nullptr};
    for (std::size_t s = 0; s < names_.size(); ++s) {
      float* at = states_[s].f32() + offsets_[p] + begin;
      (names_[s] == "buf" ? x.buf : names_[s] == "m" ? x.m : x.v) = at;
    }
    optimiser_step(optimiser_, t_, x, end - begin);
  });
}

}  // namespace plumbline::runtime
