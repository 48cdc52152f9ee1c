// A tensor as a matrix of rows to reduce: the kept axes first, the reduced ones last; and the way back.
#pragma once

#include "spec/ops/reduce/sum.h"
#include "spec/ops/shape/permute.h"

namespace plumbline::spec {

// O has attributes `axes` and `keepdim`, as in reduction.h.
template <class O>
class Rows {
 public:
  Rows(const O& op, const Shape& shape) : shape_(shape), length_(reduced_extent(op, shape)) {
    const Axes axes = *normal_axes(op.axes, shape.rank());
    for (Index a = 0; a < shape.rank(); ++a)
      if (!std::binary_search(axes.begin(), axes.end(), a)) order_.push_back(a), count_ *= shape[a];
    order_.insert(order_.end(), axes.begin(), axes.end());
  }
  Index length() const { return length_; }
  // x as [count, length]; a reduced value as [count, 1].
  template <TensorLike T>
  T of(const T& x) const {
    return reshape(order_.empty() ? x : permute(x, order_), Shape{count_, length_});
  }
  template <TensorLike T>
  T of_reduced(const T& y) const {
    return reshape(y, Shape{count_, 1});
  }
  // Rows under x's shape again.
  template <TensorLike T>
  T back(const T& rows) const {
    Shape permuted;
    Axes inverse(order_.size());
    for (std::size_t k = 0; k < order_.size(); ++k) {
      permuted.push_back(shape_[order_[k]]);
      inverse[static_cast<std::size_t>(order_[k])] = static_cast<Index>(k);
    }
    const T x = reshape(rows, permuted);
    return order_.empty() ? x : permute(x, inverse);
  }

 private:
  Shape shape_;
  Axes order_;
  Index length_, count_ = 1;
};

}  // namespace plumbline::spec
