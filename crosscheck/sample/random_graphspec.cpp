// Drawing GraphSpecs: at each step a primitive that fits is put behind a name that is there.
#include "crosscheck/sample/random_graphspec.h"

#include "spec/graph/graphspec/builtin.h"
#include "spec/ops/activation/gelu.h"
#include "spec/ops/activation/leaky_relu.h"
#include "spec/ops/activation/relu.h"
#include "spec/ops/activation/sigmoid.h"
#include "spec/ops/activation/silu.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/maximum.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/square.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/function/tanh.h"
#include "spec/ops/norm/softmax.h"
#include "spec/ops/pool/avg_pool2d.h"
#include "spec/ops/pool/global_avg_pool2d.h"
#include "spec/ops/pool/max_pool2d.h"
#include "spec/ops/reduce/mean.h"
#include "spec/ops/sequence/sinusoidal_encoding.h"
#include "spec/ops/shape/concat.h"
#include "spec/ops/shape/flatten.h"
#include "spec/ops/shape/permute.h"

namespace plumbline::crosscheck {

using spec::Choices;
using spec::GraphSpec;
using spec::Index;
using spec::Primitive;
using spec::Shape;
using spec::TermId;
namespace gs = spec::graphspec;

namespace {

constexpr Index most_elements = 160;  // of one binding
constexpr int tries = 12;

using Draw = Primitive (*)(Choices&);

std::string drawn_init(Choices& c) {
  static const std::vector<std::string> schemes{"kaiming_uniform", "xavier_uniform", "kaiming_normal", "uniform",
                                                "normal",          "orthogonal",     "zeros"};
  return c.one_of(schemes);
}

// Without parameters, of any shape.
const std::vector<Draw>& pointwise() {
  static const std::vector<Draw> list{
      [](Choices&) -> Primitive { return spec::Relu{}; },
      [](Choices&) -> Primitive { return spec::Square{}; },
      [](Choices&) -> Primitive { return spec::LeakyRelu{}; },
      [](Choices& c) -> Primitive { return spec::Gelu{c.coin() ? "tanh" : "none"}; },
      [](Choices&) -> Primitive { return spec::Silu{}; },
      [](Choices&) -> Primitive { return spec::Tanh{}; },
      [](Choices&) -> Primitive { return spec::Sigmoid{}; },
      [](Choices&) -> Primitive { return spec::Softmax{-1}; },
      [](Choices& c) -> Primitive { return gs::Dropout{c.coin() ? 0.5 : 0.25}; },
  };
  return list;
}

Primitive drawn_linear(Choices& c) {
  return gs::Linear{.out_features = c.pick(1, 5), .bias = !c.coin(), .init = drawn_init(c)};
}
Primitive drawn_convolution(Choices& c) {
  gs::Conv2d conv{.out_channels = c.pick(1, 4), .kernel = {c.pick(1, 3)}, .stride = {c.pick(1, 2)}};
  conv.padding = {c.pick(0, 1)}, conv.bias = !c.coin(), conv.init = drawn_init(c);
  return conv;
}
Primitive drawn_layer_norm(Choices& c) { return gs::LayerNorm{.axes = c.pick(1, 2), .affine = !c.coin()}; }
Primitive drawn_batch_norm(Choices& c) { return gs::BatchNorm{.affine = !c.coin()}; }
Primitive drawn_rms_norm(Choices&) { return gs::RmsNorm{}; }
Primitive drawn_recurrent(Choices& c) {
  static const std::vector<std::string> cells{"rnn", "gru", "lstm"};
  return gs::Recurrent{.cell = c.one_of(cells), .hidden_size = c.pick(1, 3), .bias = !c.coin()};
}
template <class Pool>
Primitive drawn_pool(Choices&) {
  Pool pool;
  pool.kernel = {2};
  return pool;
}

const std::vector<Draw>& of_rows() {
  static const std::vector<Draw> list{drawn_linear, drawn_layer_norm, drawn_rms_norm, drawn_batch_norm,
                                      drawn_recurrent};
  return list;
}
const std::vector<Draw>& of_sequences() {
  static const std::vector<Draw> list{
      drawn_linear,
      drawn_layer_norm,
      drawn_rms_norm,
      drawn_recurrent,
      [](Choices& c) -> Primitive {
        return gs::MultiheadAttention{.num_heads = c.pick(1, 2), .is_causal = c.coin(), .bias = c.coin()};
      },
      [](Choices& c) -> Primitive {
        return gs::Conv1d{.out_channels = c.pick(1, 4), .kernel = {c.pick(1, 2)}, .groups = c.pick(1, 2)};
      },
      [](Choices& c) -> Primitive { return gs::Mamba{.d_state = c.pick(1, 2), .d_conv = c.pick(1, 3)}; },
      [](Choices& c) -> Primitive { return gs::LearnedPositions{c.pick(3, 6)}; },
      [](Choices&) -> Primitive { return spec::SinusoidalEncoding{}; },
      [](Choices& c) -> Primitive { return spec::Mean{{c.pick(1, 2)}, c.coin()}; },
      [](Choices&) -> Primitive { return spec::Permute{{1, 0, 2}}; },
  };
  return list;
}
const std::vector<Draw>& of_images() {
  static const std::vector<Draw> list{
      drawn_convolution,
      drawn_convolution,
      drawn_convolution,
      drawn_convolution,
      drawn_batch_norm,
      [](Choices& c) -> Primitive { return gs::GroupNorm{.num_groups = c.pick(1, 2)}; },
      drawn_pool<spec::MaxPool2d>,
      drawn_pool<spec::AvgPool2d>,
      [](Choices&) -> Primitive { return spec::GlobalAvgPool2d{}; },
      [](Choices&) -> Primitive { return spec::Flatten{1, -1}; },
  };
  return list;
}

// Of two names with one shape.
const std::vector<Draw>& joining() {
  static const std::vector<Draw> list{
      [](Choices&) -> Primitive { return spec::Add{}; },
      [](Choices&) -> Primitive { return spec::Sub{}; },
      [](Choices&) -> Primitive { return spec::Mul{}; },
      [](Choices&) -> Primitive { return spec::Maximum{}; },
      [](Choices&) -> Primitive { return spec::Concat{-1}; },
  };
  return list;
}

// For a name of that shape; what does not fit is refused and drawn again.
Primitive drawn(Choices& c, const Shape& x) {
  const auto& layers = x.rank() > 3 ? of_images() : x.rank() == 3 ? of_sequences() : of_rows();
  return c.one_of(c.pick(0, 2) < 2 ? layers : pointwise())(c);
}

class SpecBuilder {
 public:
  explicit SpecBuilder(Choices& choices) : choices_(choices) {}

