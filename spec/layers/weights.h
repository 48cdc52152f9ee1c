// Weights: the parameters of a layer by the names of a state_dict: w("weight"), (w / "layers" / 0)("linear1.bias").
#pragma once

#include <map>
#include <memory>
#include <string>

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/sqrt.h"
#include "spec/ops/arithmetic/square.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/linalg/matmul.h"
#include "spec/ops/shape/concat.h"
#include "spec/ops/shape/full.h"
#include "spec/ops/shape/reshape.h"
#include "spec/ops/shape/slice.h"

namespace plumbline::spec {

template <TensorLike T>
class Weights {
 public:
  explicit Weights(std::map<std::string, T> all)
      : all_(std::make_shared<const std::map<std::string, T>>(std::move(all))) {}

  Weights operator/(std::string_view part) const {
    Weights below = *this;
    below.path_ = name_of(part);
    return below;
  }
  Weights operator/(Index part) const { return *this / std::string_view(std::to_string(part)); }

  bool has(std::string_view name) const { return all_->contains(name_of(name)); }
  // An error names what is not there.
  const T& operator()(std::string_view name) const {
    const auto found = all_->find(name_of(name));
    if (found == all_->end()) throw Error(concat("no parameter ", name_of(name)));
    return found->second;
  }

 private:
  std::string name_of(std::string_view leaf) const {
    return path_.empty() ? std::string(leaf) : concat(path_, '.', leaf);
  }
  std::shared_ptr<const std::map<std::string, T>> all_;
  std::string path_;
};

// Entry t of the first axis, which goes.
template <TensorLike T>
T entry(const T& x, Index t) {
  Shape rest;
  for (Index a = 1; a < x.shape().rank(); ++a) rest.push_back(x.shape()[a]);
  return reshape(slice(x, 0, t, t + 1), rest);
}

// The list as the entries of a new first axis.
template <TensorLike T>
T stacked(const std::vector<T>& list) {
  std::vector<T> rows;
  Shape row{1};
  for (Index a = 0; a < list.front().shape().rank(); ++a) row.push_back(list.front().shape()[a]);
  for (const T& x : list) rows.push_back(reshape(x, row));
  return call(Concat{0}, rows);
}

// x Wᵀ + b on the last axis; no b where there is none.
template <TensorLike T>
T affine(const T& x, const T& w, const T* b = nullptr) {
  const T y = matmul(x, transpose_last(w));
  return b == nullptr ? y : add(y, *b);
}
template <TensorLike T>
T affine(const T& x, const Weights<T>& w) {
  return affine(x, w("weight"), w.has("bias") ? &w("bias") : nullptr);
}

}  // namespace plumbline::spec
