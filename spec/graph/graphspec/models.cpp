// Models written as chains and bindings.
#include "spec/graph/graphspec/models.h"

#include "spec/graph/graphspec/builtin.h"
#include "spec/ops/activation/gelu.h"
#include "spec/ops/activation/relu.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/norm/layer_norm.h"
#include "spec/ops/pool/global_avg_pool2d.h"
#include "spec/ops/pool/max_pool2d.h"
#include "spec/ops/reduce/mean.h"
#include "spec/ops/sequence/sinusoidal_encoding.h"
#include "spec/ops/shape/flatten.h"
#include "spec/ops/shape/permute.h"
#include "spec/ops/shape/reshape.h"

namespace plumbline::spec::models {

using graphspec::BatchNorm;
using graphspec::LayerNorm;
using graphspec::Linear;
using graphspec::MultiheadAttention;

namespace {

constexpr std::string_view last_init = "xavier_uniform";  // of what no relu follows
constexpr double token_deviation = 0.02;

Linear head(Index out) { return {.out_features = out, .init = std::string(last_init)}; }

Primitive convolution(Index out, Index kernel, Index stride) {
  return graphspec::Conv2d{.out_channels = out, .kernel = {kernel}, .stride = {stride}, .padding = {kernel / 2},
                           .bias = false};
}

Primitive activation(const std::string& name) {
  static const PrimitiveTable table = PrimitiveTable::builtin();
  return value_or_throw(table.parse(name, {}));
}

Term sum(Term a, Term b) { return a.spec().let(Add{}, {a, b}); }

}  // namespace

GraphSpec mlp(const MlpSizes& sizes) {
  if (sizes.widths.size() < 2) throw Error(concat("[mlp] expects at least 2 widths, got ", sizes.widths.size()));
  Chain chain;
  for (std::size_t i = 1; i + 1 < sizes.widths.size(); ++i)
    chain = std::move(chain) >> Linear{.out_features = sizes.widths[i]} >> activation(sizes.activation);
  return GraphSpec::of("x", {sizes.batch, sizes.widths.front()}, std::move(chain) >> head(sizes.widths.back()));
}

GraphSpec cnn(const CnnSizes& sizes) {
  MaxPool2d halve;
  halve.kernel = {2};
  Chain chain;
  for (const Index width : sizes.widths)
    chain = std::move(chain) >> graphspec::Conv2d{.out_channels = width, .padding = {1}} >> Relu{} >> halve;
  chain = std::move(chain) >> Flatten{1, -1} >> Linear{.out_features = sizes.hidden} >> Relu{} >> head(sizes.classes);
  return GraphSpec::of("x", {sizes.batch, sizes.channels, sizes.side, sizes.side}, chain);
}

namespace {

// relu(norm(conv(relu(norm(conv x)))) + shortcut(x)); the first convolution has the stride.
Term basic_block(Term x, Index out, Index stride) {
  const Term y = x >> convolution(out, 3, stride) >> BatchNorm{} >> Relu{} >> convolution(out, 3, 1) >> BatchNorm{};
  const bool same = stride == 1 && x.shape()[1] == out;
  const Term shortcut = same ? x : x >> convolution(out, 1, stride) >> BatchNorm{};
  return sum(y, shortcut) >> Relu{};
}

}  // namespace

GraphSpec resnet18(const ResnetSizes& sizes) {
  constexpr Index groups = 4, blocks = 2;
  GraphSpec spec;
  const Term x = spec.input("x", {sizes.batch, sizes.channels, sizes.side, sizes.side});
  Term y = x >> convolution(sizes.width, 3, 1) >> BatchNorm{} >> Relu{};
  for (Index group = 0; group < groups; ++group)
    for (Index block = 0; block < blocks; ++block)
      y = basic_block(y, sizes.width << group, group > 0 && block == 0 ? 2 : 1);
  spec.output(y >> GlobalAvgPool2d{} >> Flatten{1, -1} >> head(sizes.classes));
  return spec;
}

namespace {

struct BlockSizes {
  Index heads = 1, hidden = 1;
  std::string approximate = "none";  // of gelu
  bool causal = false;
};

Primitive attention(const BlockSizes& b) {
  return MultiheadAttention{.num_heads = b.heads, .is_causal = b.causal, .bias = true};
}
Term feed_forward(Term x, const Primitive& f, Index hidden) {
  const Index width = x.shape().back(0);
  return x >> Linear{.out_features = hidden} >> f >> head(width);
}

// norm(x + attention(x)), then norm(y + ffn(y))
Term post_norm_block(Term x, const BlockSizes& b) {
  const Term y = sum(x, x >> attention(b)) >> LayerNorm{};
  return sum(y, feed_forward(y, Relu{}, b.hidden)) >> LayerNorm{};
}

// x + attention(norm x), then y + ffn(norm y)
Term pre_norm_block(Term x, const BlockSizes& b) {
  const Term y = sum(x, x >> LayerNorm{} >> attention(b));
  return sum(y, feed_forward(y >> LayerNorm{}, Gelu{b.approximate}, b.hidden));
}

Term embedded(Term tokens, Index vocabulary, Index width, const std::string& name = {}) {
  return tokens.spec().let(graphspec::Embedding{vocabulary, width, token_deviation}, {tokens}, name);
}

}  // namespace

GraphSpec transformer(const TransformerSizes& sizes) {
  GraphSpec spec;
  const Term tokens = spec.index_input("tokens", {sizes.batch, sizes.length}, sizes.vocabulary);
  Term x = embedded(tokens, sizes.vocabulary, sizes.width) >> SinusoidalEncoding{};
  for (Index i = 0; i < sizes.layers; ++i) x = post_norm_block(x, {sizes.heads, sizes.hidden});
  spec.output(x >> Mean{{1}, false} >> head(sizes.classes));
  return spec;
}

GraphSpec gpt(const GptSizes& sizes) {
  GraphSpec spec;
  const Term tokens = spec.index_input("tokens", {sizes.batch, sizes.length}, sizes.vocabulary);
  const Term wte = embedded(tokens, sizes.vocabulary, sizes.width, "wte");
  Term x = wte >> graphspec::LearnedPositions{sizes.length};
  for (Index i = 0; i < sizes.layers; ++i)
    x = pre_norm_block(x, {sizes.heads, 4 * sizes.width, "tanh", /*causal=*/true});
  x = x >> LayerNorm{};
  spec.output(spec.let_shared(wte, Linear{.out_features = sizes.vocabulary, .bias = false}, {x}, "logits"));
  return spec;
}

GraphSpec vit(const VitSizes& sizes) {
  if (sizes.patch < 1) throw Error(concat("[vit] patch is not positive: ", sizes.patch));
  const Index across = sizes.side / sizes.patch, pixels = sizes.channels * sizes.patch * sizes.patch;
  if (across * sizes.patch != sizes.side)
    throw Error(concat("[vit] side is no multiple of patch: ", sizes.side, " and ", sizes.patch));
  GraphSpec spec;
  Term x = spec.input("x", {sizes.batch, sizes.channels, sizes.side, sizes.side});
  x = x >> Reshape{{-1, sizes.channels, across, sizes.patch, across, sizes.patch}} >> Permute{{0, 2, 4, 1, 3, 5}} >>
      Reshape{{-1, across * across, pixels}};
  x = x >> Linear{.out_features = sizes.width} >> graphspec::LearnedPositions{across * across};
  for (Index i = 0; i < sizes.layers; ++i) x = pre_norm_block(x, {sizes.heads, sizes.hidden});
  spec.output(x >> LayerNorm{} >> Mean{{1}, false} >> head(sizes.classes));
  return spec;
}

GraphSpec mamba(const MambaSizes& sizes) {
  GraphSpec spec;
  const Term tokens = spec.index_input("tokens", {sizes.batch, sizes.length}, sizes.vocabulary);
  Term x = embedded(tokens, sizes.vocabulary, sizes.width) >> Permute{{1, 0, 2}};  // time first
  for (Index i = 0; i < sizes.layers; ++i)
    x = sum(x, x >> graphspec::RmsNorm{} >>
                   graphspec::Mamba{.d_state = sizes.states, .d_conv = sizes.convolution});
  spec.output(x >> graphspec::RmsNorm{} >> Mean{{0}, false} >> head(sizes.classes));
  return spec;
}

namespace {

struct NamedModel {
  std::string_view name;
  GraphSpec (*full)();
  GraphSpec (*small)();
};
constexpr NamedModel all[] = {
    {"mlp", [] { return mlp(); }, [] { return mlp({4, {12, 8, 5}}); }},
    {"cnn", [] { return cnn(); }, [] { return cnn({2, 1, 8, {3, 4}, 8, 5}); }},
    {"resnet18", [] { return resnet18(); }, [] { return resnet18({2, 1, 8, 2, 5}); }},
    {"transformer", [] { return transformer(); }, [] { return transformer({2, 4, 8, 8, 2, 2, 16, 3}); }},
    {"gpt", [] { return gpt(); }, [] { return gpt({2, 4, 8, 8, 2, 2}); }},
    {"vit", [] { return vit(); }, [] { return vit({2, 1, 8, 4, 8, 2, 2, 16, 5}); }},
    {"mamba", [] { return mamba(); }, [] { return mamba({2, 4, 8, 4, 3, 2, 2, 3}); }},
};

}  // namespace

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const NamedModel& m : all) out.emplace_back(m.name);
  return out;
}

Result<GraphSpec> named(std::string_view name, bool small) {
  for (const NamedModel& m : all)
    if (m.name == name) return small ? m.small() : m.full();
  return fail("unknown model ", name, did_you_mean(name, names()));
}

}  // namespace plumbline::spec::models
