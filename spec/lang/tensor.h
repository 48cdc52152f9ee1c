// Tensor<N>: a shape and its elements in row-major order; copies share their elements until one is changed.
#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "spec/lang/check.h"
#include "spec/lang/shape.h"

namespace plumbline::spec {

template <class N>
class Tensor {
 public:
  using value_type = N;

  Tensor() : Tensor(Shape{0}, {}) {}
  Tensor(Shape shape, std::vector<N> data);
  static Tensor full(Shape shape, const N& value);
  static Tensor scalar(const N& value) { return Tensor(Shape{}, {value}); }

  // Element i, in row-major order, is f(i).
  template <class F>
  static Tensor generate(Shape shape, F&& f) {
    std::vector<N> data;
    const Index n = shape.size();
    data.reserve(static_cast<std::size_t>(n));
    for (Index i = 0; i < n; ++i) data.push_back(f(i));
    return Tensor(std::move(shape), std::move(data));
  }

  const Shape& shape() const { return shape_; }
  Index size() const { return static_cast<Index>(data_->size()); }
  const N& operator[](Index i) const { return (*data_)[static_cast<std::size_t>(i)]; }
  std::span<const N> elements() const { return *data_; }
  std::span<N> mutable_elements();
  // The same elements under another shape of the same size.
  Tensor reshaped(Shape shape) const;

 private:
  Shape shape_;
  std::shared_ptr<std::vector<N>> data_;
};

template <class N>
Tensor<N>::Tensor(Shape shape, std::vector<N> data)
    : shape_(std::move(shape)), data_(std::make_shared<std::vector<N>>(std::move(data))) {
  check(shape_.size() == static_cast<Index>(data_->size()), "a tensor has as many elements as its shape says");
}

template <class N>
Tensor<N> Tensor<N>::full(Shape shape, const N& value) {
  const auto n = static_cast<std::size_t>(shape.size());
  return Tensor(std::move(shape), std::vector<N>(n, value));
}

template <class N>
std::span<N> Tensor<N>::mutable_elements() {
  if (data_.use_count() > 1) data_ = std::make_shared<std::vector<N>>(*data_);
  return *data_;
}

template <class N>
Tensor<N> Tensor<N>::reshaped(Shape shape) const {
  check(shape.size() == size(), "a reshape keeps the number of elements");
  Tensor out = *this;
  out.shape_ = std::move(shape);
  return out;
}

template <class N>
using Tensors = std::vector<Tensor<N>>;

// y_i = f(x_i)
template <class N, class F>
Tensor<N> map(const Tensor<N>& x, F&& f) {
  return Tensor<N>::generate(x.shape(), [&](Index i) { return f(x[i]); });
}

// z_i = f(x_i, y_i), x and y broadcast; their shapes must fit.
template <class N, class F>
Tensor<N> zip(const Tensor<N>& x, const Tensor<N>& y, F&& f) {
  if (x.shape() == y.shape()) return Tensor<N>::generate(x.shape(), [&](Index i) { return f(x[i], y[i]); });
  const Shape shape = value_or_throw(broadcast(x.shape(), y.shape()));
  const auto at_x = broadcast_offsets(x.shape(), shape), at_y = broadcast_offsets(y.shape(), shape);
  return Tensor<N>::generate(shape, [&](Index i) {
    const auto k = static_cast<std::size_t>(i);
    return f(x[at_x[k]], y[at_y[k]]);
  });
}

}  // namespace plumbline::spec
