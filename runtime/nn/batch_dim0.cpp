// Lifting layers over a batch: what is the same for each row of it, what needs its axes moved, what runs row by row.
#include "runtime/nn/batch_dim0.h"

#include <algorithm>
#include <array>

#include "runtime/nn/blocks.h"
#include "runtime/nn/recurrent.h"
#include "runtime/nn/transformer.h"
#include "spec/ops/shape/permute.h"
#include "spec/ops/shape/reshape.h"
#include "spec/ops/shape/slice.h"
#include "spec/ops/shape/stack.h"

namespace plumbline::runtime::nn {

namespace {

using Lifted = std::optional<Layer>;

template <class... L>
bool is_one_of(const Layer& layer) {
  return ((layer.as<L>() != nullptr) || ...);
}

// Each element on its own.
bool elementwise(const Layer& l) {
  return is_one_of<Relu, Gelu, Silu, Tanh, Sigmoid, Elu, LeakyRelu, LogSigmoid, Mish, Selu, Softplus, Softsign,
                   Hardsigmoid, Hardswish, Hardtanh, Identity, Dropout>(l);
}
// Each row along the last axes on its own, whatever is before them.
bool rowwise(const Layer& l) {
  return is_one_of<Linear, LayerNorm, RmsNorm, Mlp, Head, MultiheadAttention, TransformerEncoderLayer,
                   TransformerEncoder, SinusoidalPositions, LearnedPositions, RotaryPositions>(l);
}
// Each image [C, H, W] on its own.
bool imagewise(const Layer& l) {
  if (const auto* block = l.as<ConvBlock>()) return block->norm != "batch";
  return is_one_of<Conv2d, MaxPool2d, AvgPool2d, AdaptiveAvgPool2d, GlobalAvgPool2d>(l);
}

// An op along an axis that is counted from the front of the example.
template <class Op>
Lifted along(const Layer& l) {
  const Op* op = l.as<Op>();
  if (op == nullptr) return std::nullopt;
  Op moved = *op;
  if (moved.axis >= 0) ++moved.axis;
  return Layer(moved);
}

Lifted flattened(const Layer& l, Index rank) {
  if (const auto* op = l.as<Flatten>(); op != nullptr && rank > 0)
    return Layer(Flatten{op->start < 0 ? op->start : op->start + 1, op->end < 0 ? op->end : op->end + 1});
  if (const auto* head = l.as<FlattenLinear>(); head != nullptr && rank > 0) {
    FlattenLinear moved = *head;
    if (moved.start >= 0) ++moved.start;
    return Layer(moved);
  }
  if (const auto* sum = l.as<Sum>(); sum != nullptr && rank > 0) {
    Sum moved = *sum;
    for (Index& a : moved.axes)
      if (a >= 0) ++a;
    for (Index a = 1; sum->axes.empty() && a <= rank; ++a) moved.axes.push_back(a);
    return Layer(moved);
  }
  return std::nullopt;
}

// Sequences are time-major: [N, T, in] ⇄ [T, N, in] around the layer.
Lifted sequences(const Layer& l) {
  if (!is_one_of<Recurrent, GatedDiagonalSsm, Mamba>(l)) return std::nullopt;
  return Layer([l](const Scope& scope, const Var& x) {
    return spec::permute(l(scope, spec::permute(x, {1, 0, 2})), {1, 0, 2});
  });
}

Shape without_batch(const Shape& s) { return Shape(Axes(s.dims().begin() + 1, s.dims().end())); }

Var row(const Var& x, Index i) { return spec::reshape(spec::slice(x, 0, i, i + 1), without_batch(x.shape())); }

Var row_by_row(const Layer& f, const Scope& scope, const Var& x) {
  const auto updates = [&] {
    const auto& states = scope.recording().state.states;
    return std::ranges::count_if(states, [](const RunningState& s) { return s.next >= 0; });
  };
  const auto before = updates();
  std::vector<Var> rows;
  for (Index i = 0; i < x.shape()[0]; ++i) rows.push_back(f(scope.repeated(i), row(x, i)));
  if (updates() != before)
    throw spec::Error(spec::concat("[batch_dim0] ", f.kind(), " keeps running state: it runs on batches as they are"));
  return call(spec::Stack{0}, rows);
}

// f over a batch: all at once where it has that form.
Var over_rows(const Layer& f, const Scope& scope, const Var& x) {
  if (const auto whole = batched(f, without_batch(x.shape()))) return (*whole)(scope, x);
  if (const auto* chain = f.as<Sequential>()) {
    Var y = x;
    for (std::size_t i = 0; i < chain->size(); ++i) y = over_rows((*chain)[i], scope / static_cast<Index>(i), y);
    return y;
  }
  return row_by_row(f, scope, x);
}

}  // namespace

std::optional<Layer> batched(const Layer& layer, const Shape& example) {
  const Index rank = example.rank();
  if (elementwise(layer)) return layer;
  if (rowwise(layer) && rank >= 1) return layer;
  if (imagewise(layer) && rank == 3) return layer;
  if (is_one_of<Conv1d>(layer) && rank == 2) return layer;
  if (is_one_of<GroupNorm, InstanceNorm>(layer)) return std::nullopt;  // the example has its own batch axis
  if (const auto soft = along<Softmax>(layer)) return soft;
  if (const auto soft = along<LogSoftmax>(layer)) return soft;
  if (const auto flat = flattened(layer, rank)) return flat;
  if (rank == 2) return sequences(layer);
  return std::nullopt;
}

Var BatchDim0::operator()(const Scope& scope, const Var& x) const {
  if (x.shape().rank() == 0 || x.shape()[0] == 0)
    throw spec::Error(spec::concat("[batch_dim0] expects a batch of at least 1, got ", x.shape()));
  return over_rows(f, scope, x);
}

}  // namespace plumbline::runtime::nn
