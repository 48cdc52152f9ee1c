// Attaching adapters behind the linear layers at chosen places.
#include "runtime/adapters/lora.h"

#include <cmath>
#include <set>

#include "runtime/optim/groups.h"
#include "spec/lang/random.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/linalg/linear.h"
#include "spec/ops/shape/full.h"

namespace plumbline::runtime::adapters {

using spec::fail;

namespace {

constexpr Index most_rank = Index{1} << 20;

bool chosen(const LoraConfig& config, std::string_view place) {
  for (const std::string& pattern : config.layers)
    if (name_matches(pattern, place)) return true;
  return false;
}

// y + (alpha / rank) B A x
Var with_adapter(const LoraConfig& config, const nn::Scope& scope, const Var& x, const Var& y) {
  if (!chosen(config, scope.path())) return y;
  const nn::Scope here = scope.beside();
  const Index in = x.shape().back(0), out = y.shape().back(0);
  const Var a = here.param("lora_A", {config.rank, in}, spec::KaimingUniformInit{},
                           spec::mask_key(config.seed, scope.path(), 0));
  const Var b = here.param("lora_B", {out, config.rank}, spec::ZerosInit{});
  const Var input = (here / "lora").dropout(x, config.dropout);
  const Var low = call(spec::Linear{}, call(spec::Linear{}, input, a), b);
  return call(spec::Add{}, y, call(spec::Mul{}, low, spec::literal(low, config.scale())));
}

}  // namespace

Result<void> validate(const LoraConfig& config) {
  if (config.rank < 1 || config.rank > most_rank)
    return fail("[lora] rank: expected 1 to ", most_rank, ", found ", config.rank);
  if (!std::isfinite(config.alpha)) return fail("[lora] alpha: expected a finite number, found ", config.alpha);
  if (!(config.dropout >= 0 && config.dropout <= 1))
    return fail("[lora] dropout: expected 0 to 1, found ", config.dropout);
  if (config.layers.empty()) return fail("[lora] layers: found no pattern, expected at least one");
  return {};
}

std::string Adapted::describe() const {
  std::string patterns;
  for (const std::string& pattern : config.layers) patterns += (patterns.empty() ? "" : ",") + pattern;
  return spec::concat("adapted rank=", config.rank, " alpha=", config.alpha, " layers=", patterns, " (",
                      inner.describe(), ")");
}

Var Adapted::operator()(const nn::Scope& scope, const Var& x) const {
  return inner(scope.frozen().with_linear([config = config](const nn::Scope& at, const Var& in, const Var& out) {
    return with_adapter(config, at, in, out);
  }), x);
}

Result<nn::Sequential> attach(const nn::Sequential& model, const nn::InputType& input, const LoraConfig& config) {
  if (auto ok = validate(config); !ok) return tl::unexpected(ok.error());
  std::vector<nn::Layer> layers;
  for (const nn::Layer& layer : model.layers()) {
    if (layer.as<Adapted>() != nullptr)
      return fail("[lora] found a model that has adapters already, expected one without");
    layers.emplace_back(Adapted{layer, config});
  }
  nn::Sequential out(std::move(layers));
  const auto plan = out.parameters(input);
  if (!plan) return tl::unexpected(plan.error());
  std::set<std::string> places;
  constexpr std::string_view last = ".lora_A";
  for (const ParameterInit& p : plan->parameters)
    if (p.name.ends_with(last)) places.insert(p.name.substr(0, p.name.size() - last.size()));
  for (const std::string& pattern : config.layers) {
    bool met = false;
    for (const std::string& place : places) met = met || name_matches(pattern, place);
    if (!met) return fail("[lora] layers: found no linear layer at ", pattern, ", expected at least one");
  }
  return out;
}

Result<nn::Sequential> detach(const nn::Sequential& model) {
  std::vector<nn::Layer> layers;
  bool any = false;
  for (const nn::Layer& layer : model.layers()) {
    const auto* adapted = layer.as<Adapted>();
    any = any || adapted != nullptr;
    layers.push_back(adapted != nullptr ? adapted->inner : layer);
  }
  if (!any) return fail("[lora] found a model without adapters, expected one that attach made");
  return nn::Sequential(std::move(layers));
}

Result<double> scale_of(const nn::Sequential& attached) {
  std::optional<double> scale;
  for (const nn::Layer& layer : attached.layers()) {
    const auto* adapted = layer.as<Adapted>();
    if (adapted == nullptr) continue;
    if (scale && *scale != adapted->config.scale())
      return fail("[lora] found scale ", adapted->config.scale(), ", expected ", *scale, " as of the layers before");
    scale = adapted->config.scale();
  }
  if (!scale) return fail("[lora] found a model without adapters, expected one that attach made");
  return *scale;
}

bool is_adapter(std::string_view name) { return name.ends_with("lora_A") || name.ends_with("lora_B"); }

}  // namespace plumbline::runtime::adapters
