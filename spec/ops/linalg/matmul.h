// C = A B; 1-D operands are promoted, batch prefixes broadcast, as torch.matmul does
#pragma once

#include "spec/ops/reduce/sum_to.h"
#include "spec/ops/shape/permute.h"

namespace plumbline::spec {

struct Matmul {
  static constexpr std::string_view name = "matmul", summary = "C = A B, batch prefixes broadcast";
  static constexpr int arity = 2;
  bool operator==(const Matmul&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (in[0].rank() == 0 || in[1].rank() == 0)
      return refuse(*this, 1, "operands need an axis: ", in[0], " vs ", in[1]);
    const Shape a = as_rows(in[0]), b = as_columns(in[1]);
    if (a.back(0) != b.back(1)) return refuse(*this, 2, "inner dims differ: ", a.back(0), " vs ", b.back(1));
    const auto batch = broadcast(prefix(a), prefix(b));
    if (!batch) return refuse(*this, 3, "batch ", batch.error().what());
    Shape c = *batch;
    if (in[0].rank() > 1) c.push_back(a.back(1));
    if (in[1].rank() > 1) c.push_back(b.back(0));
    if (!c.valid()) return refuse(*this, 4, "shape ", c, " is too large");
    return c;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape a = as_rows(in[0].shape()), b = as_columns(in[1].shape());
    const Shape batch = *broadcast(prefix(a), prefix(b));
    const auto a_at = broadcast_offsets(prefix(a), batch), b_at = broadcast_offsets(prefix(b), batch);
    const Index m = a.back(1), k = a.back(0), n = b.back(0);
    const Tensor<N> columns = transpose_last(in[1].reshaped(b));  // so that both operands are read in order
    const N *x = in[0].elements().data(), *y = columns.elements().data();
    return Tensor<N>::generate(*shape({in[0].shape(), in[1].shape()}), [&](Index c) {
      const auto s = static_cast<std::size_t>(c / (m * n));
      const N* row = x + (a_at[s] * m + c / n % m) * k;
      const N* column = y + (b_at[s] * n + c % n) * k;
      return sum<N>(k, [=](Index p) { return row[p] * column[p]; });
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T a = reshape(in[0], as_rows(in[0].shape())), b = reshape(in[1], as_columns(in[1].shape()));
    Shape full = *broadcast(prefix(a.shape()), prefix(b.shape()));
    full.push_back(a.shape().back(1));
    full.push_back(b.shape().back(0));
    const T c = reshape(ct, full);
    const T da = call(*this, c, transpose_last(b)), db = call(*this, transpose_last(a), c);
    return {reshape(sum_to(da, a.shape()), in[0].shape()), reshape(sum_to(db, b.shape()), in[1].shape())};
  }
  static Sample<Matmul> sample(Choices& choices) {
    const Index k = pick_extent(choices, 257);
    Shape a, b;
    if (choices.pick(0, 3) == 3) {
      const Shape batch = pick_shape(choices, 1, 2, 6);
      a = pick_broadcastable(choices, batch), b = pick_broadcastable(choices, batch);
    }
    if (a.rank() > 0 || choices.pick(0, 7) < 7) a.push_back(pick_extent(choices, 17));
    a.push_back(k), b.push_back(k);
    if (b.rank() > 1 || choices.pick(0, 7) < 7) b.push_back(pick_extent(choices, 17));
    return {{}, {a, b}, {}};
  }

 private:
  static Shape as_rows(const Shape& s) { return s.rank() == 1 ? Shape{1, s[0]} : s; }
  static Shape as_columns(const Shape& s) { return s.rank() == 1 ? Shape{s[0], 1} : s; }
  static Shape prefix(const Shape& s) { return Shape({s.dims().begin(), s.dims().end() - 2}); }
};
BOOST_DESCRIBE_STRUCT(Matmul, (), ())

template <TensorLike T>
T matmul(const T& a, const T& b) {
  return call(Matmul{}, a, b);
}

}  // namespace plumbline::spec
