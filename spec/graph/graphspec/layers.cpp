// Primitives of one op: linear, convolutions, normalisation, dropout, embedding, positions.
#include "spec/graph/graphspec/builtin.h"
#include "spec/graph/graphspec/extents.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/conv/conv1d.h"
#include "spec/ops/conv/conv2d.h"
#include "spec/ops/linalg/linear.h"
#include "spec/ops/linalg/matmul.h"
#include "spec/ops/norm/batch_norm.h"
#include "spec/ops/norm/batch_norm_running_mean.h"
#include "spec/ops/norm/batch_norm_running_var.h"
#include "spec/ops/norm/group_norm.h"
#include "spec/ops/norm/layer_norm.h"
#include "spec/ops/norm/rms_norm.h"
#include "spec/ops/random/dropout.h"
#include "spec/ops/shape/embedding.h"
#include "spec/ops/shape/slice.h"

namespace plumbline::spec::graphspec {

namespace {

Vars with_parameters(Vars in, const Site& site) {
  in.insert(in.end(), site.parameters.begin(), site.parameters.end());
  return in;
}

Attribute said(std::string name, Index value) { return {std::move(name), print_value(value)}; }

ParameterSpecs affine_pair(bool affine, const Shape& shape) {
  if (!affine) return {};
  return {{"weight", shape, OnesInit{}}, {"bias", shape, ZerosInit{}}};
}

// weight [out, in / groups, kernel…] and bias [out].
template <class C>
ParameterSpecs convolution_parameters(const C& c, const Shape& x, std::size_t axes) {
  if (x.rank() != static_cast<Index>(axes) + 2)
    throw Error(concat("[", C::name, "] x expects ", axes + 2, " axes, got ", x));
  const Index groups = positive(C::name, "groups", c.groups);
  if (x[1] % groups != 0)
    throw Error(concat("[", C::name, "] channels are no multiple of groups: ", x[1], " and ", groups));
  Shape weight{positive(C::name, "out_channels", c.out_channels), x[1] / groups};
  for (const Index k : for_each_axis(C::name, c.kernel, axes)) weight.push_back(positive(C::name, "kernel", k));
  ParameterSpecs out{{"weight", weight, initialiser(C::name, c.init)}};
  if (c.bias) out.push_back({"bias", {c.out_channels}, ZerosInit{}});
  return out;
}

template <class Op, class C>
Var convolved(const C& c, const Vars& in, const Site& site) {
  Op op;
  op.stride = c.stride, op.padding = c.padding, op.dilation = c.dilation, op.groups = c.groups;
  return call(op, with_parameters(in, site));
}

}  // namespace

ParameterSpecs Linear::parameters(const Shapes& in) const {
  ParameterSpecs out{{"weight", {positive(name, "out_features", out_features), extent(name, in[0], -1)},
                      initialiser(name, init)}};
  if (bias) out.push_back({"bias", {out_features}, ZerosInit{}});
  return out;
}
Var Linear::meaning(const Vars& in, const Site& site) const { return call(spec::Linear{}, with_parameters(in, site)); }
Attributes Linear::layer(const Shapes& in) const { return {said("in_features", in[0].back(0))}; }

ParameterSpecs Conv1d::parameters(const Shapes& in) const { return convolution_parameters(*this, in[0], 1); }
Var Conv1d::meaning(const Vars& in, const Site& site) const { return convolved<spec::Conv1d>(*this, in, site); }
Attributes Conv1d::layer(const Shapes& in) const { return {said("in_channels", in[0][1])}; }

ParameterSpecs Conv2d::parameters(const Shapes& in) const { return convolution_parameters(*this, in[0], 2); }
Var Conv2d::meaning(const Vars& in, const Site& site) const { return convolved<spec::Conv2d>(*this, in, site); }
Attributes Conv2d::layer(const Shapes& in) const { return {said("in_channels", in[0][1])}; }

namespace {

// The last n extents of x.
Shape last_axes(std::string_view primitive, const Shape& x, Index n) {
  if (n < 1 || n > x.rank()) throw Error(concat("[", primitive, "] axes is not in 1 … ", x.rank(), ": ", n));
  return Shape(std::vector<Index>(x.dims().end() - n, x.dims().end()));
}

}  // namespace

ParameterSpecs LayerNorm::parameters(const Shapes& in) const {
  return affine_pair(affine, last_axes(name, in[0], axes));
}
Var LayerNorm::meaning(const Vars& in, const Site& site) const {
  return call(spec::LayerNorm{last_axes(name, in[0].shape(), axes).dims(), eps}, with_parameters(in, site));
}
Attributes LayerNorm::layer(const Shapes& in) const {
  return {{"normalized_shape", print_value(last_axes(name, in[0], axes).dims())}};
}

ParameterSpecs RmsNorm::parameters(const Shapes& in) const {
  return {{"weight", {extent(name, in[0], -1)}, OnesInit{}}};
}
Var RmsNorm::meaning(const Vars& in, const Site& site) const {
  return call(spec::RmsNorm{{in[0].shape().back(0)}, eps}, with_parameters(in, site));
}
Attributes RmsNorm::layer(const Shapes& in) const {
  return {{"normalized_shape", print_value(Axes{in[0].back(0)})}};
}

ParameterSpecs BatchNorm::parameters(const Shapes& in) const {
  const Shape channels{extent(name, in[0], 1)};
  ParameterSpecs out = affine_pair(affine, channels);
  out.push_back({"running_mean", channels, ZerosInit{}, false});
  out.push_back({"running_var", channels, OnesInit{}, false});
  return out;
}
Var BatchNorm::meaning(const Vars& in, const Site& site) const {
  const std::size_t trained = site.parameters.size() - 2;
  Vars all = in;
  if (!site.training) all.insert(all.end(), site.parameters.end() - 2, site.parameters.end());
  all.insert(all.end(), site.parameters.begin(), site.parameters.begin() + static_cast<std::ptrdiff_t>(trained));
  return call(spec::BatchNorm{site.training, eps}, all);
}
Vars BatchNorm::next_states(const Vars& in, const Site& site) const {
  const std::size_t trained = site.parameters.size() - 2;
  return {call(BatchNormRunningMean{momentum}, Vars{in[0], site.parameters[trained]}),
          call(BatchNormRunningVar{momentum}, Vars{in[0], site.parameters[trained + 1]})};
}
Attributes BatchNorm::layer(const Shapes& in) const { return {said("num_features", in[0][1])}; }

ParameterSpecs GroupNorm::parameters(const Shapes& in) const {
  return affine_pair(true, {extent(name, in[0], 1)});
}
Var GroupNorm::meaning(const Vars& in, const Site& site) const {
  return call(spec::GroupNorm{num_groups, eps}, with_parameters(in, site));
}
Attributes GroupNorm::layer(const Shapes& in) const { return {said("num_channels", in[0][1])}; }

Var Dropout::meaning(const Vars& in, const Site& site) const {
  if (!(p >= 0 && p <= 1)) throw Error(concat("[dropout] p is not a probability: ", p));
  if (!site.training || p == 0) return in[0];
  if (!site.step) throw Error("[dropout] training needs the count of steps");
  return call(spec::Dropout{p, site.seed, site.path, 0, true}, Vars{in[0], *site.step});
}

ParameterSpecs Embedding::parameters(const Shapes&) const {
  return {{"weight",
           {positive(name, "num_embeddings", num_embeddings), positive(name, "embedding_dim", embedding_dim)},
           NormalInit{0, std}}};
}
Var Embedding::meaning(const Vars& in, const Site& site) const {
  if (in[0].graph().node(in[0].id()).extent >= 0) return call(spec::Embedding{}, with_parameters(in, site));
  return matmul(in[0], site.parameters[0]);
}
Attributes Embedding::layer(const Shapes&) const { return {}; }

ParameterSpecs LearnedPositions::parameters(const Shapes& in) const {
  const Index steps = extent(name, in[0], -2);
  if (positive(name, "max_len", max_len) < steps)
    throw Error(concat("[learned_positions] positions end at ", steps, ", beyond ", max_len));
  return {{"weight", {max_len, in[0].back(0)}, NormalInit{0, 0.02}}};
}
Var LearnedPositions::meaning(const Vars& in, const Site& site) const {
  return add(in[0], slice(site.parameters[0], 0, 0, in[0].shape().back(1)));
}
Attributes LearnedPositions::layer(const Shapes& in) const { return {said("embedding_dim", in[0].back(0))}; }

}  // namespace plumbline::spec::graphspec
