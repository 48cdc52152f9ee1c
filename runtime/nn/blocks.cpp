// Recording blocks.
#include "runtime/nn/blocks.h"

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/shape/reshape.h"

namespace plumbline::runtime::nn {

Var Mlp::operator()(const Scope& scope, const Var& x) const {
  if (widths.size() < 2) throw spec::Error(spec::concat("[mlp] expects at least 2 widths, got ", widths.size()));
  Var y = x;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    const bool last = i + 2 == widths.size();
    const auto at = static_cast<Index>(i);
    y = Linear{.in_features = widths[i], .out_features = widths[i + 1],
               .init = last ? Initialiser(spec::XavierUniformInit{}) : Initialiser(spec::KaimingUniformInit{})}(
        scope / at, y);
    if (!last) y = (scope / at / "dropout").dropout(nn::activation(activation, y), dropout);
  }
  return y;
}

Var ConvBlock::operator()(const Scope& scope, const Var& x) const {
  Var y = conv(scope / "conv", x);
  const Scope at = scope / "norm";
  if (norm == "batch") y = BatchNorm{.num_features = conv.out_channels}(at, y);
  else if (norm == "group") y = GroupNorm{.num_groups = num_groups, .num_channels = conv.out_channels}(at, y);
  else if (norm == "instance") y = InstanceNorm{.num_features = conv.out_channels, .affine = true}(at, y);
  else if (norm != "none")
    throw spec::Error(spec::concat("[conv_block] norm is none, batch, group or instance, got ", norm));
  y = nn::activation(activation, y);
  if (pool > 1) y = Pool2d{.kernel = {pool}}(scope / "pool", y);
  return (scope / "dropout").dropout(y, dropout);
}

Var Residual::operator()(const Scope& scope, const Var& x) const { return spec::add(x, f(scope, x)); }

Var Parallel::operator()(const Scope& scope, const Var& x) const {
  const Var y = f(scope / "f", x);
  return spec::add(y, g(scope / "g", x));
}

namespace {

Var conv_norm(const Scope& conv_at, const Scope& norm_at, const Var& x, Index in, Index out, Index kernel,
              Index stride) {
  const Var y = Conv2d{.in_channels = in, .out_channels = out, .kernel = {kernel}, .stride = {stride},
                       .padding = {kernel / 2}, .bias = false}(conv_at, x);
  return BatchNorm{.num_features = out}(norm_at, y);
}

}  // namespace

Var BasicBlock::operator()(const Scope& scope, const Var& x) const {
  Var y = conv_norm(scope / "conv1", scope / "bn1", x, in_channels, out_channels, 3, stride);
  y = conv_norm(scope / "conv2", scope / "bn2", nn::activation("relu", y), out_channels, out_channels, 3, 1);
  Var shortcut = x;
  if (stride != 1 || in_channels != out_channels)
    shortcut = conv_norm(scope / "downsample" / Index{0}, scope / "downsample" / Index{1}, x, in_channels, out_channels,
                         1, stride);
  return nn::activation("relu", spec::add(y, shortcut));
}

Var ResNet::operator()(const Scope& scope, const Var& x) const {
  Var y = nn::activation("relu", conv_norm(scope / "conv1", scope / "bn1", x, in_channels, width, 3, 1));
  Index channels = width;
  for (Index group = 0; group < groups; ++group)
    for (Index block = 0; block < blocks; ++block) {
      const Index out = width << group;
      y = BasicBlock{.in_channels = channels, .out_channels = out, .stride = group > 0 && block == 0 ? 2 : 1}(
          scope / spec::concat("layer", group + 1) / block, y);
      channels = out;
    }
  y = spec::reshape(Pool2d{.kind = "global_average"}(scope, y), {x.shape()[0], channels});
  return Linear{.in_features = channels, .out_features = classes, .init = spec::XavierUniformInit{}}(scope / "fc", y);
}

Var Head::operator()(const Scope& scope, const Var& x) const {
  const Var y = norm ? LayerNorm{.normalized_shape = {in_features}}(scope / "norm", x) : x;
  return Linear{.in_features = in_features, .out_features = out_features, .init = spec::XavierUniformInit{}}(
      scope / "linear", y);
}

}  // namespace plumbline::runtime::nn
