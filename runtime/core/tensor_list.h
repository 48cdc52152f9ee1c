// TensorList: named tensors in order, as the parameters of a model are handed out and taken in.
#pragma once

#include <string>
#include <vector>

#include "runtime/core/view.h"
#include "spec/lang/tensor.h"

namespace plumbline::runtime {

template <class T>
struct NamedTensor {
  std::string name;
  spec::Tensor<T> value;
};

template <class T>
using TensorList = std::vector<NamedTensor<T>>;

// Tensors where they lie: what files are written from and read into without a copy between.
struct NamedView {
  std::string name;
  View view;
};

}  // namespace plumbline::runtime
