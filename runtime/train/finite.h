// Before a step: no NaN and no infinity reaches a parameter.
#pragma once

#include <span>
#include <string_view>
#include <utility>

#include "runtime/core/any_tensor.h"
#include "runtime/core/workers.h"
#include "spec/lang/result.h"

namespace plumbline::runtime::train {

using spec::Index;
using spec::Result;

// The number of the first element that is not finite; −1: all are. One pass; allocates nothing.
template <class T>
Index first_not_finite(Workers& workers, std::span<const T> x);

// `[train] the loss of batch 3 is not finite: x: row 1, column 1: found nan, expected a finite number`: `what` is
// `[train] the loss of batch`, and the data, by name, are looked through only where the loss is not finite.
Result<void> check_loss(double loss, std::string_view what, Index number,
                        std::span<const std::pair<std::string_view, const AnyTensor*>> data);

// `[train] batch 3: the gradient of 0.weight [4, 2]: element 5: found nan, expected a finite number`; `what` is
// `[train] batch`.
template <class T>
Result<void> check_gradient(Workers& workers, std::span<const T> gradient, std::string_view what, Index number,
                            std::string_view param, const Shape& shape);

}  // namespace plumbline::runtime::train
