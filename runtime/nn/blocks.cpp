// Recording blocks.
#include "runtime/nn/blocks.h"

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/shape/reshape.h"

namespace plumbline::runtime::nn {

namespace {

// f of one example [C, H, W] as of a batch of one.
template <class F>
Var on_images(const Var& x, F&& f) {
  if (x.shape().rank() != 3) return f(x);
  Shape one{1}, alone;
  for (const Index d : x.shape().dims()) one.push_back(d);
  const Var y = f(spec::reshape(x, one));
  for (Index a = 1; a < y.shape().rank(); ++a) alone.push_back(y.shape()[a]);
  return spec::reshape(y, alone);
}

}  // namespace

void Mlp::take_seeds(SeedStream& stream) {
  const auto hidden = std::max<Index>(0, static_cast<Index>(widths.size()) - 2);
  seeds.take(stream, hidden + 1 + (dropout > 0 ? hidden : 0));
}

Var Mlp::operator()(const Scope& scope, const Var& x) const {
  if (widths.size() < 2) throw spec::Error(spec::concat("[mlp] expects at least 2 widths, got ", widths.size()));
  const Scope here = scope.seeded(seeds);
  Var y = x;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    const bool last = i + 2 == widths.size();
    const auto at = static_cast<Index>(i);
    y = Linear{.in_features = widths[i], .out_features = widths[i + 1],
               .init = last ? Initialiser(spec::XavierUniformInit{}) : Initialiser(spec::KaimingUniformInit{})}(
        here / at, y);
    if (!last) y = (here / at / "dropout").dropout(nn::activation(activation, y), dropout);
  }
  return y;
}

void ConvBlock::take_seeds(SeedStream& stream) {
  if (!seeds.unset()) return;
  conv.take_seeds(stream);
  seeds.take(stream, dropout > 0 ? 1 : 0);
}

Var ConvBlock::operator()(const Scope& scope, const Var& image) const {
  const Scope here = scope.seeded(seeds), at = here / "norm";
  return on_images(image, [&](const Var& x) {
    Var y = conv(here / "conv", x);
    if (norm == "batch") y = BatchNorm{.num_features = conv.out_channels}(at, y);
    else if (norm == "group") y = GroupNorm{.num_groups = num_groups, .num_channels = conv.out_channels}(at, y);
    else if (norm == "instance") y = InstanceNorm{.num_features = conv.out_channels, .affine = true}(at, y);
    else if (norm != "none")
      throw spec::Error(spec::concat("[conv_norm_act] norm is none, batch, group or instance, got ", norm));
    y = nn::activation(activation, y);
    if (pool > 1) y = MaxPool2d{.kernel = {pool}}(here / "pool", y);
    return (here / "dropout").dropout(y, dropout);
  });
}

Var Residual::operator()(const Scope& scope, const Var& x) const { return spec::add(x, f(scope, x)); }

Var Parallel::operator()(const Scope& scope, const Var& x) const {
  const Var y = f(scope / "f", x);
  return spec::add(y, g(scope / "g", x));
}

namespace {

Var conv_norm(const Scope& conv_at, const Scope& norm_at, const Var& x, const Conv2d& conv) {
  Conv2d same = conv;
  same.padding = {conv.kernel[0] / 2};
  return BatchNorm{.num_features = conv.out_channels}(norm_at, same(conv_at, x));
}

}  // namespace

Var BasicBlock::operator()(const Scope& scope, const Var& image) const {
  const Scope here = scope.seeded(seeds);
  const Conv2d first{.in_channels = in_channels, .out_channels = out_channels, .stride = {stride}, .bias = bias};
  const Conv2d second{.in_channels = out_channels, .out_channels = out_channels, .bias = bias};
  const Conv2d across{.in_channels = in_channels, .out_channels = out_channels, .kernel = {1}, .stride = {stride},
                      .bias = bias};
  return on_images(image, [&](const Var& x) {
    Var y = nn::activation(activation, conv_norm(here / "conv1", here / "bn1", x, first));
    y = conv_norm(here / "conv2", here / "bn2", y, second);
    const Scope down = here / "downsample";
    const Var shortcut = projects() ? conv_norm(down / Index{0}, down / Index{1}, x, across) : x;
    return nn::activation(activation, spec::add(y, shortcut));
  });
}

namespace {
constexpr Index most_groups = 16, most_blocks = 4096;
bool has_extents(const ResNet& r) {
  return r.groups >= 0 && r.groups <= most_groups && r.blocks >= 0 && r.blocks <= most_blocks;
}
}  // namespace

void ResNet::take_seeds(SeedStream& stream) {
  if (!has_extents(*this)) return;  // it cannot be recorded
  Index draws = 2;  // conv1, fc
  for (Index group = 0; group < groups; ++group) draws += 2 * blocks + (group > 0 && blocks > 0 ? 1 : 0);
  seeds.take(stream, draws);
}

Var ResNet::operator()(const Scope& scope, const Var& x) const {
  if (!has_extents(*this))
    throw spec::Error(spec::concat("[resnet] expects at most ", most_groups, " groups of ", most_blocks,
                                   " blocks, got ", groups, " of ", blocks));
  if (width < 1 || width > spec::max_elements >> most_groups)
    throw spec::Error(spec::concat("[resnet] width is out of range: ", width));
  const Scope here = scope.seeded(seeds);
  const Conv2d first{.in_channels = in_channels, .out_channels = width, .bias = false};
  Var y = nn::activation("relu", conv_norm(here / "conv1", here / "bn1", x, first));
  Index channels = width;
  for (Index group = 0; group < groups; ++group)
    for (Index block = 0; block < blocks; ++block) {
      const Index out = width << group;
      y = BasicBlock{.in_channels = channels, .out_channels = out, .stride = group > 0 && block == 0 ? 2 : 1}(
          here / spec::concat("layer", group + 1) / block, y);
      channels = out;
    }
  y = GlobalAvgPool2d{}(here, y);
  return Linear{.in_features = channels, .out_features = classes, .init = spec::XavierUniformInit{}}(here / "fc", y);
}

Var Head::operator()(const Scope& scope, const Var& x) const {
  const Scope here = scope.seeded(seeds);
  const Var y = norm ? LayerNorm{.normalized_shape = {in_features}}(here / "norm", x) : x;
  return Linear{.in_features = in_features, .out_features = out_features, .init = spec::XavierUniformInit{}}(
      here / "linear", y);
}

Var FlattenLinear::operator()(const Scope& scope, const Var& x) const {
  const Var y = call(spec::Flatten{start, -1}, {x});
  return Linear{.in_features = in_features, .out_features = out_features, .init = init, .seed_w = seed_w}(scope, y);
}

}  // namespace plumbline::runtime::nn
