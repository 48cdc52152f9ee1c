// An op's attributes read with their types, for kernels that are bound to them.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "spec/graph/op.h"
#include "spec/lang/attributes.h"
#include "spec/lang/check.h"

namespace plumbline::runtime {

// The attribute `name` of an op, which must have it: `attribute<Index>(op, "axis")`.
template <class T>
T attribute(const spec::Op& op, std::string_view name) {
  for (const spec::Attribute& a : op->attributes())
    if (a.name == name) {
      T value{};
      if constexpr (std::same_as<T, std::string>) value = a.value;
      else check(spec::parse_value(a.value, value).has_value(), "an attribute's text reads back");
      return value;
    }
  check(false, "the op has the attribute that its kernel asks for");
  return {};
}

}  // namespace plumbline::runtime
