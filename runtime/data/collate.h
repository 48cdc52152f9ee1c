// Samples and batches: pairs of tensors, stacked along a new first axis, taken apart, checked.
#pragma once

#include <span>
#include <vector>

#include "runtime/core/any_tensor.h"
#include "spec/lang/result.h"

namespace plumbline::runtime::data {

using spec::Result;

// One example: an input and its target. A batch is a Sample, too, whose tensors have a first axis for the examples.
// Labels and token ids are i64 tensors.
struct Sample {
  AnyTensor x, y;
};

// [n, …] from n tensors of one dtype and shape; the error names the first that differs. n ≥ 1.
Result<AnyTensor> stack(std::span<const AnyTensor> items, std::string_view name = "x");
Result<Sample> collate(std::span<const Sample> samples);

// Rows of a tensor of rank ≥ 1, in the order asked for; and one row, without its axis. Rows must lie in range.
AnyTensor rows(const AnyTensor& x, std::span<const Index> which);
AnyTensor row(const AnyTensor& x, Index which);

// The numbers of one dtype as those of another, rounded once (in 16 bits: i64 by way of f64); i64 takes integers only.
// Error: a number that is none.
Result<AnyTensor> cast(const AnyTensor& x, DType dtype);

// Refuses NaN and infinities: `x: row 17, column 3: found nan, expected a finite number`. `which` names the rows, if
// they are known by other numbers than their place.
Result<void> check_finite(const AnyTensor& x, std::string_view name, std::span<const Index> which = {});

// Refuses integers outside [0, classes), and what is no i64: `y: row 3: found label 12, expected 0 to 9`.
Result<void> check_labels(const AnyTensor& labels, Index classes, std::string_view name,
                          std::span<const Index> which = {});

// [n] labels in [0, classes) as [n, classes]: 1 at the label, else 0.
template <class T = float>
Result<spec::Tensor<T>> one_hot(const spec::Tensor<std::int64_t>& labels, Index classes);

}  // namespace plumbline::runtime::data
