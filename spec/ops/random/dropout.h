// y_i = x_i / (1 − p) where the mask keeps i, else 0; the mask is a pure function of (seed, path, step, i)
#pragma once

#include "spec/lang/random.h"
#include "spec/ops/index_data.h"

namespace plumbline::spec {

// The step may also come as data, an index input: it is added to the attribute, so that one plan draws a new mask for
// each training step.
struct Dropout {
  double p = 0.5;
  std::uint64_t seed = 0;
  std::string path = {};  // of the layer in its model
  std::uint64_t step = 0;
  bool training = true;

  static constexpr std::string_view
      name = "dropout",
      summary = "y = x / (1 - p) where the mask of (seed, path, step) keeps it, else 0; inputs x[, step]";
  static constexpr int arity = 1, most_inputs = 2, index_label = 2;
  bool operator==(const Dropout&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (!(p >= 0 && p <= 1)) return refuse(*this, 1, "p is not a probability: ", p);
    if (in.size() > 1 && in[1].rank() != 0) return refuse(*this, 2, "step is not a scalar: ", in[1]);
    return in[0];
  }
  bool differentiable(std::size_t input) const { return input == 0; }
  Index index_axis(const Shapes&) const { return 0; }
  Index index_extent(std::size_t input, const Shapes&) const { return input == 1 ? max_elements : -1; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Index later = in.size() > 1 ? index_at(*this, in[1][0], 0, max_elements) : 0;  // in range, read or not
    if (!training || p == 0) return in[0];
    const std::uint64_t mask = mask_key(seed, path, step + static_cast<std::uint64_t>(later));
    return Tensor<N>::generate(in[0].shape(), [&](Index i) {
      const N& x = in[0][i];
      if (!kept(mask, static_cast<std::uint64_t>(i), p)) return N(Index{0});
      return N(x * (N(Index{1}) / (N(Index{1}) - real(x, p))));
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    std::vector<T> from = in;
    from[0] = ct;
    return {call(*this, from)};
  }
  // Masks that drop everything would prove nothing.
  static Sample<Dropout> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 4);
    Dropout op;
    op.p = static_cast<double>(choices.pick(0, 7)) / 8;
    op.seed = static_cast<std::uint64_t>(choices.pick(0, 3) == 0 ? 0 : choices.pick(1, 1 << 20));
    op.path = choices.one_of<std::string>({"", "0", "encoder.1.dropout"});
    op.step = static_cast<std::uint64_t>(choices.pick(0, 3));
    op.training = choices.pick(0, 7) != 7;
    while (shape.size() > 0 && !kept(mask_key(op.seed, op.path, op.step), 0, op.p)) ++op.step;
    if (choices.pick(0, 2) < 2) return {op, {shape}, {}};
    return {op, {shape, {}}, {Domain::any(), Domain::index(4)}};
  }
};
BOOST_DESCRIBE_STRUCT(Dropout, (), (p, seed, path, step, training))

}  // namespace plumbline::spec
