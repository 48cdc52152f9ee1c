// Tensor<float, Dim<32>, Dim<784>>: a host tensor whose shape is part of its type.
#pragma once

#include <concepts>

#include "runtime/typed/shape.h"
#include "spec/lang/tensor.h"

namespace plumbline::runtime::typed {

template <class T, class S>
class TensorOf;

template <class T, class... Dims>
using Tensor = TensorOf<T, Shape<Dims::extent...>>;

template <class T, Index... n>
class TensorOf<T, Shape<n...>> {
 public:
  using value_type = T;
  using shape_type = Shape<n...>;

  TensorOf() : TensorOf(T(0)) {}
  explicit TensorOf(const T& value) : tensor_(spec::Tensor<T>::full(shape_type::value(), value)) {}
  // Elements in row-major order.
  template <class... U>
    requires(sizeof...(U) > 1)
  explicit TensorOf(U... elements) : tensor_(shape_type::value(), std::vector<T>{static_cast<T>(elements)...}) {
    static_assert(sizeof...(U) == static_cast<std::size_t>(shape_type::size),
                  "tensor: as many elements as the shape says");
  }
  // An error where the tensor has another shape.
  static spec::Result<TensorOf> from(spec::Tensor<T> tensor) {
    if (tensor.shape() != shape_type::value())
      return spec::fail("[tensor] expected shape ", shape_type::value(), ", found ", tensor.shape());
    TensorOf out;
    out.tensor_ = std::move(tensor);
    return out;
  }

  static constexpr Index size() { return shape_type::size; }
  const spec::Tensor<T>& dynamic() const { return tensor_; }
  std::span<const T> elements() const { return tensor_.elements(); }
  std::span<T> mutable_elements() { return tensor_.mutable_elements(); }
  // x(i, j, …), each index within its extent.
  template <std::integral... I>
  const T& operator()(I... index) const {
    static_assert(sizeof...(I) == sizeof...(n), "tensor: one index for each axis");
    Index at = 0;
    ((check(index >= 0 && static_cast<Index>(index) < n, "an index lies within its extent"),
      at = at * n + static_cast<Index>(index)),
     ...);
    return tensor_[at];
  }
  // The same elements under other dims.
  template <class... Dims>
  Tensor<T, Dims...> reshape() const {
    static_assert((Index{1} * ... * Dims::extent) == shape_type::size, "reshape: keeps the number of elements");
    return *Tensor<T, Dims...>::from(tensor_.reshaped(Shape<Dims::extent...>::value()));
  }

 private:
  spec::Tensor<T> tensor_;
};

namespace detail {

template <class T, class In>
struct InputOf {
  using type = TensorOf<T, In>;
};
template <class T, Index below, Index... n>
struct InputOf<T, Indices<below, n...>> {
  using type = TensorOf<std::int64_t, Shape<n...>>;
};

}  // namespace detail

// What a model of numbers T reads: these, or indices, which it checks when it runs.
template <class T, class In>
using InputOf = typename detail::InputOf<T, In>::type;

}  // namespace plumbline::runtime::typed
