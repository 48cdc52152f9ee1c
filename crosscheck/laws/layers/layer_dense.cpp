// Layers on rows: linear, mlp, norms, dropout, branches, heads.
#include "crosscheck/laws/layers/layer_law.h"
#include "runtime/nn/batch_dim0.h"
#include "runtime/nn/blocks.h"
#include "spec/layers/transformer.h"

namespace plumbline::crosscheck {

using runtime::nn::Scope;
using spec::Axes;
using spec::Choices;
using spec::Index;
using spec::Shape;
using spec::Var;
using Leaves = spec::Weights<Var>;
namespace nn = runtime::nn;

namespace {

Var input(const Scope& scope, const Shape& shape) { return scope.recording().graph.input("x", shape); }
Shape rows(Choices& choices, Index width) {
  Shape shape = spec::pick_shape(choices, 0, 2, 6);
  shape.push_back(width);
  return shape;
}
// A mask where the recording made a step.
spec::Dropping<Var> dropping(const Leaves& w, double p, std::uint64_t seed) {
  return {p, seed, w.has("step") ? std::optional(w("step")) : std::nullopt};
}

void add_products(std::vector<Layer>& list) {
  using Linear = Drawn<nn::Linear>;
  list.push_back(layer_of<Linear>(
      "linear", "y = x W^T + b",
      [](Choices& c) {
        Linear d{{.in_features = c.pick(1, 5), .out_features = c.pick(1, 4), .bias = c.coin()}, {}};
        d.x = rows(c, d.layer.in_features);
        return d;
      },
      [](const Linear& d, const Scope& s) { return Vars{d.layer(s, input(s, d.x))}; },
      [](const Linear&, const Leaves& w) { return Vars{affine(w("x"), w)}; }));
  using Mlp = Drawn<nn::Mlp>;
  list.push_back(layer_of<Mlp>(
      "mlp", "linear, activation, ..., linear",
      [](Choices& c) {
        Mlp d;
        for (Index i = c.pick(2, 4); i > 0; --i) d.layer.widths.push_back(c.pick(1, 4));
        d.layer.activation = c.one_of<std::string>({"relu", "tanh", "gelu", "sigmoid", "silu", "gelu_tanh", "none"});
        d.x = {c.pick(1, 3), d.layer.widths.front()};
        return d;
      },
      [](const Mlp& d, const Scope& s) { return Vars{d.layer(s, input(s, d.x))}; },
      [](const Mlp& d, const Leaves& w) {
        Var y = w("x");
        for (Index i = 0; (w / i).has("weight"); ++i)
          y = affine(i == 0 ? y : spec::activated(d.layer.activation, y), w / i);
        return Vars{y};
      }));
}

void add_row_norms(std::vector<Layer>& list) {
  using Norm = Drawn<nn::LayerNorm>;
  list.push_back(layer_of<Norm>(
      "layer_norm", "(x - mean) / sqrt(var + eps) * w + b over the last axes",
      [](Choices& c) {
        Norm d;
        d.layer.affine = c.pick(0, 3) < 3;
        d.layer.eps = c.one_of<double>({1e-5, 1e-3, 1});
        for (Index a = c.pick(0, 2); a > 0; --a) d.x.push_back(c.pick(1, 3));
        for (Index a = c.pick(1, 2); a > 0; --a) d.layer.normalized_shape.push_back(c.pick(2, 4));
        for (const Index n : d.layer.normalized_shape) d.x.push_back(n);
        return d;
      },
      [](const Norm& d, const Scope& s) { return Vars{d.layer(s, input(s, d.x))}; },
      [](const Norm& d, const Leaves& w) {
        return Vars{spec::layer_norm(w("x"), w, static_cast<Index>(d.layer.normalized_shape.size()), d.layer.eps)};
      }));
  using Rms = Drawn<nn::RmsNorm>;
  list.push_back(layer_of<Rms>(
      "rms_norm", "x / sqrt(mean x^2 + eps) * w over the last axes",
      [](Choices& c) {
        Rms d;
        d.layer.eps = c.one_of<double>({1e-5, 1e-3, 1});
        for (Index a = c.pick(0, 2); a > 0; --a) d.x.push_back(c.pick(1, 3));
        for (Index a = c.pick(1, 2); a > 0; --a) d.layer.normalized_shape.push_back(c.pick(1, 4));
        for (const Index n : d.layer.normalized_shape) d.x.push_back(n);
        return d;
      },
      [](const Rms& d, const Scope& s) { return Vars{d.layer(s, input(s, d.x))}; },
      [](const Rms& d, const Leaves& w) {
        return Vars{spec::rms_norm(w("x"), w, static_cast<Index>(d.layer.normalized_shape.size()), d.layer.eps)};
      }));
}

void add_dropout(std::vector<Layer>& list) {
  using Dropped = Drawn<nn::Dropout>;
  list.push_back(layer_of<Dropped>(
      "dropout", "x / (1 - p) where the mask of (seed, path, step) keeps it",
      [](Choices& c) { return Dropped{{static_cast<double>(c.pick(1, 7)) / 8}, {c.pick(2, 5), c.pick(3, 7)}}; },
      [](const Dropped& d, const Scope& s) {
        s.recording().seed = static_cast<std::uint64_t>(d.x.size());  // any seed that the textbook knows too
        return Vars{d.layer(s / "block" / "dropout", input(s, d.x))};
      },
      [](const Dropped& d, const Leaves& w) {
        return Vars{dropping(w, d.layer.p, static_cast<std::uint64_t>(d.x.size()))(w("x"), "block.dropout")};
      }));
}

using Branches = Drawn<nn::Mlp>;

Branches pick_branches(Choices& c) {
  const Index width = c.pick(1, 3);
  return {{.widths = {width, c.pick(1, 3), width}, .activation = "tanh"}, {c.pick(1, 3), width}};
}
Var perceptron(const Var& x, const Leaves& w) { return affine(spec::activated("tanh", affine(x, w / 0)), w / 1); }

void add_branches(std::vector<Layer>& list) {
  list.push_back(layer_of<Branches>(
      "residual", "x + f(x)", pick_branches,
      [](const Branches& d, const Scope& s) { return Vars{nn::Residual{d.layer}(s, input(s, d.x))}; },
      [](const Branches&, const Leaves& w) { return Vars{spec::add(w("x"), perceptron(w("x"), w))}; }));
  list.push_back(layer_of<Branches>(
      "parallel", "f(x) + g(x)", pick_branches,
      [](const Branches& d, const Scope& s) {
        const nn::Linear g{.in_features = d.x.back(0), .out_features = d.x.back(0)};
        return Vars{nn::Parallel{d.layer, g}(s, input(s, d.x))};
      },
      [](const Branches&, const Leaves& w) {
        return Vars{spec::add(perceptron(w("x"), w / "f"), affine(w("x"), w / "g"))};
      }));
  using Head = Drawn<nn::Head>;
  list.push_back(layer_of<Head>(
      "head", "logits of classes, or values: layer norm where asked for, and linear",
      [](Choices& c) {
        Head d{{.in_features = c.pick(2, 5), .out_features = c.pick(1, 4), .norm = c.coin()}, {}};
        d.x = {c.pick(1, 4), d.layer.in_features};
        return d;
      },
      [](const Head& d, const Scope& s) { return Vars{d.layer(s, input(s, d.x))}; },
      [](const Head& d, const Leaves& w) {
        return Vars{affine(d.layer.norm ? spec::layer_norm(w("x"), w / "norm") : w("x"), w / "linear")};
      }));
}

// Heads that flatten, alone and lifted over a batch: one row for each example.
void add_flattening(std::vector<Layer>& list) {
  using Flattening = Drawn<nn::FlattenLinear>;
  const auto draw = [](Choices& c) {
    Flattening d{{.out_features = c.pick(1, 3), .start = 1}, {c.pick(1, 3), c.pick(1, 3), c.pick(1, 3)}};
    d.layer.in_features = d.x[1] * d.x[2];
    return d;
  };
  const auto textbook = [](const Flattening& d, const Leaves& w) {
    return Vars{affine(spec::reshape(w("x"), {d.x[0], d.layer.in_features}), w)};
  };
  list.push_back(layer_of<Flattening>(
      "flatten_linear", "linear of all axes but the batch's", draw,
      [](const Flattening& d, const Scope& s) { return Vars{d.layer(s, input(s, d.x))}; }, textbook));
  list.push_back(layer_of<Flattening>(
      "batch_dim0", "a model of one example on each row of a batch", draw,
      [](const Flattening& d, const Scope& s) {
        nn::FlattenLinear one = d.layer;
        one.start = 0;
        return Vars{nn::BatchDim0{one}(s, input(s, d.x))};
      },
      textbook));
}

}  // namespace

void add_dense_layers(std::vector<Layer>& list) {
  add_products(list), add_row_norms(list), add_dropout(list), add_branches(list), add_flattening(list);
}

}  // namespace plumbline::crosscheck
