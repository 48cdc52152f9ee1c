// Ops as primitives, and what all primitives have in common.
#include "spec/graph/graphspec/primitive.h"

#include <algorithm>

namespace plumbline::spec {

namespace {

// An op without parameters: its inputs are those of the occurrence.
class OpPrimitive final : public PrimitiveInterface {
 public:
  OpPrimitive(Op op, Attributes defaults) : op_(std::move(op)), defaults_(std::move(defaults)) {}
  std::string_view name() const override { return op_.name(); }
  std::string_view summary() const override { return {}; }
  Attributes attributes() const override { return op_->attributes(); }
  Attributes defaults() const override { return defaults_; }
  int least_inputs() const override { return 1; }
  int most_inputs() const override { return std::numeric_limits<int>::max(); }  // the op's shape rule counts them
  bool counts_as_layer() const override { return false; }
  ParameterSpecs parameters(const Shapes&) const override { return {}; }
  Var meaning(const std::vector<Var>& in, const Site&) const override { return in.front().graph().apply(op_, in); }
  std::vector<Var> next_states(const std::vector<Var>&, const Site&) const override { return {}; }
  std::optional<LayerView> layer(const Shapes& in, Index) const override {
    if (in.size() != 1) return std::nullopt;
    return LayerView{std::string(name()), attributes(), {}};
  }

 private:
  Op op_;
  Attributes defaults_;
};

}  // namespace

Primitive Primitive::of(Op op, Attributes defaults) {
  return Primitive(std::make_shared<const OpPrimitive>(std::move(op), std::move(defaults)));
}

bool Primitive::operator==(const Primitive& other) const {
  if (model_ == other.model_) return true;
  if (!model_ || !other.model_) return false;
  return model_->name() == other->name() && model_->attributes() == other->attributes();
}

std::string print(const Primitive& primitive) {
  const Attributes defaults = primitive->defaults();
  std::string text(primitive->name());
  for (const Attribute& a : primitive->attributes())
    if (std::find(defaults.begin(), defaults.end(), a) == defaults.end()) text += concat(' ', a.name, '=', a.value);
  return text;
}

std::vector<SeededParameter> seeded(ParameterSpecs parameters, Index occurrence) {
  std::vector<SeededParameter> out;
  for (ParameterSpec& p : parameters) {
    const std::uint64_t seed = seed_of(occurrence, out.size());
    out.push_back({std::move(p), seed});
  }
  return out;
}

Index occurrences(const Primitive& primitive, const ParameterSpecs& parameters) {
  if (!primitive->counts_as_layer()) return 0;
  return std::max<Index>(1, static_cast<Index>(parameters.size() + 1) / 2);
}

}  // namespace plumbline::spec
