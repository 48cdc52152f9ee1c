// Task: what is learned: a model, its loss, and what one example is.
#pragma once

#include "runtime/train/recorded_loss.h"

namespace plumbline::runtime::train {

// `input` and `target` are of one example, without the batch's axis, which comes first in every batch. An index target
// of shape {} is a class label; of a shape, labels place by place. The loss is a mean over the examples or, with an
// ignore_index, over the labels that count, or a sum, whose op says so: weighing.h has what means over data are then.
struct Task {
  nn::Sequential model;
  Loss loss;
  InputType input{1}, target{1};

  // Cross entropy of class indices, or of one-hot or soft targets.
  static Task classification(nn::Sequential model, InputType input, Index classes) {
    return {std::move(model), loss::cross_entropy, std::move(input), InputType(Shape{}, classes)};
  }
  static Task one_hot_classification(nn::Sequential model, InputType input, Index classes) {
    return {std::move(model), loss::cross_entropy, std::move(input), InputType(Shape{classes})};
  }
  // Mean squared error.
  static Task regression(nn::Sequential model, InputType input, InputType target) {
    return {std::move(model), loss::mse, std::move(input), std::move(target)};
  }
};

// The type of a batch of n such examples.
inline InputType batch_of(const InputType& one, Index n) {
  spec::Axes dims{n};
  for (const Index extent : one.shape.dims()) dims.push_back(extent);
  return {Shape(dims), one.extent};
}

}  // namespace plumbline::runtime::train
