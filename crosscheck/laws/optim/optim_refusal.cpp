// optim_refusal: hyperparameters and gradients that make no sense are refused.
#include <limits>

#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/optim/optim_laws.h"

namespace plumbline::crosscheck {

namespace {

class OptimRefusal final : public OptimLaw {
 public:
  std::string_view name() const override { return "optim_refusal"; }
  std::string_view summary() const override { return "hyperparameters and gradients that make no sense are refused"; }
  Outcome check(const OptimCase& c, OptimSubject& subject, const JudgeOptions&) const override {
    const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    std::vector<spec::Optimiser> bad;
    std::visit(
        [&](const auto& o) {
          using O = std::decay_t<decltype(o)>;
          boost::mp11::mp_for_each<spec::Described<O>>([&](auto d) {
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(o.*d.pointer)>, double>)
              for (const double value : {-1.0, nan, inf}) {
                if (value == -1 && may_be_negative(d.name)) continue;
                O other = o;
                other.*d.pointer = value;
                bad.emplace_back(other);
              }
          });
        },
        c.optimiser);
    for (const double one : {1.0, 0.0})
      std::visit([&](const auto& o) { add_edges(o, one, bad); }, c.optimiser);
    for (const spec::Optimiser& o : bad)
      if (subject.step(o, 1, c.state, c.gradients.front())) return failed("accepted " + print(o));
    const Values longer = Values::full({c.state.p.shape()[0] + 1}, 0);
    if (subject.step(c.optimiser, 1, c.state, longer)) return failed("accepted a gradient of another shape");
    if (steps_matrices(c.optimiser)) {
      const Values line = Values::full({c.state.p.size()}, 0);
      if (subject.step(c.optimiser, 1, {line, line, line, line, line}, line)) return failed("accepted a vector");
    }
    return {};
  }

 private:
  static bool may_be_negative(std::string_view name) {
    return name == "dampening" || name == "a" || name == "b" || name == "c";
  }
  // What is refused at the very end of a range: betas of 1, an eps of 0, Nesterov's without momentum.
  template <class O>
  static void add_edges(const O& o, double edge, std::vector<spec::Optimiser>& bad) {
    const auto with = [&](auto member) {
      O other = o;
      other.*member = edge;
      bad.emplace_back(other);
    };
    if constexpr (requires { o.beta1; })
      if (edge == 1) with(&O::beta1), with(&O::beta2);
    if constexpr (requires { o.alpha; })
      if (edge == 1) with(&O::alpha);
    if constexpr (requires { o.rho; })
      if (edge == 1) with(&O::rho);
    if constexpr (requires { o.eps; })
      if (edge == 0) with(&O::eps);
    if constexpr (std::is_same_v<O, spec::Nesterov>)
      if (edge == 0) with(&O::momentum);
    if constexpr (std::is_same_v<O, spec::Sgd>)
      if (O other = o; edge == 0) other.nesterov = true, other.momentum = 0, bad.emplace_back(other);
  }
};

}  // namespace

std::unique_ptr<OptimLaw> optim_refusal_law() { return std::make_unique<OptimRefusal>(); }

}  // namespace plumbline::crosscheck
