// TensorList: named tensors in order, as the parameters of a model are handed out and taken in.
#pragma once

#include <string>
#include <vector>

#include "spec/lang/tensor.h"

namespace plumbline::runtime {

template <class T>
struct NamedTensor {
  std::string name;
  spec::Tensor<T> value;
};

template <class T>
using TensorList = std::vector<NamedTensor<T>>;

}  // namespace plumbline::runtime
