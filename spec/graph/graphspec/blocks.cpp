// Primitives of several ops: attention, recurrent layers, selective state spaces.
#include <cmath>
#include <numeric>

#include "spec/graph/graphspec/builtin.h"
#include "spec/graph/graphspec/extents.h"
#include "spec/ops/arithmetic/neg.h"
#include "spec/ops/activation/silu.h"
#include "spec/ops/conv/conv1d.h"
#include "spec/ops/function/exp.h"
#include "spec/ops/linalg/linear.h"
#include "spec/ops/sequence/attention.h"
#include "spec/ops/sequence/gru.h"
#include "spec/ops/sequence/lstm.h"
#include "spec/ops/sequence/rnn.h"
#include "spec/ops/sequence/selective_scan.h"
#include "spec/ops/shape/permute.h"
#include "spec/ops/shape/reshape.h"
#include "spec/ops/shape/slice.h"

namespace plumbline::spec::graphspec {

namespace {

// [.., T, H, d] and [.., H, T, d]
Var heads_and_positions(const Var& x) {
  Axes axes(static_cast<std::size_t>(x.shape().rank()));
  std::iota(axes.begin(), axes.end(), Index{0});
  std::swap(axes[axes.size() - 2], axes[axes.size() - 3]);
  return permute(x, axes);
}

Var split_heads(const Var& x, Index heads) {
  Shape apart = x.shape();
  const Index inner = apart.back(0);
  apart[apart.rank() - 1] = heads;
  apart.push_back(inner / heads);
  return heads_and_positions(reshape(x, apart));
}

Attribute said(std::string name, Index value) { return {std::move(name), print_value(value)}; }

}  // namespace

ParameterSpecs MultiheadAttention::parameters(const Shapes& in) const {
  const Index d = extent(name, in[0], -1), heads = positive(name, "num_heads", num_heads);
  extent(name, in[0], -2);
  if (d % heads != 0) throw Error(concat("[", name, "] embed_dim is no multiple of num_heads: ", d, " and ", heads));
  const Index inner = product(name, 3, d);
  ParameterSpecs out{{"in_proj_weight", {inner, d}, XavierUniformInit{}}};
  if (bias) out.push_back({"in_proj_bias", {inner}, ZerosInit{}});
  out.push_back({"out_proj.weight", {d, d}, XavierUniformInit{}});
  if (bias) out.push_back({"out_proj.bias", {d}, ZerosInit{}});
  return out;
}
Var MultiheadAttention::meaning(const Vars& in, const Site& site) const {
  const Var& x = in[0];
  const Index d = x.shape().back(0);
  Vars heads;
  for (Index part = 0; part < 3; ++part) {  // q, k, v
    Vars affine{x, slice(site.parameters[0], 0, part * d, (part + 1) * d)};
    if (bias) affine.push_back(slice(site.parameters[1], 0, part * d, (part + 1) * d));
    heads.push_back(split_heads(call(spec::Linear{}, affine), num_heads));
  }
  const Var y = heads_and_positions(call(Attention{"boolean", is_causal, 0, 0}, heads));
  Vars out{reshape(y, x.shape()), site.parameters[bias ? 2 : 1]};
  if (bias) out.push_back(site.parameters[3]);
  return call(spec::Linear{}, out);
}
Attributes MultiheadAttention::layer(const Shapes& in) const { return {said("embed_dim", in[0].back(0))}; }

ParameterSpecs Recurrent::parameters(const Shapes& in) const {
  const Index gates = cell == "lstm" ? 4 : cell == "gru" ? 3 : cell == "rnn" ? 1 : 0;
  if (gates == 0) throw Error(concat("[recurrent] cell is lstm, gru or rnn, got ", cell));
  if (in[0].rank() < 2) throw Error(concat("[recurrent] x expects [T, in] or [T, B, in], got ", in[0]));
  const Index h = positive(name, "hidden_size", hidden_size), rows = product(name, gates, h);
  const UniformInit init{-1 / std::sqrt(static_cast<double>(h)), 1 / std::sqrt(static_cast<double>(h))};
  ParameterSpecs out{{"weight_ih_l0", {rows, in[0].back(0)}, init}, {"weight_hh_l0", {rows, h}, init}};
  if (bias) out.push_back({"bias_ih_l0", {rows}, init}), out.push_back({"bias_hh_l0", {rows}, init});
  return out;
}
Var Recurrent::meaning(const Vars& in, const Site& site) const {
  Vars all = in;
  all.insert(all.end(), site.parameters.begin(), site.parameters.end());
  if (cell == "lstm") return call(Lstm{"hidden", bias}, all);
  if (cell == "gru") return call(Gru{true, bias}, all);
  return call(Rnn{"tanh", bias}, all);
}
Attributes Recurrent::layer(const Shapes& in) const { return {said("input_size", in[0].back(0))}; }

namespace {

constexpr Index most_states = Index{1} << 24;  // elements of A_log, whose initial values are listed

struct MambaExtents {
  Index inner, rank;
};
MambaExtents extents_of(const Mamba& m, const Shape& x) {
  if (x.rank() != 2 && x.rank() != 3) throw Error(concat("[mamba] x expects [T, d] or [T, B, d], got ", x));
  const Index d = extent(Mamba::name, x, -1);
  for (const auto& [attribute, value] : {std::pair{"d_state", m.d_state}, {"d_conv", m.d_conv}, {"expand", m.expand}})
    positive(Mamba::name, attribute, value);
  const Index rank = m.dt_rank > 0 ? positive(Mamba::name, "dt_rank", m.dt_rank) : (d + 15) / 16;
  const Index inner = product(Mamba::name, m.expand, d);
  if (product(Mamba::name, inner, m.d_state) > most_states)
    throw Error(concat("[mamba] expects at most ", most_states, " states, got ", inner, " times ", m.d_state));
  return {inner, rank};
}

// ln 1, …, ln n in each of the rows: A = −exp(A_log) is −1, …, −n (S4D-real).
FlatInit log_counts(Index rows, Index n) {
  FlatInit init;
  for (Index i = 0; i < rows * n; ++i) init.values.push_back(std::log(static_cast<float>(1 + i % n)));
  return init;
}

// [T, .., d] → [.., d, T], and back.
Var time_last(const Var& x) { return permute(x, x.shape().rank() == 2 ? Axes{1, 0} : Axes{1, 2, 0}); }
Var time_first(const Var& x) { return permute(x, x.shape().rank() == 2 ? Axes{1, 0} : Axes{2, 0, 1}); }

}  // namespace

ParameterSpecs Mamba::parameters(const Shapes& in) const {
  const auto [inner, rank] = extents_of(*this, in[0]);
  const Index d = in[0].back(0);
  const XavierUniformInit xavier{};
  const double usual_step = 0.01;
  return {{"in_proj.weight", {2 * inner, d}, xavier},
          {"conv1d.weight", {inner, 1, d_conv}, KaimingUniformInit{}},
          {"conv1d.bias", {inner}, ZerosInit{}},
          {"x_proj.weight", {rank + 2 * d_state, inner}, xavier},
          {"dt_proj.weight", {inner, rank}, xavier},
          {"dt_proj.bias", {inner}, ConstantInit{std::log(std::expm1(usual_step))}},
          {"A_log", {inner, d_state}, log_counts(inner, d_state)},
          {"D", {inner}, OnesInit{}},
          {"out_proj.weight", {d, inner}, xavier}};
}
Var Mamba::meaning(const Vars& in, const Site& site) const {
  const Var& x = in[0];
  const auto [inner, rank] = extents_of(*this, x.shape());
  const Index steps = x.shape()[0];
  const Vars& p = site.parameters;
  const auto linear = [](const Var& from, const Var& weight) { return call(spec::Linear{}, Vars{from, weight}); };
  const Var both = linear(x, p[0]), z = slice(both, -1, inner, 2 * inner);
  spec::Conv1d conv;
  conv.stride = {1}, conv.padding = {d_conv - 1}, conv.dilation = {1}, conv.groups = inner;
  const Var padded = call(conv, Vars{time_last(slice(both, -1, 0, inner)), p[1], p[2]});
  const Var u = call(Silu{}, Vars{time_first(slice(padded, -1, 0, steps))});
  const Var read = linear(u, p[3]), dt = linear(slice(read, -1, 0, rank), p[4]);
  SelectiveScan scan;
  scan.skip = scan.gate = scan.delta_bias = scan.delta_softplus = true;
  const Var a = call(Neg{}, Vars{call(Exp{}, Vars{p[6]})});
  const Var y = call(scan, Vars{u, dt, a, slice(read, -1, rank, rank + d_state),
                                slice(read, -1, rank + d_state, rank + 2 * d_state), p[7], z, p[5]});
  return linear(y, p[8]);
}
Attributes Mamba::layer(const Shapes& in) const { return {said("d_model", in[0].back(0))}; }

void add_primitives(PrimitiveTable& table) {
  table.add(primitive_entry<Linear>());
  table.add(primitive_entry<Conv1d>());
  table.add(primitive_entry<Conv2d>());
  table.add(primitive_entry<LayerNorm>());
  table.add(primitive_entry<RmsNorm>());
  table.add(primitive_entry<BatchNorm>());
  table.add(primitive_entry<GroupNorm>());
  table.add(primitive_entry<Dropout>());
  table.add(primitive_entry<Embedding>());
  table.add(primitive_entry<LearnedPositions>());
  table.add(primitive_entry<MultiheadAttention>());
  table.add(primitive_entry<Recurrent>());
  table.add(primitive_entry<Mamba>());
}

}  // namespace plumbline::spec::graphspec
