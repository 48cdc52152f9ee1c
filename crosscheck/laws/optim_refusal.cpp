// optim_refusal: hyperparameters and gradients that make no sense are refused.
#include <limits>

#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/optim_laws.h"

namespace plumbline::crosscheck {

namespace {

class OptimRefusal final : public OptimLaw {
 public:
  std::string_view name() const override { return "optim_refusal"; }
  std::string_view summary() const override { return "hyperparameters and gradients that make no sense are refused"; }
  Outcome check(const OptimCase& c, OptimSubject& subject, const JudgeOptions&) const override {
    const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    std::vector<spec::Optimiser> bad;
    for (const double lr : {-1.0, nan, inf})
      bad.push_back(std::visit([&](auto o) -> spec::Optimiser { return o.lr = lr, o; }, c.optimiser));
    bad.push_back(std::visit([&](auto o) -> spec::Optimiser { return o.weight_decay = -1, o; }, c.optimiser));
    if (auto sgd = std::get_if<spec::Sgd>(&c.optimiser)) {
      auto o = *sgd;
      o.nesterov = true, o.momentum = 0, bad.emplace_back(o);
      o = *sgd, o.momentum = -0.5, bad.emplace_back(o);
    } else {
      for (const double beta : {1.0, -0.1, nan})
        bad.push_back(with(c.optimiser, beta, 0.5, 1e-8)), bad.push_back(with(c.optimiser, 0.5, beta, 1e-8));
      for (const double eps : {0.0, -1.0, nan}) bad.push_back(with(c.optimiser, 0.5, 0.5, eps));
    }
    for (const spec::Optimiser& o : bad)
      if (subject.step(o, 1, c.state, c.gradients.front())) return failed("accepted " + print(o));
    const Values longer = Values::full({c.state.p.size() + 1}, 0);
    if (subject.step(c.optimiser, 1, c.state, longer)) return failed("accepted a gradient of another shape");
    return {};
  }

 private:
  static spec::Optimiser with(const spec::Optimiser& optimiser, double b1, double b2, double eps) {
    if (auto adam = std::get_if<spec::Adam>(&optimiser)) {
      auto o = *adam;
      return o.beta1 = b1, o.beta2 = b2, o.eps = eps, o;
    }
    auto o = std::get<spec::Adamw>(optimiser);
    return o.beta1 = b1, o.beta2 = b2, o.eps = eps, o;
  }
};

}  // namespace

std::unique_ptr<OptimLaw> optim_refusal_law() { return std::make_unique<OptimRefusal>(); }

}  // namespace plumbline::crosscheck
