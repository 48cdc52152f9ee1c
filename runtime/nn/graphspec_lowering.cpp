// Views of primitives become configurations of layers, field by field.
#include "runtime/nn/graphspec_lowering.h"

#include <algorithm>

#include "runtime/nn/activations.h"
#include "runtime/nn/attention.h"
#include "runtime/nn/layers.h"
#include "runtime/nn/norms.h"
#include "runtime/nn/recurrent.h"
#include "spec/graph/catalogue.h"

namespace plumbline::runtime::nn {

namespace {

// An op of one input, whatever it is.
struct OpLayer {
  spec::Op op;
  static constexpr std::string_view name = "op";
  std::string describe() const { return print(op); }
  Var operator()(const Scope& scope, const Var& x) const { return scope.recording().graph.apply(op, {x}); }
};

// The fields of a layer by the attributes of the same names; others keep their defaults.
template <class L>
Result<L> configured(const spec::LayerView& view) {
  L layer;
  Result<void> result;
  boost::mp11::mp_for_each<spec::Described<L>>([&](auto field) {
    for (const spec::Attribute& a : view.config)
      if constexpr (requires { spec::parse_value(a.value, layer.*field.pointer); })
        if (a.name == field.name && result)
          if (auto ok = spec::parse_value(a.value, layer.*field.pointer); !ok)
            result = spec::fail("[", view.kind, "] ", a.name, ": ", ok.error().what());
  });
  if (!result) return tl::unexpected(result.error());
  return layer;
}

Seed seed_at(const spec::LayerView& view, std::size_t k) {
  return k < view.parameters.size() ? Seed(view.parameters[k].seed) : std::nullopt;
}

// A layer that has no more to set than its configuration.
template <class L>
Result<Layer> plain(const spec::LayerView& view) {
  return configured<L>(view).map([](L layer) { return Layer(std::move(layer)); });
}

template <class L>
Result<Layer> with_weight(const spec::LayerView& view, Seed L::*weight) {
  return configured<L>(view).map([&](L layer) {
    layer.init = view.parameters.front().parameter.init;
    layer.*weight = seed_at(view, 0);
    return Layer(std::move(layer));
  });
}

template <class L>
Result<Layer> with_weight_and_bias(const spec::LayerView& view, Seed L::*weight) {
  return configured<L>(view).map([&](L layer) {
    layer.init = view.parameters.front().parameter.init;
    layer.*weight = seed_at(view, 0), layer.seed_b = seed_at(view, 1);
    return Layer(std::move(layer));
  });
}

// The k-th parameter has the first one's seed plus k.
template <class L>
Result<Layer> block(const spec::LayerView& view) {
  return configured<L>(view).map([&](L layer) {
    layer.seeds.base = seed_at(view, 0);
    return Layer(std::move(layer));
  });
}

}  // namespace

LoweringTable LoweringTable::builtin() {
  LoweringTable table;
  const spec::Catalogue catalogue = spec::Catalogue::builtin();
  for (const spec::OpEntry* entry : catalogue.entries())
    table.add(std::string(entry->name), [parse = entry->parse](const spec::LayerView& view) -> Result<Layer> {
      auto op = parse(view.config);
      if (!op) return tl::unexpected(op.error());
      return Layer(OpLayer{std::move(*op)});
    });
  table.add("linear", [](const auto& v) { return with_weight_and_bias<Linear>(v, &Linear::seed_w); });
  table.add("conv1d", [](const auto& v) { return with_weight_and_bias<Conv1d>(v, &Conv1d::seed_k); });
  table.add("conv2d", [](const auto& v) { return with_weight_and_bias<Conv2d>(v, &Conv2d::seed_k); });
  table.add("embedding", [](const auto& v) { return with_weight<Embedding>(v, &Embedding::seed_w); });
  table.add("learned_positions",
            [](const auto& v) { return with_weight<LearnedPositions>(v, &LearnedPositions::seed_pos); });
  table.add("layer_norm", plain<LayerNorm>);
  table.add("rms_norm", plain<RmsNorm>);
  table.add("batch_norm", plain<BatchNorm>);
  table.add("group_norm", plain<GroupNorm>);
  table.add("dropout", plain<Dropout>);
  table.add("multihead_attention", block<MultiheadAttention>);
  table.add("recurrent", block<Recurrent>);
  table.add("mamba", block<Mamba>);
  return table;
}

void LoweringTable::add(std::string kind, Make make) { makers_.insert_or_assign(std::move(kind), std::move(make)); }

const LoweringTable::Make* LoweringTable::find(std::string_view kind) const {
  const auto at = makers_.find(kind);
  return at == makers_.end() ? nullptr : &at->second;
}

namespace {

// `%7 = add(%2, %6)`
std::string shown(const spec::GraphSpec& spec, spec::TermId id) {
  const spec::Binding& b = spec.binding(id);
  std::string arguments;
  for (const spec::TermId i : b.inputs) arguments += (arguments.empty() ? "" : ", ") + spec.name(i);
  return spec::concat("[to_sequential] ", spec.name(id), " = ", b.primitive->name(), '(', arguments, ')');
}

Result<Layer> lowered(const spec::GraphSpec& spec, spec::TermId id, spec::TermId before, const LoweringTable& table) {
  const spec::Binding& b = spec.binding(id);
  if (b.shares)
    return spec::fail(shown(spec, id), ": shares the parameters of ", spec.name(*b.shares),
                      ", which no layer of a sequential model does");
  Shapes shapes;
  for (const spec::TermId i : b.inputs) shapes.push_back(spec.shape(i));
  const auto view = b.primitive->layer(shapes, std::max<Index>(0, b.occurrence));
  const LoweringTable::Make* make = view ? table.find(view->kind) : nullptr;
  if (make == nullptr) return spec::fail(shown(spec, id), ": ", b.primitive->name(), " offers no layer");
  if (b.inputs != std::vector<spec::TermId>{before})
    return spec::fail(shown(spec, id), ": found an input that is not the result before it, expected ",
                      spec.name(before));
  return (*make)(*view);
}

}  // namespace

Result<Sequential> to_sequential(const spec::GraphSpec& spec, const LoweringTable& table) {
  if (spec.inputs().size() != 1)
    return spec::fail("[to_sequential] found ", spec.inputs().size(), " inputs, expected 1");
  std::vector<Layer> layers;
  spec::TermId before = 0;
  for (spec::TermId id = 1; id < spec.size(); before = id++) {
    auto layer = lowered(spec, id, before, table);
    if (!layer) return tl::unexpected(layer.error());
    layers.push_back(std::move(*layer));
  }
  if (spec.outputs() != std::vector<spec::TermId>{before})
    return spec::fail("[to_sequential] found ", spec.outputs().size(),
                      " outputs, or another than the last binding, expected only ", spec.name(before));
  return Sequential(std::move(layers));
}

Result<Sequential> to_sequential(const spec::GraphSpec& spec) {
  static const LoweringTable table = LoweringTable::builtin();
  return to_sequential(spec, table);
}

}  // namespace plumbline::runtime::nn
