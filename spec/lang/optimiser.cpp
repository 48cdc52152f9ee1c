// Optimisers as text, and their constraints.
#include "spec/lang/optimiser.h"

#include <cmath>

#include "spec/lang/format.h"

namespace plumbline::spec {

namespace {

bool is_rate(double a) { return a >= 0 && a <= binary32.largest(); }

template <class O>
Result<void> refuse_optim(const O&, int label, std::string_view what, double got) {
  return fail("[", O::name, "] ", what, ": ", got, " [optim C", label, "]");
}

struct Check {
  Result<void> operator()(const Sgd& o) const {
    if (auto ok = rates(o); !ok) return ok;
    if (!is_rate(o.momentum)) return refuse_optim(o, 1, "momentum must be finite and not negative", o.momentum);
    if (!(std::abs(o.dampening) <= binary32.largest()))
      return refuse_optim(o, 1, "dampening must be finite", o.dampening);
    if (o.nesterov && (o.momentum == 0 || o.dampening != 0))
      return refuse_optim(o, 4, "nesterov needs momentum and no dampening, momentum", o.momentum);
    return {};
  }
  Result<void> operator()(const Adam& o) const { return moments(o); }
  Result<void> operator()(const Adamw& o) const { return moments(o); }

 private:
  template <class O>
  static Result<void> rates(const O& o) {
    if (!is_rate(o.lr)) return refuse_optim(o, 1, "lr must be finite and not negative", o.lr);
    if (!is_rate(o.weight_decay))
      return refuse_optim(o, 1, "weight_decay must be finite and not negative", o.weight_decay);
    return {};
  }
  template <class O>
  static Result<void> moments(const O& o) {
    if (auto ok = rates(o); !ok) return ok;
    if (!(o.beta1 >= 0 && o.beta1 < 1)) return refuse_optim(o, 2, "beta1 must lie in [0, 1)", o.beta1);
    if (!(o.beta2 >= 0 && o.beta2 < 1)) return refuse_optim(o, 2, "beta2 must lie in [0, 1)", o.beta2);
    if (!(o.eps > 0 && is_rate(o.eps))) return refuse_optim(o, 3, "eps must be finite and positive", o.eps);
    return {};
  }
};

template <class O>
Result<Optimiser> parse_as(const Attributes& attributes) {
  O optimiser;
  for (const Attribute& a : attributes)
    if (auto set = set_attribute(optimiser, a.name, a.value); !set) return tl::unexpected(set.error());
  return Optimiser(optimiser);
}

}  // namespace

std::string_view name_of(const Optimiser& optimiser) {
  return std::visit([](const auto& o) { return o.name; }, optimiser);
}

std::string print(const Optimiser& optimiser) {
  return std::visit(
      [](const auto& o) {
        std::string text(o.name);
        for (const Attribute& a : attributes_of(o)) text += concat(' ', a.name, '=', a.value);
        return text;
      },
      optimiser);
}

std::vector<Optimiser> all_optimisers() { return {Sgd{}, Adam{}, Adamw{}}; }

Result<Optimiser> parse_optimiser(std::string_view name, const Attributes& attributes) {
  std::vector<std::string> known;
  for (const Optimiser& optimiser : all_optimisers()) {
    if (name_of(optimiser) == name)
      return std::visit([&](const auto& o) { return parse_as<std::decay_t<decltype(o)>>(attributes); }, optimiser);
    known.emplace_back(name_of(optimiser));
  }
  return fail("unknown optimiser ", name, did_you_mean(name, known));
}

std::vector<std::string_view> state_names(const Optimiser& optimiser) {
  const auto* sgd = std::get_if<Sgd>(&optimiser);
  if (sgd == nullptr) return {"m", "v"};
  return sgd->momentum == 0 ? std::vector<std::string_view>{} : std::vector<std::string_view>{"buf"};
}

Result<void> validate(const Optimiser& optimiser) { return std::visit(Check{}, optimiser); }

}  // namespace plumbline::spec
