// Parameter: storage where kernels run, and a host copy that is made when it is read.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include "runtime/core/buffer.h"
#include "runtime/core/tensor_list.h"
#include "runtime/core/view.h"
#include "spec/lang/result.h"

namespace plumbline::runtime {

// T is float or double. The storage holds zeros at first. The host copy is stale from the moment the storage may have
// changed until it is read: a step or an initialiser touches the storage alone.
template <class T>
class Parameter {
 public:
  Parameter(std::string name, Shape shape, bool requires_grad = true)
      : name_(std::move(name)), shape_(std::move(shape)), requires_grad_(requires_grad),
        storage_(static_cast<std::size_t>(shape_.size()) * sizeof(T)) {
    std::ranges::fill(storage(), T(0));
  }

  const std::string& name() const { return name_; }
  const Shape& shape() const { return shape_; }
  bool requires_grad() const { return requires_grad_; }
  Index size() const { return shape_.size(); }

  // What kernels read.
  std::span<const T> stored() const { return {at(), static_cast<std::size_t>(size())}; }
  // What kernels write: the host copy is stale from now on.
  std::span<T> storage() {
    host_.reset();
    return {at(), static_cast<std::size_t>(size())};
  }
  bool host_stale() const { return !host_.has_value(); }
  // The host copy, brought up to date: where it is stale this writes it, so that two threads may not ask at once.
  const spec::Tensor<T>& value() const {
    if (!host_) host_ = spec::Tensor<T>(shape_, std::vector<T>(stored().begin(), stored().end()));
    return *host_;
  }
  // Storage and host copy. An error of shape changes nothing.
  spec::Result<void> set(const spec::Tensor<T>& x) {
    if (x.shape() != shape_) return spec::fail("parameter ", name_, ": expected shape ", shape_, ", found ", x.shape());
    std::ranges::copy(x.elements(), at());
    host_ = x;
    return {};
  }

 private:
  T* at() const { return reinterpret_cast<T*>(storage_.data()); }

  std::string name_;
  Shape shape_;
  bool requires_grad_;
  Buffer storage_;
  mutable std::optional<spec::Tensor<T>> host_;
};

}  // namespace plumbline::runtime
