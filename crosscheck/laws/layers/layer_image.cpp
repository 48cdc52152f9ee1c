// Layers on images and signals: convolution, pools, norms by channel, blocks.
#include "crosscheck/laws/layers/layer_law.h"
#include "runtime/nn/blocks.h"
#include "spec/layers/conv.h"
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

// A convolution and an input whose windows fit.
template <class Conv>
Drawn<Conv> pick_conv(Choices& c, std::size_t axes) {
  Drawn<Conv> d;
  nn::Axes kernel, stride, padding, dilation;
  d.layer.groups = c.one_of<Index>({1, 1, 2});
  d.layer.in_channels = d.layer.groups * c.pick(1, 2), d.layer.out_channels = d.layer.groups * c.pick(1, 2);
  d.layer.bias = c.coin();
  d.x = {c.pick(1, 2), d.layer.in_channels};
  for (std::size_t a = 0; a < axes; ++a) {
    kernel.push_back(c.pick(1, 3)), stride.push_back(c.pick(1, 2)), padding.push_back(c.pick(0, 1));
    dilation.push_back(c.pick(1, 2));
    d.x.push_back((kernel.back() - 1) * dilation.back() + 1 + c.pick(0, 2));
  }
  d.layer.kernel = kernel, d.layer.stride = stride, d.layer.padding = padding, d.layer.dilation = dilation;
  return d;
}
template <class Conv>
Var textbook_conv(const Conv& c, const Var& x, const Leaves& w) {
  return spec::Convolution{c.stride, c.padding, c.dilation, c.groups}(x, w);
}

template <class Conv, std::size_t axes>
Layer conv_layer(std::string_view name) {
  return layer_of<Drawn<Conv>>(
      name, "sum over taps of W_tap x_shifted, plus b", [](Choices& c) { return pick_conv<Conv>(c, axes); },
      [](const Drawn<Conv>& d, const Scope& s) { return Vars{d.layer(s, input(s, d.x))}; },
      [](const Drawn<Conv>& d, const Leaves& w) { return Vars{textbook_conv(d.layer, w("x"), w)}; });
}

// A window and a stride, or the window as the stride, on images that hold at least one.
template <class Pool>
Drawn<Pool> pick_windows(Choices& c) {
  Drawn<Pool> d;
  d.layer.kernel = {c.pick(1, 3)};
  if (c.coin()) d.layer.stride = {c.pick(1, 2)};
  d.x = {c.pick(1, 2), c.pick(1, 2), c.pick(3, 5), c.pick(3, 5)};
  return d;
}
template <class Pool>
Drawn<Pool> pick_image(Choices& c) {
  return {{}, {c.pick(1, 2), c.pick(1, 2), c.pick(3, 5), c.pick(3, 5)}};
}
template <class Pool>
Vars record_pool(const Drawn<Pool>& d, const Scope& s) {
  return {d.layer(s, input(s, d.x))};
}

void add_pools(std::vector<Layer>& list) {
  using Max = Drawn<nn::MaxPool2d>;
  list.push_back(layer_of<Max>("max_pool2d", "the largest of each window", pick_windows<nn::MaxPool2d>,
                               record_pool<nn::MaxPool2d>, [](const Max& d, const Leaves& w) {
                                 spec::MaxPool2d op;
                                 op.kernel = d.layer.kernel, op.stride = d.layer.stride;
                                 return Vars{call(op, w("x"))};
                               }));
  using Average = Drawn<nn::AvgPool2d>;
  list.push_back(layer_of<Average>("avg_pool2d", "the mean of each window", pick_windows<nn::AvgPool2d>,
                                   record_pool<nn::AvgPool2d>, [](const Average& d, const Leaves& w) {
                                     const Index kernel = d.layer.kernel[0];
                                     const Index stride = d.layer.stride.empty() ? kernel : d.layer.stride[0];
                                     return Vars{spec::average_pool(w("x"), kernel, stride)};
                                   }));
  using Adaptive = Drawn<nn::AdaptiveAvgPool2d>;
  list.push_back(layer_of<Adaptive>("adaptive_avg_pool2d", "the mean of all space as one bin",
                                    pick_image<nn::AdaptiveAvgPool2d>, record_pool<nn::AdaptiveAvgPool2d>,
                                    [](const Adaptive&, const Leaves& w) {
                                      return Vars{call(spec::Mean{{2, 3}, true}, w("x"))};
                                    }));
  using Global = Drawn<nn::GlobalAvgPool2d>;
  list.push_back(layer_of<Global>(
      "global_avg_pool2d", "the mean of all space",
      [](Choices& c) {
        Global d = pick_image<nn::GlobalAvgPool2d>(c);
        d.layer.keepdim = c.coin();
        return d;
      },
      record_pool<nn::GlobalAvgPool2d>,
      [](const Global& d, const Leaves& w) { return Vars{call(spec::Mean{{2, 3}, d.layer.keepdim}, w("x"))}; }));
}

