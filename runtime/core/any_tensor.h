// AnyTensor: a host tensor of any dtype, whose place in the variant is its DType.
#pragma once

#include <variant>

#include "runtime/core/view.h"
#include "spec/lang/tensor.h"

namespace plumbline::runtime {

using AnyTensor = std::variant<spec::Tensor<float>, spec::Tensor<double>, spec::Tensor<Half>, spec::Tensor<BFloat16>,
                               spec::Tensor<std::int64_t>>;

inline DType type_of(const AnyTensor& x) { return static_cast<DType>(x.index()); }
inline const Shape& shape_of(const AnyTensor& x) {
  return std::visit([](const auto& t) -> const Shape& { return t.shape(); }, x);
}
// Borrowed: valid while x lives and is not changed. What Program::set and Session's leaves take.
inline Elements elements_of(const AnyTensor& x) {
  return std::visit([](const auto& t) { return Elements(t.elements()); }, x);
}

}  // namespace plumbline::runtime