  GraphSpec chain(int bindings) {
    TermId last = start("x");
    while (bindings-- > 0) last = behind(last).value_or(last);
    return ended(last);
  }

  GraphSpec dag(int bindings) {
    start("x");
    if (choices_.coin()) start("z");
    while (bindings-- > 0) {
      const auto way = choices_.pick(0, 3);
      const auto id = way == 1 ? joined() : way == 2 ? shared() : std::nullopt;
      if (!id) behind(choices_.coin() ? spec_.size() - 1 : any_term());
    }
    const TermId last = spec_.size() - 1;
    if (choices_.coin()) try_output(any_term());
    return ended(last);
  }

 private:
  TermId start(const std::string& name) {
    const Index n = choices_.pick(1, 3), width = choices_.pick(1, 4), steps = choices_.pick(2, 4);
    switch (choices_.pick(0, 4)) {
      case 0: return spec_.input(name, {n, width}).id();
      case 1: return spec_.input(name, {n, steps, width}).id();
      case 2:
      case 3: return spec_.input(name, {n, choices_.pick(1, 2), steps, steps}).id();
      default: break;
    }
    const Index letters = choices_.pick(2, 5);
    const TermId tokens = spec_.index_input(name, {n, steps}, letters).id();
    tokens_.push_back({tokens, letters});
    return tokens;
  }

  // Whether the binding fits, and is small.
  std::optional<TermId> let(spec::Binding binding) {
    GraphSpec before = spec_;
    if (choices_.pick(0, 3) == 3) binding.name = spec::concat("b", spec_.size());
    const auto id = spec_.try_let(std::move(binding));
    if (!id) return std::nullopt;
    const Shape& shape = spec_.shape(*id);
    const bool has_variance = spec_.binding(*id).primitive->name() != "batch_norm" || shape.size() > shape[1];
    if (shape.size() <= most_elements && shape.size() > 0 && has_variance) return *id;
    spec_ = std::move(before);
    return std::nullopt;
  }

  std::optional<TermId> behind(TermId x) {
    for (const auto& [tokens, letters] : tokens_)
      if (tokens == x) return let({{}, gs::Embedding{letters, choices_.pick(1, 4), 1}, {x}, std::nullopt});
    for (int t = 0; t < tries; ++t)
      if (const auto id = let({{}, drawn(choices_, spec_.shape(x)), {x}, std::nullopt})) return id;
    return std::nullopt;
  }

  std::optional<TermId> joined() {
    const TermId a = any_term();
    std::vector<TermId> same;
    for (TermId b = 0; b < spec_.size(); ++b)
      if (spec_.extent(b) < 0 && spec_.shape(b) == spec_.shape(a)) same.push_back(b);
    if (same.empty()) return std::nullopt;
    return let({{}, choices_.one_of(joining())(choices_), {a, choices_.one_of(same)}, std::nullopt});
  }

  // An earlier binding's primitive with its parameters on another name of the same shape.
  std::optional<TermId> shared() {
    std::vector<TermId> owners;
    for (auto id = static_cast<TermId>(spec_.inputs().size()); id < spec_.size(); ++id) {
      const spec::Binding& b = spec_.binding(id);
      const bool learns = !b.parameters.empty() && b.primitive->name() != "batch_norm";
      if (learns && !b.shares && spec_.extent(b.inputs[0]) < 0) owners.push_back(id);
    }
    if (owners.empty()) return std::nullopt;
    const TermId owner = choices_.one_of(owners);
    const spec::Binding b = spec_.binding(owner);
    std::vector<TermId> same;
    for (TermId x = 0; x < spec_.size(); ++x)
      if (spec_.extent(x) < 0 && spec_.shape(x) == spec_.shape(b.inputs[0])) same.push_back(x);
    return let({{}, b.primitive, {choices_.one_of(same)}, owner});
  }

  TermId any_term() { return static_cast<TermId>(choices_.pick(0, spec_.size() - 1)); }
  void try_output(TermId id) {
    if (spec_.extent(id) < 0) spec_.try_output(id);
  }
  GraphSpec ended(TermId last) {
    if (spec_.extent(last) >= 0) last = *behind(last);
    spec_.try_output(last);
    return std::move(spec_);
  }

  Choices& choices_;
  GraphSpec spec_;
  std::vector<std::pair<TermId, Index>> tokens_;
};

}  // namespace

GraphSpec draw_graphspec(SpecKind kind, Choices& choices, int most_bindings) {
  const int bindings = static_cast<int>(choices.pick(1, most_bindings));
  SpecBuilder builder(choices);
  return kind == SpecKind::chain ? builder.chain(bindings) : builder.dag(bindings);
}

}  // namespace plumbline::crosscheck