// Results and the running state of a batch norm at `w`, which saw x.
void push_running(Vars& out, const Var& x, const Leaves& w, double momentum) {
  out.push_back(spec::running_mean(x, w, momentum)), out.push_back(spec::running_var(x, w, momentum));
}
// What the recording's states become.
Vars with_states(const Scope& scope, Vars results) {
  for (const auto& s : scope.recording().state.states)
    if (s.next >= 0) results.push_back(scope.recording().graph.var(s.next));
  return results;
}

void add_channel_norms(std::vector<Layer>& list) {
  using Batch = Drawn<nn::BatchNorm>;
  list.push_back(layer_of<Batch>(
      "batch_norm", "by channel, by the batch in training, else by the running statistics; and their update",
      [](Choices& c) {
        Batch d{{.num_features = c.pick(1, 3), .eps = c.one_of<double>({1e-5, 1e-3}),
                 .momentum = c.one_of<double>({0.1, 0.5, 1}), .affine = c.pick(0, 3) < 3},
                {}};
        d.training = c.pick(0, 2) < 2;
        d.x = {c.pick(2, 3), d.layer.num_features};
        for (Index a = c.pick(0, 2); a > 0; --a) d.x.push_back(c.pick(1, 3));
        return d;
      },
      [](const Batch& d, const Scope& s) {
        s.recording().training = d.training;
        return with_states(s, {d.layer(s, input(s, d.x))});
      },
      [](const Batch& d, const Leaves& w) {
        Vars out{spec::batch_norm(w("x"), w, d.training, d.layer.eps)};
        if (d.training) push_running(out, w("x"), w, d.layer.momentum);
        return out;
      }));
  using Group = Drawn<nn::GroupNorm>;
  list.push_back(layer_of<Group>(
      "group_norm", "(x - mean) / sqrt(var + eps) * w + b over groups of channels",
      [](Choices& c) {
        Group d;
        d.layer.num_groups = c.pick(1, 3), d.layer.num_channels = d.layer.num_groups * c.pick(1, 2);
        d.layer.eps = c.one_of<double>({1e-5, 1e-3});
        d.x = {c.pick(1, 2), d.layer.num_channels, c.pick(2, 3), c.pick(1, 2)};
        return d;
      },
      [](const Group& d, const Scope& s) { return Vars{d.layer(s, input(s, d.x))}; },
      [](const Group& d, const Leaves& w) {
        return Vars{spec::group_norm(w("x"), w, d.layer.num_groups, d.layer.eps)};
      }));
  using Instance = Drawn<nn::InstanceNorm>;
  list.push_back(layer_of<Instance>(
      "instance_norm", "(x - mean) / sqrt(var + eps) over the space of each channel",
      [](Choices& c) {
        Instance d{{.num_features = c.pick(1, 3), .eps = c.one_of<double>({1e-5, 1e-3}), .affine = c.coin()}, {}};
        d.x = {c.pick(1, 2), d.layer.num_features, c.pick(2, 3), c.pick(1, 3)};
        return d;
      },
      [](const Instance& d, const Scope& s) { return Vars{d.layer(s, input(s, d.x))}; },
      [](const Instance& d, const Leaves& w) { return Vars{spec::instance_norm(w("x"), w, d.layer.eps)}; }));
}

