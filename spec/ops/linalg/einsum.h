// y = Σ Π_p x_p over the axes that the equation's output does not name: `ij,jk->ik` is a matrix product
#pragma once

#include "spec/ops/linalg/einsum_grad.h"

namespace plumbline::spec {

// As torch.einsum: repeated letters take a diagonal, `...` stands for any axes, broadcast, and is summed where the
// output leaves it out; extents of 1 broadcast; without `->` the letters that appear once, in order, are the output.
struct Einsum {
  std::string equation = "ij,jk->ik";

  static constexpr std::string_view name = "einsum",
                                    summary = "y = sum of the product of the operands, axes named by the equation";
  static constexpr int arity = 1, most_inputs = 4;
  static constexpr std::array<std::string_view, 1> methods{"pairwise"};
  bool operator==(const Einsum&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto names = named_axes(*this, in);  // [einsum C1..C6]
    if (!names) return tl::unexpected(names.error());
    return contract(names->in, in, names->out).out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const NamedAxes names = *named_axes(*this, shapes_of(in));
    return contracted(in, names.in, names.out);
  }
  // pairwise: the operands one after another, each time summed over what neither the rest nor the output names.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    const NamedAxes names = *named_axes(*this, shapes_of(in));
    if (in.size() < 3) return contracted(in, names.in, names.out);
    Tensor<N> y = in[0];
    AxisNames own = names.in[0];
    for (std::size_t q = 1; q < in.size(); ++q) {
      const AxisNames kept = q + 1 == in.size() ? names.out : kept_axes(names, own, q);
      y = contracted<N>({y, in[q]}, {own, names.in[q]}, kept);
      own = kept;
    }
    return y;
  }
  // The axes of the first q + 1 operands that are still needed, each once, where `own` are those of the first q.
  static AxisNames kept_axes(const NamedAxes& names, const AxisNames& own, std::size_t q) {
    AxisNames kept;
    for (const AxisNames& from : {own, names.in[q]})
      for (int name : from) {
        bool needed = has_name(names.out, name);
        for (std::size_t p = q + 1; p < names.in.size(); ++p) needed = needed || has_name(names.in[p], name);
        if (needed && !has_name(kept, name)) kept.push_back(name);
      }
    return kept;
  }
  // The cotangent of an operand is a product of ct and the others: an equation, or else einsum_grad.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Shapes shapes = shapes_of(in);
    const NamedAxes names = *named_axes(*this, shapes);
    std::vector<T> out;
    for (std::size_t p = 0; p < in.size(); ++p) {
      std::vector<T> factors = in;
      factors.erase(factors.begin() + static_cast<std::ptrdiff_t>(p));
      factors.insert(factors.begin(), ct);
      const std::string plain = gradient_equation(names, p, shapes, ct.shape());
      if (!plain.empty()) out.push_back(call(Einsum{plain}, factors));
      else out.push_back(call(EinsumGrad{equation, static_cast<Index>(p), shapes[p].dims()}, factors));
    }
    return out;
  }
  static Sample<Einsum> sample(Choices& choices) {
    auto [equation, shapes] = pick_equation(choices);
    return {{std::move(equation)}, std::move(shapes), {}};
  }
};
BOOST_DESCRIBE_STRUCT(Einsum, (), (equation))

template <TensorLike T, std::same_as<T>... Rest>
T einsum(const std::string& equation, const T& x, const Rest&... rest) {
  return call(Einsum{equation}, std::vector<T>{x, rest...});
}

// dct is the equation on the other operands with v at its place, and each other operand's share is a gradient again.
template <TensorLike T>
std::vector<T> EinsumGrad::vjp(const std::vector<T>& in, const T&, const T& v) const {
  std::vector<T> operands(in.begin() + 1, in.end());
  operands.insert(operands.begin() + wrt, v);
  std::vector<T> out{call(Einsum{equation}, operands)};
  for (std::size_t q = 0; q < operands.size(); ++q) {
    if (q == static_cast<std::size_t>(wrt)) continue;
    std::vector<T> factors = operands;
    factors.erase(factors.begin() + static_cast<std::ptrdiff_t>(q));
    factors.insert(factors.begin(), in[0]);
    out.push_back(call(EinsumGrad{equation, static_cast<Index>(q), operands[q].shape().dims()}, factors));
  }
  return out;
}

}  // namespace plumbline::spec
