// Optimisers as text, and their constraints.
#include "spec/lang/optimiser.h"

#include <cmath>

#include "spec/lang/format.h"

namespace plumbline::spec {

namespace {

constexpr Index most_ns_steps = 100;

bool is_rate(double a) { return a >= 0 && a <= binary32.largest(); }
bool is_finite(double a) { return std::abs(a) <= binary32.largest(); }

template <class O>
Result<void> refuse_optim(const O&, int label, std::string_view what, double got) {
  return fail("[", O::name, "] ", what, ": ", got, " [optim C", label, "]");
}

// Each attribute by its name: those that an optimiser has.
struct Check {
  Result<void> operator()(const Sgd& o) const {
    if (o.nesterov && (o.momentum == 0 || o.dampening != 0))
      return refuse_optim(o, 4, "nesterov needs momentum and no dampening, momentum", o.momentum);
    return attributes(o);
  }
  Result<void> operator()(const Nesterov& o) const {
    if (o.momentum == 0) return refuse_optim(o, 4, "nesterov needs momentum", o.momentum);
    return attributes(o);
  }
  Result<void> operator()(const Muon& o) const {
    if (!is_finite(o.a) || !is_finite(o.b) || !is_finite(o.c))
      return refuse_optim(o, 1, "coefficients must be finite, a", o.a);
    if (o.ns_steps < 0 || o.ns_steps > most_ns_steps)
      return refuse_optim(o, 5, concat("ns_steps must be 0 to ", most_ns_steps), static_cast<double>(o.ns_steps));
    return attributes(o);
  }
  template <class O>
  Result<void> operator()(const O& o) const {
    return attributes(o);
  }

 private:
  template <class O>
  static Result<void> attributes(const O& o) {
    Result<void> result;
    boost::mp11::mp_for_each<Described<O>>([&](auto d) {
      using Field = std::remove_cvref_t<decltype(o.*d.pointer)>;
      if constexpr (std::is_same_v<Field, double>)
        if (result) result = attribute(o, d.name, o.*d.pointer);
    });
    return result;
  }
  template <class O>
  static Result<void> attribute(const O& o, std::string_view name, double value) {
    if (name == "a" || name == "b" || name == "c") return {};
    if (name == "dampening" && !is_finite(value)) return refuse_optim(o, 1, "dampening must be finite", value);
    if (name == "dampening") return {};
    if (name == "beta1" || name == "beta2" || name == "alpha" || name == "rho") {
      if (!(value >= 0 && value < 1)) return refuse_optim(o, 2, concat(name, " must lie in [0, 1)"), value);
    } else if (name == "eps") {
      if (!(value > 0 && is_rate(value))) return refuse_optim(o, 3, "eps must be finite and positive", value);
    } else if (!is_rate(value)) {
      return refuse_optim(o, 1, concat(name, " must be finite and not negative"), value);
    }
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

template <class Variant>
std::string print_variant(const Variant& variant) {
  return std::visit(
      [](const auto& o) {
        std::string text(o.name);
        for (const Attribute& a : attributes_of(o)) text += concat(' ', a.name, '=', a.value);
        return text;
      },
      variant);
}

template <class Variant>
std::vector<Variant> all_of_variant() {
  std::vector<Variant> all;
  boost::mp11::mp_for_each<Variant>([&](const auto& o) { all.emplace_back(o); });
  return all;
}

struct StateNames {
  using Names = std::vector<std::string_view>;
  Names operator()(const Sgd& o) const { return o.momentum == 0 ? Names{} : Names{"buf"}; }
  Names operator()(const Momentum& o) const { return (*this)(as_sgd(o)); }
  Names operator()(const Nesterov& o) const { return (*this)(as_sgd(o)); }
  Names operator()(const Amsgrad&) const { return {"m", "v", "top"}; }
  Names operator()(const Rmsprop& o) const {
    Names names{"v"};
    if (o.centered) names.emplace_back("m");
    if (o.momentum > 0) names.emplace_back("buf");
    return names;
  }
  Names operator()(const Adagrad&) const { return {"v"}; }
  Names operator()(const Lion&) const { return {"m"}; }
  Names operator()(const Muon&) const { return {"buf"}; }
  template <class O>
  Names operator()(const O&) const {
    return {"m", "v"};
  }
};

}  // namespace

std::string_view name_of(const Optimiser& optimiser) {
  return std::visit([](const auto& o) { return o.name; }, optimiser);
}
std::string print(const Optimiser& optimiser) { return print_variant(optimiser); }
std::vector<Optimiser> all_optimisers() { return all_of_variant<Optimiser>(); }

Result<Optimiser> parse_optimiser(std::string_view name, const Attributes& attributes) {
  std::vector<std::string> known;
  for (const Optimiser& optimiser : all_optimisers()) {
    if (name_of(optimiser) == name)
      return std::visit([&](const auto& o) { return parse_as<std::decay_t<decltype(o)>>(attributes); }, optimiser);
    known.emplace_back(name_of(optimiser));
  }
  return fail("unknown optimiser ", name, did_you_mean(name, known));
}

std::vector<std::string_view> state_names(const Optimiser& optimiser) { return std::visit(StateNames{}, optimiser); }
bool steps_matrices(const Optimiser& optimiser) { return std::holds_alternative<Muon>(optimiser); }

Result<void> validate(const Optimiser& optimiser) { return std::visit(Check{}, optimiser); }
Result<void> validate(const Optimiser& optimiser, const Shape& parameter) {
  if (steps_matrices(optimiser) && parameter.rank() != 2)
    return fail("[", name_of(optimiser), "] a parameter is a matrix, of rank 2: ", parameter, " [optim C6]");
  return validate(optimiser);
}

std::string_view name_of(const GradientClip& clip) {
  return std::visit([](const auto& c) { return c.name; }, clip);
}
std::string print(const GradientClip& clip) { return print_variant(clip); }
std::vector<GradientClip> all_clips() { return all_of_variant<GradientClip>(); }

Result<void> validate(const GradientClip& clip) {
  if (const auto* c = std::get_if<ClipGradNorm>(&clip)) {
    if (!is_rate(c->max_norm)) return refuse_optim(*c, 7, "max_norm must be finite and not negative", c->max_norm);
    if (c->norm_type != 1 && c->norm_type != 2 && !(std::isinf(c->norm_type) && c->norm_type > 0))
      return refuse_optim(*c, 7, "norm_type must be 1, 2 or inf", c->norm_type);
    return {};
  }
  const auto& c = std::get<ClipGradValue>(clip);
  if (!is_rate(c.clip_value)) return refuse_optim(c, 7, "clip_value must be finite and not negative", c.clip_value);
  return {};
}

}  // namespace plumbline::spec