void add_conv_block(std::vector<Layer>& list) {
  using Block = Drawn<nn::ConvBlock>;
  list.push_back(layer_of<Block>(
      "conv_block", "convolution, norm, activation, pool, dropout",
      [](Choices& c) {
        Block d;
        const auto conv = pick_conv<nn::Conv2d>(c, 2);
        d.layer.conv = conv.layer, d.x = conv.x;
        d.x[0] = 2, d.x[2] += 2, d.x[3] += 2;
        d.layer.norm = c.one_of<std::string>({"none", "batch", "group", "instance"});
        d.layer.num_groups = conv.layer.groups;
        d.layer.activation = c.one_of<std::string>({"relu", "tanh", "silu"});
        d.layer.pool = c.pick(1, 2);
        d.layer.dropout = c.coin() ? 0.25 : 0;
        return d;
      },
      [](const Block& d, const Scope& s) {
        s.recording().seed = 5;
        return with_states(s, {d.layer(s, input(s, d.x))});
      },
      [](const Block& d, const Leaves& w) {
        const nn::ConvBlock& b = d.layer;
        const Leaves norm = w / "norm";
        const Var z = textbook_conv(b.conv, w("x"), w / "conv");
        Var y = b.norm == "batch"      ? spec::batch_norm(z, norm, true)
                : b.norm == "group"    ? spec::group_norm(z, norm, b.num_groups)
                : b.norm == "instance" ? spec::instance_norm(z, norm)
                                       : z;
        y = spec::activated(b.activation, y);
        spec::MaxPool2d op;
        op.kernel = {b.pool};
        if (b.pool > 1) y = call(op, y);
        Vars out{
            spec::Dropping<Var>{b.dropout, 5, w.has("step") ? std::optional(w("step")) : std::nullopt}(y, "dropout")};
        if (b.norm == "batch") push_running(out, z, norm, 0.1);
        return out;
      }));
}

void add_residuals(std::vector<Layer>& list) {
  using Basic = Drawn<nn::BasicBlock>;
  list.push_back(layer_of<Basic>(
      "basic_block", "relu(norm(conv(relu(norm(conv x)))) + shortcut(x)), He et al. 2015",
      [](Choices& c) {
        Basic d{{.in_channels = c.pick(1, 2), .out_channels = 1, .stride = c.pick(1, 2)}, {}};
        d.training = c.coin();
        d.layer.out_channels = c.coin() ? d.layer.in_channels : d.layer.in_channels + 1;
        d.x = {2, d.layer.in_channels, c.pick(3, 4), c.pick(3, 4)};
        return d;
      },
      [](const Basic& d, const Scope& s) {
        s.recording().training = d.training;
        return Vars{d.layer(s, input(s, d.x))};
      },
      [](const Basic& d, const Leaves& w) {
        return Vars{spec::basic_block(w("x"), w, d.layer.stride, d.training)};
      }));
  using Net = Drawn<nn::ResNet>;
  list.push_back(layer_of<Net>(
      "resnet", "a convolution, groups of basic blocks, the mean over space, linear",
      [](Choices& c) {
        Net d{{.in_channels = 1, .width = 1, .blocks = 1, .groups = c.pick(1, 2), .classes = 2}, {}};
        d.training = c.coin();
        d.x = {2, 1, 4, 3};
        return d;
      },
      [](const Net& d, const Scope& s) {
        s.recording().training = d.training;
        return Vars{d.layer(s, input(s, d.x))};
      },
      [](const Net& d, const Leaves& w) {
        return Vars{spec::resnet(w("x"), w, d.layer.groups, d.layer.blocks, d.training)};
      }));
}

}  // namespace

void add_image_layers(std::vector<Layer>& list) {
  list.push_back(conv_layer<nn::Conv1d, 1>("conv1d"));
  list.push_back(conv_layer<nn::Conv2d, 2>("conv2d"));
  add_pools(list), add_channel_norms(list), add_conv_block(list), add_residuals(list);
}

}  // namespace plumbline::crosscheck
