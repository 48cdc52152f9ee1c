// Recording pools: one op each.
#include "runtime/nn/pools.h"

#include "spec/ops/pool/adaptive_avg_pool2d.h"
#include "spec/ops/pool/avg_pool2d.h"
#include "spec/ops/pool/global_avg_pool2d.h"
#include "spec/ops/pool/max_pool2d.h"
#include "spec/ops/shape/reshape.h"

namespace plumbline::runtime::nn {

Var MaxPool2d::operator()(const Scope&, const Var& x) const {
  spec::MaxPool2d op;
  op.kernel = kernel, op.stride = stride, op.padding = padding, op.dilation = dilation, op.ceil_mode = ceil_mode;
  return call(op, {x});
}

Var AvgPool2d::operator()(const Scope&, const Var& x) const {
  spec::AvgPool2d op;
  op.kernel = kernel, op.stride = stride, op.padding = padding, op.ceil_mode = ceil_mode;
  op.count_include_pad = count_include_pad, op.divisor_override = divisor_override;
  return call(op, {x});
}

Var AdaptiveAvgPool2d::operator()(const Scope&, const Var& x) const {
  spec::AdaptiveAvgPool2d op;
  op.output_size = output_size;
  return call(op, {x});
}

Var GlobalAvgPool2d::operator()(const Scope&, const Var& x) const {
  const Var y = call(spec::GlobalAvgPool2d{}, {x});
  if (keepdim) return y;
  Shape flat;
  for (Index a = 0; a + 2 < y.shape().rank(); ++a) flat.push_back(y.shape()[a]);
  return spec::reshape(y, flat);
}

}  // namespace plumbline::runtime::nn
